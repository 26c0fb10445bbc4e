"""What to tell a person when a server cannot be used: one line, and what to do."""

from __future__ import annotations

from typing import Final

import psycopg

from rag.errors import CorruptError, MismatchError, NotFoundError, StoreError, first_line

#: Of server and extension: generated keys with more columns in an index, and filtered search
#: that goes on when the first that it finds are left out.
LEAST_SERVER, LEAST_PGVECTOR = 14, (0, 8)

#: By SQLSTATE, or by its first two characters, which are its class.
_LINES: Final = {
    "08": "the connection to {place} broke; is the server up?",
    "25006": "{place} is read-only: a standby, or told to be; name the primary",
    "28": "{place} refuses the user or the password; see ~/.pgpass or PGPASSWORD",
    "3D": "{place} does not exist on its server; run `createdb` first",
    "42501": "the user may not do this in {place}: {said}",
    "53100": "the disk of {place} is full; make room, and run the same command again",
    "53300": "{place} has too many connections open; raise max_connections there",
    "57014": "{place} did not answer in time (setting index_timeout_s)",
    "57P": "{place} is starting or stopping; try again in a moment",
    "XX": "{place} is damaged ({said}); run `rag verify --repair`",
}


def explained(error: psycopg.Error, place: str) -> StoreError:
    """What to tell a person about a failure."""
    state, said = _state(error), first_line(error)
    kind = CorruptError if state.startswith("XX00") else StoreError
    for start in (state, state[:3], state[:2]):
        if line := _LINES.get(start):
            return kind(line.format(place=place, said=said))
    if isinstance(error, psycopg.OperationalError) and not state:
        return StoreError(f"cannot reach {place}: {said}")
    return StoreError(f"cannot use {place}: {said}")


def too_old(place: str, what: str, version: str, least: str) -> MismatchError:
    """What to tell a person."""
    return MismatchError(f"{place} runs {what} {version}, at least {least} is needed; update it")


def check_server(place: str, version: int) -> None:
    """Raises MismatchError for a server, such as 120003, that lacks what is used here."""
    if version < LEAST_SERVER * 10_000:
        raise too_old(place, "PostgreSQL", f"{version // 10_000}", f"{LEAST_SERVER}")


def check_encoding(place: str, encoding: str) -> None:
    """Raises StoreError for a database that cannot hold every text as it is."""
    if encoding != "UTF8":
        raise StoreError(
            f"{place} is encoded in {encoding}, which cannot hold every text; make another "
            "database with `createdb -E UTF8 -T template0 NAME`"
        )


def check_pgvector(place: str, version: str) -> None:
    """Raises MismatchError for an extension, such as 0.5.1, that lacks what is used here."""
    if tuple(map(int, version.split(".")[:2])) < LEAST_PGVECTOR:
        raise too_old(place, "pgvector", version, ".".join(map(str, LEAST_PGVECTOR)))


def no_pgvector(place: str, error: psycopg.Error) -> StoreError:
    """What to tell a person where the extension cannot be created."""
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return StoreError(f"an administrator must run CREATE EXTENSION vector in {place} first")
    return StoreError(
        f"the server of {place} has no pgvector; install it there (postgresql-18-pgvector "
        "on Debian), then run the same command again"
    )


def no_schema(place: str) -> StoreError:
    """What to tell a person."""
    return StoreError(
        f"{place} has no such schema as the address names; run CREATE SCHEMA there first"
    )


def not_a_rebuild(place: str, schema: str) -> StoreError:
    """What to tell a person where a rebuild would overwrite what is somebody else's."""
    return StoreError(
        f"a rebuild would fill the schema {schema} of {place}, which holds something else; "
        f"rename it there (ALTER SCHEMA {schema} RENAME TO ...), or drop it if nobody needs it"
    )


def not_found(place: str) -> NotFoundError:
    """What to tell a person."""
    return NotFoundError(f"there is no index in {place} yet; run `rag sync` first")


def _state(error: psycopg.Error) -> str:
    """The SQLSTATE; libpq tells none of a refused log-in, only words."""
    if error.sqlstate:
        return error.sqlstate
    said = str(error)
    for words, state in (
        ("password authentication failed", "28P01"),
        ("no password supplied", "28P01"),
        ("no pg_hba.conf entry", "28000"),
        ("is read-only", "25006"),
        ("too many clients", "53300"),
    ):
        if words in said:
            return state
    if "database" in said and "does not exist" in said:
        return "3D000"
    if "role" in said and "does not exist" in said:
        return "28000"
    return "57P03" if "the database system is" in said else ""
