"""Which chunks are in which language, and how near a question is to all of a language.

A multilingual model puts a question nearer to the passages of its own language
than to the same passages in another. How much nearer shows in a sample of each
language's passages, whatever they are about.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rag.store.vectors import FloatArray, KeyArray

#: Passages that stand for all of a language; 100 measure as well.
_SAMPLE = 200

#: Chunks from which on a language counts in full for the mean of all languages.
_FULL_CHUNKS = 20

#: A mean of few chunks says what they are about rather than what their language does: it is
#: drawn to the mean of all languages as if so many chunks more stood there.
_PRIOR_CHUNKS = 5


@dataclass(frozen=True, slots=True)
class Background:
    """How near a question is to passages that nobody asked for.

    Attributes:
        mean: Mean cosine by language of the passages.
        overall: Mean of all languages.
        spread: Standard deviation of the cosines from their language's mean.
    """

    mean: Mapping[str, float]
    overall: float
    spread: float


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
        self._samples = {
            name: vectors(keys[:: sample_step(len(keys))]) for name, keys in self._groups()
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

    def background(self, query: FloatArray) -> Background:
        """How near a question is to each language as a whole.

        Args:
            query: Unit vector of shape (dimension,).
        """
        sizes = np.bincount(self._language).tolist()
        return background(query, self._samples, dict(zip(self._names.tolist(), sizes, strict=True)))


def sample_step(chunks: int) -> int:
    """Every so many-th of a language's chunks, from the first on, stands for all of them."""
    return -(-chunks // _SAMPLE)


def background(
    query: FloatArray, samples: Mapping[str, FloatArray], sizes: Mapping[str, int]
) -> Background:
    """How near a question is to each language as a whole.

    Args:
        query: Unit vector of shape (dimension,).
        samples: Vectors of chunks by language.
        sizes: Number of chunks by language.
    """
    cosines = {name: sample @ query for name, sample in samples.items()}
    if not cosines:
        return Background({}, 0.0, 0.0)
    means = {name: float(some.mean()) for name, some in cosines.items()}
    weights = [min(1.0, sizes[name] / _FULL_CHUNKS) for name in cosines]
    overall = float(np.average(list(means.values()), weights=weights))
    drawn = {
        name: (sizes[name] * mean + _PRIOR_CHUNKS * overall) / (sizes[name] + _PRIOR_CHUNKS)
        for name, mean in means.items()
    }
    spreads = [float(((some - drawn[name]) ** 2).mean()) for name, some in cosines.items()]
    variance = float(np.average(spreads, weights=weights))
    return Background(drawn, overall, math.sqrt(variance))
