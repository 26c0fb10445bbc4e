"""Changing the index; every method is one transaction or part of the caller's."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple

from rag.store.catalog import transaction
from rag.store.terms import term_text
from rag.store.vectors import FloatArray, pack
from rag.types import Document, Failure, Span


class Stamp(NamedTuple):
    """What a file looked like when it was read; if it looks the same, it is not read again."""

    size: int
    mtime_ns: int
    documents: int


class Known(NamedTuple):
    """A document of the index: the digest of its content, and its file."""

    digest: bytes
    path: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A document ready to be stored.

    Attributes:
        document: With its language known.
        digest: Of everything a reader of the file could see.
        chunks: Span, digest of the embedded text, and analysed terms, in order.
    """

    document: Document
    digest: bytes
    chunks: Sequence[tuple[Span, bytes, Sequence[str]]]


class Writer:
    """The only writer of an index; valid inside `Store.writer()`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def transaction(self) -> AbstractContextManager[None]:
        """Groups changes; readers see all of them or none."""
        return transaction(self._connection)

    def documents(self) -> dict[str, Known]:
        """What is indexed, by document id."""
        rows = self._connection.execute("SELECT id, digest, path FROM documents")
        return {id: Known(digest, path) for id, digest, path in rows}

    def files(self) -> dict[str, Stamp]:
        """The files that were read without a failure, by path."""
        rows = self._connection.execute("SELECT path, size, mtime_ns, documents FROM files")
        return {path: Stamp(*stamp) for path, *stamp in rows}

    def missing_vectors(self, digests: Iterable[bytes]) -> list[bytes]:
        """Those of the digests whose vector is not stored, each once, in order."""
        query = "SELECT 1 FROM vectors WHERE digest = ?"
        return [
            digest
            for digest in dict.fromkeys(digests)
            if self._connection.execute(query, (digest,)).fetchone() is None
        ]

    def add_vectors(self, digests: Sequence[bytes], vectors: FloatArray) -> None:
        """Stores the rows of `vectors`, shape (len(digests), dimension)."""
        with self.transaction():
            self._connection.executemany(
                "INSERT OR IGNORE INTO vectors (digest, vector) VALUES (?, ?)",
                zip(digests, map(pack, vectors), strict=True),
            )

    def put(self, entry: Entry) -> None:
        """Adds a document, or replaces the one of the same id; its vectors are stored already."""
        document = entry.document
        self.remove([document.id])
        cursor = self._connection.execute(
            "INSERT INTO documents "
            "(id, path, title, language, date, authors, source, sha256, digest, text) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document.id,
                document.path,
                document.title,
                document.language,
                document.date,
                json.dumps(document.authors, ensure_ascii=False),
                document.source,
                document.sha256,
                entry.digest,
                document.text,
            ),
        )
        self._connection.executemany(
            'INSERT INTO chunks (document, start, "end", vector, terms) '
            "VALUES (?, ?, ?, (SELECT key FROM vectors WHERE digest = ?), ?)",
            [
                (cursor.lastrowid, span.start, span.end, digest, term_text(terms))
                for span, digest, terms in entry.chunks
            ],
        )

    def remove(self, ids: Iterable[str]) -> None:
        """Removes documents with their chunks."""
        self._connection.executemany("DELETE FROM documents WHERE id = ?", [(id,) for id in ids])

    def stamp(self, stamps: Mapping[str, Stamp]) -> None:
        """Remembers files as read."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO files (path, size, mtime_ns, documents) VALUES (?, ?, ?, ?)",
            [(path, *stamp) for path, stamp in stamps.items()],
        )

    def forget(self, paths: Iterable[str]) -> None:
        """Makes the next sync read these files again, if they are there."""
        rows = [(path,) for path in paths]
        self._connection.executemany("DELETE FROM files WHERE path = ?", rows)

    def set_failures(self, failures: Iterable[Failure]) -> None:
        """Replaces the list of what could not be read."""
        self._connection.execute("DELETE FROM failures")
        self._connection.executemany(
            "INSERT INTO failures (path, reason) VALUES (?, ?)", list(failures)
        )

    def drop_unused_vectors(self) -> None:
        """Forgets the vectors that no chunk uses."""
        self._connection.execute("DELETE FROM vectors WHERE key NOT IN (SELECT vector FROM chunks)")

    def chunk_count(self) -> int:
        """Number of chunks in the index."""
        (count,) = self._connection.execute("SELECT count(*) FROM chunks").fetchone()
        return int(count)

    def has_generation(self) -> bool:
        """Whether anything was ever published to readers."""
        row = self._connection.execute("SELECT 1 FROM meta WHERE key = 'generation'").fetchone()
        return row is not None

    def next_generation(self) -> None:
        """Tells readers that what they hold is behind."""
        self._connection.execute(
            "INSERT INTO meta (key, value) VALUES ('generation', '1') "
            "ON CONFLICT (key) DO UPDATE SET value = value + 1"
        )

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Stores named facts about the index."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", list(values.items())
        )
