"""Many people at once: answers a second, waiting times and memory of the server.

    python -m benchmarks.page_load                  # 1, 8, 32 and 100 users, 200 ms backend
    python -m benchmarks.page_load --flat 5000      # memory over so many questions

The server runs in a process of its own over the articles of the project. Its embedder is
an instant one that waits 200 ms with each question, as a model at work would. The users
ask over the page's own queue, as a browser does.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from rag import Corpus, Settings
from rag.store.vectors import FloatArray
from tests.ui.server import running
from tests.words import WordEmbedder

_BACKEND_S = 0.2
_CORPUS = Path(__file__).parents[1] / "corpus"


class SlowEmbedder(WordEmbedder):
    """Waits with each question."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds
        self._fast = WordEmbedder()

    def embed_query(self, text: str) -> FloatArray:
        """As the fast one, later."""
        time.sleep(self._seconds)
        return self._fast.embed_query(text)

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        """As the fast one."""
        rows = self._fast.embed_documents(texts)
        self._fast.embedded.clear()
        return rows


def _serve(seconds: float, address: multiprocessing.Queue[str], stop: object) -> None:
    with (
        tempfile.TemporaryDirectory() as index,
        Corpus(_CORPUS, Path(index) / "index", Settings(), SlowEmbedder(seconds)) as corpus,
    ):
        corpus.sync()
        with running(corpus) as served:
            address.put(served)
            stop.wait()  # type: ignore[attr-defined]


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


async def ask(client: httpx.AsyncClient) -> float:
    """Seconds until a question was answered whole."""
    begun = time.perf_counter()
    body = {"data": ["who co-chaired the session?"]}
    reply = await client.post("/gradio_api/call/ask", json=body)
    event = reply.raise_for_status().json()["event_id"]
    async with client.stream("GET", f"/gradio_api/call/ask/{event}") as lines:
        text = "".join([line async for line in lines.aiter_lines()])
    if "event: complete" not in text:
        raise RuntimeError(f"no answer: {text[:200]}")
    return time.perf_counter() - begun


async def crowd(address: str, users: int, questions: int) -> tuple[list[float], float]:
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
        print(f"{'users':>5} {'answers/s':>10} {'median s':>9} {'p95 s':>7}")
        for users in (1, 8, 32, 100):
            waits, took = asyncio.run(crowd(address, users, 20 if users == 1 else users * 6))
            p95 = statistics.quantiles(waits, n=20)[-1]
            rate = len(waits) / took
            print(f"{users:5} {rate:10.1f} {statistics.median(waits):9.2f} {p95:7.2f}", flush=True)


if __name__ == "__main__":
    main()
