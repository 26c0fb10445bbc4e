"""Hostile text, wherever it comes from, is shown and does nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from playwright.sync_api import Browser, expect

from rag import Corpus, Settings
from rag.types import Answer, CheckedSentence, Chunk, Citation, Document, SearchResult, Span
from rag.ui.conversation import Exchange
from rag.ui.memory import Memory
from tests.conftest import WordEmbedder
from tests.ui.payloads import payloads
from tests.ui.server import running
from tests.ui.visit import Visit

pytestmark = pytest.mark.loopback

#: What nothing that is shown may turn into.
_ACTIVE = "script, iframe, object, embed, form, base, meta, link, style, img, video, audio, math"

#: Exchanges in one conversation of prefixes.
_AT_ONCE = 250


class Attacker(ThreadingHTTPServer):
    """A server that should never be asked anything."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_error(404)

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server_address[1]}/"


@pytest.fixture
def attacker() -> Iterator[Attacker]:
    with Attacker() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def harmless(visit: Visit, attacker: Attacker) -> None:
    """Nothing ran, nobody was called, nothing was asked of the reader."""
    assert visit.page.evaluate("window.pwned") is None
    for place in (".message", "#sources", "#articles"):
        within = visit.page.locator(place).locator(_ACTIVE)
        assert [each.evaluate("each => each.outerHTML") for each in within.all()] == []
    assert attacker.asked == []
    assert visit.errors == []
    assert visit.foreign_requests() == []


def unfold_all(visit: Visit) -> None:
    """Opens what is folded away at the side."""
    visit.page.locator("#sources details").evaluate_all("all => all.forEach(e => e.open = true)")


def _words(text: str) -> str:
    """A text without what turns its direction, which is not kept of an article."""
    return " ".join(text.replace("\u202e", "").split())


def test_in_articles_questions_and_a_models_words(
    browser: Browser, tmp_path: Path, attacker: Attacker
) -> None:
    hostile = payloads(attacker.address)
    assert len(hostile) >= 60
    folder = tmp_path / "corpus"
    folder.mkdir()
    with (folder / "rows.jsonl").open("w") as rows:
        for number, payload in enumerate(hostile):
            text = f"The hostile report number {number} says {payload} at noon."
            row = {"id": payload, "title": payload, "text": text, "source": payload}
            rows.write(json.dumps({**row, "authors": [payload], "date": "2024-06-20"}) + "\n")
    for number, payload in enumerate(hostile[:10]):
        name = payload.replace("/", "∕").replace("\n", " ")[:80]
        (folder / f"{name}.txt").write_text(f"The hostile report from file {number}.")
    said = AIMessage(" ".join(f"{payload} [1].\n" for payload in hostile))
    model = GenericFakeChatModel(messages=iter([said, said]))
    settings = Settings(top_k=100, caution="eager", llm_always=True)
    with Corpus(folder, tmp_path / "index", settings, WordEmbedder(), model) as corpus:
        corpus.sync()
        with running(corpus) as address:
            visit = Visit(browser, address)
            visit.ask("what does the hostile report say at noon " + " ".join(hostile[:20]))
            unfold_all(visit)
            sources = visit.page.locator("#sources")
            shown = _words(sources.inner_text())
            missing = [each for each in hostile if _words(each) not in shown]
            assert missing == []
            harmless(visit, attacker)
            visit.page.get_by_role("tab", name="Articles").click()
            expect(visit.page.locator("#articles caption")).to_contain_text("articles")
            harmless(visit, attacker)
            for payload in hostile[::6]:
                article = visit.context.new_page()
                article.goto(f"{address}/article?id={quote(payload)}&at=0-20")
                assert payload.split("\n")[0].split("\t")[0] in article.locator("body").inner_text()
                assert article.evaluate("window.pwned") is None
                article.close()
            harmless(visit, attacker)
            visit.leave()


