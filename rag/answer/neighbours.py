"""Where the facts of a sentence stand in its source, told by the words beside them."""

from __future__ import annotations

from itertools import pairwise

import regex

from rag.answer.compare import plain_words
from rag.answer.facts import Fact
from rag.language.words import STOP_WORDS

# How far to look for the words beside a fact.
_NEAR = 200

# What stands between two commas.
_ASIDE = regex.compile(r",\s[^,.;:!?]*,(?=\s)")
# What a name goes on behind that stands apart: `Anna Berg, who ...`.
_APART = regex.compile(r"\s?[,(–—]")

# The elided article before a name: l’Italie.
_ELIDED = regex.compile(r"(?<!\p{L})\p{L}{1,4}[’']$")

# From this share of pairs of neighbouring words on, a sentence repeats its source.
_COPIED = 0.6


class Neighbours:
    """The words that stand side by side in a source."""

    def __init__(self, source: str) -> None:
        texts = source, _ASIDE.sub("", source)
        self._pairs = set[tuple[str, str]]().union(*map(_pairs, texts))
        self._threes = {
            (one, two, three)
            for words in map(plain_words, texts)
            for one, two, three in zip(words, words[1:], words[2:], strict=False)
        }

    def fit(self, sentence: str, place: Fact, words: str) -> int:
        """With how many of the words beside a fact others would stand in the source."""
        before, after = beside(sentence, place)
        inside = plain_words(words)
        # Any sentence opens with some word: that it is the source's tells nothing.
        opens = place.kind == "opening" and not before
        follows = not opens and (before, inside[0]) in self._pairs
        return follows + ((inside[-1], after) in self._pairs)

    def prefer(self, sentence: str, place: Fact, one: str, other: str) -> bool:
        """Whether the source has one, and not the other, by the two words on a side of a fact."""
        before, after = _around(sentence, place)
        mine, others = plain_words(one), plain_words(other)
        behind, ahead = tuple(before[-2:]), tuple(after[:2])
        return any(
            held in self._threes and swapped not in self._threes
            for held, swapped in (
                ((*behind, mine[0]), (*behind, others[0])),
                ((mine[-1], *ahead), (others[-1], *ahead)),
            )
        )

    def follows(self, word: str, others: frozenset[str]) -> bool:
        """Whether a word stands behind one of others."""
        return any((other, word) in self._pairs for other in others)

    def are_repeated(self, sentence: str) -> bool:
        """Whether a sentence repeats the source, but for some words."""
        mine = _pairs(sentence)
        return len(mine & self._pairs) >= _COPIED * len(mine)


def is_told_apart(sentence: str, fact: Fact, source: str, theirs: Fact, language: str) -> bool:
    """Whether what a sentence says of a fact stands in its source behind an aside.

    So it does in `Anna Berg, who had succeeded ...` and `Anna Berg, the mayor, came and said`.
    """
    end = theirs.span.end
    if not _APART.match(source, end):
        return False
    behind = plain_words(_ASIDE.sub("", sentence[fact.span.end : fact.span.end + _NEAR]))[:2]
    said = {word for word in behind if word and word not in STOP_WORDS.get(language, ())}
    return not said.isdisjoint(plain_words(source[end:]))


def beside(sentence: str, fact: Fact) -> tuple[str, str]:
    """The words before and behind a fact; empty where it begins or ends the sentence."""
    before, after = _around(sentence, fact)
    return before[-1], after[0]


def _around(sentence: str, fact: Fact) -> tuple[list[str], list[str]]:
    start, end = fact.span
    before = _ELIDED.sub("", sentence[max(start - _NEAR, 0) : start])
    return plain_words(before), plain_words(sentence[end : end + _NEAR])


def _pairs(text: str) -> set[tuple[str, str]]:
    return set(pairwise(["", *plain_words(text), ""]))
