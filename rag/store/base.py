"""What every index does alike, whichever database keeps it."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar, Protocol

from rag.errors import MismatchError, NotFoundError, StoreError
from rag.store.fingerprint import Fingerprint, only_refusals
from rag.store.rows import Known, Stamp
from rag.types import Failure


class Reading(Protocol):
    """One state of an index, for as long as a read transaction is open."""

    @property
    def connection(self) -> Any:
        """To the database."""
        ...

    @property
    def meta(self) -> Mapping[str, str]:
        """What the index says of itself, by name."""
        ...


class Connections(Protocol):
    """To one database; usable from several threads."""

    def close(self) -> None:
        """Closes those that are idle."""
        ...

    def reading(self) -> AbstractContextManager[Reading]:
        """The index as it is now."""
        ...


class BaseStore(ABC):
    """An index, seen with what the running program would build it with."""

    _connections: Connections

    def __init__(self, fingerprint: Callable[[], Fingerprint], place: str) -> None:
        """The index at a place, which people know under that name."""
        self._fingerprint = fingerprint
        self._place = place
        self._fitting = ""

    @abstractmethod
    def _failures(self, connection: Any) -> list[Failure]:
        """What could not be read when it was last tried."""

    def close(self) -> None:
        """Closes idle connections; the store can be used again afterwards."""
        self._connections.close()

    def check(self) -> None:
        """Refuses an index that a sync would refuse; what else is wrong with it, a sync says.

        Raises:
            MismatchError: The index was built with other settings, or by a later version.
        """
        with only_refusals(), self._connections.reading() as reading:
            self._check(reading.meta)

    def fits(self) -> bool:
        """False if the index is one of other settings; a moment's work after the first time."""
        try:
            with self._connections.reading() as reading:
                if reading.meta["index"] != self._fitting:
                    self._check(reading.meta)
                    self._fitting = reading.meta["index"]
        except MismatchError:
            return False
        except StoreError:  # whoever uses the index will hear of it
            return True
        return True

    def remembered(self) -> tuple[dict[str, Known], dict[str, Stamp], list[Failure]]:
        """The documents, files and failures of a fitting index; none before the first sync.

        Raises:
            MismatchError: The index was built with other settings.
            CorruptError: The index is damaged.
        """
        try:
            with self._connections.reading() as reading:
                self._check(reading.meta)
                connection = reading.connection
                return (
                    known_documents(connection),
                    known_files(connection),
                    self._failures(connection),
                )
        except NotFoundError:
            return {}, {}, []

    def built_with(self) -> Fingerprint:
        """What the numbers of the index mean, whatever the program would build it with.

        Raises:
            NotFoundError: Nothing was synced yet.
        """
        with self._connections.reading() as reading:
            return Fingerprint.of(reading.meta)

    def _check(self, meta: Mapping[str, str]) -> None:
        self._fingerprint().check(meta, self._place)


class BaseReader(ABC):
    """One generation of an index, as a consistent whole."""

    #: SQL behind a column: that it has one of the keys that `_fetched` is given.
    _AMONG: ClassVar[str]
    _connection: Any

    @abstractmethod
    def _fetched(self, query: str, keys: Sequence[int]) -> list[Any]:
        """The second column of rows that are found by their first, in the order of the keys."""

    def terms(self, keys: Sequence[int]) -> list[str]:
        """The analysed terms of each chunk, as `rag.store.terms.term_text` writes them."""
        return self._fetched(f"SELECT key, terms FROM chunks WHERE key {self._AMONG}", keys)

    def document_ids(self, keys: Sequence[int]) -> list[str]:
        """The id of each chunk's document."""
        return self._of_documents("id", keys)

    def dates(self, keys: Sequence[int]) -> list[str | None]:
        """The date of each chunk's document."""
        return self._of_documents("date", keys)

    def authors(self) -> dict[str, list[str]]:
        """The ids of the documents of each author."""
        found: dict[str, list[str]] = {}
        query = "SELECT id, authors FROM documents WHERE authors <> '[]'"
        for id, authors in self._connection.execute(query):
            for author in json.loads(authors):
                found.setdefault(author, []).append(id)
        return found

    def _of_documents(self, column: str, keys: Sequence[int]) -> list[Any]:
        return self._fetched(
            f"SELECT chunks.key, documents.{column} FROM chunks "
            f"JOIN documents ON documents.key = chunks.document WHERE chunks.key {self._AMONG}",
            keys,
        )


def known_documents(connection: Any) -> dict[str, Known]:
    """What is indexed, by document id."""
    rows = connection.execute("SELECT id, digest, path, sha256 FROM documents")
    return {id: Known(*known) for id, *known in rows}


def known_files(connection: Any) -> dict[str, Stamp]:
    """The files that need not be read again while they look the same, by path."""
    rows = connection.execute("SELECT path, size, mtime_ns, ctime_ns, inode, documents FROM files")
    return {path: Stamp(*stamp) for path, *stamp in rows}
