"""The page as people use it, in a real browser: every feature by each of the `READERS`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from rag import Corpus
from rag.ui.memory import Memory
from rag.ui.texts import languages, texts
from tests.ui.server import running
from tests.ui.visit import Visit

pytestmark = pytest.mark.loopback

CHAIRS = ("Lounes Magramane", "Mikhail Bogdanov")

#: The same conversation in the language of each reader.
QUESTION = {"en": "who co-chaired the session?", "fr": "Qui a co-présidé la session ?"}
FOLLOW_UP = {"en": "and where?", "fr": "et où ?"}
UNANSWERED = {"en": "What is the capital of Japan?", "fr": "Quelle est la capitale du Japon ?"}
DECLINED = {"en": "no answer", "fr": "pas trouvé de réponse"}

#: Answered with a probability between those that a cautious and an eager reader ask for.
UNSURE = "Who is to blame for the flood?"

GERMAN = {"en": "German", "fr": "allemand"}
FRENCH = {"en": "French", "fr": "français"}


def test_a_marker_leads_to_the_quote_and_the_quote_to_the_article(visit: Visit) -> None:
    reply = visit.ask(QUESTION[visit.language])
    assert all(name in reply for name in CHAIRS)
    visit.answers.last.get_by_role("link").click()
    mark = visit.page.locator("#sources mark:target")
    expect(mark).to_be_in_viewport()
    assert all(name in mark.inner_text() for name in CHAIRS)
    source = visit.page.locator("#sources .source:has(mark:target)")
    kind = "same" if visit.language == "fr" else "other"
    assert FRENCH[visit.language] in source.locator(f".language.{kind}").inner_text()
    with visit.context.expect_page() as opened:
        source.get_by_role("link", name=visit.say["whole_article"]).click()
    article = opened.value
    expect(article.locator("mark#here")).to_be_in_viewport()
    assert article.locator("mark#here").inner_text() == mark.inner_text()
    facts = article.locator("header").inner_text()
    assert all(fact in facts for fact in ("2024-06-20", "La Gazette du Littoral"))
    assert FRENCH[visit.language] in facts


def test_the_quote_is_seen_without_a_click_its_tightest_words_in_bold(visit: Visit) -> None:
    visit.ask(QUESTION[visit.language])
    mark = visit.page.locator("#sources mark")
    if not visit.is_narrow:  # else it stands below the conversation
        expect(mark).to_be_in_viewport(ratio=1)
    assert CHAIRS[0] in mark.locator("b").inner_text()
    assert int(mark.locator("b").evaluate("each => getComputedStyle(each).fontWeight")) >= 600
    others = visit.page.locator("#sources details.others")
    expect(others.locator(".source").first).to_be_hidden()
    others.locator("summary").click()
    expect(others.locator(".source").first).to_be_visible()
    assert others.locator(".source").count() == 4


def test_a_follow_up_goes_on_from_the_question_before_and_says_why(visit: Visit) -> None:
    visit.ask(QUESTION[visit.language])
    visit.ask(FOLLOW_UP[visit.language])
    newest = visit.page.locator("#sources .turn").first
    assert "Alger" in newest.locator(".cited").first.inner_text()
    why = newest.locator("details.why")
    why.locator("summary").click()
    text = why.inner_text()
    assert f"{FOLLOW_UP[visit.language]} {QUESTION[visit.language]}" in text
    assert visit.say["why_confidence"] in text
    assert visit.say["why_cosine"] in text
    assert why.locator("tbody tr").count() == 5


def test_turns_keep_their_own_passages(visit: Visit) -> None:
    visit.ask(QUESTION[visit.language])
    visit.ask(UNANSWERED[visit.language])
    expect(visit.page.locator("#sources .turn")).to_have_count(2)
    visit.answers.first.get_by_role("link").click()
    expect(visit.page.locator("#sources mark:target")).to_be_in_viewport()


def test_a_declined_answer_looks_declined_and_shows_the_nearest_passages(visit: Visit) -> None:
    visit.ask(UNANSWERED[visit.language])
    assert DECLINED[visit.language] in visit.answers.last.locator("blockquote").inner_text()
    nearest = visit.page.locator("#sources .nearest")
    assert nearest.locator(".source").count() == 5
    assert visit.say["nearest"] in nearest.inner_text()
    nearest_words = nearest.locator("mark")
    assert 1 <= nearest_words.count() <= 3
    expect(nearest_words.first).to_have_css("background-color", "rgba(0, 0, 0, 0)")


def test_an_answer_is_copied_with_its_places(visit: Visit) -> None:
    visit.ask(QUESTION[visit.language])
    visit.icon("copy").click()
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert "La session a été coprésidée par Lounes Magramane" in copied
    assert "[1]: #quote-1-1" in copied
    assert "La Gazette du Littoral" in copied
    visit.unfold(visit.say["copy"])
    text = visit.page.locator("#to-copy textarea")
    expect(text).to_have_value(re.compile(visit.say["characters"].format(start=270, end=562)))
    assert "[1] Alger et Moscou" in text.input_value()


def test_a_conversation_is_saved(visit: Visit) -> None:
    visit.ask(QUESTION[visit.language])
    declined = visit.ask(UNANSWERED[visit.language]).strip()
    visit.unfold(visit.say["copy"])
    expect(visit.page.locator("#to-copy textarea")).to_have_value(re.compile(declined[:20]))
    saved: dict[str, str] = {}
    for name in ("save_markdown", "save_json"):
        with visit.page.expect_download() as download:
            visit.page.get_by_text(visit.say[name]).click()
        saved[name] = Path(download.value.path()).read_text()
    markdown = saved["save_markdown"]
    first, second = QUESTION[visit.language][:14], UNANSWERED[visit.language][:14]
    assert markdown.index(f"## {first}") < markdown.index(f"## {second}")
    place = visit.say["characters"].format(start=270, end=562)
    assert f"alger-moscou-consultations.md, {place}" in markdown
    answered, unanswered = json.loads(saved["save_json"])
    assert answered["answer"]["citations"][0]["start"] == 270
    assert unanswered["answer"]["abstained"]


def test_what_was_saved_is_gone_when_the_server_ends(
    browser: Browser, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "saved"))
    corpus.sync()
    with running(corpus) as address:
        visit = Visit(browser, address)
        visit.ask("the iron bridge")
        visit.unfold("Copy or save")
        expect(visit.page.locator("#to-copy textarea")).to_have_value(re.compile("iron bridge"))
        assert len(list((tmp_path / "saved").glob("conversation-*"))) == 2
        visit.leave()
    assert list((tmp_path / "saved").iterdir()) == []


def test_retry_edit_undo_and_clear(visit: Visit) -> None:
    visit.ask(UNANSWERED[visit.language])
    visit.icon("edit").click()
    editor = visit.page.locator(".message.user textarea")
    assert editor.input_value() == UNANSWERED[visit.language]
    editor.fill(QUESTION[visit.language])
    visit.icon("submit").click()
    expect(visit.answers.last).to_contain_text(CHAIRS[0])
    assert CHAIRS[0] in visit.reply
    visit.icon("retry").click()
    expect(visit.page.locator("#sources .turn")).to_have_count(1)
    assert CHAIRS[0] in visit.reply
    listed = visit.page.locator("#history").get_by_text(UNANSWERED[visit.language])
    expect(listed).to_have_count(1)
    visit.icon("undo").click()
    expect(visit.answers).to_have_count(0)
    expect(listed).to_have_count(0)
    assert visit.box.input_value() == QUESTION[visit.language]
    visit.asked = 0
    assert CHAIRS[0] in visit.ask(QUESTION[visit.language])
    visit.icon("clear").click()
    expect(visit.answers).to_have_count(0)
    expect(visit.page.locator("#sources")).to_contain_text(visit.say["no_sources"])


def test_filters_and_caution_are_obeyed(visit: Visit) -> None:
    visit.unfold(visit.say["options"])
    visit.page.get_by_label(visit.say["filter_languages"]).click()
    visit.page.get_by_role("option", name=GERMAN[visit.language]).click()
    visit.ask(QUESTION[visit.language])
    tags = visit.page.locator("#sources .source .language.other").all_text_contents()
    assert set(tags) == {GERMAN[visit.language]}  # in folded passages, too
    visit.load()
    visit.unfold(visit.say["options"])
    visit.page.get_by_label(visit.say["cautious"]).click()
    visit.asked = 0
    assert DECLINED["en"] in visit.ask(UNSURE)
    visit.page.get_by_label(visit.say["eager"]).click()
    assert "Un rapport remis au maire" in visit.ask(UNSURE)


def test_dates_that_are_none_or_exclude_each_other_are_told_so(visit: Visit) -> None:
    visit.unfold(visit.say["options"])
    visit.page.get_by_label(visit.say["filter_since"]).fill("June")
    visit.box.fill(QUESTION[visit.language])
    visit.box.press("Enter")
    expect(visit.page.get_by_text(visit.say["bad_date"].format(date="June"))).to_be_visible()
    visit.page.get_by_label(visit.say["filter_since"]).fill("2025")
    visit.page.get_by_label(visit.say["filter_until"]).fill("2024")
    visit.box.press("Enter")
    reversed = visit.say["bad_range"].format(since="2025", until="2024")
    expect(visit.page.get_by_text(reversed)).to_be_visible()


def test_an_empty_question_is_told_so(visit: Visit) -> None:
    visit.box.fill("   ")
    visit.box.press("Enter")
    expect(visit.page.get_by_text(visit.say["empty_question"])).to_be_visible()
    # In English. Not `to_be_hidden`, which comes true when the message goes by itself.
    expect(visit.page.locator(".toast-title")).to_have_css("display", "none")


def test_a_question_is_edited_as_it_was_typed(visit: Visit) -> None:
    question = r"Who *was* a_b <i>, [1] or C:\1. and co-chaired the session?"
    visit.ask(question)
    for _ in range(2):
        visit.icon("edit").click()
        expect(visit.page.locator(".message.user textarea")).to_have_value(question)
        visit.icon("submit").click()
        expect(visit.page.locator(".message.user textarea")).to_have_count(0)
        assert visit.reply
    expect(visit.page.locator("#sources h3")).to_have_text(question)


def test_a_long_question_leaves_room_for_its_passages(visit: Visit) -> None:
    visit.ask(f"{QUESTION[visit.language]} " * 30)
    assert visit.page.locator("#sources h3").evaluate("each => each.clientHeight") < 100


def test_every_line_of_arabic_begins_at_the_right(visit: Visit) -> None:
    visit.ask("ما الذي أرسلته جمعية جسور إلى بلدة سان أوبان؟ " * 4)
    begins = visit.page.locator(".message.user p").evaluate(
        """each => {
            const range = document.createRange();
            range.selectNodeContents(each);
            return Array.from(range.getClientRects(), line => Math.round(line.right));
        }"""
    )
    assert len(begins) > 1
    assert len(set(begins)) == 1


def test_the_sidebar_is_reached_once_it_is_open(visit: Visit) -> None:
    toggle = visit.page.get_by_label("Toggle Sidebar")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    expect(visit.page.locator("#history-find")).to_be_hidden()
    toggle.click()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    expect(visit.page.locator("#history-find")).to_be_visible()


def test_an_example_asks_what_the_articles_answer(visit: Visit) -> None:
    example = visit.page.locator(".example").first
    expect(example).to_contain_text(visit.say["example"].partition("{")[0])
    example.click()
    visit.asked = 1
    assert DECLINED[visit.language] not in visit.reply
    expect(example).to_be_hidden()
    assert visit.page.locator("#sources .cited").count() > 0


def test_nothing_is_wider_than_the_page(visit: Visit) -> None:
    visit.ask(QUESTION[visit.language])
    visit.page.locator("details.why summary").click()
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert visit.page.evaluate(width) == 0
    visit.page.get_by_role("tab", name=visit.say["tab_articles"]).click()
    visit.page.locator("#articles caption").wait_for()
    assert visit.page.evaluate(width) == 0


def test_the_page_speaks_the_language_of_the_browser_or_the_one_chosen(visit: Visit) -> None:
    assert visit.page.evaluate("document.documentElement.lang") == visit.language
    expect(visit.page.locator("#sources")).to_contain_text(visit.say["no_sources"])
    (other,) = (texts(code) for code in languages() if code != visit.language)
    link = visit.page.get_by_role("link", name=other["language_name"], exact=True)
    link.click()
    expect(visit.button(other["ask"])).to_be_visible()
    visit.load()
    expect(visit.button(other["ask"])).to_be_visible()
    expect(link).to_have_css("font-weight", "600")


def test_a_conversation_is_found_again_renamed_and_deleted(visit: Visit) -> None:
    question = QUESTION[visit.language]
    visit.ask(question)
    history = visit.page.locator("#history")
    expect(history.get_by_text(question)).to_have_count(1)  # kept, and listed, at once
    title = visit.page.locator("#history-title").locator("textarea, input")
    expect(title).to_have_value(question)
    visit.load()
    visit.page.get_by_label("Toggle Sidebar").click()
    history.get_by_text(question).click()
    expect(visit.answers).to_contain_text(CHAIRS[0])
    if visit.is_narrow:  # the conversation is to be seen, not the list
        expect(history).not_to_be_in_viewport()
        visit.page.get_by_label("Toggle Sidebar").click()
    expect(visit.page.locator("#sources mark b")).to_have_count(1)
    title.fill(" ")
    visit.button(visit.say["history_rename"]).click()
    expect(title).to_have_value(question)
    title.fill("Algiers")
    expect(history.get_by_text(question)).to_have_count(1)
    visit.button(visit.say["history_rename"]).click()
    expect(history.get_by_text("Algiers")).to_be_visible()
    _fill(visit.page.locator("#history-find"), "nothing like it")
    expect(history.get_by_text("Algiers")).to_have_count(0)
    _fill(visit.page.locator("#history-find"), "Magramane")
    expect(history.get_by_text("Algiers")).to_be_visible()
    visit.button(visit.say["history_delete"]).click()
    expect(visit.answers).to_have_count(0)
    expect(history.get_by_text("Algiers")).to_have_count(0)


def test_feedback_is_kept_with_a_note(visit: Visit, sample: Corpus) -> None:
    visit.ask(QUESTION[visit.language])
    visit.icon("dislike").click()
    visit.page.locator("#note textarea").fill("The year is missing")
    visit.button(visit.say["feedback_send"]).click()
    expect(visit.page.get_by_text(visit.say["feedback_thanks"])).to_be_visible()
    given = Memory.beside(sample.index).feedback()[-1]
    assert (given.liked, given.note) == (False, "The year is missing")
    assert given.exchange.question == QUESTION[visit.language]


def test_a_thumb_is_taken_back_and_a_note_goes_with_its_thumb(visit: Visit, sample: Corpus) -> None:
    memory = Memory.beside(sample.index)
    before = len(memory.feedback())
    visit.ask(QUESTION[visit.language])
    visit.icon("dislike").click()
    note = visit.page.locator("#note")
    expect(note).to_be_visible()
    assert len(memory.feedback()) == before + 1
    visit.page.get_by_label("Disliked").click()
    expect(note).to_be_hidden()
    assert len(memory.feedback()) == before
    visit.icon("dislike").click()
    expect(note).to_be_visible()
    visit.icon("retry").click()
    expect(note).to_be_hidden()
    assert CHAIRS[0] in visit.reply


def _fill(box: Locator, text: str) -> None:
    box.locator("textarea, input").fill(text)
