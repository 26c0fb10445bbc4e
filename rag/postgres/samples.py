"""The passages that stand for all of a language, kept in memory from one question to the next."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from pgvector import HalfVector
from psycopg import Connection

from rag.arrays import FloatArray
from rag.store.fingerprint import generation_of
from rag.store.languages import Sample, sample_step

#: A sample of so many chunks or fewer is drawn anew for every generation; that of a larger
#: language only when the language has grown or shrunk by so much.
_SMALL, _DRIFT = 5_000, 0.05

_DRAW: Final = """
SELECT embedding FROM (
    SELECT vector, row_number() OVER (ORDER BY key) - 1 AS place FROM chunks WHERE language = %s
) AS ranked JOIN vectors ON vectors.key = vector WHERE place %% %s = 0 ORDER BY place
"""


class Samples:
    """Vectors of chunks of each language, of the generation that was asked for last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._generation = ("", "")
        self._held: dict[str, Sample] = {}

    def of(
        self, connection: Connection[Any], meta: Mapping[str, str], sizes: Mapping[str, int]
    ) -> dict[str, Sample]:
        """The samples by language.

        Args:
            meta: Of the generation that the connection sees.
            sizes: Number of chunks by language.
        """
        generation = generation_of(meta)
        with self._lock:
            if generation != self._generation:
                is_same = generation[0] == self._generation[0]
                self._held = {
                    name: held
                    for name, held in self._held.items()
                    if is_same and _holds(held.chunks, sizes.get(name, 0))
                }
                self._generation = generation
            for name, size in sizes.items():
                if name not in self._held:
                    step = sample_step(size)
                    rows = connection.execute(_DRAW, (name, step), binary=True)
                    vectors = rows_of([vector for (vector,) in rows], int(meta["dimension"]))
                    self._held[name] = Sample(vectors, size)
            return {name: self._held[name]._replace(chunks=size) for name, size in sizes.items()}


def rows_of(vectors: Sequence[HalfVector], dimension: int) -> FloatArray:
    """Stored vectors as rows of shape (n, dimension)."""
    rows = [vector.to_numpy() for vector in vectors]
    return np.array(rows, np.float32).reshape(-1, dimension)


def _holds(drawn: int, now: int) -> bool:
    """Whether a sample of a language with so many chunks then will do for so many now."""
    return now > _SMALL and abs(now - drawn) <= _DRIFT * drawn
