"""Names that no article has."""

from __future__ import annotations

import os
import re

# Hidden files, backups and locks of editors and word processors: .x, x~, #x#, ~$x.docx
_LEFTOVER = re.compile(r"^\.|~$|^#.*#$|^~\$")


def is_leftover(name: str) -> bool:
    """Whether a name is that of a hidden file or folder, or of what an editor leaves behind."""
    return _LEFTOVER.search(name) is not None


def is_text(path: str) -> bool:
    """Whether the bytes of a name are UTF-8; Python smuggles others in as lone surrogates."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def printable(path: str) -> str:
    """A name as it can be shown, whatever its bytes are."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
