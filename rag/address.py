"""Where an index is: a folder, or a database of a PostgreSQL server."""

from __future__ import annotations

import re
from pathlib import Path

_SERVER = re.compile(r"postgres(?:ql)?://(?:[^@/]*@)?(.*)", re.DOTALL)


def is_server(address: str) -> bool:
    """Whether an index is in a database; else its address is a folder."""
    return bool(_SERVER.match(address))


def local_path(address: str) -> Path:
    """What the files of this machine that belong to an index are named after."""
    server = _SERVER.match(address)
    if server is None:
        return Path(address)
    return Path("postgresql-" + re.sub(r"[^\w.]+", "-", server[1]).strip("-"))
