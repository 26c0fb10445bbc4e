"""An index in a PostgreSQL database beside the embedded one: the same answers, and how fast.

    python -m benchmarks.postgres [parity] [workers] [scale] [--chunks 100000]

A server of its own is started for it, on a socket, and removed afterwards.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import psycopg

from benchmarks.latency import Times, by_words, percentiles, timed
from benchmarks.passages import article
from benchmarks.sets import DATA, WrappedEmbedder, open_set, read_rows, remembering
from rag import Corpus, Filters, Settings
from rag.arrays import FloatArray
from rag.embed import load_embedder
from rag.evaluate import Question, languages, read_questions
from rag.evaluate.retrieval import score
from rag.postgres import PostgresStore
from rag.postgres.reader import PostgresReader
from rag.retrieve import Retriever
from rag.store import Entry, Fingerprint
from rag.types import SearchResult
from tests.postgres.server import Server

QUESTIONS, TOP_K, DEPTH = 500, 10, 20
SCALE_SET, BATCH = "service_public_fr", 500
RECALL_QUESTIONS, CLIENTS, CLIENT_S = 200, 8, 10.0

#: Articles that workers share, and where the model of the workers computes: in them, on one
#: thread each, or on another machine, which takes so long for a passage.
ARTICLES, HERE, ELSEWHERE, ELSEWHERE_S = 1_500, "here", "elsewhere", 0.01

#: How far a copy of a passage is moved from it, and how often each is copied.
NOISE = 0.02


def main() -> None:
    """Measures what is named, else all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", default=["parity", "workers", "scale"])
    parser.add_argument("--chunks", type=int, default=100_000)
    arguments = parser.parse_args()
    with running() as server:
        if "parity" in arguments.what:
            for name, asked, searched in (
                ("piaf_fr", "fr", "fr"),
                ("belebele_en_de", "en", "de"),
                ("belebele_en_de", "de", "de"),
            ):
                with server.schema() as address:
                    compare(name, asked, searched, address)
        if "workers" in arguments.what:
            for model in (ELSEWHERE, HERE):
                for count in (1, 2, 3):
                    with server.schema() as address:
                        shared(address, count, model)
        if "scale" in arguments.what:
            with server.schema() as address:
                compare(SCALE_SET, "fr", "fr", address)  # enough for the vector index
            with server.schema() as address:
                scale(address, arguments.chunks)


@contextmanager
def running() -> Iterator[Server]:
    """A server that is durable, as one in use is."""
    server = Server(
        settings={
            "fsync": "on",
            "shared_buffers": "2GB",
            "max_wal_size": "8GB",
            "maintenance_work_mem": "2GB",
        }
    )
    try:
        server.create()
        server.start()
        yield server
    finally:
        server.remove()


def compare(name: str, asked: str, searched: str, address: str) -> None:
    """The same questions to both, over the passages of one language among all of a set."""
    settings = Settings(recent_questions=0)
    with (
        open_set(name) as embedded,
        Corpus(embedded.folder, address, settings, remembering(settings)) as served,
    ):
        served.sync()
        questions = chosen(name, asked, searched, languages(embedded.documents()))
        filters = Filters(languages=(searched,))
        runs = [
            {
                question.id: found(corpus.search(question.text, top_k=DEPTH, filters=filters))
                for question in questions
            }
            for corpus in (embedded, served)
        ]
    pairs = [
        pair
        for question in questions
        for pair in zip_longest(*(run[question.id][:TOP_K] for run in runs))
    ]
    same = sum(one == other for one, other in pairs) / len(pairs)
    scores = [score(questions, run)["nDCG@10"].mean for run in runs]
    print(
        f"{name:15} {asked} -> {searched}, {len(questions)} questions: {same:.2%} of "
        f"{len(pairs)} ranks hold the same document (target: 98 %); nDCG@10 {scores[0]:.4f} "
        f"embedded, {scores[1]:.4f} PostgreSQL (target: within 0.005)",
        flush=True,
    )


