"""How probable it is that the articles hold the answer: a calibrated logistic model.

Its coefficients are data, fitted by `benchmarks/fit_answers.py` on questions with and
without an answer; `confidence.json` says when and on what.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rag.answer.linear import linear_model
from rag.answer.sentences import MAX_PASSAGES, Sentence
from rag.store.vectors import FloatArray

#: More passages than so many count as so many: what it was fitted on had no more.
_MANY = 600


class Evidence(NamedTuple):
    """What speaks for an answer in the passages, in the scales of the confidence model.

    They are few on purpose: what places and words of passages add on the sets that a model
    is fitted on, it loses twice on others. Of many passages the nearest looks good by chance,
    so it counts how many there were. The first two weigh differently where question and
    passage share a language: they stand here a second time, times that probability
    (docs/answers.md).
    """

    best: float  #: ranking score of the best sentence
    share: float  #: logarithm of its part in all answers begun and ended in the passages
    holds: float  #: logit that its passage holds an answer
    is_later: float  #: 1 if its passage is not the first, else 0
    searched: float  #: logarithm of how many passages there were; at least as many as are read
    is_shared: float  #: probability that question and passage are in one language
    shared_best: float
    shared_share: float


def evidence(found: Sequence[Sentence], scores: FloatArray, searched: int) -> Evidence:
    """What speaks for an answer.

    Args:
        found: Sentences, at least one.
        scores: Their ranking scores.
        searched: How many passages there were to choose from (`Retrieval.searched`).
    """
    top = int(np.argmax(scores))
    sentence, best = found[top], float(scores[top])
    share, holds, shared = sentence.features.share, sentence.holds, sentence.features.is_shared
    is_later = float(sentence.quote.passage > 0)
    products = (shared * best, shared * share)
    choice = math.log(min(max(searched, MAX_PASSAGES), _MANY))
    return Evidence(best, share, holds, is_later, choice, shared, *products)


def probability(found: Evidence) -> float:
    """Probability, 0 to 1, that the passages answer the question."""
    model = linear_model("confidence", Evidence._fields)
    logit = float(model(np.array([found], np.float32))[0])
    return 1.0 / (1.0 + math.exp(-logit))
