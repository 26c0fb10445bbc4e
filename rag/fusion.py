"""What a passage's nearness in meaning and in words is worth together. Pure functions.

Both are measured on scales that mean the same for every question, corpus and model:

- meaning: the cosine above the question's cosines with passages that nobody asked
  for, in standard deviations of these;
- words: what BM25 gives, as a share of the most that the question's words could get, and
  what share of these words the passage holds.

So the words weigh what they can know, without a rule about languages: across
languages little more than names and numbers match, and their share is small.
benchmarks/fusion.py is the experiment behind the constants.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from rag.arrays import FloatArray
from rag.background import Background

#: Standard deviations of meaning that all the question's words are worth.
WORDS = 5.0

#: How much of the words' share is BM25's; the rest is the share of words that are held.
BM25_PART = 0.67

#: How much of the nearness of a question to a whole language is taken off its passages.
LANGUAGE_BIAS = 0.8

#: A passage in another language than the question cannot share its words. It is given
#: so much of the share that the best passage in the question's language has.
UNTOLD = 0.5

_LEAST_SPREAD = 1e-3  # one passage a language: no spread, and words decide


class Fused(NamedTuple):
    """For each passage, in standard deviations; `words` holds what was given for `untold`."""

    meaning: FloatArray
    words: FloatArray
    untold: FloatArray

    @property
    def total(self) -> FloatArray:
        """What passages are ranked by; 0 is a passage that nobody asked for."""
        return self.meaning + self.words


def fuse(
    cosines: FloatArray,
    shares: FloatArray,
    languages: Sequence[str],
    question: Mapping[str, float],
    background: Background,
) -> Fused:
    """The worth of passages.

    Args:
        cosines: Of question and passage, shape (n,).
        shares: Of the question's words in the passages, 0 to 1, shape (n,).
        languages: Of the passages.
        question: Probability of each language the question may be in.
        background: Of the question.
    """
    numbers = {name: number for number, name in enumerate(dict.fromkeys(languages))}
    of = np.fromiter(map(numbers.__getitem__, languages), np.intp, len(languages))
    mean = np.array([background.mean.get(name, background.overall) for name in numbers])[of]
    shared = np.array([question.get(name, 0.0) for name in numbers])[of]
    unasked = LANGUAGE_BIAS * mean + (1 - LANGUAGE_BIAS) * background.overall
    meaning = (cosines - unasked) / max(background.spread, _LEAST_SPREAD)
    own = sum(
        probability * float(shares[of == numbers[name]].max())
        for name, probability in question.items()
        if name in numbers
    )
    untold = UNTOLD * own * (1 - shared)
    words = shares + untold
    return Fused(
        meaning.astype(np.float32),
        (WORDS * words).astype(np.float32),
        (WORDS * untold).astype(np.float32),
    )
