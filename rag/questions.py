"""The vector of a question without what it shares with any other question.

A multilingual model puts every question near to every other one of its language, whatever
they are about. Some passages are near to what questions have in common, and so to all of
them. Taking some of it off leaves more of what this question is about: most between
languages, where words cannot help. docs/retrieval.md has what it brings.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np

from rag.arrays import FloatArray
from rag.embed import Embedder
from rag.language import served_as

#: How much of the common part is taken off.
TAKEN_OFF = 0.4

#: What tells a question from a headline or a statement, which lose by it. In Greek it looks
#: like a semicolon and mostly is typed as one.
MARKS, _GREEK_MARKS = frozenset("?？؟՞፧"), frozenset(";\u037e")


class QuestionEmbedder:
    """Embeds questions with a model, each without some of what all have in common."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._common: dict[str, FloatArray] = {}
        self._lock = threading.Lock()

    def embed(self, question: str, language: str) -> FloatArray:
        """A unit vector of shape (dimension,) for what was asked in a language."""
        vector = self._embedder.embed_query(question)
        marks = MARKS | _GREEK_MARKS if language == "el" else MARKS
        if marks.isdisjoint(question):
            return vector
        common = self.common_part(language)
        return _unit(vector - TAKEN_OFF * float(vector @ common) * common)

    def common_part(self, language: str) -> FloatArray:
        """The direction of all questions of a language, a unit vector; kept once worked out."""
        about_nothing = questions_about_nothing()
        language = served_as(language, about_nothing)
        with self._lock:
            if language not in self._common:
                rows = map(self._embedder.embed_query, about_nothing[language])
                self._common[language] = _unit(np.sum(list(rows), axis=0))
            return self._common[language]


@cache
def questions_about_nothing() -> Mapping[str, list[str]]:
    """Questions that are about nothing, by language."""
    lines = files("rag").joinpath("questions.txt").read_text("utf-8").splitlines()
    parts = (line.partition(" ") for line in lines)
    return {language: questions.split("|") for language, _, questions in parts}


def _unit(vector: FloatArray) -> FloatArray:
    return (vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float32)
