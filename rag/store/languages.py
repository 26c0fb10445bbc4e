"""Which chunks are in which language, and some that stand for all of a language.

A multilingual model puts a question nearer to the passages of its own language
than to the same passages in another. How much nearer shows in a sample of each
language's passages, whatever they are about (rag/background.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from rag.arrays import FloatArray, KeyArray

#: Passages that stand for all of a language; 100 measure as well.
_SAMPLE = 200


class Sample(NamedTuple):
    """Passages that stand for all of a language.

    Attributes:
        vectors: Of shape (n, dimension).
        chunks: How many they stand for.
    """

    vectors: FloatArray
    chunks: int


class LanguageIndex:
    """The languages of one generation's chunks; derived, and only read."""

    def __init__(
        self, chunks: Iterable[tuple[int, str]], vectors: Callable[[KeyArray], FloatArray]
    ) -> None:
        """Sorts the chunks by language and takes a sample of each.

        Args:
            chunks: `(key, language)` by rising key.
            vectors: Gives the vectors of some keys, shape (n, dimension).
        """
        rows = list(chunks)
        self._keys = np.array([key for key, _ in rows], np.int64)
        self._names, self._language = np.unique([name for _, name in rows], return_inverse=True)
        #: Languages of the chunks.
        self.languages = frozenset(self._names.tolist())
        #: Of each language.
        self.samples: Mapping[str, Sample] = {
            name: Sample(vectors(keys[:: sample_step(len(keys))]), len(keys))
            for name, keys in self._groups()
        }

    @classmethod
    def empty(cls) -> LanguageIndex:
        """Of no chunks."""
        return cls((), lambda keys: np.empty((len(keys), 0), np.float32))

    def _groups(self) -> Iterator[tuple[str, KeyArray]]:
        """The keys of each language."""
        for number, name in enumerate(self._names.tolist()):
            yield str(name), self._keys[self._language == number]

    def of(self, keys: Sequence[int]) -> list[str]:
        """The language of each chunk."""
        if not len(keys):
            return []
        places = np.searchsorted(self._keys, np.asarray(keys, np.int64))
        names: list[str] = self._names[self._language[places]].tolist()
        return names


def sample_step(chunks: int) -> int:
    """Every so many-th of a language's chunks, from the first on, stands for all of them."""
    return -(-chunks // _SAMPLE)
