"""An index in a PostgreSQL database: any number of page servers, one writer at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection, sql

from rag.errors import MismatchError
from rag.postgres import looking
from rag.postgres.connections import FILLING, HAS_INDEX, Connections, one
from rag.postgres.failures import no_pgvector, not_a_rebuild, not_found
from rag.postgres.queue import PostgresQueue
from rag.postgres.reader import EXACT_MAX, PostgresReader
from rag.postgres.samples import Samples
from rag.postgres.schema import MAX_INDEXED_DIMENSION, check_version, migrate, replace, version
from rag.postgres.verify import problems
from rag.postgres.writer import PostgresWriter, known_failures
from rag.settings import Settings
from rag.store.base import BaseStore
from rag.store.fingerprint import Fingerprint
from rag.store.status import Status
from rag.store.verify import Problems
from rag.types import Failure

_TIDY_CHUNKS = 10_000  # a sync that wrote more leaves the tables ready to be searched


class PostgresStore(BaseStore):
    """A database's index, seen with what the running program would build it with.

    Readers get a generation each: everything in one read transaction. What is kept in
    memory is small, and derived.
    """

    _connections: Connections

    def __init__(
        self,
        address: str,
        fingerprint: Callable[[], Fingerprint],
        settings: Settings,
        *,
        exact_max: int = EXACT_MAX,
    ) -> None:
        """The index at an address, which need not exist yet; nothing is connected.

        Args:
            fingerprint: Called when it is first needed, by a search or a sync.
            exact_max: Among so many chunks the nearest are found one by one, without an index.

        Raises:
            SettingsError: The address is none.
        """
        self._connections = Connections(address, settings)
        super().__init__(fingerprint, self._connections.place)
        self._samples = Samples()
        self._exact_max = exact_max

    @contextmanager
    def reader(self, *, search: bool = True, check: bool = True) -> Iterator[PostgresReader]:
        """One consistent generation.

        Args:
            search: False if only documents are looked at, whatever built the index.
            check: False if it does not matter what the vectors mean.

        Raises:
            NotFoundError: Nothing was synced yet.
            MismatchError: The index was built with other settings.
        """
        with self._connections.reading() as reading:
            if search and check:
                self._check(reading.meta)
            yield PostgresReader(reading, self._samples, self._exact_max)

    @contextmanager
    def writer(self, *, wait_s: float = 0.0, rebuild: bool = False) -> Iterator[PostgresWriter]:
        """The one writer; on the way out the vector index is made if there are enough vectors.

        Args:
            wait_s: How long to wait for another writer.
            rebuild: Fill other tables, which take the place of these on the way out; what an
                interrupted rebuild has left is gone on with.

        Raises:
            LockedError: Another process is writing.
            MismatchError: The index was built with other settings.
        """
        fingerprint = self._fingerprint()
        with self._connections.writing(wait_s) as connection:
            self._prepare(connection)
            if rebuild and one(connection, HAS_INDEX):
                yield from self._rebuilding(connection, fingerprint)
            else:
                yield from self._updating(connection, fingerprint)
            self._connections.wrote(_meta(connection))

    @contextmanager
    def queue(self, *, wait_s: float = 0.0, fill: bool = False) -> Iterator[PostgresQueue]:
        """What waits to be indexed, for any number of processes at once.

        Args:
            wait_s: How long to wait for who writes alone.
            fill: Be the one who says what waits, in place of what waits now.

        Raises:
            LockedError: Another process is writing alone, or filling the queue.
            NotFoundError: It was never filled.
            MismatchError: The index was built with other settings.
        """
        fingerprint, place = self._fingerprint(), self._place
        dimension = int(fingerprint.dimension)
        with self._connections.writing(wait_s, shared=True) as connection:
            if fill:
                self._connections.lock(connection, wait_s, FILLING)
                self._prepare(connection)
                migrate(connection, place, dimension)
            elif not one(connection, HAS_INDEX):
                raise not_found(place)
            else:
                check_version(place, version(connection))
            fingerprint.check(_meta(connection), place)
            queue = PostgresQueue(connection)
            if fill:
                queue.writer.set_meta(fingerprint._asdict())
            yield queue
            if not fill:
                self._finish(connection, queue.writer, dimension, queue.store_alone)
            self._connections.wrote(_meta(connection))

    def verify(self) -> Problems:
        """Everything that is wrong with the index, whatever it was built with.

        Raises:
            NotFoundError: Nothing was synced yet.
        """
        with self._connections.reading() as reading:
            return problems(reading)

    def status(self) -> Status:
        """What is in the index, whatever it was built with.

        Raises:
            NotFoundError: Nothing was synced yet.
        """
        with self._connections.reading() as reading:
            return looking.status(reading)

    def _failures(self, connection: Connection[Any]) -> list[Failure]:
        return known_failures(connection)

    def _prepare(self, connection: Connection[Any]) -> None:
        """Sees to the extension; only an administrator may create it in some databases."""
        if self._connections.register(connection):
            return
        # Not in the schema of one index: who drops that would break all others.
        is_public = connection.execute(
            "SELECT FROM pg_namespace "
            "WHERE nspname = 'public' AND has_schema_privilege(oid, 'USAGE')"
        ).rowcount
        try:
            connection.execute("CREATE EXTENSION vector" + (" SCHEMA public" if is_public else ""))
        except psycopg.Error as error:
            raise no_pgvector(self._place, error) from error
        self._connections.register(connection)

    def _updating(
        self, connection: Connection[Any], fingerprint: Fingerprint
    ) -> Iterator[PostgresWriter]:
        """Changes the index in place, a transaction at a time."""
        migrate(connection, self._place, int(fingerprint.dimension))
        fingerprint.check(_meta(connection), self._place)
        writer = PostgresWriter(connection)
        with writer.transaction():
            writer.set_meta(fingerprint._asdict())
            PostgresQueue(connection).clear()  # what waits is as new as its file, or older
        yield writer
        self._finish(connection, writer, int(fingerprint.dimension))

    def _rebuilding(
        self, connection: Connection[Any], fingerprint: Fingerprint
    ) -> Iterator[PostgresWriter]:
        """Fills other tables, then puts them in the place of those that are there."""
        current = one(connection, "SELECT current_schema()")
        following = f"{current}_next"
        generation = int(_meta(connection).get("generation", 0))
        note = f"rebuild of {current}"
        if _has_another(connection, following, note):
            raise not_a_rebuild(self._place, following)
        if not _can_go_on(connection, following, fingerprint):
            _begin_anew(connection, following, note)
        with _first_in_path(connection, following):
            migrate(connection, self._place, int(fingerprint.dimension))
            writer = PostgresWriter(connection, replaced=current)
            writer.set_meta(fingerprint._asdict())
            yield writer
            writer.set_meta({"generation": str(generation + 1)})
            self._finish(connection, writer, int(fingerprint.dimension))
        replace(connection, current, following)

    def _finish(
        self,
        connection: Connection[Any],
        writer: PostgresWriter,
        dimension: int,
        begin: Callable[[], None] = lambda: None,
    ) -> None:
        """Leaves the tables ready to be searched."""
        chunks = writer.chunk_count()
        if chunks > self._exact_max and dimension <= MAX_INDEXED_DIMENSION:
            with writer.transaction():
                begin()
                connection.execute(
                    "CREATE INDEX IF NOT EXISTS vectors_by_nearness ON vectors "
                    "USING hnsw (embedding halfvec_ip_ops)"
                )
                writer.set_meta({"hnsw": "vectors_by_nearness"})
        if writer.changed > _TIDY_CHUNKS:
            connection.execute("VACUUM (ANALYZE) documents, chunks, vectors, words, postings")


def _meta(connection: Connection[Any]) -> dict[str, str]:
    """What an index says of itself, by name."""
    return dict(connection.execute("SELECT key, value FROM meta").fetchall())


def _has_another(connection: Connection[Any], following: str, note: str) -> bool:
    """Whether a schema is there that no rebuild of this index has made: only those have a note."""
    row = connection.execute(
        "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s",
        (following,),
    ).fetchone()
    return row is not None and row[0] != note


def _can_go_on(connection: Connection[Any], following: str, fingerprint: Fingerprint) -> bool:
    """Whether an interrupted rebuild was for the settings of now."""
    query = sql.SQL("SELECT key, value FROM {}").format(sql.Identifier(following, "meta"))
    try:
        fingerprint.check(dict(connection.execute(query).fetchall()), following)
    except (psycopg.errors.UndefinedTable, MismatchError):
        return False
    return True


def _begin_anew(connection: Connection[Any], following: str, note: str) -> None:
    """Makes an empty schema that says what it is for, from its first moment."""
    name = sql.Identifier(following)
    with connection.transaction():
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(name))
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(name))
        connection.execute(sql.SQL("COMMENT ON SCHEMA {} IS {}").format(name, sql.Literal(note)))


@contextmanager
def _first_in_path(connection: Connection[Any], schema: str) -> Iterator[None]:
    """Unqualified names mean tables of a schema."""
    path = one(connection, "SHOW search_path")
    connection.execute(
        "SELECT set_config('search_path', quote_ident(%s) || ', ' || %s, false)", (schema, path)
    )
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute("SELECT set_config('search_path', %s, false)", (path,))
