"""The index that a rebuild replaces: its vectors are taken over, however damaged it is."""

from __future__ import annotations

import zlib
from pathlib import Path

from rag.store.catalog import DAMAGE, explaining, open_read_only
from rag.store.vectors import STORED


class Donor:
    """What can still be read of a catalogue of this or an older schema."""

    def __init__(self, file: Path) -> None:
        """Opens it; raises StoreError if that cannot be."""
        with explaining(file):
            self._connection = open_read_only(file)

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def document_ids(self) -> set[str]:
        """Ids of its documents; none if they cannot be read."""
        try:
            return {id for (id,) in self._connection.execute("SELECT id FROM documents")}
        except DAMAGE:
            return set()

    def generation(self) -> int:
        """Its generation; 0 if that cannot be read."""
        query = "SELECT value FROM meta WHERE key = 'generation'"
        try:
            row = self._connection.execute(query).fetchone()
        except DAMAGE:
            row = None
        return int(row[0]) if row and str(row[0]).isdecimal() else 0

    def vector(self, digest: bytes, dimension: int) -> bytes | None:
        """The stored form of a vector; None if it is missing or damaged."""
        try:
            row = self._connection.execute(
                "SELECT digest, vector, crc FROM vectors WHERE digest = ?", (digest,)
            ).fetchone()
        except DAMAGE:
            return None
        if row is None or not isinstance(row[1], bytes):
            return None
        stored_digest, vector, crc = row
        is_whole = zlib.crc32(vector) == crc and len(vector) == dimension * STORED.itemsize
        return vector if is_whole and stored_digest == digest else None
