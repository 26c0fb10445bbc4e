"""Many people at once: answers a second, waiting times and memory of the server.

    python -m benchmarks.page_load                  # 1, 8, 32 and 100 users, 200 ms backend
    python -m benchmarks.page_load --flat 5000      # memory over so many questions

The server runs in a process of its own over the articles of the project. Each question
waits 200 ms for an answer that was recorded, as for a model elsewhere: what is measured is
the page. Its users do what a browser does: each opens the page and asks in one
conversation, over the page's queue, and reads the stream to its end.
Programs ask over the same queue without a session (`queue`), or `/api/ask` (`api`).

Beside each figure stand the seconds of a core that one answer took in the server and in the
crowd. The crowd runs in one process and one thread: it is the limit where its share times
the answers a second comes near 1.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.machine import memory_mb
from rag import Corpus, Settings
from rag.types import Answer, Event
from tests.ui.server import running
from tests.words import WordEmbedder

#: Asks once; gives the seconds until the answer.
Ask = Callable[[], Awaitable[float]]

#: What a user does once before asking.
Way = Callable[[httpx.AsyncClient], Awaitable[Ask]]

_BACKEND_S = 0.2
_QUESTION = "Where did the session take place?"
_CORPUS = Path(__file__).parents[1] / "corpus"


class Recorded:
    """Answers every question alike, after a while, as a backend elsewhere would."""

    def __init__(self, events: Sequence[Event], seconds: float) -> None:
        self._events = events
        self._seconds = seconds

    def stream(self, _: object) -> Iterator[Event]:
        """The events of the answer that was recorded."""
        time.sleep(self._seconds)
        yield from self._events

    def invoke(self, _: object) -> Answer:
        """The answer that was recorded."""
        *_, answer = self.stream(None)
        assert isinstance(answer, Answer)
        return answer


class RecordedCorpus(Corpus):
    """A corpus whose chain is a recording."""

    recorded: Recorded

    def chain(self, **_: Any) -> Any:
        """The recording, whatever is wished."""
        return self.recorded


def _serve(seconds: float, address: multiprocessing.Queue[str], stop: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        with Corpus(_CORPUS, index, Settings(), WordEmbedder()) as corpus:
            corpus.sync()
            events = list(corpus.stream(_QUESTION))
        with RecordedCorpus(_CORPUS, index, Settings(), WordEmbedder()) as served:
            served.recorded = Recorded(events, seconds)
            with running(served) as at:
                address.put(at)
                stop.wait()


@contextlib.contextmanager
def server(seconds: float) -> Iterator[tuple[str, int]]:
    """The address and the process of a server that takes so long for a question."""
    context = multiprocessing.get_context("spawn")
    address, stop = context.Queue(), context.Event()
    process = context.Process(target=_serve, args=[seconds, address, stop])
    process.start()
    try:
        yield address.get(timeout=120), process.pid or 0
    finally:
        stop.set()
        process.join(30)


@dataclass(frozen=True, slots=True)
class Tab:
    """A page that is open in a browser, and the event that a question is there."""

    client: httpx.AsyncClient
    session: str
    asking: dict[str, Any]
    options: list[Any]

    @classmethod
    async def open(cls, client: httpx.AsyncClient) -> Tab:
        """A page that was loaded; its cookie is kept by the client."""
        page = await client.get("/", headers={"Accept": "text/html"})
        page.raise_for_status()
        config = (await client.get("/config")).raise_for_status().json()
        parts = {each["id"]: each["props"] for each in config["components"]}
        (box,) = (id for id, props in parts.items() if props.get("elem_id") == "question")
        events = config["dependencies"]
        (asking,) = (each for each in events if [box, "submit"] in each["targets"])
        options = [parts[id].get("value") for id in asking["inputs"][1:]]
        return cls(client, secrets.token_hex(8), asking, options)

    async def ask(self) -> float:
        """Seconds until a question was answered whole."""
        begun = time.perf_counter()
        data = [_QUESTION, *self.options]
        body = {"data": data, "fn_index": self.asking["id"], "session_hash": self.session}
        (await self.client.post("/gradio_api/queue/join", json=body)).raise_for_status()
        stream = f"/gradio_api/queue/data?session_hash={self.session}"
        async with self.client.stream("GET", stream) as lines:
            text = "".join([line async for line in lines.aiter_lines()])
        if '"success":true' not in text or "src-" not in text:
            raise RuntimeError(f"no answer: {text[-200:]}")
        return time.perf_counter() - begun


async def by_page(client: httpx.AsyncClient) -> Ask:
    """Asks on a page, as a browser does."""
    return (await Tab.open(client)).ask


async def by_queue(client: httpx.AsyncClient) -> Ask:
    """Asks as a program that keeps no session, through the page's queue."""

    async def ask() -> float:
        begun = time.perf_counter()
        reply = await client.post("/gradio_api/call/ask", json={"data": [_QUESTION, None]})
        event = reply.raise_for_status().json()["event_id"]
        async with client.stream("GET", f"/gradio_api/call/ask/{event}") as lines:
            text = "".join([line async for line in lines.aiter_lines()])
        if "event: complete" not in text:
            raise RuntimeError(f"no answer: {text[:200]}")
        return time.perf_counter() - begun

    return ask


