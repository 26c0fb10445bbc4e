"""A chat model's words on the page, and what happens when they take long."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from langchain_core.outputs import ChatGenerationChunk
from playwright.sync_api import Browser, expect

from rag import Corpus, Settings
from rag.embed import Embedder
from rag.ui.routes import CONCURRENT
from tests.conftest import WordEmbedder
from tests.ui.server import running
from tests.ui.talker import ENDLESS, Talker
from tests.ui.visit import Visit

pytestmark = pytest.mark.loopback

QUESTION = {"en": "who co-chaired the session?", "fr": "Qui a co-présidé la session ?"}

Serve = Callable[..., AbstractContextManager[tuple[str, Talker]]]
Come = Callable[[str], Visit]


@pytest.fixture(params=[("en-US", "light", 1280), ("fr-FR", "dark", 390)], ids=["en", "fr"])
def come(request: pytest.FixtureRequest, browser: Browser) -> Come:
    """Opens a page as one of two readers: each language, scheme and width once."""
    locale, scheme, width = request.param
    return partial(Visit, browser, locale=locale, scheme=scheme, width=width)


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


def test_a_sentence_that_the_check_doubts_looks_doubted(serve: Serve, come: Come) -> None:
    said = "La rencontre s’est tenue à Alger [1]. "
    with serve(said + "La session a eu lieu à Tokyo en 1987 [1].") as (address, _):
        visit = come(address)
        reply = visit.ask(QUESTION[visit.language])
        doubted = visit.answers.last.locator("em")
        expect(doubted).to_have_count(1)
        assert "Tokyo" in doubted.inner_text()
        assert "Alger" not in doubted.inner_text()
        assert "wavy" in doubted.evaluate("each => getComputedStyle(each).textDecoration")
        marked, reasons = reply.split("⚠", 2)[1:]
        assert marked.strip() == ""
        assert "1987" in reasons
        visit.leave()


def test_an_answer_is_stopped(serve: Serve, come: Come) -> None:
    with serve(ENDLESS, "Lounes Magramane [1].") as (address, model):
        visit = come(address)
        visit.begin(QUESTION[visit.language])
        expect(visit.answers.last).to_contain_text("and on and on and on")
        expect(visit.page.locator("#sources .source")).not_to_have_count(0)
        visit.button(visit.say["stop"]).click()
        expect(visit.answers.last.locator("blockquote")).to_have_text(visit.say["stopped"])
        assert "and on and on" in visit.reply
        expect(visit.page.locator("#history label")).to_have_count(1)  # kept as far as it was
        until(lambda: model.cut_short == 1)
        assert "Magramane" in visit.ask(QUESTION[visit.language])
        visit.leave()


def test_the_next_question_is_typed_while_an_answer_is_written(serve: Serve, come: Come) -> None:
    with serve(ENDLESS) as (address, _):
        visit = come(address)
        visit.begin(QUESTION[visit.language])
        expect(visit.answers.last).to_contain_text("and on")
        visit.box.fill("and where?")
        written = visit.answers.last.inner_text()
        expect(visit.answers.last).not_to_have_text(written)
        visit.button(visit.say["stop"]).click()
        expect(visit.answers.last.locator("blockquote")).to_have_text(visit.say["stopped"])
        expect(visit.box).to_have_value("and where?")
        visit.leave()


def test_the_way_of_answering_is_chosen(serve: Serve, come: Come) -> None:
    with serve("Written: Lounes Magramane [1].", "Again: Lounes Magramane [1].") as (address, _):
        visit = come(address)
        assert "Written" in visit.ask(QUESTION[visit.language])
        visit.unfold(visit.say["options"])
        visit.page.get_by_label(visit.say["mode_quotes"], exact=True).click()
        quoted = visit.ask(QUESTION[visit.language])
        assert "La session a été coprésidée par Lounes Magramane" in quoted
        visit.page.get_by_label(visit.say["mode_model"], exact=True).click()
        assert "Again" in visit.ask(QUESTION[visit.language])
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


def test_a_full_queue_says_so_and_a_closed_page_makes_room(serve: Serve, come: Come) -> None:
    with serve(ENDLESS, "Lounes Magramane [1].", concurrent=1, waiting=1) as (address, model):
        answered, waiting, refused = (come(address) for _ in range(3))
        question = QUESTION[answered.language]
        answered.begin(question)
        expect(answered.answers.last).to_contain_text("and on")
        with waiting.page.expect_request(lambda request: "queue/data" in request.url):
            waiting.begin(question)
        refused.begin(question)
        expect(refused.page.get_by_text(refused.say["busy"])).to_be_visible()
        assert refused.box.input_value() == question  # to be sent again
        refused.errors.clear()  # the browser notes that it was refused
        refused.leave()
        answered.leave()
        until(lambda: model.cut_short == 1)
        assert "Magramane" in waiting.reply
        waiting.leave()


def test_a_stream_that_is_left_stops_its_model(serve: Serve) -> None:
    body = {"question": QUESTION["en"]}
    with serve(ENDLESS) as (address, model):
        with httpx.stream("POST", f"{address}/api/stream", json=body, timeout=60) as reply:
            next(line for line in reply.iter_lines() if json.loads(line)["type"] == "text")
        until(lambda: model.cut_short == 1)


class Slow(Talker):
    """Thinks before its first word."""

    async def _astream(self, *said: Any, **how: Any) -> AsyncIterator[ChatGenerationChunk]:
        await asyncio.sleep(8)
        async for chunk in super()._astream(*said, **how):
            yield chunk


def test_streams_that_wait_for_a_model_hold_nobody_else(folder: Path, tmp_path: Path) -> None:
    many = CONCURRENT + 13  # and more than Starlette has threads
    model, settings = Slow(replies=["It froze [1]."] * many), Settings(llm_always=True)
    kinds: list[str] = []

    async def ask(client: httpx.AsyncClient) -> None:
        body = {"question": "what about the harbour?"}
        async with client.stream("POST", "/api/stream", json=body) as reply:
            async for line in reply.aiter_lines():
                kinds.append(json.loads(line)["type"])

    async def ask_all(address: str) -> None:
        async with httpx.AsyncClient(base_url=address, timeout=120) as client:
            asked = asyncio.gather(*(ask(client) for _ in range(many)))
            while kinds.count("passages") < CONCURRENT:
                await asyncio.sleep(0.1)
            assert (await client.get("/health", timeout=4)).status_code == 200
            await asked

    with Corpus(folder, tmp_path / "index", settings, WordEmbedder(), model) as corpus:
        corpus.sync()
        # In a thread of its own: Playwright keeps a loop running in this one.
        with running(corpus) as address, ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, ask_all(address)).result()
    assert kinds.count("answer") == many
    assert kinds.index("text") <= CONCURRENT  # the others have waited for their places
