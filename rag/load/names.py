"""Names that no article has."""

from __future__ import annotations

import re

# Hidden files, backups and locks of editors and word processors: .x, x~, #x#, ~$x.docx
_LEFTOVER = re.compile(r"^\.|~$|^#.*#$|^~\$")


def is_leftover(name: str) -> bool:
    """Whether a name is that of a hidden file or folder, or of what an editor leaves behind."""
    return _LEFTOVER.search(name) is not None
