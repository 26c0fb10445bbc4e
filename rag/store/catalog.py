"""The SQLite catalogue: its schema and its connections.

Documents, chunks, vectors and the lexical index live in one file and change in
one transaction. Write-ahead logging lets readers go on, each in its own
snapshot, while a sync writes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rag.errors import CorruptError, MismatchError, StoreError

#: Raised when a table changes shape.
SCHEMA_VERSION = 1

_BUSY_TIMEOUT_S = 30.0

# A term is a run of non-ASCII characters, ASCII letters, digits and underscores
# (terms.py sees to that), so the plainest tokenizer only has to split at spaces.
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE files (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
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
    sha256 TEXT NOT NULL,
    digest BLOB NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX documents_by_path ON documents (path);
CREATE TABLE vectors (
    key INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    vector BLOB NOT NULL
) STRICT;
CREATE TABLE chunks (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    vector INTEGER NOT NULL,
    terms TEXT NOT NULL
) STRICT;
CREATE INDEX chunks_by_document ON chunks (document);
CREATE VIRTUAL TABLE lexical USING fts5 (
    terms, content='chunks', content_rowid='key', detail='column',
    tokenize="ascii tokenchars '_'"
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab ('lexical', 'row');
CREATE TRIGGER chunks_insert AFTER INSERT ON chunks BEGIN
    INSERT INTO lexical (rowid, terms) VALUES (new.key, new.terms);
END;
CREATE TRIGGER chunks_delete AFTER DELETE ON chunks BEGIN
    INSERT INTO lexical (lexical, rowid, terms) VALUES ('delete', old.key, old.terms);
END;
"""


def connect(file: Path) -> sqlite3.Connection:
    """An autocommit connection to the catalogue, created if missing; usable from any thread.

    Raises:
        MismatchError: It has another schema version.
        CorruptError: It is not a SQLite file.
        StoreError: It cannot be opened.
    """
    try:
        connection = sqlite3.connect(
            file, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
    except sqlite3.Error as error:
        raise StoreError(f"cannot open {file}: {error}") from error
    try:
        _prepare(connection, file)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise corrupt(file, error) from error
    except BaseException:
        connection.close()
        raise
    return connection


def corrupt(file: Path, error: sqlite3.Error) -> StoreError:
    """What to tell a person about a failure of SQLite."""
    if isinstance(error, sqlite3.OperationalError):  # full disk, no permission, locked
        return StoreError(f"cannot use {file}: {error}")
    return CorruptError(
        f"{file} is damaged ({error}); delete the folder {file.parent} and run `rag sync`"
    )


def _prepare(connection: sqlite3.Connection, file: Path) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA mmap_size = 1073741824")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        version = _create(connection)
    if version != SCHEMA_VERSION:
        raise MismatchError(
            f"{file} has schema version {version}, this program writes {SCHEMA_VERSION}; "
            f"delete the folder {file.parent} and run `rag sync`"
        )


def _create(connection: sqlite3.Connection) -> int:
    connection.execute("PRAGMA journal_mode = WAL")
    with transaction(connection):
        # Another process may have been first.
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            for statement in _statements(_SCHEMA):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            version = SCHEMA_VERSION
    return int(version)


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; `executescript` would commit the open transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


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


def sql_lists(keys: Sequence[int], size: int = 500) -> Iterator[str]:
    """Keys as SQL lists of at most `size`; they are integers, so nothing needs quoting."""
    for first in range(0, len(keys), size):
        yield f"({','.join(str(int(key)) for key in keys[first : first + size])})"
