"""Markers and spans: pure functions that tie each word quoted to its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.types import Citation, SearchResult, Span


@dataclass(frozen=True, slots=True)
class Quote:
    """A span of a passage's document, chosen for an answer.

    Attributes:
        passage: Position of the passage among those shown, from 0.
        span: In characters of the document's text.
    """

    passage: int
    span: Span


def marker(passage: int) -> str:
    """How an answer refers to the passage at a position, counted from 0: `[1]` is the first."""
    return f"[{passage + 1}]"


def cite(quotes: Sequence[Quote], passages: Sequence[SearchResult]) -> tuple[Citation, ...]:
    """One citation for each quote; its words are the slice, so they cannot differ."""
    citations = []
    for quote in quotes:
        document = passages[quote.passage].document
        words = document.text[quote.span.start : quote.span.end]
        citations.append(Citation(marker(quote.passage), document, *quote.span, words))
    return tuple(citations)
