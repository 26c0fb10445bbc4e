"""How probable it is that the articles hold the answer: a calibrated logistic model.

Its coefficients are data, fitted by `benchmarks/fit_confidence.py` on questions
with and without an answer; `calibration.json` says when and on what.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from rag.retrieve import Retrieval

if TYPE_CHECKING:
    from rag.answer.extractive import Candidate

#: Cosines of this family of models fill a narrow band near 1; log-odds of the gap spread them.
_EPSILON = 1e-6


def features(retrieval: Retrieval, candidates: Sequence[Candidate]) -> dict[str, float]:
    """What the model looks at, by name.

    `passage` and `sentence` are cosines of the best ones, `coverage` the share of
    the question's idf in the best sentence, `spread` how far the best passage
    stands out from the last one shown.
    """
    dense = [result.legs["dense"].score for result in retrieval.results]
    best = candidates[0]
    return {
        "passage": max(dense),
        "sentence": max(candidate.cosine for candidate in candidates),
        "chosen": best.cosine,
        "coverage": best.coverage,
        "spread": max(dense) - min(dense),
    }


def probability(retrieval: Retrieval, candidates: Sequence[Candidate]) -> float:
    """Probability, 0 to 1, that the passages answer the question; 0 if there are none."""
    if not candidates:
        return 0.0
    model = calibration()
    values = features(retrieval, candidates)
    logit = model["intercept"] + sum(model[name] * value for name, value in values.items())
    return 1.0 / (1.0 + math.exp(-logit))


@cache
def calibration() -> Mapping[str, float]:
    """The fitted intercept and coefficients, by feature name."""
    data = json.loads(files("rag.answer").joinpath("calibration.json").read_text("utf-8"))
    coefficients: dict[str, float] = data["coefficients"]
    return coefficients
