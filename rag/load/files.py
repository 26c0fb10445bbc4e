"""Which files of a folder are articles, and which reader takes which."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from rag.errors import LoadError
from rag.load.jsonl import read_jsonl
from rag.load.text import read_markdown, read_text
from rag.types import Document, Failure

#: A reader takes a file and the path it is known by, and yields what it holds.
Reader = Callable[[Path, str], Iterator[Document | Failure]]

_READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".text": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
}

# Hidden files, backups and locks of editors and word processors: .x, x~, #x#, ~$x.docx
_LEFTOVER = re.compile(r"^\.|~$|^#.*#$|^~\$")

#: File name endings that can be read, lower-case.
SUFFIXES = tuple(_READERS)


def article_files(folder: Path) -> list[str]:
    """POSIX paths, relative to `folder`, of every regular file below it, sorted.

    Hidden files and folders (a leading dot) and what editors leave beside a file
    are not articles. Links are not followed: a link could lead out of the corpus
    or around in a circle.
    """
    return [item for item in listing(folder) if isinstance(item, str)]


def listing(folder: Path) -> list[str | Failure]:
    """As `article_files`, with a `Failure` for what cannot be listed or has no text for a name."""
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
            if _LEFTOVER.search(entry.name) or entry.is_symlink():
                continue
            path = f"{below}/{entry.name}" if below else entry.name
            if not _is_text(path):
                found.append(Failure(_printable(path), "its name is not valid UTF-8; rename it"))
            elif entry.is_dir():
                pending.append(path)
            else:
                found.append(path)
    return sorted(found, key=lambda item: item if isinstance(item, str) else item.path)


def _is_text(path: str) -> bool:
    """Whether the bytes of a name are UTF-8; Python smuggles others in as lone surrogates."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _printable(path: str) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def load_file(folder: Path, path: str) -> Iterator[Document | Failure]:
    """Yields the documents of one file, and a `Failure` for each part that cannot be read.

    A document's `language` is `und` unless the file declares it.

    Args:
        folder: The corpus folder.
        path: POSIX path below it.
    """
    file = folder / path
    try:
        if not file.is_file():
            raise LoadError(path, "not a regular file")
        reader = _READERS.get(file.suffix.lower())
        if reader is None:
            known = ", ".join(SUFFIXES)
            raise LoadError(path, f"this kind of file is not supported; supported are {known}")
        yield from reader(file, path)
    except LoadError as error:
        yield Failure(error.path, error.reason)
    except OSError as error:
        yield Failure(path, error.strerror or str(error))
