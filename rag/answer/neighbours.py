"""Where the facts of a sentence stand in its source, told by the words beside them."""

from __future__ import annotations

from itertools import pairwise

import regex

from rag.answer.compare import plain_words
from rag.answer.facts import Fact

# How far to look for the words beside a fact.
_NEAR = 200

# The elided article before a name: l’Italie.
_ELIDED = regex.compile(r"(?<!\p{L})\p{L}{1,4}[’']$")

# From this share of pairs of neighbouring words on, a sentence repeats its source.
_COPIED = 0.6


class Neighbours:
    """The words that stand side by side in a source."""

    def __init__(self, source: str) -> None:
        self._pairs = _pairs(source)

    def fit(self, sentence: str, place: Fact, words: str) -> int:
        """With how many of the words beside a fact others would stand in the source."""
        before, after = beside(sentence, place)
        inside = plain_words(words)
        # Any sentence opens with some word: that it is the source's tells nothing.
        opens = place.kind == "opening" and not before
        follows = not opens and (before, inside[0]) in self._pairs
        return follows + ((inside[-1], after) in self._pairs)

    def follows(self, word: str, others: frozenset[str]) -> bool:
        """Whether a word stands behind one of others."""
        return any((other, word) in self._pairs for other in others)

    def are_repeated(self, sentence: str) -> bool:
        """Whether a sentence repeats the source, but for some words."""
        mine = _pairs(sentence)
        return len(mine & self._pairs) >= _COPIED * len(mine)


def beside(sentence: str, fact: Fact) -> tuple[str, str]:
    """The words before and behind a fact; empty where it begins or ends the sentence."""
    start, end = fact.span
    before = _ELIDED.sub("", sentence[max(start - _NEAR, 0) : start])
    return plain_words(before)[-1], plain_words(sentence[end : end + _NEAR])[0]


def _pairs(text: str) -> set[tuple[str, str]]:
    return set(pairwise(["", *plain_words(text), ""]))
