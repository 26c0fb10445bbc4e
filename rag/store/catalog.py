"""The SQLite catalogue: its schema and its connections.

Documents, chunks, vectors and the lexical index live in one file and change in
one transaction. Write-ahead logging lets readers go on, each in its own
snapshot, while a sync writes. Readers open it read-only: nothing but a sync
changes the file.
"""

from __future__ import annotations

import os
import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from rag.errors import CorruptError, MismatchError, NotFoundError, StoreError
from rag.store.fingerprint import OutdatedError

#: Raised when a table changes shape.
SCHEMA_VERSION = 4

_BUSY_TIMEOUT_S = 30.0

#: What a damaged file makes of a statement: text in it need not be UTF-8 any more.
DAMAGE = (sqlite3.Error, UnicodeDecodeError)

# Failures that say nothing about what is in the file.
_OUTSIDE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOLFS,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_TOOBIG,
}

# A term is a run of non-ASCII characters, ASCII letters, digits and underscores
# (terms.py sees to that), so the plainest tokenizer only has to split at spaces.
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE files (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    documents INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE failures (path TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
CREATE TABLE documents (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL,
    title TEXT NOT NULL,
    language TEXT NOT NULL,
    date TEXT,
    authors TEXT NOT NULL,
    source TEXT NOT NULL,
    url TEXT NOT NULL,
    date_certainty TEXT NOT NULL,
    places TEXT NOT NULL,
    hidden INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    digest BLOB NOT NULL,
    text TEXT NOT NULL,
    crc INTEGER NOT NULL
) STRICT;
CREATE INDEX documents_by_path ON documents (path);
CREATE TABLE vectors (
    key INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    vector BLOB NOT NULL,
    crc INTEGER NOT NULL,
    unused_since INTEGER DEFAULT (CAST(strftime('%s') AS INTEGER))
) STRICT;
CREATE INDEX vectors_unused ON vectors (unused_since) WHERE unused_since IS NOT NULL;
CREATE TABLE chunks (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    vector INTEGER NOT NULL REFERENCES vectors (key),
    terms TEXT NOT NULL,
    crc INTEGER NOT NULL
) STRICT;
CREATE INDEX chunks_by_document ON chunks (document);
CREATE INDEX chunks_by_vector ON chunks (vector);
CREATE VIRTUAL TABLE lexical USING fts5 (
    terms, content='chunks', content_rowid='key', detail='column',
    tokenize="ascii tokenchars '_'"
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab ('lexical', 'row');
CREATE TRIGGER chunks_insert AFTER INSERT ON chunks BEGIN
    INSERT INTO lexical (rowid, terms) VALUES (new.key, new.terms);
    UPDATE vectors SET unused_since = NULL WHERE key = new.vector AND unused_since IS NOT NULL;
END;
CREATE TRIGGER chunks_delete AFTER DELETE ON chunks BEGIN
    INSERT INTO lexical (lexical, rowid, terms) VALUES ('delete', old.key, old.terms);
    UPDATE vectors SET unused_since = CAST(strftime('%s') AS INTEGER)
    WHERE key = old.vector AND NOT EXISTS (SELECT 1 FROM chunks WHERE vector = old.vector);
END;
"""


def create(file: Path) -> sqlite3.Connection:
    """A connection to a catalogue for the one writer, created if missing.

    Raises:
        MismatchError: It has another schema version.
        CorruptError: It is not a catalogue.
        StoreError: It cannot be opened.
    """
    with explaining(file):
        connection = _open(file, "rwc")
        with closed_on_error(connection):
            # A commit is on the disk before the next batch: nothing is embedded twice.
            connection.execute("PRAGMA synchronous = FULL")
            # Else every statement with triggers keeps what it may have to undo in a file.
            connection.execute("PRAGMA temp_store = MEMORY")
            if _version(connection) == 0 and not _tables(connection):
                _create(connection)
            _check_schema(connection, file)
        return connection


def connect(file: Path) -> sqlite3.Connection:
    """A read-only connection to a catalogue; usable from any thread.

    Raises:
        NotFoundError: There is nothing in it.
        MismatchError: It has another schema version.
        CorruptError: It is not a catalogue.
        StoreError: It cannot be opened.
    """
    with explaining(file):
        connection = open_read_only(file)
        with closed_on_error(connection):
            _check_schema(connection, file)
        return connection


def is_older(file: Path) -> bool:
    """Whether a catalogue has the schema of an earlier version of this program."""
    try:
        with closing(open_read_only(file)) as connection:
            return 0 < _version(connection) < SCHEMA_VERSION
    except DAMAGE:  # whoever opens it will hear of it
        return False


def is_immutable(file: Path) -> bool:
    """Whether nobody could change a catalogue here: SQLite then needs no files beside it."""
    if os.access(file.parent, os.W_OK):
        return False
    journal, shared = file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")
    # A copy may have an empty journal, but not the file by which its users share it.
    return not journal.exists() or (not journal.stat().st_size and not shared.exists())


@contextmanager
def explaining(file: Path) -> Iterator[None]:
    """Raises what to tell a person about a failure of SQLite inside."""
    try:
        yield
    except DAMAGE as error:
        # The low byte is the kind. A missing table is an error as a damaged page is.
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _OUTSIDE:
            raise StoreError(f"cannot use {file}: {error}") from error
        raise CorruptError(f"{file} is damaged ({error}); run `rag verify --repair`") from error


@contextmanager
def transaction(connection: sqlite3.Connection, *, write: bool = True) -> Iterator[None]:
    """Everything inside happens or nothing does; a reader sees one state of the catalogue.

    Inside another transaction it is a part of that one.
    """
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has ended it already
            connection.execute("ROLLBACK")
        raise


def read_meta(connection: sqlite3.Connection) -> dict[str, str]:
    """What a catalogue says about itself, by name."""
    return dict(connection.execute("SELECT key, value FROM meta"))


def write_meta(connection: sqlite3.Connection, values: Mapping[str, str]) -> None:
    """Lets a catalogue say so of itself."""
    connection.executemany(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", list(values.items())
    )


def open_read_only(file: Path) -> sqlite3.Connection:
    """A connection to whatever is in a file; nothing is read or checked yet."""
    return _open(file, "ro&immutable=1" if is_immutable(file) else "ro")


def _open(file: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file://{quote(os.fsencode(file.absolute()))}?mode={mode}",
        uri=True,
        timeout=_BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _create(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    with transaction(connection):
        for statement in _statements(_SCHEMA):
            connection.execute(statement)
        connection.execute("INSERT INTO meta VALUES ('index', ?)", (uuid.uuid4().hex,))
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _check_schema(connection: sqlite3.Connection, file: Path) -> None:
    version = _version(connection)
    if version == 0 and not _tables(connection):  # a first sync was killed early
        raise NotFoundError(f"there is no index in {file.parent} yet; run `rag sync` first")
    differs = f"{file} has schema version {version}, this program uses {SCHEMA_VERSION}"
    if 0 < version < SCHEMA_VERSION:
        raise OutdatedError(f"{differs}; run `rag sync`, which brings it up to date")
    if version != SCHEMA_VERSION:
        raise MismatchError(f"{differs}; update the program, or run `rag sync --rebuild`")


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _tables(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return int(count)


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; `executescript` would commit the open transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextmanager
def closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    """Closes a connection if something fails inside."""
    try:
        yield
    except BaseException:
        connection.close()
        raise
