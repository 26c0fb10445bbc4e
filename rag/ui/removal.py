"""Taking files out of a corpus folder; rag/add.py puts them in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rag.types import Failure


def take_out(paths: Iterable[str], folder: Path) -> list[Failure]:
    """Removes files from a corpus folder; gives those that stay, and why.

    One that is gone already is fine. Of a link it is the link that goes, wherever that leads.

    Args:
        paths: As `Document.path`, relative to the folder.
        folder: Of the corpus.
    """
    failed = []
    for path in paths:
        file = folder / path
        if not file.parent.resolve().is_relative_to(folder.resolve()):
            failed.append(Failure(path, "it is not in the corpus folder"))
            continue
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            failed.append(Failure(path, f"cannot be removed: {error.strerror}"))
    return failed
