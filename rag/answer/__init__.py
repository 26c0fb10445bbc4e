"""Passages -> an answer that quotes them, in their words or a language model's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from rag.answer.extractive import ExtractiveAnswerer
from rag.retrieve import Retrieval
from rag.types import Answer, CheckedSentence, TextDelta, Turn

__all__ = ["Answerer", "ExtractiveAnswerer"]


class Answerer(Protocol):
    """Makes an answer of what was retrieved."""

    def answer(
        self, retrieval: Retrieval, history: Sequence[Turn] = ()
    ) -> Iterator[TextDelta | CheckedSentence | Answer]:
        """The text in pieces, then the checked answer."""
