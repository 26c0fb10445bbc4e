"""A checksum for each row that answers are made of: SQLite has none.

A seal (seal.py) tells of damage between two syncs. While one is at work, or after it was
killed, nothing else would tell a flipped bit from what was read.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence


def document_crc(row: Sequence[str | int | None]) -> int:
    """CRC-32 of a document's columns."""
    crc = 0
    for value in row:
        crc = zlib.crc32(b"\0" if value is None else b"\1" + str(value).encode(), crc)
    return crc


def chunk_crc(document: int, start: int, end: int, terms: str) -> int:
    """CRC-32 of a chunk's columns."""
    return zlib.crc32(f"{document} {start} {end} {terms}".encode())
