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

#: Nearer in meaning than this, above what is near by chance, tells no more.
_NEAR = 2.0

#: A best sentence this far before those of all other passages is alone.
_ALONE = 3.0

#: Logarithm of the tokens that a question has in the middle, and that shorter ones count as:
#: else it would not matter how far the passages are from them.
_USUAL_LENGTH, _LEAST_LENGTH = 2.5, 2.3


class Evidence(NamedTuple):
    """What speaks for an answer in the passages, in the scales of the confidence model.

    They are few on purpose: what places and words of passages add on the sets that a model
    is fitted on, it loses twice on others. Of many passages the nearest looks good by chance:
    nearness is what is above that, and at most `_NEAR`, because a passage about the very
    thing may leave out what is asked for. Nearness counts apart where question and passage are
    in two languages: there short questions are near to little, and a long one that is near
    tells much. What counts in one case is times the probability of that case
    (docs/answers-tried.md).
    """

    cover: float  #: of the passage with the best sentence: share of the question's idf it holds
    most_holds: float  #: greatest logit that a passage holds an answer
    first_holds: float  #: the same of the first passage
    total: float  #: logarithm of all that the reader gives to answers in the passages
    lead: float  #: ranking score of the best sentence above the best of other passages
    searched: float  #: logarithm of how many passages there were; at least as many as are read
    is_shared: float  #: probability that question and best sentence share a language
    shared_nearness: float  #: of the first passage, in meaning, if they do
    crossed_nearness: float  #: the same, if they do not; its units are those of rag/fusion.py
    crossed_length: float  #: logarithm of the question's tokens, above the usual, likewise
    crossed_telling: float  #: that times nearness, likewise


def evidence(found: Sequence[Sentence], scores: FloatArray, retrieval: Retrieval) -> Evidence:
    """What speaks for an answer.

    Args:
        found: Sentences, at least one, in the order of the passages.
        scores: Their ranking scores.
        retrieval: What they were found by.
    """
    top = int(np.argmax(scores))
    passages = np.array([sentence.quote.passage for sentence in found])
    others = scores[passages != passages[top]]
    searched = math.log(min(max(retrieval.searched, MAX_PASSAGES), _MANY))
    # About what the greatest of so many normally distributed values is.
    by_chance = math.sqrt(2 * searched)
    nearness = min(found[0].features.meaning - by_chance, _NEAR)
    length = max(math.log(1 + retrieval.tokens), _LEAST_LENGTH) - _USUAL_LENGTH
    shared = found[top].features.is_shared
    return Evidence(
        cover=found[top].features.cover,
        most_holds=max(sentence.holds for sentence in found),
        first_holds=found[0].holds,
        total=found[top].total,
        lead=min(float(scores[top] - others.max(initial=-np.inf)), _ALONE),
        searched=searched,
        is_shared=shared,
        shared_nearness=shared * nearness,
        crossed_nearness=(1 - shared) * nearness,
        crossed_length=(1 - shared) * length,
        crossed_telling=(1 - shared) * length * nearness,
    )


def probability(found: Evidence) -> float:
    """Probability, 0 to 1, that the passages answer the question."""
    model = linear_model("confidence", Evidence._fields)
    logit = float(model(np.array([found], np.float32))[0])
    return 1.0 / (1.0 + math.exp(-logit))
