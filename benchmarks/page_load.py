"""Many people at once: answers a second, waiting times and memory of the server.

    python -m benchmarks.page_load                  # 1, 8, 32 and 100 users, 200 ms backend
    python -m benchmarks.page_load --flat 5000      # memory over so many questions

The server runs in a process of its own over the articles of the project. Each question
waits 200 ms for an answer that was recorded, as for a model elsewhere: what is measured is
the page. The users ask over its own queue, as a browser does.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from rag import Corpus, Settings
from rag.types import Answer, Event
from tests.ui.server import running
from tests.words import WordEmbedder

#: Asks once; gives the seconds until the answer.
Ask = Callable[[httpx.AsyncClient], Awaitable[float]]

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


@contextmanager
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


async def ask_the_page(client: httpx.AsyncClient) -> float:
    """Seconds until a question was answered whole, through the page's queue."""
    begun = time.perf_counter()
    reply = await client.post("/gradio_api/call/ask", json={"data": [_QUESTION, None]})
    event = reply.raise_for_status().json()["event_id"]
    async with client.stream("GET", f"/gradio_api/call/ask/{event}") as lines:
        text = "".join([line async for line in lines.aiter_lines()])
    if "event: complete" not in text:
        raise RuntimeError(f"no answer: {text[:200]}")
    return time.perf_counter() - begun


async def ask_the_api(client: httpx.AsyncClient) -> float:
    """Seconds until `/api/ask` answered."""
    begun = time.perf_counter()
    reply = await client.post("/api/ask", json={"question": _QUESTION})
    reply.raise_for_status()
    return time.perf_counter() - begun


async def crowd(
    address: str, users: int, questions: int, ask: Ask = ask_the_page
) -> tuple[list[float], float]:
    """Waiting times of so many users who ask one question after another, and how long it took."""
    limits = httpx.Limits(max_connections=2 * users)
    async with httpx.AsyncClient(base_url=address, timeout=120, limits=limits) as client:

        async def user() -> list[float]:
            return [await ask(client) for _ in range(max(1, questions // users))]

        begun = time.perf_counter()
        waits = await asyncio.gather(*(user() for _ in range(users)))
    return [each for some in waits for each in some], time.perf_counter() - begun


def memory_mb(process: int) -> float:
    """Resident memory of a process."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flat", type=int, default=0, help="Questions to watch memory over.")
    flat = parser.parse_args().flat
    with server(0.0 if flat else _BACKEND_S) as (address, process):
        asyncio.run(crowd(address, 8, 40))  # everything has been loaded once
        if flat:
            for part in range(6):
                print(f"{part * flat // 5:6} questions: {memory_mb(process):.0f} MB", flush=True)
                if part < 5:
                    asyncio.run(crowd(address, 8, flat // 5))
            return
        print(f"{'way':<5} {'users':>5} {'answers/s':>10} {'median s':>9} {'p95 s':>7}")
        for name, ask in (("page", ask_the_page), ("api", ask_the_api)):
            for users in (1, 8, 32, 100):
                questions = 20 if users == 1 else users * 6
                waits, took = asyncio.run(crowd(address, users, questions, ask))
                median, p95 = statistics.median(waits), statistics.quantiles(waits, n=20)[-1]
                rate = len(waits) / took
                print(f"{name:<5} {users:5} {rate:10.1f} {median:9.2f} {p95:7.2f}", flush=True)


if __name__ == "__main__":
    main()
