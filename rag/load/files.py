"""Which files of a folder are articles, and which reader takes which."""

from __future__ import annotations

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

#: File name endings that can be read, lower-case.
SUFFIXES = tuple(_READERS)


def article_files(folder: Path) -> list[str]:
    """POSIX paths, relative to `folder`, of every regular file below it, sorted.

    Hidden files and folders (a leading dot) are not articles. Links are not
    followed: a link could lead out of the corpus or around in a circle.
    """
    found: list[str] = []
    pending = [folder]
    while pending:
        for entry in pending.pop().iterdir():
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            if entry.is_dir():
                pending.append(entry)
            else:
                found.append(entry.relative_to(folder).as_posix())
    return sorted(found)


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
