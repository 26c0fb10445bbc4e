"""Read transactions on the current catalogue, on connections that are used again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, TypeAlias

from rag.errors import NotFoundError, StoreError
from rag.store import layout
from rag.store.catalog import closed_on_error, connect, explaining, read_meta, transaction
from rag.store.seal import is_sealed

_TRIES = 5

#: A file as it is on the disk now.
_File: TypeAlias = tuple[int, int, int, int, int]


class Reading(NamedTuple):
    """One state of a catalogue, for as long as a read transaction is open."""

    connection: sqlite3.Connection
    catalog: Path
    meta: dict[str, str]


class Connections:
    """Reads whatever catalogue is the index of a folder; usable from several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._idle: list[tuple[_File, sqlite3.Connection]] = []
        self._verified: _File | None = None

    def close(self) -> None:
        """Closes idle connections; others can be opened afterwards."""
        with suppress(IndexError):  # another thread may take the last one
            while True:
                self._idle.pop()[1].close()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """A read transaction on the current catalogue.

        Raises:
            NotFoundError: Nothing was synced yet.
            CorruptError: The catalogue is damaged.
        """
        catalog, file, connection = self._connection()
        with (
            explaining(catalog),
            closed_on_error(connection),
            transaction(connection, write=False),
        ):
            meta = read_meta(connection)
            if "generation" not in meta:
                raise not_found(self._folder)
            yield Reading(connection, catalog, meta)
        self._idle.append((file, connection))

    def _connection(self) -> tuple[Path, _File, sqlite3.Connection]:
        for _ in range(_TRIES):
            catalog = layout.current_catalog(self._folder)
            if catalog is None:
                raise not_found(self._folder)
            try:
                file = _file(catalog)
                if file != self._verified and is_sealed(catalog):
                    self._verified = file
                return catalog, file, self._borrow(file) or connect(catalog)
            except (StoreError, FileNotFoundError):
                if catalog.exists():
                    raise
                # A rebuild has just ended: there is another one.
        raise StoreError(f"the index in {self._folder} is replaced all the time; try again")

    def _borrow(self, file: _File) -> sqlite3.Connection | None:
        """An idle connection to the file as it is now; others are to files that are gone."""
        with suppress(IndexError):
            while True:
                known, connection = self._idle.pop()
                if known == file:
                    return connection
                connection.close()
        return None


def not_found(folder: Path) -> NotFoundError:
    """What to tell a person."""
    return NotFoundError(f"there is no index in {folder} yet; run `rag sync` first")


def _file(path: Path) -> _File:
    status = path.stat()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
