"""Changing the index; every method is one transaction or part of the caller's."""

from __future__ import annotations

import sqlite3
import uuid
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager

from rag.arrays import FloatArray
from rag.store.base import known_documents, known_files
from rag.store.catalog import read_meta, transaction, write_meta
from rag.store.checksum import chunk_crc, document_crc
from rag.store.donor import Donor
from rag.store.rows import COLUMNS, Entry, Known, PreparedChunk, Stamp, document_row
from rag.store.terms import term_text
from rag.store.vectors import pack
from rag.types import Failure


def known_failures(connection: sqlite3.Connection) -> list[Failure]:
    """What could not be read when it was last tried."""
    rows = connection.execute("SELECT path, reason FROM failures ORDER BY rowid")
    return [Failure(*row) for row in rows]


class Writer:
    """The only writer of an index; valid inside `Store.writer()`."""

    def __init__(self, connection: sqlite3.Connection, donor: Donor | None = None) -> None:
        self._connection = connection
        self._donor = donor
        self._sync = uuid.uuid4().hex

    def transaction(self) -> AbstractContextManager[None]:
        """Groups changes; readers see all of them or none."""
        return transaction(self._connection)

    def documents(self) -> dict[str, Known]:
        """What is indexed, by document id."""
        return known_documents(self._connection)

    def files(self) -> dict[str, Stamp]:
        """The files that need not be read again while they look the same, by path."""
        return known_files(self._connection)

    def failures(self) -> list[Failure]:
        """What could not be read when it was last tried."""
        return known_failures(self._connection)

    def replaced_ids(self) -> set[str]:
        """Ids of the documents in the index that this one will replace."""
        return self._donor.document_ids() if self._donor else set()

    def missing_vectors(self, digests: Iterable[bytes]) -> list[bytes]:
        """Those of the digests whose vector is not stored, each once, in order."""
        query = "SELECT 1 FROM vectors WHERE digest = ?"
        return [
            digest
            for digest in dict.fromkeys(digests)
            if self._connection.execute(query, (digest,)).fetchone() is None
        ]

    def adopt_vectors(self, digests: Iterable[bytes], dimension: int) -> set[bytes]:
        """Takes over what the replaced index has of these vectors; returns their digests."""
        if self._donor is None:
            return set()
        found = {
            digest: vector
            for digest in digests
            if (vector := self._donor.vector(digest, dimension)) is not None
        }
        self._store(found.items())
        return set(found)

    def add_vectors(self, digests: Sequence[bytes], vectors: FloatArray) -> None:
        """Stores the rows of `vectors`, shape (len(digests), dimension)."""
        self._store(zip(digests, map(pack, vectors), strict=True))

    def _store(self, vectors: Iterable[tuple[bytes, bytes]]) -> None:
        with self.transaction():
            self._connection.executemany(
                "INSERT OR IGNORE INTO vectors (digest, vector, crc) VALUES (?, ?, ?)",
                [(digest, vector, zlib.crc32(vector)) for digest, vector in vectors],
            )

    def put(self, entry: Entry) -> None:
        """Adds a document, or replaces the one of the same id; its vectors are stored already."""
        self.remove([entry.document.id])
        row = document_row(entry.document)
        cursor = self._connection.execute(
            f"INSERT INTO documents ({', '.join(COLUMNS)}, digest, crc) "
            f"VALUES (?, ?{', ?' * len(row)})",
            (*row, entry.digest, document_crc(row)),
        )
        self._put_chunks(int(cursor.lastrowid or 0), entry.chunks)

    def _put_chunks(self, document: int, chunks: Sequence[PreparedChunk]) -> None:
        rows = []
        for (start, end), digest, analysed in chunks:
            terms = term_text(analysed)
            crc = chunk_crc(document, start, end, terms)
            rows.append((document, start, end, digest, terms, crc))
        self._connection.executemany(
            'INSERT INTO chunks (document, start, "end", vector, terms, crc) '
            "VALUES (?, ?, ?, (SELECT key FROM vectors WHERE digest = ?), ?, ?)",
            rows,
        )

    def remove(self, ids: Iterable[str]) -> int:
        """Removes documents with their chunks; returns how many were there."""
        query = "SELECT key FROM documents WHERE id = ?"
        keys = sorted(key for id in ids for key in self._connection.execute(query, (id,)))
        # By rising key: in another order the full-text index writes itself out for each.
        self._connection.executemany("DELETE FROM documents WHERE key = ?", keys)
        return len(keys)

    def stamp(self, stamps: Mapping[str, Stamp]) -> None:
        """Remembers files as read."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO files (path, size, mtime_ns, ctime_ns, inode, documents) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [(path, *stamp) for path, stamp in stamps.items()],
        )

    def forget(self, paths: Iterable[str]) -> None:
        """Makes the next sync read these files again, if they are there."""
        rows = [(path,) for path in paths]
        self._connection.executemany("DELETE FROM files WHERE path = ?", rows)

    def retry_failures(self, bounds: str) -> None:
        """Makes the next plan read again what failed, if it failed within other bounds."""
        if read_meta(self._connection).get("bounds") != bounds:  # none after a move
            self._connection.execute(
                "DELETE FROM files WHERE EXISTS (SELECT 1 FROM failures WHERE "
                "failures.path = files.path OR substr(failures.path, 1, length(files.path) + 1) "
                "IN (files.path || '/', files.path || ':', files.path || '#'))"
            )

    def set_failures(self, failures: Iterable[Failure]) -> None:
        """Replaces the list of what could not be read."""
        self._connection.execute("DELETE FROM failures")
        self._connection.executemany(
            "INSERT INTO failures (path, reason) VALUES (?, ?)", list(failures)
        )

    def drop_unused_vectors(self, before: float) -> None:
        """Forgets the vectors that no chunk has used since then, in seconds since 1970."""
        self._connection.execute("DELETE FROM vectors WHERE unused_since < ?", (int(before),))

    def chunk_count(self) -> int:
        """Number of chunks in the index."""
        (count,) = self._connection.execute("SELECT count(*) FROM chunks").fetchone()
        return int(count)

    def has_generation(self) -> bool:
        """Whether anything was ever published to readers."""
        row = self._connection.execute("SELECT 1 FROM meta WHERE key = 'generation'").fetchone()
        return row is not None

    def next_generation(self) -> None:
        """Tells readers that what they hold is behind.

        A restored backup counts on from where it was: its generations and keys come again
        with other content. What tells them apart is by which sync they were written.
        """
        self.set_meta({"sync": self._sync})
        self._connection.execute(
            "INSERT INTO meta (key, value) VALUES ('generation', '1') "
            "ON CONFLICT (key) DO UPDATE SET value = value + 1"
        )

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Stores named facts about the index."""
        write_meta(self._connection, values)
