"""The public sets: BEIR-style folders opened as corpora, with an embedder that remembers."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from rag import Corpus, MismatchError, Settings
from rag.arrays import FloatArray
from rag.embed import Embedder, load_embedder
from rag.embed.reader import Reading, TrainedReader, load_reader

ROOT = Path(__file__).parents[1]
#: Where the sets are; `BENCHMARK_DATA` names another folder of the same form.
DATA = Path(os.environ.get("BENCHMARK_DATA", ROOT.parent / "shared" / "data"))
#: Tells whether a passage belongs to a part of a set.
Keep: TypeAlias = Callable[[dict[str, Any]], bool]

#: Indexes of the sets, and what was embedded, are kept between runs.
WORK = Path(os.environ.get("BENCHMARK_WORK", ROOT / "build" / "benchmarks"))


class WrappedEmbedder:
    """An embedder that does all but `embed_documents` as another one does."""

    def __init__(self, inner: Embedder, fingerprint: str) -> None:
        self._inner = inner
        self.fingerprint = fingerprint
        self.dimension = inner.dimension
        self.max_tokens = inner.max_tokens
        self.token_spans = inner.token_spans

    def embed_query(self, text: str) -> FloatArray:
        """A unit vector of shape (dimension,)."""
        return self._inner.embed_query(text)


class RememberingEmbedder(WrappedEmbedder):
    """Embeds each text once ever: benchmarks look at the same passages and questions again."""

    def __init__(self, inner: Embedder, file: Path) -> None:
        """`file` is a SQLite database, created if missing."""
        super().__init__(inner, inner.fingerprint)
        file.parent.mkdir(parents=True, exist_ok=True)
        self._known = sqlite3.connect(file, timeout=60, check_same_thread=False)
        self._known.execute(
            "CREATE TABLE IF NOT EXISTS vectors (key INTEGER PRIMARY KEY, vector BLOB NOT NULL)"
        )

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        """Unit rows of shape (len(texts), dimension)."""
        keys = [self._key("document", text) for text in texts]
        known = self._vectors(keys)
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if new:
            self._remember(list(new), self._inner.embed_documents(list(new.values())))
            known |= self._vectors(list(new))
        rows = [known[key] for key in keys]
        return np.vstack(rows) if rows else np.empty((0, self.dimension), np.float32)

    def embed_query(self, text: str) -> FloatArray:
        """A unit vector of shape (dimension,)."""
        key = self._key("query", text)
        if not (known := self._vectors([key])):
            self._remember([key], self._inner.embed_query(text)[None])
            known = self._vectors([key])
        return known[key]

    def _key(self, kind: str, text: str) -> int:
        known_by = f"{self.fingerprint}\0{kind}\0{text}".encode("utf-8", "replace")
        return int.from_bytes(hashlib.sha256(known_by).digest()[:8], "big", signed=True)

    def _vectors(self, keys: Sequence[int]) -> dict[int, FloatArray]:
        query = "SELECT key, vector FROM vectors WHERE key IN (SELECT value FROM json_each(?))"
        rows = self._known.execute(query, (json.dumps(keys),))
        return {key: np.frombuffer(vector, np.float32) for key, vector in rows}

    def _remember(self, keys: Sequence[int], vectors: FloatArray) -> None:
        with self._known:
            self._known.executemany(
                "INSERT OR IGNORE INTO vectors VALUES (?, ?)",
                [(key, row.tobytes()) for key, row in zip(keys, vectors, strict=True)],
            )


class RememberingReader:
    """A reader that reads a passage for a question once ever."""

    def __init__(self, inner: TrainedReader, file: Path) -> None:
        """`file` is a SQLite database, created if missing."""
        self._inner = inner
        file.parent.mkdir(parents=True, exist_ok=True)
        self._known = sqlite3.connect(file, timeout=60, check_same_thread=False)
        self._known.execute(
            "CREATE TABLE IF NOT EXISTS readings (key BLOB PRIMARY KEY, readings BLOB NOT NULL)"
        )

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        """A reading of each passage, given as `(title, text)`."""
        asked = repr((self._inner.known_by, question, passages)).encode("utf-8", "replace")
        key = hashlib.sha256(asked).digest()
        query = "SELECT readings FROM readings WHERE key = ?"
        if known := self._known.execute(query, (key,)).fetchone():
            readings: list[Reading] = pickle.loads(known[0])
            return readings
        readings = self._inner.read(question, passages)
        with self._known:
            self._known.execute(
                "INSERT OR IGNORE INTO readings VALUES (?, ?)", (key, pickle.dumps(readings))
            )
        return readings


def remembering_reader() -> RememberingReader:
    """The reader, with the memory that all benchmarks share."""
    return RememberingReader(load_reader(Settings()), WORK / "readings.sqlite")


def remembering(settings: Settings) -> RememberingEmbedder:
    """The model that the settings name, with the memory that all benchmarks share."""
    return RememberingEmbedder(load_embedder(settings), WORK / "vectors.sqlite")


def read_rows(file: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file."""
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@contextmanager
def open_set(
    name: str,
    settings: Settings | None = None,
    *,
    part: str = "",
    keep: Keep | None = None,
    data: Path = DATA,
) -> Iterator[Corpus]:
    """The passages of a set as a synced corpus.

    Args:
        data: The folder of the sets.
        part: A name for what `keep` leaves of the set.
        keep: Tells of a passage's row whether it belongs to that part.
    """
    folder = WORK / f"{name}{part}" / "corpus"
    folder.mkdir(parents=True, exist_ok=True)
    source, kept = data / name / "corpus.jsonl", folder / "corpus.jsonl"
    if not kept.exists() or kept.stat().st_mtime < source.stat().st_mtime:
        with kept.open("w", encoding="utf-8") as file:
            for line in source.open(encoding="utf-8"):
                if keep is None or keep(json.loads(line)):
                    file.write(line)
    settings = settings or Settings()
    index = folder.parent / "index"
    with Corpus(folder, index, settings, remembering(settings)) as corpus:
        try:
            corpus.sync()
        except MismatchError:  # made before what is read or how it is cut had changed
            corpus.sync(rebuild=True)
        yield corpus
