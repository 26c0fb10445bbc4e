"""The embedded store: one folder, one writer, any number of readers."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rag.errors import MismatchError, NotFoundError, StoreError
from rag.store.catalog import connect, corrupt, sql_lists, transaction
from rag.store.lock import writer_lock
from rag.store.reader import Reader
from rag.store.vectors import FloatArray, KeyArray, VectorIndex, unpack
from rag.store.writer import Writer
from rag.types import Failure

CATALOG_FILE = "catalog.sqlite"


class Fingerprint(NamedTuple):
    """What an index depends on: two with equal fingerprints mean the same by their numbers."""

    embedding: str
    dimension: str
    chunker: str
    analyzer: str


class Snapshot(NamedTuple):
    """What is kept in memory of one generation."""

    generation: str
    vectors: VectorIndex
    languages: frozenset[str]


@dataclass(frozen=True, slots=True)
class Status:
    """What is in an index.

    Attributes:
        languages: Documents by language code, most frequent first.
        generation: Grows with every change.
        synced_at: ISO 8601 time of the last sync, UTC; None before the first.
        bytes: Size on disk.
    """

    documents: int
    chunks: int
    languages: dict[str, int]
    generation: int
    model: str
    synced_at: str | None
    bytes: int
    failed: tuple[Failure, ...]


class Store:
    """An index folder seen with the fingerprint of the running program.

    Readers get a generation each: the catalogue in one read transaction, and a
    vector index that holds exactly its chunks. A vector index in use is never
    changed; the next generation's is a changed copy.
    """

    def __init__(self, folder: Path, fingerprint: Fingerprint) -> None:
        self.folder = folder
        self._file = folder / CATALOG_FILE
        self.fingerprint = fingerprint
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._held: Snapshot | None = None

    def close(self) -> None:
        """Closes idle connections; the store can be used again afterwards."""
        idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """One consistent generation.

        Raises:
            NotFoundError: Nothing was synced yet.
            MismatchError: The index was built with other settings.
            CorruptError: The catalogue is damaged.
        """
        with self._connection() as connection, transaction(connection, write=False):
            meta = _meta(connection)
            if "generation" not in meta:
                raise self._not_found()
            self._check(meta)
            snapshot = self._snapshot(connection, meta)
            yield Reader(connection, snapshot.vectors, snapshot.languages)

    @contextmanager
    def writer(self, *, wait_s: float = 0.0, rebuild: bool = False) -> Iterator[Writer]:
        """The one writer; on the way out the FAISS file is brought up to date.

        Args:
            wait_s: How long to wait for another writer.
            rebuild: Take an index with another fingerprint too; the caller replaces all of it.

        Raises:
            LockedError: Another process is writing.
            MismatchError: The index was built with other settings.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"cannot create {self.folder}: {error.strerror}") from error
        with writer_lock(self.folder, wait_s), self._connection(create=True) as connection:
            if not rebuild:
                self._check(_meta(connection))
            yield Writer(connection)
            self._save(connection)

    def status(self) -> Status:
        """What is in the index, whatever it was built with.

        Raises:
            NotFoundError: Nothing was synced yet.
        """
        with self._connection() as connection, transaction(connection, write=False):
            meta = _meta(connection)
            if "generation" not in meta:
                raise self._not_found()
            count = connection.execute
            return Status(
                documents=count("SELECT count(*) FROM documents").fetchone()[0],
                chunks=count("SELECT count(*) FROM chunks").fetchone()[0],
                languages=dict(
                    count(
                        "SELECT language, count(*) FROM documents "
                        "GROUP BY language ORDER BY count(*) DESC, language"
                    )
                ),
                generation=int(meta["generation"]),
                model=meta.get("embedding", ""),
                synced_at=meta.get("synced_at"),
                bytes=sum(file.stat().st_size for file in self.folder.iterdir()),
                failed=tuple(
                    Failure(*row)
                    for row in count("SELECT path, reason FROM failures ORDER BY rowid")
                ),
            )

    @contextmanager
    def _connection(self, *, create: bool = False) -> Iterator[sqlite3.Connection]:
        if not create and not self._file.exists():
            raise self._not_found()
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = connect(self._file)
        try:
            yield connection
        except sqlite3.Error as error:
            connection.close()
            raise corrupt(self._file, error) from error
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)

    def _not_found(self) -> NotFoundError:
        return NotFoundError(f"there is no index in {self.folder} yet; run `rag sync` first")

    def _check(self, meta: dict[str, str]) -> None:
        """Refuses what was built with another fingerprint."""
        for field, here in self.fingerprint._asdict().items():
            there = meta.get(field, here)
            if there != here:
                raise MismatchError(
                    f"the index in {self.folder} was built with {field} {there!r}, "
                    f"the settings now say {here!r}; run `rag sync --rebuild`, "
                    "or change the settings back"
                )

    def _snapshot(self, connection: sqlite3.Connection, meta: dict[str, str]) -> Snapshot:
        """What is derived from the generation that the connection's transaction sees."""
        with self._lock:
            held = self._held
            if held is None or held.generation != meta["generation"]:
                base = (
                    held.vectors if held else VectorIndex.load(self.folder, meta.get("faiss", ""))
                )
                languages = connection.execute("SELECT DISTINCT language FROM documents")
                held = self._held = Snapshot(
                    meta["generation"],
                    self._derive(connection, base),
                    frozenset(language for (language,) in languages),
                )
            return held

    def _derive(self, connection: sqlite3.Connection, base: VectorIndex | None) -> VectorIndex:
        """The index of the chunks in the catalogue, with as much of `base` as still holds."""
        dimension = int(self.fingerprint.dimension)
        if base is None or base.dimension != dimension:
            base = VectorIndex.empty(dimension)
        keys = np.fromiter((row[0] for row in connection.execute("SELECT key FROM chunks")), int)
        removed, added = np.setdiff1d(base.keys, keys), np.setdiff1d(keys, base.keys)
        if not len(removed) and not len(added):
            return base
        return base.changed(removed, added, _stored_vectors(connection, added, dimension))

    def _save(self, connection: sqlite3.Connection) -> None:
        """Writes the FAISS file of the current generation, unless it is there."""
        with transaction(connection, write=False):
            meta = _meta(connection)
            if "generation" not in meta or meta.get("saved") == meta["generation"]:
                return
            vectors = self._snapshot(connection, meta).vectors
        sha256 = vectors.save(self.folder)
        with transaction(connection):
            Writer(connection).set_meta({"faiss": sha256, "saved": meta["generation"]})


def _meta(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT key, value FROM meta"))


def _stored_vectors(connection: sqlite3.Connection, keys: KeyArray, dimension: int) -> FloatArray:
    """The vectors of chunks, in the order of their keys, shape (n, dimension)."""
    rows: list[bytes] = []
    for some in sql_lists(keys.tolist()):
        found = connection.execute(
            "SELECT vectors.vector FROM chunks JOIN vectors ON vectors.key = chunks.vector "
            f"WHERE chunks.key IN {some} ORDER BY chunks.key"
        )
        rows.extend(vector for (vector,) in found)
    return unpack(rows, dimension)