def chosen(name: str, asked: str, searched: str, known: dict[str, str]) -> list[Question]:
    """Questions of one language that documents of another answer, evenly thinned out."""
    questions = []
    for question in read_questions(DATA / name):
        relevant = {id: g for id, g in question.relevant.items() if known.get(id) == searched}
        if relevant and question.language in (asked, "*"):
            questions.append(dataclasses.replace(question, relevant=relevant))
    return questions[:: max(1, len(questions) // QUESTIONS)][:QUESTIONS]


def found(hits: Sequence[SearchResult]) -> list[str]:
    """The documents of passages, each where its best passage stands."""
    return list(dict.fromkeys(hit.document.id for hit in hits))


class Elsewhere(WrappedEmbedder):
    """Costs time and none of this processor's: a model on another machine."""

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        """Unit rows of shape (len(texts), dimension)."""
        time.sleep(ELSEWHERE_S * len(texts))
        rows = np.random.default_rng(0).standard_normal((len(texts), self.dimension))
        unit: FloatArray = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return unit


def open_shared(folder: Path, address: str, model: str) -> Corpus:
    settings = Settings(threads=1, recent_questions=0)
    embedder = load_embedder(settings)
    if model == ELSEWHERE:
        return Corpus(folder, address, settings, Elsewhere(embedder, ELSEWHERE))
    return Corpus(folder, address, settings, embedder)


def work(address: str, model: str) -> None:
    """One worker."""
    with open_shared(Path("no folder"), address, model) as corpus:
        for _ in corpus.work():
            pass


def shared(address: str, count: int, model: str) -> None:
    """So many workers index the same articles; from the first that is stored on."""
    with TemporaryDirectory() as folder:
        rows = read_rows(DATA / SCALE_SET / "corpus.jsonl")[:ARTICLES]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (Path(folder) / "corpus.jsonl").write_text(text, encoding="utf-8")
        with open_shared(Path(folder), address, model) as corpus:
            corpus.enqueue()
            context = multiprocessing.get_context("spawn")
            workers = [context.Process(target=work, args=(address, model)) for _ in range(count)]
            for worker in workers:
                worker.start()
            while not (first := corpus.status().chunks):
                time.sleep(0.01)
            started = time.monotonic()
            while corpus.status().waiting:
                time.sleep(0.05)
            seconds = time.monotonic() - started
            for worker in workers:
                worker.join()
            done = corpus.status()
    print(
        f"{count} workers, the model {model}: {done.documents} articles, "
        f"{(done.chunks - first) / seconds:.0f} passages/s",
        flush=True,
    )


def scale(address: str, chunks: int) -> None:
    """Recall and time of a large index."""
    settings = Settings(recent_questions=0)
    embedder = remembering(settings)
    fingerprint = Fingerprint(embedder.fingerprint, str(embedder.dimension), "made", "up")
    store = PostgresStore(address, lambda: fingerprint, settings)
    real = passages()
    started = time.monotonic()
    vectors = fill(store, real, chunks)
    status = store.status()
    print(
        f"{status.chunks} chunks in {time.monotonic() - started:.0f} s, no model; "
        f"{status.bytes / 1e6:.0f} MB, {status.vector_index}",
        flush=True,
    )
    print(f"  {sizes(address)}", flush=True)
    texts = [row["text"] for row in read_rows(DATA / SCALE_SET / "queries.jsonl")]
    texts = texts[:: len(texts) // RECALL_QUESTIONS][:RECALL_QUESTIONS]
    queries = {text: embedder.embed_query(text) for text in texts}
    one = Filters(sources=("source 7",))
    with store.reader() as reader:
        show_recall("recall@10 of the dense leg", reader, queries, vectors, None)
        show_recall("with a filter that keeps 1 %", reader, queries, vectors, one)
        parts: dict[str, Callable[[str], object]] = {
            "dense leg, 100": lambda text: reader.dense(queries[text], 100),
            "dense leg, 1,000, two languages": lambda text: reader.dense(queries[text], 1_000),
            "lexical leg": lambda text: by_words(reader, text, "fr"),
            "dense leg, filter": lambda text: reader.dense(queries[text], 100, one),
        }
        for name, act in parts.items():
            print(f"  {name:32} {spread(timed(act, texts))}", flush=True)
    retriever = Retriever(store, load_embedder(settings), settings)
    for name, filters in (("whole search", None), ("whole search, filter", one)):
        times = timed(partial(retriever.search, filters=filters), texts)
        print(f"  {name:32} {spread(times)} (target: p95 50 ms)", flush=True)
    retriever = Retriever(store, embedder, settings)
    print(f"  {CLIENTS} clients, questions embedded before: {throughput(retriever, texts)}")
    store.close()


def sizes(address: str) -> str:
    """The largest tables and indexes."""
    with psycopg.connect(address) as connection:
        rows = connection.execute(
            "SELECT relname, pg_table_size(oid) / 1e6 FROM pg_class WHERE relkind IN ('r', 'i') "
            "AND relnamespace = current_schema()::regnamespace ORDER BY 2 DESC LIMIT 8"
        ).fetchall()
    return ", ".join(f"{name} {megabytes:.0f} MB" for name, megabytes in rows)


class Passage(NamedTuple):
    """A passage of a real set."""

    text: str
    terms: list[str]
    vector: FloatArray


def passages() -> list[Passage]:
    """All of a set, as the embedded index has them."""
    with open_set(SCALE_SET) as corpus, corpus.retriever().retriever.store.reader() as reader:
        anywhere = np.zeros(384, np.float32)
        keys = sorted(key for key, _ in reader.dense(anywhere, len(reader)))
        hits, rows = reader.hits(keys), reader.vectors(keys)
    return [
        Passage(hits[key].chunk.text, hits[key].terms.split(), row)
        for key, row in zip(keys, rows, strict=True)
    ]


def fill(store: PostgresStore, real: Sequence[Passage], chunks: int) -> FloatArray:
    """Passages of a real set, then copies of them a little moved; their vectors, in order."""
    dice = np.random.default_rng(0)
    kept = []
    with store.writer() as writer:
        for first in range(0, chunks, BATCH):
            numbers = range(first, min(first + BATCH, chunks))
            origins = [real[number % len(real)] for number in numbers]
            moved = np.vstack([origin.vector for origin in origins])
            if first >= len(real):
                moved = moved + dice.standard_normal(moved.shape).astype(np.float32) * NOISE
            moved /= np.linalg.norm(moved, axis=1, keepdims=True)
            kept.append(moved.astype(np.float16).astype(np.float32))
            entries = [made_up(*each) for each in zip(numbers, origins, strict=True)]
            writer.add_vectors([entry.digest for entry in entries], moved)
            with writer.transaction():
                for entry in entries:
                    writer.put(entry)
                writer.next_generation()
    return np.vstack(kept)


def made_up(number: int, passage: Passage) -> Entry:
    language = "en" if number % 20 == 0 else "fr"  # as if: two languages are more work than one
    return article(number, passage.text, passage.terms, language, f"source {number % 100}")


def show_recall(
    name: str,
    reader: PostgresReader,
    queries: dict[str, FloatArray],
    vectors: FloatArray,
    filters: Filters | None,
) -> None:
    """How many of the ten nearest are among the ten first found."""
    among = np.arange(len(vectors))
    if filters:
        among = among[among % 100 == int(filters.sources[0].split()[1])]
    hit = 0
    for query in queries.values():
        best = among[np.argsort(-(vectors[among] @ query), kind="stable")[:TOP_K]]
        keys = [key for key, _ in reader.dense(query, 100, filters)[:TOP_K]]
        ids = {int(id) for id in reader.document_ids(keys)}
        hit += len(ids & set(best.tolist()))
    target = 0.95 if filters else 0.97
    print(f"  {name:32} {hit / TOP_K / len(queries):.4f} (target: {target})", flush=True)


def spread(times: Times) -> str:
    """Median and 95th percentile, and how long this process's own processor was busy."""
    median, p95, _ = percentiles(times.taken)
    own, *_ = percentiles(times.processor)
    return f"median {median:6.1f} ms (own processor {own:.1f} ms), p95 {p95:6.1f} ms"


def throughput(retriever: Retriever, texts: Sequence[str]) -> str:
    """Searches a second of several threads at once."""
    done = [0] * CLIENTS
    deadline = time.monotonic() + CLIENT_S

    def ask(client: int) -> None:
        while time.monotonic() < deadline:
            retriever.search(texts[(client * 31 + done[client]) % len(texts)])
            done[client] += 1

    threads = [threading.Thread(target=ask, args=[client]) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return f"{sum(done) / CLIENT_S:.0f} searches/s"


if __name__ == "__main__":
    main()
