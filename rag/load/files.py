"""Which files of a folder are articles, and what one of them holds."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from io import BufferedReader
from pathlib import Path

from rag.errors import LoadError
from rag.load.export import read_rows
from rag.load.names import is_leftover, printable
from rag.load.readers import read
from rag.load.sniff import HEAD_BYTES, NOTHING, plain_kind
from rag.load.source import Budget, Source
from rag.settings import MEGABYTE, Bounds
from rag.types import Document, Failure, PassingFailure, storable

#: A larger text is read in a process of its own, whatever it is.
_PLAIN_MAX_BYTES = MEGABYTE


def listing(folder: Path) -> list[str | Failure]:
    """POSIX paths, relative to `folder`, of every regular file below it, sorted.

    Hidden files and folders (a leading dot), what editors leave beside a file, and the
    files of an index are not articles. Links are not followed: what one leads to in the
    corpus is read under its own name. What cannot be listed or is no file is a `Failure`.
    """
    found: list[str | Failure] = []
    pending = [""]
    while pending:
        below = pending.pop()
        try:
            with os.scandir(folder / below) as entries:
                listed = list(entries)
        except OSError as error:
            found.append(Failure(below or ".", error.strerror or str(error)))
            continue
        for entry in listed:
            if is_leftover(entry.name):
                continue
            path = f"{below}/{entry.name}" if below else entry.name
            if not storable(path):  # Python has bytes that are not UTF-8 as lone surrogates
                found.append(Failure(printable(path), "its name is not valid UTF-8; rename it"))
            elif entry.is_dir(follow_symlinks=False):
                pending.append(path)
            elif entry.is_file(follow_symlinks=False):
                found.append(path)
            elif reason := _why_not(entry, folder):
                found.append(Failure(path, reason))
    return sorted(found, key=lambda item: item if isinstance(item, str) else item.path)


def _why_not(entry: os.DirEntry[str], folder: Path) -> str:
    """Why what is no file is left out; empty for a link to what is read under its own name."""
    if not entry.is_symlink():
        return "a pipe, a socket or a device, not a file"
    try:
        target = Path(entry.path).resolve(strict=True)
    except (OSError, RuntimeError):
        return "a link that leads nowhere"
    root = folder.resolve()
    if not target.is_relative_to(root):
        return "a link out of the corpus folder; copy the file here instead"
    if any(map(is_leftover, target.relative_to(root).parts)):
        return "a link to something hidden; copy the file here instead"
    return ""


def is_plain(folder: Path, path: str) -> bool:
    """Whether a file is a text, or surely nothing to read: neither needs a process of its own."""
    try:
        with open_regular(folder / path, path) as file:
            kind = plain_kind(Path(path).name, file.read(HEAD_BYTES), path)
            size = os.fstat(file.fileno()).st_size
    except (LoadError, OSError):
        return True  # it takes no process to say that it cannot be opened
    return kind in ("jsonl", NOTHING) or (kind is not None and size <= _PLAIN_MAX_BYTES)


def open_regular(file: Path, path: str) -> BufferedReader:
    """A file opened for reading, if it is one: a pipe would be waited for.

    Raises:
        LoadError: It is no regular file.
        OSError: It cannot be opened.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise LoadError(path, "not a regular file") from error
        raise
    opened = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        opened.close()
        raise LoadError(path, "not a regular file")
    return opened


def load_file(
    folder: Path, path: str, bounds: Bounds | None = None
) -> Iterator[Document | Failure]:
    """Yields the documents of one file, and a `Failure` for each part that cannot be read.

    It is read in this process: a `Loader` reads what is not plain text in a limited one.
    A document's `language` is `und` unless the file declares it.

    Args:
        folder: The corpus folder.
        path: POSIX path below it.
        bounds: How much it may cost.
    """
    bounds, name = bounds or Bounds(), Path(path).name
    source = Source(id=path, name=name, path=path, data=b"", bounds=bounds, budget=Budget())
    try:
        with open_regular(folder / path, path) as file:
            if plain_kind(source.name, file.peek(HEAD_BYTES)[:HEAD_BYTES], path) == "jsonl":
                yield from read_rows(file, source)
                return
            if os.fstat(file.fileno()).st_size > bounds.file_max_mb * MEGABYTE:
                raise LoadError(path, f"larger than {bounds.file_max_mb} MB (file_max_mb)")
            data = file.read()
        yield from read(replace(source, data=data))
    except LoadError as error:
        yield Failure(error.path, error.reason)
    except OSError as error:
        yield PassingFailure(path, error.strerror or str(error))
