"""Conversations that are left in the middle, and those that go on in two tabs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rag import Corpus, Settings
from tests.conftest import WordEmbedder
from tests.ui.server import running
from tests.ui.talker import ENDLESS, Talker
from tests.ui.visit import Visit

pytestmark = pytest.mark.loopback


@pytest.fixture
def address(corpus: Corpus) -> Iterator[str]:
    """The page over three articles."""
    corpus.sync()
    with running(corpus) as address:
        yield address


@contextmanager
def _talking(folder: Path, index: Path) -> Iterator[tuple[str, Talker]]:
    """The page over them with a chat model, of whose replies the second has no end."""
    model = Talker(replies=["The harbour froze [1].", ENDLESS, "On Monday [1]."])
    with Corpus(folder, index, Settings(llm_always=True), WordEmbedder(), model) as corpus:
        corpus.sync()
        with running(corpus) as address:
            yield address, model


def test_a_question_whose_page_is_reloaded_is_kept_and_asked_again(
    browser: Browser, folder: Path, tmp_path: Path
) -> None:
    with _talking(folder, tmp_path / "index") as (address, _):
        visit = Visit(browser, address)
        visit.ask("the harbour")
        visit.begin("the iron bridge")
        expect(visit.answers.last).to_contain_text("and on")
        visit.load()
        _open(visit.page, "the harbour")
        _asked(visit.page, "the harbour", "the iron bridge")
        expect(visit.answers.last.locator("blockquote")).to_have_text(visit.say["stopped"])
        visit.icon("retry").click()
        expect(visit.answers.last).to_contain_text("On Monday")
        _asked(visit.page, "the harbour", "the iron bridge")
        visit.leave()


@pytest.mark.parametrize("leave", ["new_chat", "clear", "history"])
def test_an_answer_whose_conversation_is_left_is_cancelled(
    browser: Browser, folder: Path, tmp_path: Path, leave: str
) -> None:
    with _talking(folder, tmp_path / "index") as (address, model):
        visit = Visit(browser, address)
        visit.ask("the harbour")
        visit.page.get_by_label("Toggle Sidebar").click()
        visit.button(visit.say["new_chat"]).click()
        _asked(visit.page)
        visit.begin("the iron bridge")
        expect(visit.answers.last).to_contain_text("and on")
        if leave == "new_chat":
            visit.button(visit.say["new_chat"]).click()
        elif leave == "clear":
            visit.icon("clear").click()
        else:
            _history(visit.page).filter(has_text="the harbour").click()
        before = ["the harbour"] * (leave == "history")
        _asked(visit.page, *before)
        expect(visit.button(visit.say["ask"])).to_be_visible()
        _ask(visit.page, "the museum")
        _asked(visit.page, *before, "the museum")
        expect(visit.answers.last).not_to_contain_text("and on")
        assert model.cut_short == 1
        # A click on a list that is being renewed is lost.
        expect(_history(visit.page)).to_have_count(2 if before else 3)
        _history(visit.page).filter(has_text="the iron bridge").click()
        expect(visit.answers.last.locator("blockquote")).to_have_text(visit.say["stopped"])
        visit.leave()


def test_a_question_is_answered_where_no_conversation_can_be_kept(
    browser: Browser, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "index-people.sqlite").mkdir()
    with Corpus(folder, tmp_path / "index", Settings(), WordEmbedder()) as corpus:
        corpus.sync()
        with running(corpus) as address:
            visit = Visit(browser, address)
            assert "harbour" in visit.ask("the harbour")
            expect(visit.page.get_by_text(visit.say["history_unkept"])).to_be_visible()
            assert "bridge" in visit.ask("the iron bridge")
            visit.leave()


def test_a_conversation_that_cannot_be_read_any_more_is_told_so(
    browser: Browser, address: str, corpus: Corpus
) -> None:
    visit = Visit(browser, address)
    visit.ask("the harbour")
    visit.page.get_by_label("Toggle Sidebar").click()
    visit.button(visit.say["new_chat"]).click()
    _asked(visit.page)
    for file in corpus.index.parent.glob("index-people.sqlite*"):
        file.unlink()
    (corpus.index.parent / "index-people.sqlite").mkdir()
    _history(visit.page).filter(has_text="the harbour").click()
    expect(visit.answers).to_have_text(visit.say["history_gone"])
    visit.leave()


def test_two_tabs_of_one_conversation_lose_nothing_of_each_other(
    browser: Browser, address: str
) -> None:
    visit = Visit(browser, address)
    other = _two_tabs(visit, address)
    visit.ask("the harbour")
    _ask(other, "Le pont de fer")
    _asked(other, "the iron bridge", "Le pont de fer")
    _ask(other, "the museum")  # the new conversation goes on as one
    expect(_history(other)).to_have_count(2)
    visit.ask("the budget")
    visit.load()
    _open(visit.page, "the iron bridge", 0)
    _asked(visit.page, "the iron bridge", "the harbour", "the budget")
    _history(visit.page).nth(1).click()
    _asked(visit.page, "the iron bridge", "Le pont de fer", "the museum")
    visit.leave()


@pytest.mark.parametrize("icon", ["retry", "undo"])
def test_what_one_tab_drops_is_not_lost_to_the_other(
    browser: Browser, address: str, icon: str
) -> None:
    visit = Visit(browser, address)
    other = _two_tabs(visit, address)
    visit.ask("the harbour")
    other.get_by_label(icon.title(), exact=True).last.click()
    _asked(other, *["the iron bridge"] * (icon == "retry"))
    expect(_history(other)).to_have_count(1 + (icon == "retry"))
    visit.load()
    _open(visit.page, "the iron bridge", -1)
    _asked(visit.page, "the iron bridge", "the harbour")
    visit.leave()


def _two_tabs(visit: Visit, address: str) -> Page:
    """A second tab, in the conversation that the first has begun."""
    visit.ask("the iron bridge")
    other = visit.context.new_page()
    other.goto(address)
    _open(other, "the iron bridge")
    _asked(other, "the iron bridge")
    return other


def _history(page: Page) -> Locator:
    return page.locator("#history label")


def _open(page: Page, title: str, at: int = 0) -> None:
    page.get_by_label("Toggle Sidebar").click()
    _history(page).filter(has_text=title).nth(at).click()


def _ask(page: Page, question: str) -> None:
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    expect(page.locator(".message.user").last).to_have_text(question)
    page.get_by_role("button", name="Ask", exact=True).wait_for()


def _asked(page: Page, *questions: str) -> None:
    expect(page.locator(".message.user")).to_have_text(list(questions))
