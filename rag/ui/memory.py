"""What people asked and what they thought of the answers, kept in a file of its own.

It stands beside the index and not in it: an index can be rebuilt, this cannot.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from rag.errors import StoreError
from rag.plural import counted
from rag.ui.conversation import Exchange, Exchanges

_LOG = logging.getLogger(__name__)

_EXCHANGES = TypeAdapter(tuple[Exchange, ...])
_EXCHANGE = TypeAdapter(Exchange)

_BUSY_TIMEOUT_S = 10.0
_LISTED = 200
_TITLE_CHARS = 80

_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, user TEXT NOT NULL, title TEXT NOT NULL, changed REAL NOT NULL,
    said TEXT NOT NULL, exchanges TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS conversations_of ON conversations (user, changed);
CREATE TABLE IF NOT EXISTS feedback (
    id TEXT PRIMARY KEY, user TEXT NOT NULL, at REAL NOT NULL, liked INTEGER NOT NULL,
    note TEXT NOT NULL, exchange TEXT NOT NULL
) STRICT;
"""

_DELETE = "DELETE FROM conversations WHERE id = ? AND user = ?"


class Saved(NamedTuple):
    """A conversation in a list."""

    id: str
    title: str


class Feedback(NamedTuple):
    """What somebody thought of an answer."""

    exchange: Exchange
    liked: bool
    note: str


class Memory:
    """Conversations and feedback in a SQLite file; each user sees their own only."""

    def __init__(self, file: Path) -> None:
        """The file is created when it is first used."""
        self._file = file

    @classmethod
    def beside(cls, index: Path) -> Memory:
        """The one that belongs to an index."""
        return cls(index.with_name(f"{index.name}-people.sqlite"))

    def save(self, user: str, id: str, exchanges: Exchanges, seen: Exchanges = ()) -> bool:
        """Keeps a conversation; its title is its first question until it is renamed.

        One in which nothing is left is forgotten.

        Args:
            seen: The conversation that it takes the place of.

        Returns:
            Whether it was kept: not where another one than `seen` is.
        """
        title = " ".join(exchanges[0].question.split())[:_TITLE_CHARS] if exchanges else ""
        said = "\n".join(f"{each.question}\n{each.text}" for each in exchanges)
        whole = _EXCHANGES.dump_json(exchanges).decode()
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            kept = connection.execute(
                "SELECT coalesce(json_extract(value, '$.id'), '') "
                "FROM conversations, json_each(exchanges) WHERE conversations.id = ? AND user = ?",
                (id, user),
            ).fetchall()
            if kept and [each for (each,) in kept] != [each.id for each in seen]:
                return False
            if not exchanges:
                connection.execute(_DELETE, (id, user))
                return True
            connection.execute(
                "INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET changed = excluded.changed, said = excluded.said, "
                "exchanges = excluded.exchanges WHERE user = excluded.user",
                (id, user, title, time.time(), said, whole),
            )
        return True

    def saved(self, user: str, search: str = "") -> list[Saved]:
        """The user's conversations that hold some words, in whatever case, the newest first."""
        with self._open() as connection:
            # SQLite knows the case of ASCII only.
            connection.create_function("casefold", 1, str.casefold, deterministic=True)
            rows = connection.execute(
                "SELECT id, title FROM conversations WHERE user = ? "
                "AND instr(casefold(title || char(10) || said), ?) "
                "ORDER BY changed DESC LIMIT ?",
                (user, search.strip().casefold(), _LISTED),
            )
            return [Saved(*row) for row in rows]

    def load(self, user: str, id: str) -> Exchanges:
        """A conversation; empty if the user has none of that id, or an older version wrote it."""
        with self._open() as connection:
            row = connection.execute(
                "SELECT exchanges FROM conversations WHERE id = ? AND user = ?", (id, user)
            ).fetchone()
        try:
            return _EXCHANGES.validate_json(row[0]) if row else ()
        except ValidationError:
            return ()

    def rename(self, user: str, id: str, title: str) -> None:
        """Gives a conversation another title."""
        title = " ".join(title.split())[:_TITLE_CHARS]
        with self._open() as connection:
            connection.execute(
                "UPDATE conversations SET title = ? WHERE id = ? AND user = ?", (title, id, user)
            )

    def delete(self, user: str, id: str) -> None:
        """Forgets a conversation."""
        with self._open() as connection:
            connection.execute(_DELETE, (id, user))

    def rate(self, user: str, id: str, exchange: Exchange, *, liked: bool, note: str = "") -> None:
        """Keeps what a user thinks of an answer; the same id replaces what it said before."""
        with self._open() as connection:
            connection.execute(
                "INSERT INTO feedback VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
                "at = excluded.at, liked = excluded.liked, note = excluded.note, "
                "exchange = excluded.exchange WHERE user = excluded.user",
                (id, user, time.time(), liked, note, _EXCHANGE.dump_json(exchange).decode()),
            )

    def unrate(self, user: str, id: str) -> None:
        """Forgets what a user thought of an answer."""
        with self._open() as connection:
            connection.execute("DELETE FROM feedback WHERE id = ? AND user = ?", (id, user))

    def feedback(self) -> list[Feedback]:
        """Everything that anybody said of answers, the oldest first."""
        given, unreadable = [], 0
        with self._open() as connection:
            rows = connection.execute("SELECT exchange, liked, note FROM feedback ORDER BY at")
            for exchange, liked, note in rows:
                try:
                    given.append(Feedback(_EXCHANGE.validate_json(exchange), bool(liked), note))
                except ValidationError:
                    unreadable += 1
        if unreadable:
            _LOG.warning("%s of an older version cannot be read", counted(unreadable, "answer"))
        return given

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(self._file, timeout=_BUSY_TIMEOUT_S)
            with contextlib.closing(connection), connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(_SCHEMA)
                yield connection
        except sqlite3.Error as error:
            raise StoreError(f"cannot use {self._file}: {error}") from error
