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
from rag.arrays import FloatArray
from rag.retrieve import Retrieval

#: More passages than so many count as so many: what it was fitted on had no more.
_MANY = 600


class Evidence(NamedTuple):
    """What speaks for an answer in the passages, in the scales of the confidence model.

    They are few on purpose: what places and words of passages add on the sets that a model
    is fitted on, it loses twice on others. Of many passages the nearest looks good by chance,
    so it counts how many there were. Nearness in meaning weighs differently where question and
    passage share a language: what counts in one case is times the probability of that case.
    Without shared words a long question is near to more passages (docs/answers-tried.md).
    """

    best: float  #: ranking score of the best sentence
    share: float  #: logarithm of its part in all answers begun and ended in the passages
    holds: float  #: logit that its passage holds an answer
    first_holds: float  #: the same of the first passage
    searched: float  #: logarithm of how many passages there were; at least as many as are read
    shared_meaning: float  #: of the first passage, if the sentence is in the question's language
    crossed_meaning: float  #: the same, if it is in another; its units are those of rag/fusion.py
    crossed_length: float  #: logarithm of the question's tokens, likewise


def evidence(found: Sequence[Sentence], scores: FloatArray, retrieval: Retrieval) -> Evidence:
    """What speaks for an answer.

    Args:
        found: Sentences, at least one, in the order of the passages.
        scores: Their ranking scores.
        retrieval: What they were found by.
    """
    top = int(np.argmax(scores))
    first, sentence = found[0], found[top]
    shared, meaning = sentence.features.is_shared, first.features.meaning
    return Evidence(
        best=float(scores[top]),
        share=sentence.features.share,
        holds=sentence.holds,
        first_holds=first.holds,
        searched=math.log(min(max(retrieval.searched, MAX_PASSAGES), _MANY)),
        shared_meaning=shared * meaning,
        crossed_meaning=(1 - shared) * meaning,
        crossed_length=(1 - shared) * math.log(1 + retrieval.tokens),
    )


def probability(found: Evidence) -> float:
    """Probability, 0 to 1, that the passages answer the question."""
    model = linear_model("confidence", Evidence._fields)
    logit = float(model(np.array([found], np.float32))[0])
    return 1.0 / (1.0 + math.exp(-logit))
