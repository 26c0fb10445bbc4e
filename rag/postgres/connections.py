"""Connections to the database of an index: transactions to read in, and one to write in."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any, Final, NamedTuple

import psycopg
from pgvector.psycopg import register_vector
from psycopg import Connection, errors
from psycopg.abc import Params
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from rag.address import unreadable
from rag.errors import LockedError
from rag.postgres.failures import (
    check_encoding,
    check_pgvector,
    check_server,
    explained,
    no_schema,
    not_found,
)
from rag.postgres.schema import check_version
from rag.settings import Settings

_CONNECT_TIMEOUT_S = 5
_POLL_S = 0.1
_GRACE_S = 0.5  # a connection that was closed holds its lock for an instant more
_MAX_IDLE = 16  # connections kept open for the next questions

#: Advisory locks of this program. Who syncs has the first alone, those who fill or empty the
#: queue share it; who fills it has the second, too; who stores what was claimed, the third.
_WRITING, FILLING, STORING = 0x72616731, 0x72616732, 0x72616733
#: One for each index: its tables are in a schema of their own.
_LOCK_NUMBER: Final = "hashtext(current_schema())"

#: Whether there is one in the schema that is named: another's may be in the path behind it, as
#: where one index is in `public`, beside the extension.
HAS_INDEX: Final = "SELECT to_regclass(quote_ident(current_schema()) || '.meta') IS NOT NULL"

_BEGIN: Final = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
    # Before anything is read: a rebuild that ends now is then seen whole or not at all.
    "LOCK TABLE meta IN ACCESS SHARE MODE;"
    f"{HAS_INDEX};"
    "SELECT version FROM migrations;"
    "SELECT key, value FROM meta;"
    "SELECT language, documents, chunks, terms FROM languages ORDER BY language"
)


class Size(NamedTuple):
    """How much there is in one language."""

    documents: int
    chunks: int
    terms: int


class Reading(NamedTuple):
    """One state of an index, for as long as a read transaction is open."""

    connection: Connection[Any]
    meta: dict[str, str]
    sizes: dict[str, Size]


class Connections:
    """To one database; usable from several threads."""

    def __init__(self, address: str, settings: Settings) -> None:
        """Nothing is connected yet.

        Raises:
            SettingsError: The address is none.
        """
        try:
            known: dict[str, Any] = conninfo_to_dict(address)
        except psycopg.ProgrammingError:  # whose text may show a part of a password
            raise unreadable() from None
        self._known = {
            "connect_timeout": _CONNECT_TIMEOUT_S,
            "application_name": f"rag {socket.gethostname()} {os.getpid()}",
            **known,
            "client_encoding": "utf8",  # whatever PGCLIENTENCODING says
        }
        self._timeout_ms = int(settings.index_timeout_s * 1000)
        self._ef_search = settings.index_ef_search
        self._idle: list[Connection[Any]] = []
        self._written: dict[str, str] = {}
        #: What to call the database in front of people.
        self.place = _place(known)

    def close(self) -> None:
        """Closes idle connections; others can be opened afterwards."""
        with suppress(IndexError):  # another thread may take the last one
            while True:
                self._idle.pop().close()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """A read transaction: one state of the index, whatever others write meanwhile.

        Raises:
            NotFoundError: Nothing was synced yet.
            StoreError: The server cannot be reached or used.
        """
        with self.explaining():
            reading = self._begin()
            if is_behind := self._is_behind(reading.meta):
                reading.connection.close()
                reading = self._begin_on(self.connect(write=True))
            is_reusable = False
            try:
                if "generation" not in reading.meta:
                    raise not_found(self.place)
                yield reading
                reading.connection.execute("COMMIT")
                # One to the primary has no time limit, and the next question wants a replica.
                is_reusable = not is_behind and len(self._idle) < _MAX_IDLE
            finally:
                if is_reusable:
                    self._idle.append(reading.connection)
                else:
                    reading.connection.close()

    @contextmanager
    def writing(self, wait_s: float, *, shared: bool = False) -> Iterator[Connection[Any]]:
        """A connection that holds the writer's lock, which ends with it, however that ends.

        Args:
            wait_s: How long to wait for others.
            shared: Keep out only those who want the lock for themselves.

        Raises:
            LockedError: Another process is writing.
            StoreError: The server cannot be reached or written to.
        """
        with self.explaining(), closing(self.connect(write=True)) as connection:
            self.lock(connection, wait_s, shared=shared)
            yield connection

    def wrote(self, meta: dict[str, str]) -> None:
        """Notes a generation that this process has written: it must not see an earlier one."""
        self._written = meta

    def _is_behind(self, meta: dict[str, str]) -> bool:
        """Whether a replica has not heard yet of what this process has written."""
        written = self._written
        return written.get("index") == meta.get("index") and int(meta.get("generation", 0)) < int(
            written.get("generation", 0)
        )

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Raises what a person should be told of a failure inside."""
        try:
            yield
        except psycopg.Error as error:
            raise explained(error, self.place) from error

    def connect(self, *, write: bool = False) -> Connection[Any]:
        """A new connection; each statement is a transaction unless one is begun."""
        only = {"target_session_attrs": "read-write"} if write else {}
        connection = Connection.connect(make_conninfo(**{**self._known, **only}), autocommit=True)
        try:
            check_server(self.place, connection.info.server_version)
            check_encoding(self.place, connection.info.parameter_status("server_encoding") or "")
            if one(connection, "SELECT current_schema()") is None:
                raise no_schema(self.place)
            self._set_up(connection, 0 if write else self._timeout_ms)
            self.register(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def register(self, connection: Connection[Any]) -> bool:
        """Lets a connection pass vectors; False if the database has no extension for them."""
        # Its types are found wherever it was created, whatever path the address names.
        row = connection.execute(
            "SELECT extversion, set_config('search_path', "
            "current_setting('search_path') || ', ' || extnamespace::regnamespace, false) "
            "FROM pg_extension WHERE extname = 'vector'"
        ).fetchone()
        if row is None:
            return False
        check_pgvector(self.place, row[0])
        register_vector(connection)
        return True

    def _set_up(self, connection: Connection[Any], timeout_ms: int) -> None:
        values = {
            "statement_timeout": timeout_ms,
            # A worker embeds in a transaction, and then sees what others have stored meanwhile.
            "idle_in_transaction_session_timeout": 0,
            "default_transaction_isolation": "read committed",
            # A question is planned for what it asks; compiling one takes longer than running it.
            "plan_cache_mode": "force_custom_plan",
            "jit": "off",
            # The vectors of many candidates are sorted in memory.
            "work_mem": "32MB",
            "hnsw.ef_search": self._ef_search,
            "hnsw.iterative_scan": "relaxed_order",
        }
        connection.execute(
            "SELECT set_config(name, value, false) "
            "FROM unnest(%s::text[], %s::text[]) AS given(name, value)",
            ([*values], [str(value) for value in values.values()]),
        )

    def _begin(self) -> Reading:
        """A read transaction, on a connection that is used again if there is one."""
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return self._begin_on(self.connect())
            try:
                return self._begin_on(connection)
            except psycopg.OperationalError:  # the server was away: the others are broken too
                self.close()

    def _begin_on(self, connection: Connection[Any]) -> Reading:
        try:
            results = connection.execute(_BEGIN).results()
            *_, [(is_own,)], versions, meta, sizes = [
                result.fetchall() if result.description else [] for result in results
            ]
            if not is_own:
                raise not_found(self.place)
            check_version(self.place, max((number for (number,) in versions), default=0))
        except errors.UndefinedTable:
            connection.close()
            raise not_found(self.place) from None
        except BaseException:
            connection.close()
            raise
        return Reading(connection, dict(meta), {name: Size(*size) for name, *size in sizes})

    def lock(
        self,
        connection: Connection[Any],
        wait_s: float,
        space: int = _WRITING,
        *,
        shared: bool = False,
    ) -> None:
        """Has a connection hold a lock until it ends.

        Raises:
            LockedError: Another process holds it.
        """
        deadline = time.monotonic() + max(wait_s, _GRACE_S)
        taking = "pg_try_advisory_lock_shared" if shared else "pg_try_advisory_lock"
        while not one(connection, f"SELECT {taking}({space}, {_LOCK_NUMBER})"):
            if time.monotonic() >= deadline:
                holder = lock_holder(connection, space) or "just ended"
                raise LockedError(
                    f"another sync ({holder}) is writing to "
                    f"{self.place}; wait for it to end, or use --wait"
                )
            time.sleep(_POLL_S)


def lock_until_committed(connection: Connection[Any], space: int) -> None:
    """Waits for a lock, and holds it until the transaction ends."""
    connection.execute(f"SELECT pg_advisory_xact_lock({space}, {_LOCK_NUMBER})")


def lock_holder(connection: Connection[Any], space: int = _WRITING) -> str | None:
    """A writer at work, by what it calls itself; None if there is none."""
    holder: str | None = one(
        connection,
        "SELECT coalesce(nullif(application_name, ''), 'process ' || pid) "
        "FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
        f"AND classid = {space} AND objid::bigint = {_LOCK_NUMBER}::bigint & 4294967295",
    )
    return holder


def one(connection: Connection[Any], query: str, values: Params | None = None) -> Any:
    """The first column of the first row; None if there is none."""
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None


def _place(known: dict[str, Any]) -> str:
    """An address as short as can be, without user and password."""
    host, port = known.get("host") or "localhost", known.get("port")
    where = f"{host}:{port}" if port else str(host)
    return f"postgresql://{where}/{known.get('dbname') or ''}"
