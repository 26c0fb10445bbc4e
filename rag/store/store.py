"""The embedded store: one folder, one writer, any number of readers."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from rag.errors import StoreError
from rag.store import layout
from rag.store.backend import Queue
from rag.store.base import BaseStore
from rag.store.catalog import is_older
from rag.store.connections import Connections, not_found
from rag.store.derived import Snapshots
from rag.store.fingerprint import Fingerprint, generation_of
from rag.store.languages import LanguageIndex
from rag.store.lock import writer_lock
from rag.store.reader import Reader
from rag.store.status import Status, read_status
from rag.store.vectors import FLAT_MAX, VectorIndex
from rag.store.verify import Problems, problems
from rag.store.writer import Writer, known_failures
from rag.store.writing import rebuilding, updating
from rag.types import Failure


class Store(BaseStore):
    """An index folder, seen with what the running program would build it with.

    Readers get a generation each: the catalogue in one read transaction, and a
    vector index that holds exactly its chunks. A vector index in use is never
    changed; the next generation's is a changed copy.
    """

    _connections: Connections

    def __init__(
        self, folder: Path, fingerprint: Callable[[], Fingerprint], *, flat_max: int = FLAT_MAX
    ) -> None:
        """The index in `folder`, which need not exist yet.

        Args:
            fingerprint: Called when it is first needed, by a search or a sync.
            flat_max: Above so many chunks vectors are searched in parts.
        """
        super().__init__(fingerprint, str(folder))
        self.folder = folder
        self._flat_max = flat_max
        self._connections = Connections(folder)
        self._snapshots = Snapshots()

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
        with self._connections.reading() as reading:
            generation = generation_of(reading.meta)
            if not search:
                nothing = VectorIndex.empty(1), LanguageIndex.empty()
                yield Reader(reading.connection, *nothing, generation)
                return
            if check:
                self._check(reading.meta)
            snapshot = self._snapshots.of(reading)
            yield Reader(reading.connection, snapshot.vectors, snapshot.languages, generation)

    def check(self) -> None:
        """Refuses an index that a sync would refuse; what else is wrong with it, a sync says.

        Raises:
            StoreError: The folder is read-only.
            MismatchError: The index was built with other settings, or by a later version.
        """
        if self.folder.is_dir() and not os.access(self.folder, os.W_OK):
            raise StoreError(
                f"cannot write to {self.folder}: it is read-only; "
                "`rag serve --no-sync` serves what is indexed"
            )
        super().check()

    def queue(self, *, wait_s: float = 0.0, fill: bool = False) -> AbstractContextManager[Queue]:
        """Raises StoreError: a folder is for one process that writes."""
        raise StoreError(
            f"{self.folder} has no queue, one process at a time can write to it; "
            "for several, give --index postgresql://..."
        )

    @contextmanager
    def writer(self, *, wait_s: float = 0.0, rebuild: bool = False) -> Iterator[Writer]:
        """The one writer; on the way out the FAISS file is brought up to date.

        Args:
            wait_s: How long to wait for another writer.
            rebuild: Fill a new catalogue, which becomes the index on the way out; the
                old one serves until then. It may be damaged or of another make. What
                an interrupted rebuild has left is gone on with. An index of an earlier
                version of this program is rebuilt in any case; no vector is lost.

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
            layout.sweep(self.folder)
            current = layout.current_catalog(self.folder)
            build = self._fingerprint(), self._flat_max
            with (
                rebuilding(self.folder, current, *build)
                if current and (rebuild or is_older(current))
                else updating(self.folder, *build)
            ) as writer:
                yield writer

    def verify(self) -> Problems:
        """Everything that is wrong with the index, whatever it was built with.

        Raises:
            NotFoundError: Nothing was synced yet.
            LockedError: A sync is at work.
        """
        if layout.current_catalog(self.folder) is None:  # nor a folder for a lock, perhaps
            raise not_found(self.folder)
        with writer_lock(self.folder):
            catalog = layout.current_catalog(self.folder)
            if catalog is None:
                raise not_found(self.folder)
            return problems(catalog)

    def status(self) -> Status:
        """What is in the index, whatever it was built with.

        Raises:
            NotFoundError: Nothing was synced yet.
        """
        with self._connections.reading() as reading:
            return read_status(reading)

    def _failures(self, connection: sqlite3.Connection) -> list[Failure]:
        return known_failures(connection)
