"""What a question has in common with passages that nobody asked for.

How near a passage must be to stand out shows in a sample of all others. A few articles have
too few others, and these are about the same thing: so passages about nothing in particular
stand beside them, the fewer there are, the more these count. docs/retrieval.md has what it
brings.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import NamedTuple

import numpy as np
from safetensors import safe_open

from rag.arrays import FloatArray
from rag.embed import Embedder
from rag.language import analyze, served_as
from rag.store.languages import Sample

#: Passages from which on a language counts in full for the mean of all languages.
_FULL = 20

#: A mean of few passages says what they are about rather than what their language does: it is
#: drawn to the mean of all languages as if so many passages more stood there.
_PRIOR = 5

#: As how many passages those about nothing count beside no others. Beside more they count
#: less, and from `_ENOUGH` on nothing.
_WEIGHT, _ENOUGH = 48, 200

#: Of how many languages, the most frequent, they are taken: a model may have to embed them.
_LANGUAGES = 4

#: Vectors of passages.txt by the default model, by language (`python -m benchmarks.background`).
VECTORS = "passages.safetensors"


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


class AboutNothing(NamedTuple):
    """Passages about nothing in particular, all in one language.

    Attributes:
        vectors: Unit rows of shape (n, dimension).
        terms: What each is found by.
    """

    vectors: FloatArray
    terms: list[frozenset[str]]


class Beside(NamedTuple):
    """Passages about nothing that stand beside those of a corpus.

    Attributes:
        passages: By language.
        weight: As how many passages those of one language count.
    """

    passages: Mapping[str, AboutNothing]
    weight: float

    @property
    def chunks(self) -> float:
        """As how many passages all of them count."""
        return self.weight * len(self.passages)

    def frequency(self, term: str) -> float:
        """How many passages of theirs hold a term, as they count."""
        shares = (
            sum(term in terms for terms in each.terms) / len(each.terms)
            for each in self.passages.values()
        )
        return self.weight * sum(shares)


class BackgroundPassages:
    """The passages about nothing for a model.

    Their vectors by the default model come with the project. Any other embeds those of a
    language when it is first asked for, which takes a moment.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, AboutNothing] = {}
        self._lock = threading.Lock()

    def beside(self, samples: Mapping[str, Sample]) -> Beside:
        """What stands beside a corpus: nothing, if it is large."""
        chunks = sum(sample.chunks for sample in samples.values())
        weight = _WEIGHT * max(0.0, 1 - chunks / _ENOUGH)
        if not weight:
            return Beside({}, 0.0)
        frequent = sorted(samples, key=lambda name: (-samples[name].chunks, name))
        return Beside({name: self._in(name) for name in frequent[:_LANGUAGES]}, weight)

    def _in(self, language: str) -> AboutNothing:
        texts = passages_about_nothing()
        language = served_as(language, texts)
        with self._lock:
            if language not in self._known:
                terms = [frozenset(analyze(text, language)) for text in texts[language]]
                self._known[language] = AboutNothing(self._vectors(language), terms)
            return self._known[language]

    def _vectors(self, language: str) -> FloatArray:
        with as_file(files("rag").joinpath(VECTORS)) as file, safe_open(file, "np") as known:
            if known.metadata()["fingerprint"] == self._embedder.fingerprint:
                kept: FloatArray = known.get_tensor(language).astype(np.float32)
                return kept
        return self._embedder.embed_documents(passages_about_nothing()[language])


@cache
def passages_about_nothing() -> Mapping[str, list[str]]:
    """Passages about nothing in particular by language, the same in all."""
    found: dict[str, list[str]] = {}
    for line in files("rag").joinpath("passages.txt").read_text("utf-8").splitlines():
        language, _, text = line.partition(" ")
        found.setdefault(language, []).append(text)
    return found


class _Cosines(NamedTuple):
    """Of a question with passages of one language.

    Attributes:
        values: Of each passage.
        counts: How many passages each stands for.
    """

    values: FloatArray
    counts: FloatArray

    @classmethod
    def of(cls, query: FloatArray, *samples: tuple[FloatArray, float]) -> _Cosines:
        """Of samples, each of vectors and of how many passages they stand for together."""
        counts = [np.full(len(vectors), chunks / len(vectors)) for vectors, chunks in samples]
        return cls(np.vstack([vectors for vectors, _ in samples]) @ query, np.concatenate(counts))

    @property
    def size(self) -> float:
        """How many passages all stand for."""
        return float(self.counts.sum())

    @property
    def mean(self) -> float:
        return float(np.average(self.values, weights=self.counts))

    def variance(self, mean: float) -> float:
        """Mean square of their distance from some mean."""
        return float(np.average((self.values - mean) ** 2, weights=self.counts))


def background(query: FloatArray, samples: Mapping[str, Sample], beside: Beside) -> Background:
    """How near a question is to each language as a whole.

    Args:
        query: Unit vector of shape (dimension,).
        samples: Of the corpus, by language.
        beside: What stands beside it.
    """
    if not samples:
        return Background({}, 0.0, 0.0)
    seen = {}
    for name, sample in samples.items():
        others = [(each.vectors, beside.weight) for each in [beside.passages.get(name)] if each]
        seen[name] = _Cosines.of(query, sample, *others)
    weights = [min(1.0, each.size / _FULL) for each in seen.values()]
    overall = float(np.average([each.mean for each in seen.values()], weights=weights))
    drawn = {
        name: (each.size * each.mean + _PRIOR * overall) / (each.size + _PRIOR)
        for name, each in seen.items()
    }
    variances = [each.variance(drawn[name]) for name, each in seen.items()]
    return Background(drawn, overall, math.sqrt(float(np.average(variances, weights=weights))))
