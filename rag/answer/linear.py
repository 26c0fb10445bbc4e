"""Linear models whose coefficients are data: fitted by a script that the data names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from rag.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class LinearModel:
    """`intercept + rows @ weights`."""

    intercept: float
    weights: FloatArray

    def __call__(self, rows: FloatArray) -> FloatArray:
        """Scores of shape (n,) for features of shape (n, len(weights))."""
        scores: FloatArray = rows @ self.weights + np.float32(self.intercept)
        return scores


@cache
def linear_model(name: str, features: tuple[str, ...]) -> LinearModel:
    """The model in `name`.json beside this module, its weights in the order of `features`."""
    data = json.loads(files("rag.answer").joinpath(f"{name}.json").read_text("utf-8"))
    weights = np.array([data["weights"][feature] for feature in features], np.float32)
    return LinearModel(float(data["intercept"]), weights)