def test_in_a_saved_conversation(browser: Browser, corpus: Corpus, attacker: Attacker) -> None:
    corpus.sync()
    hostile = payloads(attacker.address)
    memory = Memory.beside(corpus.index)
    with running(corpus) as address:
        visit = Visit(browser, address)
        (cookie,) = (each for each in visit.context.cookies() if each["name"] == "visitor")
        user = f"visitor:{cookie['value']}"
        memory.save(user, "kept", tuple(map(_hostile_exchange, hostile)))
        for number, payload in enumerate(hostile):  # as titles in the list
            memory.save(user, str(number), (_hostile_exchange(payload),))
        visit.page.reload()
        visit.errors.clear()  # the connections of the page that was left
        visit.page.get_by_label("Toggle Sidebar").click()
        visit.page.locator("#history-find input").fill("")
        memory.rename(user, "kept", "all of them")
        visit.page.locator("#history-find input").fill("all of them")
        visit.page.locator("#history").get_by_text("all of them", exact=True).click()
        expect(visit.answers).to_have_count(len(hostile))
        harmless(visit, attacker)
        unfold_all(visit)
        shown = _words(visit.page.locator("#sources").inner_text())
        assert [each for each in hostile if _words(each) not in shown] == []
        harmless(visit, attacker)
        visit.page.locator("#history-find input").fill("")
        expect(visit.page.locator("#history label")).to_have_count(len(hostile) + 1)
        harmless(visit, attacker)
        visit.leave()


def _hostile_exchange(payload: str) -> Exchange:
    """An exchange in which everything that can be kept is the payload."""
    document = Document(
        id=payload,
        text="",
        title=payload,
        language="en",
        date="2024-06-20",
        authors=(payload,),
        source=payload,
        path=payload,
        sha256=payload,
    )
    length = len(payload)
    passage = SearchResult(document, Chunk(payload, 0, length, payload, payload), 1.0)
    citation = Citation("[1]", document, 0, length, payload, Span(length // 3, length // 2 + 1))
    sentence = CheckedSentence(0, length, "unsupported", (payload,))
    answer = Answer(
        payload,
        f"{payload} [1]",
        (citation,),
        False,
        0.5,
        payload,
        (passage,),
        (sentence,),
        1,
        payload,
    )
    return Exchange(
        question=payload,
        searched=payload,
        passages=(passage,),
        sentences=(sentence,),
        answer=answer,
    )


def test_at_every_prefix_of_a_stream(browser: Browser, corpus: Corpus, attacker: Attacker) -> None:
    corpus.sync()
    prefixes = [
        payload[:end]
        for payload in payloads(attacker.address)
        for end in range(1, len(payload) + 1)
    ]
    memory = Memory.beside(corpus.index)
    with running(corpus) as address:
        visit = Visit(browser, address)
        visit.ask("the iron bridge")
        visit.page.get_by_label("Toggle Sidebar").click()
        (cookie,) = (each for each in visit.context.cookies() if each["name"] == "visitor")
        for first in range(0, len(prefixes), _AT_ONCE):
            some = prefixes[first : first + _AT_ONCE]
            exchanges = tuple(Exchange(question=each, draft=each, stopped=True) for each in some)
            memory.save(f"visitor:{cookie['value']}", str(first), exchanges)
            memory.rename(f"visitor:{cookie['value']}", str(first), f"prefixes {first}")
        visit.page.locator("#history-find input").fill("prefixes")
        for first in range(0, len(prefixes), _AT_ONCE):
            visit.page.locator("#history").get_by_text(f"prefixes {first}", exact=True).click()
            expect(visit.answers).to_have_count(len(prefixes[first : first + _AT_ONCE]))
            last = prefixes[first : first + _AT_ONCE][-1]
            expect(visit.answers.last).to_contain_text(last.split("\n")[0].strip()[:12])
            harmless(visit, attacker)
        visit.leave()
