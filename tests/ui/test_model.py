"""A chat model's words on the page, and what happens when they take long."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from playwright.sync_api import Browser, expect

from rag import Corpus, Settings
from rag.embed import Embedder
from tests.ui.server import running
from tests.ui.talker import ENDLESS, Talker
from tests.ui.visit import Visit

pytestmark = pytest.mark.loopback

QUESTION = {"en": "who co-chaired the session?", "fr": "Qui a co-présidé la session ?"}
LOCALES = pytest.mark.parametrize("locale", ["en-US", "fr-FR"])

Serve = Callable[..., AbstractContextManager[tuple[str, Talker]]]


@pytest.fixture
def serve(sample: Corpus, embedder: Embedder) -> Serve:
    """Serves the shipped articles with a chat model that says the replies."""

    @contextmanager
    def serve(*replies: str, **options: int) -> Iterator[tuple[str, Talker]]:
        model = Talker(replies=list(replies))
        settings = Settings(llm_always=True)
        with (
            Corpus(sample.folder, sample.index, settings, embedder, model) as corpus,
            running(corpus, **options) as address,
        ):
            yield address, model

    return serve


def until(is_so: Callable[[], bool]) -> None:
    """Waits until something is so that no browser shows."""
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(("locale", "scheme"), [("en-US", "light"), ("fr-FR", "dark")])
def test_a_sentence_that_the_check_doubts_looks_doubted(
    browser: Browser, serve: Serve, locale: str, scheme: str
) -> None:
    said = "La rencontre s’est tenue à Alger [1]. "
    with serve(said + "La session a eu lieu à Tokyo en 1987 [1].") as (address, _):
        visit = Visit(browser, address, locale, scheme=scheme)
        reply = visit.ask(QUESTION[locale[:2]])
        doubted = visit.answers.last.locator("em")
        expect(doubted).to_have_count(1)
        assert "Tokyo" in doubted.inner_text()
        assert "Alger" not in doubted.inner_text()
        assert "wavy" in doubted.evaluate("each => getComputedStyle(each).textDecoration")
        marked, reasons = reply.split("⚠", 2)[1:]
        assert marked.strip() == ""
        assert "1987" in reasons
        visit.leave()


@LOCALES
def test_an_answer_is_stopped(browser: Browser, serve: Serve, locale: str) -> None:
    with serve(ENDLESS, "Lounes Magramane [1].") as (address, model):
        visit = Visit(browser, address, locale)
        visit.begin(QUESTION[locale[:2]])
        expect(visit.answers.last).to_contain_text("and on and on and on")
        expect(visit.page.locator("#sources .source")).not_to_have_count(0)
        visit.button(visit.say["stop"]).click()
        expect(visit.answers.last.locator("blockquote")).to_have_text(visit.say["stopped"])
        assert "and on and on" in visit.reply
        until(lambda: model.cut_short == 1)
        assert "Magramane" in visit.ask(QUESTION[locale[:2]])
        visit.leave()


@LOCALES
def test_the_way_of_answering_is_chosen(browser: Browser, serve: Serve, locale: str) -> None:
    with serve("Written: Lounes Magramane [1].", "Again: Lounes Magramane [1].") as (address, _):
        visit = Visit(browser, address, locale)
        assert "Written" in visit.ask(QUESTION[locale[:2]])
        visit.unfold(visit.say["options"])
        visit.page.get_by_label(visit.say["mode_quotes"], exact=True).click()
        quoted = visit.ask(QUESTION[locale[:2]])
        assert "La session a été coprésidée par Lounes Magramane" in quoted
        visit.page.get_by_label(visit.say["mode_model"], exact=True).click()
        assert "Again" in visit.ask(QUESTION[locale[:2]])
        visit.leave()


def test_a_slow_answer_holds_nobody_else(browser: Browser, serve: Serve) -> None:
    with serve(ENDLESS, "Lounes Magramane [1].") as (address, model):
        slow, other = Visit(browser, address), Visit(browser, address)
        slow.begin(QUESTION["en"])
        expect(slow.answers.last).to_contain_text("and on")
        assert "Magramane" in other.ask(QUESTION["en"])
        assert model.cut_short == 0
        expect(slow.button("Stop")).to_be_visible()
        other.leave()
        slow.leave()


@LOCALES
def test_a_full_queue_says_so_and_a_closed_page_makes_room(
    browser: Browser, serve: Serve, locale: str
) -> None:
    with serve(ENDLESS, "Lounes Magramane [1].", concurrent=1, waiting=1) as (address, model):
        answered, waiting, refused = (Visit(browser, address, locale) for _ in range(3))
        answered.begin(QUESTION[locale[:2]])
        expect(answered.answers.last).to_contain_text("and on")
        with waiting.page.expect_request(lambda request: "queue/data" in request.url):
            waiting.begin(QUESTION[locale[:2]])
        refused.begin(QUESTION[locale[:2]])
        expect(refused.page.get_by_text(refused.say["busy"])).to_be_visible()
        assert refused.box.input_value() == QUESTION[locale[:2]]  # to be sent again
        refused.errors.clear()  # the browser notes that it was refused
        refused.leave()
        answered.leave()
        until(lambda: model.cut_short == 1)
        assert "Magramane" in waiting.reply
        waiting.leave()
