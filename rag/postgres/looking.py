"""What is in an index, counted and listed."""

from __future__ import annotations

from typing import Any, Final

from psycopg import Connection

from rag.postgres.connections import Reading, lock_holder, one
from rag.postgres.schema import TABLES
from rag.postgres.writer import known_failures
from rag.store.listing import Listed, Listing, Look, Order, plain
from rag.store.status import Status

#: SQL for a text without case and accents. The collation of an id knows the case of ASCII only.
_PLAIN: Final = (
    "lower(regexp_replace(normalize({}, NFKD), '[\\u0300-\\u036f]+', '', 'g') COLLATE \"default\")"
)

#: SQL to sort by; what has no title is called by its id.
_ORDERS: Final[dict[Order, str]] = {
    "title": _PLAIN.format("coalesce(nullif(title, ''), id)"),
    "date": "coalesce(date, '')",
    "language": "language",
    "source": _PLAIN.format("source"),
    "path": "path",
    "size": "length(text)",
}


def status(reading: Reading) -> Status:
    """Counts what a read transaction sees, whatever built it."""
    connection, meta, sizes = reading
    languages = {name: size.documents for name, size in sizes.items() if size.documents}
    size = one(
        connection,
        "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name",
        (list(TABLES),),
    )
    return Status(
        documents=sum(languages.values()),
        chunks=sum(size.chunks for size in sizes.values()),
        languages=dict(sorted(languages.items(), key=lambda item: (-item[1], item[0]))),
        generation=int(meta["generation"]),
        model=meta.get("embedding", ""),
        synced_at=meta.get("synced_at"),
        syncing=lock_holder(connection),
        bytes=int(size),
        vector_index="HNSW" if "hnsw" in meta else "none yet: compared one by one",
        failed=tuple(known_failures(connection)),
        waiting=one(connection, "SELECT count(*) FROM queue"),
    )


def listing(connection: Connection[Any], look: Look) -> Listing:
    """The documents whose title, id or source holds what is searched, whatever its case."""
    # By the database's collation: that of an id knows the case of ASCII only.
    searched = '(title || chr(10) || id || chr(10) || source) COLLATE "default"'
    found = f"FROM documents WHERE {searched} ILIKE %s"
    like = _pattern(look.search)
    total = one(connection, f"SELECT count(*) {found}", (like,))
    rows = connection.execute(
        f"SELECT id, title, language, date, source, path, length(text) {found} "
        f"ORDER BY {_sorted(look.order)} {'DESC' if look.descending else 'ASC'}, id "
        "LIMIT %s OFFSET %s",
        (like, look.limit, look.offset),
    )
    return Listing(total, tuple(Listed(*row) for row in rows))


def sources(connection: Connection[Any]) -> list[str]:
    """Every source, sorted."""
    rows = connection.execute(
        "SELECT source FROM documents WHERE source <> '' GROUP BY 1 ORDER BY source COLLATE \"C\""
    )
    return sorted((source for (source,) in rows), key=plain)


def _sorted(order: Order) -> str:
    return _ORDERS[order] if order == "size" else f'{_ORDERS[order]} COLLATE "C"'


def _pattern(search: str) -> str:
    """What LIKE matches that holds a text, with a backslash before what would match more."""
    escaped = search.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
