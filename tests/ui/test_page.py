"""The page as a person uses it, in a real browser."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from rag import Corpus
from rag.ui.memory import Memory
from tests.ui.visit import Visit

pytestmark = pytest.mark.loopback

CHAIRS = ("Lounes Magramane", "Mikhail Bogdanov")
QUESTION = "who co-chaired the session?"


def test_a_marker_leads_to_the_quote_and_the_quote_to_the_article(visit: Visit) -> None:
    reply = visit.ask(QUESTION)
    assert all(name in reply for name in CHAIRS)
    visit.answers.last.get_by_role("link").click()
    mark = visit.page.locator("#sources mark:target")
    expect(mark).to_be_in_viewport()
    assert all(name in mark.inner_text() for name in CHAIRS)
    source = visit.page.locator("#sources .source:has(mark:target)")
    assert "French" in source.locator(".language.other").inner_text()
    with visit.context.expect_page() as opened:
        source.get_by_role("link", name="Whole article").click()
    article = opened.value
    expect(article.locator("mark#here")).to_be_in_viewport()
    assert article.locator("mark#here").inner_text() == mark.inner_text()
    facts = article.locator("header").inner_text()
    assert all(fact in facts for fact in ("2024-06-20", "La Gazette du Littoral", "French"))


def test_the_quote_is_seen_without_a_click_its_tightest_words_in_bold(visit: Visit) -> None:
    visit.ask(QUESTION)
    mark = visit.page.locator("#sources mark")
    expect(mark).to_be_in_viewport(ratio=1)
    assert CHAIRS[0] in mark.locator("b").inner_text()
    assert int(mark.locator("b").evaluate("each => getComputedStyle(each).fontWeight")) >= 600
    others = visit.page.locator("#sources details.others")
    expect(others.locator(".source").first).to_be_hidden()
    others.locator("summary").click()
    expect(others.locator(".source").first).to_be_visible()
    assert others.locator(".source").count() == 4


def test_a_follow_up_goes_on_from_the_question_before(visit: Visit) -> None:
    visit.ask(QUESTION)
    assert "La rencontre s’est tenue à Alger" in visit.ask("where did it take place?")
    why = visit.page.locator("#sources .turn").first.locator("details.why")
    why.locator("summary").click()
    assert f"where did it take place? {QUESTION}" in why.inner_text()
    cited = visit.page.locator("#sources .turn").first.locator(".cited")
    assert "Alger et Moscou" in cited.first.inner_text()


def test_turns_keep_their_own_passages(visit: Visit) -> None:
    visit.ask(QUESTION)
    visit.ask("What is the capital of Japan?")
    expect(visit.page.locator("#sources .turn")).to_have_count(2)
    visit.answers.first.get_by_role("link").click()
    expect(visit.page.locator("#sources mark:target")).to_be_in_viewport()


def test_a_declined_answer_looks_declined_and_shows_the_nearest_passages(visit: Visit) -> None:
    assert "no answer" in visit.ask("What is the capital of Japan?")
    assert "no answer" in visit.answers.last.locator("blockquote").inner_text()
    nearest = visit.page.locator("#sources .nearest")
    assert nearest.locator(".source").count() == 5
    assert "No answer" in nearest.inner_text()
    assert visit.page.locator("#sources mark").count() == 0


def test_an_answer_is_copied_with_its_places(visit: Visit) -> None:
    visit.ask(QUESTION)
    visit.page.get_by_label("Copy message").last.click()
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("“La session a été coprésidée par Lounes Magramane")
    assert "“" in copied
    assert "[1]: #quote-1-1" in copied
    assert "La Gazette du Littoral" in copied
    visit.unfold("Copy or save")
    text = visit.page.locator("#to-copy textarea")
    expect(text).to_have_value(re.compile("characters 270–562"))
    assert "[1] Alger et Moscou" in text.input_value()


def test_a_conversation_is_saved(reader: Visit) -> None:
    reader.ask(QUESTION)
    declined = reader.ask("What is the capital of Japan?").strip()
    reader.unfold(reader.say["copy"])
    expect(reader.page.locator("#to-copy textarea")).to_have_value(re.compile(declined[:20]))
    saved: dict[str, str] = {}
    for name in ("save_markdown", "save_json"):
        with reader.page.expect_download() as download:
            reader.page.get_by_text(reader.say[name]).click()
        saved[name] = Path(download.value.path()).read_text()
    markdown = saved["save_markdown"]
    assert markdown.index("## who co-chaired") < markdown.index("## What is the capital")
    place = reader.say["characters"].format(start=270, end=562)
    assert f"alger-moscou-consultations.md, {place}" in markdown
    first, second = json.loads(saved["save_json"])
    assert first["answer"]["citations"][0]["start"] == 270
    assert second["answer"]["abstained"]


def test_why_this_answer(visit: Visit) -> None:
    visit.ask(QUESTION)
    visit.ask("and where?")
    why = visit.page.locator("details.why").first
    why.locator("summary").click()
    text = why.inner_text()
    assert "and where? who co-chaired the session?" in text
    assert "English" in text
    assert "cosine" in text
    assert why.locator("tbody tr").count() == 5


def test_retry_edit_and_undo(reader: Visit) -> None:
    reader.ask("What is the capital of Japan?")
    reader.icon("edit").click()
    editor = reader.page.locator(".message.user textarea")
    assert editor.input_value() == "What is the capital of Japan?"
    editor.fill(QUESTION)
    reader.icon("submit").click()
    expect(reader.answers.last).to_contain_text(CHAIRS[0])
    assert CHAIRS[0] in reader.reply
    reader.icon("retry").click()
    expect(reader.page.locator("#sources .turn")).to_have_count(1)
    assert CHAIRS[0] in reader.reply
    reader.icon("undo").click()
    expect(reader.answers).to_have_count(0)
    assert reader.box.input_value() == QUESTION


def test_filters_and_caution_are_obeyed(visit: Visit) -> None:
    visit.unfold("Filters and caution")
    visit.page.get_by_label("Languages of the articles").click()
    visit.page.get_by_role("option", name="German").click()
    visit.ask(QUESTION)
    tags = visit.page.locator("#sources .source .language").all_inner_texts()
    assert set(tags) == {"German"}
    visit.page.get_by_label("Not before").fill("June")
    visit.box.fill(QUESTION)
    visit.box.press("Enter")
    expect(visit.page.get_by_text("A date is written 2024")).to_be_visible()


def test_an_empty_question_is_told_so(visit: Visit) -> None:
    visit.box.fill("   ")
    visit.box.press("Enter")
    expect(visit.page.get_by_text("Type a question first.")).to_be_visible()


def test_an_example_asks_what_the_articles_answer(visit: Visit) -> None:
    example = visit.page.locator(".example").first
    expect(example).to_contain_text("What is said about")
    example.click()
    visit.asked = 1
    assert "no answer" not in visit.reply


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_a_marker_leads_to_its_passage(
    browser: Browser, address: str, scheme: str
) -> None:
    visit = Visit(browser, address, width=390, scheme=scheme)
    visit.ask(QUESTION)
    visit.answers.last.get_by_role("link").click()
    expect(visit.page.locator("#sources mark:target")).to_be_in_viewport()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
    visit.leave()


def test_the_page_speaks_french(browser: Browser, address: str) -> None:
    visit = Visit(browser, address, "fr-FR")
    assert visit.page.evaluate("document.documentElement.lang") == "fr"
    expect(visit.page.locator("#sources")).to_contain_text("Les passages à l’appui")
    reply = visit.ask("Qui a co-présidé la session ?")
    assert all(name in reply for name in CHAIRS)
    assert "Article entier" in visit.page.locator("#sources").inner_text()
    assert visit.errors == []
    visit.page.get_by_role("link", name="English", exact=True).click()
    expect(visit.button("Ask")).to_be_visible()
    visit.page.goto(address)
    expect(visit.button("Ask")).to_be_visible()
    expect(visit.page.get_by_role("link", name="English", exact=True)).to_have_css(
        "font-weight", "600"
    )
    visit.errors.clear()  # the connections of the page that was left
    visit.leave()


def test_a_conversation_is_found_again_renamed_and_deleted(reader: Visit) -> None:
    reader.ask(QUESTION)
    history = reader.page.locator("#history")
    expect(history.get_by_text(QUESTION)).to_have_count(1)  # kept, and listed, at once
    reader.page.reload()
    reader.errors.clear()  # the connections of the page that was left
    reader.page.get_by_label("Toggle Sidebar").click()
    history.get_by_text(QUESTION).click()
    expect(reader.answers).to_contain_text(CHAIRS[0])
    expect(reader.page.locator("#sources mark b")).to_have_count(1)
    reader.page.locator("#history-title textarea, #history-title input").fill("Algiers")
    reader.button(reader.say["history_rename"]).click()
    expect(history.get_by_text("Algiers")).to_be_visible()
    reader.page.locator("#history-find textarea, #history-find input").fill("nothing like it")
    expect(history.get_by_text("Algiers")).to_have_count(0)
    reader.page.locator("#history-find textarea, #history-find input").fill("Magramane")
    expect(history.get_by_text("Algiers")).to_be_visible()
    reader.button(reader.say["history_delete"]).click()
    expect(reader.answers).to_have_count(0)
    expect(history.get_by_text("Algiers")).to_have_count(0)


def test_feedback_is_kept_with_a_note(visit: Visit, sample: Corpus) -> None:
    visit.ask(QUESTION)
    visit.page.get_by_label("Dislike", exact=True).click()
    visit.page.locator("#note textarea").fill("The year is missing")
    visit.button("Send").click()
    expect(visit.page.get_by_text("this was noted")).to_be_visible()
    given = Memory.beside(sample.index).feedback()[-1]
    assert (given.liked, given.note) == (False, "The year is missing")
    assert given.exchange.question == QUESTION
