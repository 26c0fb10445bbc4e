"""A page that was left open while its server was restarted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from rag import Corpus
from rag.embed import Embedder
from rag.settings import Settings
from tests.ui.server import running
from tests.ui.visit import Visit

pytestmark = pytest.mark.loopback


@contextmanager
def restarted(corpus: Corpus, visit: Visit) -> Iterator[None]:
    """The server of a page, anew."""
    with running(corpus, port=urlsplit(visit.address).port or 0):
        yield
        visit.context.close()


def test_a_conversation_goes_on_and_none_is_lost(browser: Browser, corpus: Corpus) -> None:
    corpus.sync()
    with running(corpus) as address:
        visit = Visit(browser, address)
        visit.ask("the iron bridge")
        visit.page.get_by_label("Toggle Sidebar").click()
        visit.button("New conversation").click()
        visit.asked = 0
        visit.ask("the budget of the harbour")
    with restarted(corpus, visit):
        visit.ask("the museum")
        _asked(visit.page, "the budget of the harbour", "the museum")
        history = visit.page.locator("#history label")
        expect(history).to_have_count(2)
        history.filter(has_text="the iron bridge").click()
        _asked(visit.page, "the iron bridge")


@pytest.mark.parametrize(
    ("icon", "left", "box"),
    [("retry", ["the iron bridge", "the museum"], ""), ("undo", ["the iron bridge"], "the museum")],
)
def test_an_answer_is_asked_again_or_taken_back(
    browser: Browser, corpus: Corpus, icon: str, left: list[str], box: str
) -> None:
    corpus.sync()
    with running(corpus) as address:
        visit = Visit(browser, address)
        visit.ask("the iron bridge")
        visit.ask("the museum")
    with restarted(corpus, visit):
        visit.icon(icon).click()
        expect(visit.page.locator("#sources .turn")).to_have_count(len(left))
        expect(visit.box).to_have_value(box)
        _asked(visit.page, *left)


@pytest.mark.parametrize("icon", ["retry", "undo"])
def test_where_nothing_is_kept_it_says_so(
    browser: Browser, folder: Path, tmp_path: Path, words: Embedder, icon: str
) -> None:
    with Corpus(folder, tmp_path / "index", Settings(history=False), words) as corpus:
        corpus.sync()
        with running(corpus) as address:
            visit = Visit(browser, address)
            visit.ask("the iron bridge")
        with restarted(corpus, visit):
            visit.icon(icon).click()
            expect(visit.page.get_by_text(visit.say["history_gone"])).to_be_visible()


def _asked(page: Page, *questions: str) -> None:
    expect(page.locator(".message.user")).to_have_text(list(questions))
