"""The embedded store: one folder, one writer, any number of readers."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rag.errors import CorruptError, MismatchError, NotFoundError, StoreError
from rag.store import layout
from rag.store.catalog import connect, create, explained, transaction
from rag.store.donor import Donor
from rag.store.languages import LanguageIndex
from rag.store.lock import lock_holder, writer_lock
from rag.store.reader import Reader, chunk_languages, stored_vectors
from rag.store.seal import break_seal, damaged, is_sealed, write_seal
from rag.store.vectors import FLAT_MAX, KeyArray, VectorIndex, fits
from rag.store.verify import catalog_problems, vector_file_problems
from rag.store.writer import Known, Stamp, Writer, known_documents, known_files
from rag.types import Failure

_CONNECT_TRIES = 5
_CHECKPOINT_TIMEOUT_MS = 5_000
# The FAISS file may be so much behind: readers add what is missing from the stored
# vectors, which is faster than writing the whole file for one edited article.
_BEHIND_ROWS, _BEHIND_SHARE = 1_000, 0.05


class Fingerprint(NamedTuple):
    """What an index depends on: two with equal fingerprints mean the same by their numbers."""

    embedding: str
    dimension: str
    chunker: str
    analyzer: str


class Problems(NamedTuple):
    """What a verification found, a line each.

    Attributes:
        catalog: A rebuild mends these.
        vectors: Of the derived file: every sync mends these.
    """

    catalog: tuple[str, ...]
    vectors: tuple[str, ...]


class Snapshot(NamedTuple):
    """What is kept in memory of one generation.

    Attributes:
        generation: The index and its generation: no two states of any index share it.
    """

    generation: tuple[str, str]
    vectors: VectorIndex
    languages: LanguageIndex


@dataclass(frozen=True, slots=True)
class Status:
    """What is in an index.

    Attributes:
        languages: Documents by language code, most frequent first.
        generation: Grows with every change.
        synced_at: ISO 8601 time of the last sync that ended, UTC; None before the first.
        syncing: Process id of the sync at work; None if there is none.
        bytes: Size on disk.
        vector_index: How the vectors are searched.
    """

    documents: int
    chunks: int
    languages: dict[str, int]
    generation: int
    model: str
    synced_at: str | None
    syncing: str | None
    bytes: int
    vector_index: str
    failed: tuple[Failure, ...]


class Store:
    """An index folder, seen with what the running program would build it with.

    Readers get a generation each: the catalogue in one read transaction, and a
    vector index that holds exactly its chunks. A vector index in use is never
    changed; the next generation's is a changed copy.
    """

    def __init__(
        self, folder: Path, fingerprint: Callable[[], Fingerprint], *, flat_max: int = FLAT_MAX
    ) -> None:
        """The index in `folder`, which need not exist yet.

        Args:
            fingerprint: Called when it is first needed, by a search or a sync.
            flat_max: Above so many chunks vectors are searched in parts.
        """
        self.folder = folder
        self._fingerprint = fingerprint
        self._flat_max = flat_max
        self._idle: list[tuple[_File, sqlite3.Connection]] = []
        self._lock = threading.Lock()
        self._held: Snapshot | None = None
        self._verified: _File | None = None
        self._fitting: Path | None = None

    def close(self) -> None:
        """Closes idle connections; the store can be used again afterwards."""
        while self._idle:
            self._idle.pop()[1].close()

    @contextmanager
    def reader(self, *, search: bool = True, check: bool = True) -> Iterator[Reader]:
        """One consistent generation.

        Args:
            search: False if only documents are looked at, whatever built the index.
            check: False if it does not matter what the vectors mean.

        Raises:
            NotFoundError: Nothing was synced yet.
            MismatchError: The index was built with other settings.
            CorruptError: The catalogue is damaged.
        """
        with self._reading() as (connection, catalog, meta):
            if search:
                if check:
                    self._check(meta)
                snapshot = self._snapshot(connection, catalog, meta)
                yield Reader(connection, snapshot.vectors, snapshot.languages)
            else:
                yield Reader(connection, VectorIndex.empty(1), LanguageIndex.empty())

    def fits(self) -> bool:
        """False if the index is one of other settings; a moment's work after the first time."""
        catalog = layout.current_catalog(self.folder)
        if catalog != self._fitting:
            try:
                with self._reading() as (_, _, meta):
                    self._check(meta)
            except MismatchError:
                return False
            except StoreError:  # whoever uses the index will hear of it
                return True
            self._fitting = catalog
        return True

    def remembered(self) -> tuple[dict[str, Known], dict[str, Stamp]]:
        """The documents and files that the index knows, of a fitting index; none before the first.

        Raises:
            MismatchError: The index was built with other settings.
            CorruptError: The catalogue is damaged.
        """
        try:
            with self._reading() as (connection, _, meta):
                self._check(meta)
                return known_documents(connection), known_files(connection)
        except NotFoundError:
            return {}, {}

    @contextmanager
    def writer(self, *, wait_s: float = 0.0, rebuild: bool = False) -> Iterator[Writer]:
        """The one writer; on the way out the FAISS file is brought up to date.

        Args:
            wait_s: How long to wait for another writer.
            rebuild: Fill a new catalogue, which becomes the index on the way out; the
                old one serves until then. It may be damaged or of another make. What
                an interrupted rebuild has left is gone on with.

        Raises:
            LockedError: Another process is writing.
            MismatchError: The index was built with other settings.
            CorruptError: The catalogue is damaged.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"cannot create {self.folder}: {error.strerror}") from error
        with writer_lock(self.folder, wait_s):
            rebuild = layout.adopt_first_layout(self.folder) or rebuild
            layout.sweep(self.folder)
            current = layout.current_catalog(self.folder)
            with self._rebuilding(current) if rebuild and current else self._updating(current) as w:
                yield w

    def verify(self) -> Problems:
        """Everything that is wrong with the index, whatever it was built with.

        Raises:
            NotFoundError: Nothing was synced yet.
            LockedError: A sync is at work.
        """
        catalog = layout.current_catalog(self.folder)
        if catalog is None:
            raise self._not_found()
        with writer_lock(self.folder):
            try:
                with closing(create(catalog)) as connection:
                    found = catalog_problems(catalog, connection)
                    return Problems(
                        tuple(found),
                        () if found else tuple(vector_file_problems(catalog, connection)),
                    )
            except CorruptError as error:
                return Problems((str(error),), ())

    def status(self) -> Status:
        """What is in the index, whatever it was built with.

        Raises:
            NotFoundError: Nothing was synced yet.
        """
        with self._reading() as (connection, _, meta):
            count = connection.execute
            lists = int(meta.get("lists", 0))
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
                syncing=lock_holder(self.folder),
                bytes=_size(self.folder),
                vector_index=f"in {lists} lists" if lists else "flat",
                failed=tuple(
                    Failure(*row)
                    for row in count("SELECT path, reason FROM failures ORDER BY rowid")
                ),
            )

    @contextmanager
    def _reading(self) -> Iterator[tuple[sqlite3.Connection, Path, dict[str, str]]]:
        """A read transaction on the current catalogue; the connection is used again."""
        catalog, file, connection = self._connection()
        try:
            with transaction(connection, write=False):
                meta = _meta(connection)
                if "generation" not in meta:
                    raise self._not_found()
                yield connection, catalog, meta
        except sqlite3.Error as error:
            connection.close()
            raise explained(catalog, error) from error
        except BaseException:
            connection.close()
            raise
        self._idle.append((file, connection))

    def _connection(self) -> tuple[Path, _File, sqlite3.Connection]:
        for _ in range(_CONNECT_TRIES):
            catalog = layout.current_catalog(self.folder)
            if catalog is None:
                raise self._not_found()
            try:
                file = _file(catalog)
                if file != self._verified and is_sealed(catalog):
                    self._verified = file
                return catalog, file, self._borrow(file) or connect(catalog)
            except (StoreError, FileNotFoundError):
                if catalog.exists():
                    raise
                # A rebuild has just ended: there is another one.
        raise StoreError(f"the index in {self.folder} is replaced all the time; try again")

    def _borrow(self, file: _File) -> sqlite3.Connection | None:
        """An idle connection to the file as it is now; others are to files that are gone."""
        with suppress(IndexError):
            while True:
                known, connection = self._idle.pop()
                if known == file:
                    return connection
                connection.close()
        return None

    def _not_found(self) -> NotFoundError:
        return NotFoundError(f"there is no index in {self.folder} yet; run `rag sync` first")

    def _check(self, meta: dict[str, str]) -> None:
        """Refuses what was built with another fingerprint."""
        for field, here in self._fingerprint()._asdict().items():
            there = meta.get(field, here)
            if there != here:
                raise MismatchError(
                    f"the index in {self.folder} was built with {field} {there!r}, "
                    f"the settings now say {here!r}; run `rag sync --rebuild`, "
                    "or change the settings back"
                )

    @contextmanager
    def _updating(self, catalog: Path | None) -> Iterator[Writer]:
        """Changes the index in place, a transaction at a time."""
        if catalog is None:
            catalog = layout.first_catalog(self.folder)
        elif not is_sealed(catalog):
            _quick_check(catalog)
        with closing(create(catalog)) as connection, _sqlite_errors(catalog):
            self._check(_meta(connection))
            break_seal(catalog)
            with transaction(connection):
                _set_meta(connection, self._fingerprint()._asdict())
            yield Writer(connection)
            is_quiet = self._finish(connection, catalog)
        if is_quiet:
            write_seal(catalog)

    @contextmanager
    def _rebuilding(self, current: Path) -> Iterator[Writer]:
        """Fills another catalogue, then puts it in the place of the index."""
        catalog = layout.next_catalog(self.folder)
        if not self._can_go_on(catalog):
            layout.remove(catalog)
        with (
            closing(create(catalog)) as connection,
            closing(Donor(current)) as donor,
            _sqlite_errors(catalog),
        ):
            with transaction(connection):
                _set_meta(connection, self._fingerprint()._asdict())
            yield Writer(connection, donor)
            with transaction(connection):
                _set_meta(connection, {"generation": str(donor.generation() + 1)})
            self._finish(connection, catalog)
        write_seal(catalog)
        layout.publish(catalog)
        layout.sweep(self.folder)

    def _can_go_on(self, catalog: Path) -> bool:
        """Whether an interrupted rebuild was for the settings of now, and is whole."""
        if not catalog.exists():
            return False
        try:
            _quick_check(catalog)
            with closing(create(catalog)) as connection:
                self._check(_meta(connection))
        except (MismatchError, CorruptError):
            return False
        return True

    def _finish(self, connection: sqlite3.Connection, catalog: Path) -> bool:
        """Saves the vectors, empties the journal; whether that could be done at once."""
        self._save(connection, catalog)
        connection.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_TIMEOUT_MS}")
        (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not is_busy

    def _snapshot(
        self, connection: sqlite3.Connection, catalog: Path, meta: dict[str, str]
    ) -> Snapshot:
        """What is derived from the generation that the connection's transaction sees."""
        generation = (meta["index"], meta["generation"])
        with self._lock:
            held = self._held
            if held is None or held.generation != generation:
                dimension = int(meta["dimension"])
                held = self._held = Snapshot(
                    generation,
                    _derive(connection, self._base(catalog, meta), dimension),
                    LanguageIndex(
                        chunk_languages(connection),
                        lambda keys: stored_vectors(connection, keys, dimension),
                    ),
                )
            return held

    def _base(self, catalog: Path, meta: dict[str, str]) -> VectorIndex | None:
        """What to derive a generation from: the one in memory, else the one in the file."""
        held, lists = self._held, int(meta.get("lists", 0))
        if held and held.generation[0] == meta["index"] and held.vectors.lists == lists:
            return held.vectors
        return VectorIndex.load(layout.vectors_file(catalog), meta.get("faiss", ""))

    def _save(self, connection: sqlite3.Connection, catalog: Path) -> None:
        """Writes the FAISS file, unless the one that is there will do."""
        meta, file = _meta(connection), layout.vectors_file(catalog)
        saved = VectorIndex.load(file, meta.get("faiss", ""))
        keys = _keys(connection)
        if saved and fits(saved, len(keys), self._flat_max) and not _is_behind(saved.keys, keys):
            return
        dimension = int(meta["dimension"])
        if saved is None or not fits(saved, len(keys), self._flat_max):
            saved = None
        if saved is None and len(keys) > self._flat_max:
            index = VectorIndex.in_lists(keys, stored_vectors(connection, keys, dimension))
        else:
            index = _derive(connection, saved, dimension)
        sha256 = index.save(file)
        with transaction(connection):
            _set_meta(connection, {"faiss": sha256, "lists": str(index.lists)})


