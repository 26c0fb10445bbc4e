"""Files that people put into a corpus folder, and take out of it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from rag.errors import LoadError, RagError
from rag.load.files import SUFFIXES as SUFFIXES
from rag.types import Failure

_NOT_IN_A_NAME = re.compile(r"[\x00-\x1f\x7f/\\]+")
_LONGEST_NAME = 150


def put(files: Iterable[Path], folder: Path) -> tuple[list[str], list[Failure]]:
    """Copies files into a corpus folder, each whole or not at all.

    Returns:
        Names of what is there now, and what was left out, with the reason. A file is never
        written over: what has the same name must be taken out first.
    """
    names: list[str] = []
    failed: list[Failure] = []
    for file in files:
        try:
            names.append(_put(file, folder))
        except (LoadError, OSError) as error:
            reason = error.reason if isinstance(error, LoadError) else error.strerror
            failed.append(Failure(safe_name(file.name) or "?", reason or "it cannot be written"))
    return names, failed


def take_out(paths: Iterable[str], folder: Path) -> None:
    """Removes files from a corpus folder; one that is gone already is fine.

    Args:
        paths: As `Document.path`, relative to the folder.
        folder: Of the corpus.

    Raises:
        RagError: A path leads out of the folder, or its file cannot be removed.
    """
    for path in paths:
        inside = PurePosixPath(path)
        if inside.is_absolute() or ".." in inside.parts or not path:
            raise RagError(f"{path!r} is not a file of the corpus")
        file = folder / inside
        if folder.resolve() not in file.resolve().parents:
            raise RagError(f"{path!r} leads out of the corpus")
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise RagError(f"cannot remove {path}: {error.strerror}") from error


def safe_name(name: str) -> str:
    """A file name without what could lead elsewhere or hide it; empty if nothing is left."""
    name = _NOT_IN_A_NAME.sub(" ", name).strip().lstrip(".~#$ ").rstrip("~#. ")
    stem, suffix = os.path.splitext(name)
    return f"{stem[:_LONGEST_NAME]}{suffix}" if stem else ""


def _put(file: Path, folder: Path) -> str:
    name = safe_name(file.name)
    if not name.lower().endswith(SUFFIXES):
        kinds = ", ".join(sorted(SUFFIXES))
        raise LoadError(name, f"only files of these kinds can be read: {kinds}")
    target = folder / name
    part = folder / f".{name}.part"  # hidden files are no articles
    try:
        shutil.copyfile(file, part)
        os.link(part, target)  # fails where something has that name already
    except FileExistsError:
        raise LoadError(name, "there is a file of that name already; remove it first") from None
    finally:
        part.unlink(missing_ok=True)
    return name
