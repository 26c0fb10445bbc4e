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


def features(retrieval: Retrieval, candidates: Sequence[Candidate]) -> dict[str, float]:
    """What the model looks at, by name.

    `passage` and `sentence` are the greatest cosines with the question, `lead` is how
    far the first passage is ahead of the second. Where passage and question share a
    language (`shared`, a probability) cosines are higher, and `coverage`, the share of
    the question's idf that the best sentence holds, means something.
    """
    best = candidates[0]
    language = retrieval.results[best.quote.passage].document.language
    shared = retrieval.languages.get(language, 0.0)
    dense = sorted((result.legs["dense"].score for result in retrieval.results), reverse=True)
    return {
        "passage": dense[0],
        "lead": dense[0] - dense[1] if len(dense) > 1 else 0.0,
        "sentence": max(candidate.cosine for candidate in candidates),
        "shared": shared,
        "coverage": shared * max(candidate.coverage for candidate in candidates),
    }


def probability(retrieval: Retrieval, candidates: Sequence[Candidate]) -> float:
    """Probability, 0 to 1, that the passages answer the question; 0 if there are none."""
    if not candidates:
        return 0.0
    model = _calibration()
    values = features(retrieval, candidates)
    logit = model["intercept"] + sum(model[name] * value for name, value in values.items())
    return 1.0 / (1.0 + math.exp(-logit))


@cache
def _calibration() -> Mapping[str, float]:
    """The fitted intercept and coefficients, by feature name."""
    data = json.loads(files("rag.answer").joinpath("calibration.json").read_text("utf-8"))
    coefficients: dict[str, float] = data["coefficients"]
    return coefficients