class _File(NamedTuple):
    """A file as it is on the disk now."""

    inode: tuple[int, int]
    size: int
    mtime_ns: int
    ctime_ns: int


def _file(path: Path) -> _File:
    status = path.stat()
    inode = (status.st_dev, status.st_ino)
    return _File(inode, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _meta(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT key, value FROM meta"))


def _set_meta(connection: sqlite3.Connection, values: dict[str, str]) -> None:
    Writer(connection).set_meta(values)


def _keys(connection: sqlite3.Connection) -> KeyArray:
    return np.fromiter((row[0] for row in connection.execute("SELECT key FROM chunks")), np.int64)


def _derive(
    connection: sqlite3.Connection, base: VectorIndex | None, dimension: int
) -> VectorIndex:
    """The index of the chunks in the catalogue, with as much of `base` as still holds."""
    base = base or VectorIndex.empty(dimension)
    keys = _keys(connection)
    removed, added = np.setdiff1d(base.keys, keys), np.setdiff1d(keys, base.keys)
    if not len(removed) and not len(added):
        return base
    return base.changed(removed, added, stored_vectors(connection, added, dimension))


def _is_behind(saved: KeyArray, keys: KeyArray) -> bool:
    """Whether a FAISS file lacks so much that opening the index would be slow."""
    differing = len(np.setxor1d(saved, keys))
    return differing > max(_BEHIND_ROWS, _BEHIND_SHARE * len(keys))


def _quick_check(catalog: Path) -> None:
    """Raises CorruptError if the structure of a catalogue that a sync left behind is damaged."""
    with closing(create(catalog)) as connection, _sqlite_errors(catalog):
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise damaged(catalog, found)


def _size(folder: Path) -> int:
    total = 0
    for entry in os.scandir(folder):
        with suppress(FileNotFoundError):  # a journal may go at any time
            total += entry.stat().st_size
    return total


@contextmanager
def _sqlite_errors(catalog: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise explained(catalog, error) from error
