"""Who may use the page: names, hashed passwords and roles in a TOML file."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from rag.errors import SettingsError

#: A reader asks; an editor may change the corpus too, where the server allows it.
Role: TypeAlias = Literal["reader", "editor"]
ROLES: tuple[Role, ...] = ("reader", "editor")

# 16 MB and some 50 ms for each try; scrypt's parameters as OWASP advises them.
_COST, _BLOCK, _PARALLEL = 2**14, 8, 5

_NAME = re.compile(r"[\w.@-]{1,64}")
_SHORTEST = 8

#: How a password begins that was hashed.
_KEPT = "scrypt$"


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who signed in."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class _Entry:
    password: str
    role: Role


class People:
    """The users of a file; read anew when the file has changed."""

    def __init__(self, file: Path) -> None:
        """Reads the file.

        Raises:
            SettingsError: It cannot be read, or is not a list of users.
        """
        self._file = file
        self._stamp = file.stat().st_mtime_ns if file.exists() else 0
        self._entries = _entries(file)

    def check(self, name: str, password: str) -> User | None:
        """The user of that name, if the password is right; takes as long if there is none."""
        entry = self._current().get(name)
        is_right = verify(password, entry.password if entry else _nobody())
        return User(name, entry.role) if entry and is_right else None

    def get(self, name: str) -> User | None:
        """The user of that name, who has shown to be it."""
        entry = self._current().get(name)
        return User(name, entry.role) if entry else None

    def kept(self, name: str) -> str:
        """What is kept of the password of that name; empty if there is no such user."""
        entry = self._current().get(name)
        return entry.password if entry else ""

    def _current(self) -> dict[str, _Entry]:
        try:
            stamp = self._file.stat().st_mtime_ns
        except OSError:
            return {}
        if stamp != self._stamp:
            self._stamp = stamp  # also of a wrong file, which is told of once
            try:
                self._entries = _entries(self._file)
            except SettingsError as error:
                print(f"warning: {error}; until it is mended the old list holds", file=sys.stderr)
        return self._entries


def add_user(file: Path, name: str, password: str, role: Role) -> None:
    """Adds a user to a file, which is created, or gives one another password and role.

    The file is written anew: comments in it go.

    Raises:
        SettingsError: The file is not a list of users, or cannot be written.
        ValueError: The name or the password cannot be one.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"a name has letters, digits, '.', '@', '_' and '-', not {name!r}")
    if len(password) < _SHORTEST:
        raise ValueError(f"a password has at least {_SHORTEST} characters")
    entry = _Entry(hashed(password), role)
    try:
        with _only_writer(file):
            entries = _listed(file) if file.exists() else {}
            _write(file, {**entries, name: entry})
    except OSError as error:
        raise SettingsError(f"cannot write {file}: {error.strerror}") from error


def hashed(password: str) -> str:
    """A password as it is kept: method, parameters, salt and hash."""
    salt = secrets.token_bytes(16)
    digest = _digest(password, salt, _COST, _BLOCK, _PARALLEL)
    return f"{_KEPT}{_COST}${_BLOCK}${_PARALLEL}${_text(salt)}${_text(digest)}"


def verify(password: str, kept: str) -> bool:
    """Whether a password is the one that was kept."""
    try:
        method, cost, block, parallel, salt, digest = kept.split("$")
        wanted = base64.b64decode(digest)
        found = _digest(password, base64.b64decode(salt), int(cost), int(block), int(parallel))
    except ValueError:
        return False
    return method == "scrypt" and hmac.compare_digest(found, wanted)


def _digest(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    return hashlib.scrypt(
        password.encode(), salt=salt, n=cost, r=block, p=parallel, maxmem=2**26, dklen=32
    )


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@contextmanager
def _only_writer(file: Path) -> Iterator[None]:
    """Waits until nobody else changes the file."""
    with file.with_name(f".{file.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # ends with the process, however that ends
        yield


def _write(file: Path, entries: Mapping[str, _Entry]) -> None:
    """Puts a list in the place of the one before, which is there until then."""
    text = "".join(
        f"[users.{_quoted(name)}]\n"
        f"password = {_quoted(entry.password)}\nrole = {_quoted(entry.role)}\n\n"
        for name, entry in sorted(entries.items())
    )
    with tempfile.TemporaryDirectory(prefix=".", dir=file.parent) as folder:
        part = Path(folder, file.name)
        part.touch(mode=0o600)
        part.write_text(text, encoding="utf-8")
        os.replace(part, file)


def _quoted(text: str) -> str:
    """A text as TOML has it, which escapes as JSON does."""
    return json.dumps(text, ensure_ascii=False)


def _entries(file: Path) -> dict[str, _Entry]:
    """The users of a file, who can all sign in."""
    entries = _listed(file)
    for name, entry in entries.items():
        if not entry.password.startswith(_KEPT):
            raise SettingsError(
                f"{file}: the password of {name} is not hashed; set one by {_add(name, file)}"
            )
    return entries


def _listed(file: Path) -> dict[str, _Entry]:
    try:
        read = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        entries = {
            str(name): _Entry(str(entry["password"]), entry.get("role", "reader"))
            for name, entry in read.get("users", {}).items()
        }
    except OSError as error:
        raise SettingsError(
            f"cannot read {file}: {error.strerror}; {_add('NAME', file)} makes it"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(f"{file} is not a list of users: {error!r}") from error
    if other := [key for key in read if key != "users"]:
        raise SettingsError(
            f"{file}: a user is [users.NAME], not {other[0]}; {_add('NAME', file)} writes one"
        )
    if wrong := [name for name, entry in entries.items() if entry.role not in ROLES]:
        raise SettingsError(f"{file}: the role of {wrong[0]} must be one of {', '.join(ROLES)}")
    return entries


def _add(name: str, file: Path) -> str:
    return f"`rag user add {name} --auth {file}`"


@cache
def _nobody() -> str:
    """What a password is compared with where there is no such name, which takes as long."""
    return hashed(secrets.token_hex())
