"""The public sets: BEIR-style folders opened as corpora, with an embedder that remembers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from rag import Corpus, Settings
from rag.embed import SentenceEmbedder, load_embedder
from rag.embed.e5s1 import FloatArray

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
#: Indexes of the sets are kept between runs.
WORK = ROOT / "build" / "benchmarks"


class RememberingEmbedder:
    """Embeds each text once: benchmarks of quality look at the same sentences many times."""

    def __init__(self, inner: SentenceEmbedder) -> None:
        self._inner = inner
        self._known: dict[str, FloatArray] = {}
        self.dimension = inner.dimension
        self.max_tokens = inner.max_tokens
        self.fingerprint = inner.fingerprint
        self.token_spans = inner.token_spans
        self.embed_query = inner.embed_query

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        """Unit rows of shape (len(texts), dimension)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known |= zip(new, self._inner.embed_documents(new), strict=True)
        return np.vstack([self._known[text] for text in texts])


def read_rows(file: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file."""
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@contextmanager
def open_set(name: str) -> Iterator[Corpus]:
    """The passages of a set as a synced corpus."""
    folder = WORK / name / "corpus"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "corpus.jsonl").exists():
        shutil.copyfile(DATA / name / "corpus.jsonl", folder / "corpus.jsonl")
    settings = Settings()
    embedder = RememberingEmbedder(load_embedder(settings))
    with Corpus(folder, WORK / name / "index", settings, embedder) as corpus:
        corpus.sync()
        yield corpus
