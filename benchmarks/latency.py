"""Time of a search and of its parts, in one run.

    python -m benchmarks.latency [--chunks 28000 100000]

Passages of PIAF are repeated with their words shuffled and their vectors perturbed
until there are enough of them: the sizes are real, the meaning is not.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.sets import DATA, WrappedEmbedder, read_rows, remembering
from rag import Corpus, Settings
from rag.arrays import FloatArray
from rag.embed import load_embedder
from rag.language import analyze
from rag.retrieve import POSTINGS, rarest
from rag.store import Reader

_QUESTIONS = 200

#: 95th percentile of a whole search.
_TARGETS_MS = {28_000: 25, 100_000: 40}


class PerturbedEmbedder(WrappedEmbedder):
    """Questions by the real model; passages get the vector of the one they were made of, moved."""

    def __init__(self, settings: Settings, vectors: FloatArray) -> None:
        inner = load_embedder(settings)
        super().__init__(inner, f"perturbed {inner.fingerprint}")
        self._vectors = vectors
        self._random = np.random.default_rng(0)

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        """Unit rows of shape (len(texts), dimension)."""
        rows = self._vectors[self._random.integers(len(self._vectors), size=len(texts))]
        rows = rows + self._random.standard_normal(rows.shape).astype(np.float32) * 0.02
        unit: FloatArray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


def write_corpus(folder: Path, chunks: int) -> None:
    """Articles of one chunk each."""
    rows = read_rows(DATA / "piaf_fr" / "corpus.jsonl")
    dice = random.Random(0)
    with (folder / "corpus.jsonl").open("w", encoding="utf-8") as file:
        for number in range(chunks):
            words = rows[number % len(rows)]["text"].split()[:110]
            other = rows[dice.randrange(len(rows))]["text"].split()[:40]
            text = " ".join(dice.sample(words, len(words)) + other)
            file.write(json.dumps({"id": str(number), "text": text, "lang": "fr"}) + "\n")


def percentiles(seconds: Sequence[float]) -> list[float]:
    """Median, 95th and 99th percentile in milliseconds."""
    found: list[float] = np.percentile(np.asarray(seconds) * 1000, [50, 95, 99]).tolist()
    return found


@dataclass(frozen=True)
class Times:
    """Seconds that each question took, and the processor's, of all threads."""

    taken: Sequence[float]
    processor: Sequence[float]


def timed(act: Callable[[str], object], questions: Sequence[str]) -> Times:
    """What each question takes, after three that are not counted."""
    taken, processor = [], []
    for question in (*questions[:3], *questions):
        started, used = time.perf_counter(), time.process_time()
        act(question)
        taken.append(time.perf_counter() - started)
        processor.append(time.process_time() - used)
    return Times(taken[3:], processor[3:])


def by_words(reader: Reader, question: str, language: str) -> list[tuple[int, float]]:
    """What the lexical leg of a search finds."""
    frequencies = dict(reader.document_frequencies(analyze(question, language)))
    return reader.lexical(rarest(frequencies, POSTINGS), 500)


def measure(chunks: int) -> None:
    """Builds a corpus of so many chunks and times its searches."""
    settings = Settings(recent_questions=0)
    known = remembering(settings)
    passages = read_rows(DATA / "piaf_fr" / "corpus.jsonl")[:300]
    vectors = known.embed_documents([row["text"] for row in passages])
    questions = [row["text"] for row in read_rows(DATA / "piaf_fr" / "queries.jsonl")]
    questions = questions[:: max(1, len(questions) // _QUESTIONS)][:_QUESTIONS]
    with TemporaryDirectory() as work:
        folder = Path(work) / "corpus"
        folder.mkdir()
        write_corpus(folder, chunks)
        embedder = PerturbedEmbedder(settings, vectors)
        with Corpus(folder, Path(work) / "index", settings, embedder) as corpus:
            corpus.sync()
            columns = f"{corpus.status().chunks:,} passages, {len(questions)} questions"
            print(f"| {columns} | median | p95 | p99 | p95 of the processor's | target |")
            print("|---|---|---|---|---|---|")
            retriever = corpus.retriever().retriever
            query = {question: embedder.embed_query(question) for question in questions}
            with retriever.store.reader() as reader:
                parts: dict[str, Callable[[str], object]] = {
                    "embed the question": embedder.embed_query,
                    "dense leg": lambda question: reader.dense(query[question], 100),
                    "lexical leg": lambda question: by_words(reader, question, "fr"),
                    "whole search": retriever.search,
                }
                for name, act in parts.items():
                    times = timed(act, questions)
                    cells = [*percentiles(times.taken), percentiles(times.processor)[1]]
                    target = _TARGETS_MS.get(chunks) if name == "whole search" else None
                    row = [
                        *(f"{each:.1f} ms" for each in cells),
                        f"p95 {target} ms" if target else "",
                    ]
                    print(f"| {name} | {' | '.join(row)} |", flush=True)
            print()


def main() -> None:
    """Measures each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", nargs="*", type=int, default=[28_000, 100_000])
    for chunks in parser.parse_args().chunks:
        measure(chunks)


if __name__ == "__main__":
    main()