async def by_api(client: httpx.AsyncClient) -> Ask:
    """Asks `/api/ask`."""

    async def ask() -> float:
        begun = time.perf_counter()
        reply = await client.post("/api/ask", json={"question": _QUESTION})
        reply.raise_for_status()
        return time.perf_counter() - begun

    return ask


WAYS: dict[str, Way] = {"page": by_page, "queue": by_queue, "api": by_api}


@dataclass(frozen=True, slots=True)
class Work:
    """What a crowd did: how long each answer took, and what all of them cost."""

    waits: list[float]
    wall_s: float
    server_s: float
    crowd_s: float


async def crowd(address: str, process: int, users: int, questions: int, way: Way) -> Work:
    """So many users, who all ask one question after another."""
    async with contextlib.AsyncExitStack() as stack:
        browsers = [
            httpx.AsyncClient(base_url=address, timeout=120, verify=False) for _ in range(users)
        ]
        asks = [await way(await stack.enter_async_context(browser)) for browser in browsers]

        async def user(ask: Ask) -> list[float]:
            return [await ask() for _ in range(max(1, questions // users))]

        begun = time.perf_counter(), core_s(process), time.process_time()
        waits = await asyncio.gather(*map(user, asks))
        ended = time.perf_counter(), core_s(process), time.process_time()
    wall, server, own = (after - before for before, after in zip(begun, ended, strict=True))
    return Work([each for some in waits for each in some], wall, server, own)


def core_s(process: int) -> float:
    """Seconds of a core that a process has taken."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _row(name: str, users: int, work: Work) -> str:
    count = len(work.waits)
    median, p95 = statistics.median(work.waits), statistics.quantiles(work.waits, n=20)[-1]
    server, own = (1000 * seconds / count for seconds in (work.server_s, work.crowd_s))
    return (
        f"{name:<5} {users:5} {count / work.wall_s:10.1f} {median:9.2f} {p95:7.2f}"
        f" {server:10.1f} {own:9.1f}"
    )


def _watch_memory(address: str, process: int, questions: int) -> None:
    for part in range(6):
        print(f"{part * questions // 5:6} questions: {memory_mb(process):.0f} MB", flush=True)
        if part < 5:
            asyncio.run(crowd(address, process, 8, questions // 5, by_queue))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flat", type=int, default=0, help="Questions to watch memory over.")
    parser.add_argument("--users", type=int, nargs="*", default=[1, 8, 32, 100])
    parser.add_argument("--ways", nargs="*", default=list(WAYS), choices=list(WAYS))
    options = parser.parse_args()
    with server(0.0 if options.flat else _BACKEND_S) as (address, process):
        asyncio.run(crowd(address, process, 8, 40, by_page))  # everything has been loaded once
        if options.flat:
            _watch_memory(address, process, options.flat)
            return
        print(
            f"{'way':<5} {'users':>5} {'answers/s':>10} {'median s':>9} {'p95 s':>7}"
            f" {'server ms':>10} {'crowd ms':>9}"
        )
        for name in options.ways:
            for users in options.users:
                questions = max(20, users * 6)
                work = asyncio.run(crowd(address, process, users, questions, WAYS[name]))
                print(_row(name, users, work), flush=True)


if __name__ == "__main__":
    main()
