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
from rag.answer.sentences import Sentence
from rag.retrieve import Retrieval
from rag.store.vectors import FloatArray


class Evidence(NamedTuple):
    """What speaks for an answer in the passages, in the scales of the confidence model.

    Scales mean the same in every corpus: standard deviations above passages that nobody
    asked for, and shares. `shared` is the probability that passage and question are in
    one language: only then do the words that are missing say much.
    """

    meaning: float  #: of the first passage
    words: float  #: of the first passage
    lead: float  #: of the first passage over the first of another document
    best: float  #: ranking score of the best sentence
    margin: float  #: of the best sentence over the best of another passage
    context: float  #: the best sentence's features from here on
    tokens: float
    weakest: float
    cover: float
    cover_passage: float
    match: float
    mismatch: float
    shared: float
    shared_cover: float


def evidence(retrieval: Retrieval, found: Sequence[Sentence], scores: FloatArray) -> Evidence:
    """What speaks for an answer; `scores` are those of `found`, which is not empty."""
    results = retrieval.results
    explained = [result.explanation for result in results]
    totals = [each.meaning + each.words if each else 0.0 for each in explained]
    first = explained[0]
    others = [
        total
        for total, result in zip(totals, results, strict=True)
        if result.document.id != results[0].document.id
    ]
    top = int(np.argmax(scores))
    best = found[top]
    elsewhere = [
        score
        for score, sentence in zip(scores.tolist(), found, strict=True)
        if sentence.quote.passage != best.quote.passage
    ]
    features = best.features
    return Evidence(
        meaning=first.meaning if first else 0.0,
        words=first.words if first else 0.0,
        lead=totals[0] - max(others) if others else 0.0,
        best=float(scores[top]),
        margin=float(scores[top]) - max(elsewhere) if elsewhere else 0.0,
        context=features.context,
        tokens=features.tokens,
        weakest=features.weakest,
        cover=features.cover_around,
        cover_passage=features.cover_passage_title,
        match=features.match,
        mismatch=features.mismatch,
        shared=features.is_shared,
        shared_cover=features.is_shared * features.cover_passage_title,
    )


def probability(found: Evidence) -> float:
    """Probability, 0 to 1, that the passages answer the question."""
    model = linear_model("confidence", Evidence._fields)
    logit = float(model(np.array([found], np.float32))[0])
    return 1.0 / (1.0 + math.exp(-logit))
