"""Where an index is: a folder, or a database of a PostgreSQL server."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote

from rag.errors import SettingsError

_HOST: Final = r"(?:\[[^\]@/?]*\]|[^@/?:,\[\]]*)(?::\d*)?"
#: As libpq reads it; its groups are hosts, database and options.
_SERVER: Final = re.compile(
    rf"postgres(?:ql)?://(?:[^@/]*@)?({_HOST}(?:,{_HOST})*)(?:/([^@?]*))?(?:\?(.*))?", re.DOTALL
)
_NO_FOLDER: Final = re.compile(r"([^/\s]*://)|(?:^|.*\s)((?:host|dbname)\s*=)", re.DOTALL)
_STRAY_PERCENT: Final = re.compile(r"%(?![0-9a-fA-F]{2})")
_SCHEMA: Final = re.compile(r"search_path\s*=\s*([^\s,]+)")


def is_server(address: str) -> bool:
    """Whether an index is in a database; else its address is a folder.

    Raises:
        SettingsError: It is neither.
    """
    return _server(address) is not None


def local_path(address: str) -> Path:
    """What the files of this machine that belong to an index are named after.

    Raises:
        SettingsError: It is in neither a folder nor a database.
    """
    server = _server(address)
    if server is None:
        return Path(address)
    hosts, database, query = (part or "" for part in server.groups())
    options = dict(parse_qsl(query))
    schema = _SCHEMA.search(options.get("options", ""))
    parts = (
        options.get("host", unquote(hosts)),
        options.get("port", ""),
        options.get("dbname", unquote(database)),
        schema[1] if schema else "",
    )
    name = "/".join(part for part in parts if part)
    return Path("postgresql-" + re.sub(r"[^\w.]+", "-", name).strip("-"))


def unreadable() -> SettingsError:
    """What to tell a person, who may have written a password: nothing of the address is shown."""
    return SettingsError(
        "that is no address of an index; write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, "
        "with a %, /, ? or @ in a password written as %25, %2F, %3F or %40, and behind a ? only "
        "options that libpq knows, as NAME=VALUE"
    )


def _server(address: str) -> re.Match[str] | None:
    """The parts of the address of a database; None for a folder."""
    if address.startswith(("postgresql://", "postgres://")):
        server = _SERVER.fullmatch(address)
        if server is None or _STRAY_PERCENT.search(address):
            raise unreadable()
        return server
    if wrong := _NO_FOLDER.match(address):
        raise SettingsError(
            f"an index is in a folder or at postgresql://USER@HOST/DATABASE, not at "
            f"{wrong[1] or wrong[2]}..."
        )
    return None
