"""Taking files out of a corpus folder; rag/add.py puts them in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from rag.errors import RagError
from rag.types import Failure


def take_out(paths: Iterable[str], folder: Path) -> list[Failure]:
    """Removes files from a corpus folder; gives those that stay, and why.

    One that is gone already is fine.

    Args:
        paths: As `Document.path`, relative to the folder.
        folder: Of the corpus.

    Raises:
        RagError: A path leads out of the folder.
    """
    failed = []
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
            failed.append(Failure(path, f"cannot be removed: {error.strerror}"))
    return failed
