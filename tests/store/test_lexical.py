"""Searching by words behind a filter takes about as long as without one."""

from __future__ import annotations

import json
import time

from rag import Corpus, Filters
from rag.store import Reader

ARTICLES = 3_000


def seconds(reader: Reader, filters: Filters | None) -> float:
    """The least of some tries."""
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        assert len(reader.lexical(["harbour", "w7"], 500, filters)) == 500
        taken.append(time.perf_counter() - started)
    return min(taken)


def test_a_filter_that_leaves_nearly_all(corpus: Corpus) -> None:
    with (corpus.folder / "many.jsonl").open("w") as rows:
        for number in range(ARTICLES):
            text = f"The harbour froze w{number % 10} times."
            rows.write(json.dumps({"id": str(number), "text": text, "lang": "en"}) + "\n")
    corpus.sync()
    with corpus.retriever().retriever.store.reader() as reader:
        without, behind = (seconds(reader, f) for f in (None, Filters(languages=("en",))))
    assert behind < 10 * without, (behind, without)
