"""The documents of an index as a table to look through: searched, sorted, a page at a time."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from typing import Final, Literal, NamedTuple, TypeAlias

Order: TypeAlias = Literal["title", "date", "language", "source", "path", "size"]

_ACCENTS: Final = re.compile("[\u0300-\u036f]+")

#: SQL to sort by; what has no title is called by its id.
_ORDERS: Final[dict[Order, str]] = {
    "title": "plain(iif(title = '', id, title))",
    "date": "coalesce(date, '')",
    "language": "language",
    "source": "plain(source)",
    "path": "path",
    "size": "length(text)",
}


class Look(NamedTuple):
    """Which page of the table to look at: those whose title, id or source holds `search`."""

    search: str = ""
    order: Order = "title"
    descending: bool = False
    offset: int = 0
    limit: int = 100


class Listed(NamedTuple):
    """A document without its text; `size` is in characters."""

    id: str
    title: str
    language: str
    date: str | None
    source: str
    path: str
    size: int


class Listing(NamedTuple):
    """One page of a table, and how many rows it has in all."""

    total: int
    rows: tuple[Listed, ...]


def listing(connection: sqlite3.Connection, look: Look) -> Listing:
    """The documents whose title, id or source holds what is searched, whatever its case."""
    # SQLite knows the case of ASCII only.
    connection.create_function("casefold", 1, str.casefold, deterministic=True)
    connection.create_function("plain", 1, plain, deterministic=True)
    found = "FROM documents WHERE instr(casefold(title || char(10) || id || char(10) || source), ?)"
    wanted = look.search.strip().casefold()
    (total,) = connection.execute(f"SELECT count(*) {found}", (wanted,)).fetchone()
    rows = connection.execute(
        f"SELECT id, title, language, date, source, path, length(text) {found} "
        f"ORDER BY {_ORDERS[look.order]} {'DESC' if look.descending else 'ASC'}, id "
        "LIMIT ? OFFSET ?",
        (wanted, look.limit, look.offset),
    )
    return Listing(total, tuple(Listed(*row) for row in rows))


def sources(connection: sqlite3.Connection) -> list[str]:
    """Every source, sorted."""
    rows = connection.execute("SELECT DISTINCT source FROM documents WHERE source != '' ORDER BY 1")
    return sorted((source for (source,) in rows), key=plain)


def plain(text: str) -> str:
    """A text by which others are sorted: without case and accents."""
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold()
