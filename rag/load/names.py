"""What the names of files tell: which no article has, and what one may be called by."""

from __future__ import annotations

import os
import re
from pathlib import Path

# Hidden files, backups and locks of editors and word processors: .x, x~, #x#, ~$x.docx
_LEFTOVER = re.compile(r"^\.|~$|^#.*#$|^~\$")
# Of an index in the corpus. To read SQLite's files would cancel the locks that it has on them.
_INDEX = re.compile(
    r"(?:(?:catalog|vectors)\.\d+\.(?:sqlite|seal|faiss)|next\.sqlite|.+-people\.sqlite)"
    r"(?:-wal|-shm|-journal|\.tmp)?|writer\.lock"
)


def is_leftover(name: str) -> bool:
    """Whether a name is that of something hidden, left by an editor, or written by this program."""
    return bool(_LEFTOVER.search(name) or _INDEX.fullmatch(name))


def printable(path: str) -> str:
    """A name as it can be shown, whatever its bytes are."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def file_title(path: str | Path) -> str:
    """A title for want of a better one: `budget-2026.txt` -> `budget 2026`."""
    return re.sub(r"[-_]+", " ", Path(path).stem)
