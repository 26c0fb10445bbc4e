"""What is derived of a generation: its vector index, in memory and in a file, and its languages."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rag.arrays import KeyArray
from rag.store import layout
from rag.store.catalog import read_meta, transaction, write_meta
from rag.store.connections import Reading
from rag.store.fingerprint import generation_of
from rag.store.languages import LanguageIndex
from rag.store.reader import chunk_keys, chunk_languages, stored_vectors
from rag.store.vectors import VectorIndex, fits

# The FAISS file may be so much behind: readers add what is missing from the stored
# vectors, which is faster than writing the whole file for one edited article.
_BEHIND_ROWS, _BEHIND_SHARE = 1_000, 0.05


class Snapshot(NamedTuple):
    """What is kept in memory of one generation.

    Attributes:
        generation: The index with the sync that wrote it, and its generation: no two states
            of any index share it.
    """

    generation: tuple[str, str]
    vectors: VectorIndex
    languages: LanguageIndex


class Snapshots:
    """The snapshot of the generation that was asked for last; the next is derived from it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: Snapshot | None = None

    def of(self, reading: Reading) -> Snapshot:
        """What is derived of the generation that a read transaction sees."""
        connection, catalog, meta = reading
        generation = generation_of(meta)
        with self._lock:
            held = self._held
            if held is None or held.generation != generation:
                dimension = int(meta["dimension"])
                held = self._held = Snapshot(
                    generation,
                    _derive(connection, self._base(catalog, meta), dimension),
                    LanguageIndex(
                        chunk_languages(connection),
                        lambda keys: stored_vectors(connection, keys, dimension),
                    ),
                )
            return held

    def _base(self, catalog: Path, meta: Mapping[str, str]) -> VectorIndex | None:
        """What to derive a generation from: the one in memory, else the one in the file.

        Only within a sync is the one in memory surely of the same keys.
        """
        held, lists = self._held, int(meta.get("lists", 0))
        if held and held.generation[0] == generation_of(meta)[0] and held.vectors.lists == lists:
            return held.vectors
        return VectorIndex.load(layout.vectors_file(catalog), meta.get("faiss", ""))


def save_vectors(connection: sqlite3.Connection, catalog: Path, flat_max: int) -> None:
    """Writes the FAISS file of a catalogue, unless the one that is there will do.

    Args:
        connection: The writer's.
        flat_max: Above so many chunks vectors are searched in parts.
    """
    meta, file = read_meta(connection), layout.vectors_file(catalog)
    saved = VectorIndex.load(file, meta.get("faiss", ""))
    keys = chunk_keys(connection)
    if saved and not fits(saved, len(keys), flat_max):
        saved = None
    if saved and not _is_behind(saved.keys, keys):
        return
    dimension = int(meta["dimension"])
    if saved is None and len(keys) > flat_max:
        index = VectorIndex.in_lists(keys, stored_vectors(connection, keys, dimension))
    else:
        index = _derive(connection, saved, dimension)
    sha256 = index.save(file)
    with transaction(connection):
        write_meta(connection, {"faiss": sha256, "lists": str(index.lists)})


def _derive(
    connection: sqlite3.Connection, base: VectorIndex | None, dimension: int
) -> VectorIndex:
    """The index of the chunks in the catalogue, with as much of `base` as still holds."""
    base = base or VectorIndex.empty(dimension)
    keys = chunk_keys(connection)
    removed, added = np.setdiff1d(base.keys, keys), np.setdiff1d(keys, base.keys)
    if not len(removed) and not len(added):
        return base
    return base.changed(removed, added, stored_vectors(connection, added, dimension))


def _is_behind(saved: KeyArray, keys: KeyArray) -> bool:
    """Whether a FAISS file lacks so much that opening the index would be slow."""
    differing = len(np.setxor1d(saved, keys))
    return differing > max(_BEHIND_ROWS, _BEHIND_SHARE * len(keys))
