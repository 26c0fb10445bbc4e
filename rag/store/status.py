"""What is in an index, counted."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rag.store.connections import Reading
from rag.store.lock import lock_holder
from rag.store.writer import known_failures
from rag.types import Failure


@dataclass(frozen=True, slots=True)
class Status:
    """What is in an index.

    Attributes:
        languages: Documents by language code, most frequent first.
        generation: Grows with every change.
        synced_at: ISO 8601 time of the last sync that ended, UTC; None before the first.
        syncing: Process id of the sync at work; None if there is none.
        bytes: Size on disk.
        vector_index: How the vectors are searched.
        waiting: Documents that wait for a worker.
    """

    documents: int
    chunks: int
    languages: dict[str, int]
    generation: int
    model: str
    synced_at: str | None
    syncing: str | None
    bytes: int
    vector_index: str
    failed: tuple[Failure, ...]
    waiting: int = 0


def read_status(reading: Reading) -> Status:
    """Counts what a read transaction sees, whatever built it."""
    meta, count = reading.meta, reading.connection.execute
    lists, folder = int(meta.get("lists", 0)), reading.catalog.parent
    return Status(
        documents=count("SELECT count(*) FROM documents").fetchone()[0],
        chunks=count("SELECT count(*) FROM chunks").fetchone()[0],
        languages=dict(
            count(
                "SELECT language, count(*) FROM documents "
                "GROUP BY language ORDER BY count(*) DESC, language"
            )
        ),
        generation=int(meta["generation"]),
        model=meta.get("embedding", ""),
        synced_at=meta.get("synced_at"),
        syncing=lock_holder(folder),
        bytes=_size(folder),
        vector_index=f"in {lists} lists" if lists else "flat",
        failed=tuple(known_failures(reading.connection)),
    )


def _size(folder: Path) -> int:
    total = 0
    for entry in os.scandir(folder):
        with suppress(FileNotFoundError):  # a journal may go at any time
            total += entry.stat().st_size
    return total
