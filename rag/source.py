"""A question and the sources of articles -> the one that it names. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rag.types import Span

# An article before a name, of whatever language, is no longer.
_ARTICLE_CHARS = 3
_LEAST_CHARS = 4
_APOSTROPHE = str.maketrans("’", "'")


class NamedSource(NamedTuple):
    """A source, as its documents say it, and where a question names it."""

    name: str
    span: Span


class Sources:
    """The sources of an index, in the ways in which questions may name them.

    "The Courier" may be named without its article; one word must have the same capitals, or
    "What's new in science?" would name "Science".
    """

    def __init__(self, names: Iterable[str]) -> None:
        longest_first = sorted(names, key=len, reverse=True)
        self._ways = [(words, name) for name in longest_first for words in _ways(name)]

    def named_in(self, question: str) -> NamedSource | None:
        """The source that a question names; of several the one with the longest name."""
        asked = question.translate(_APOSTROPHE)
        lowered = asked.lower()
        for (words, is_one_word), name in self._ways:
            within = asked if is_one_word else lowered
            at = within.find(words)
            if at >= 0 and _is_whole(within, at, at + len(words)):
                return NamedSource(name, Span(at, at + len(words)))
        return None


def _ways(name: str) -> Iterator[tuple[str, bool]]:
    """A name and what follows its article, in lower case unless it is one word, which is told."""
    name = name.translate(_APOSTROPHE)
    first, _, rest = name.partition(" ")
    for words in (name, rest if len(first) <= _ARTICLE_CHARS else ""):
        if len(words) >= _LEAST_CHARS:
            is_one_word = len(words.split()) == 1
            yield words if is_one_word else words.lower(), is_one_word


def _is_whole(text: str, start: int, end: int) -> bool:
    return not (text[:start][-1:].isalnum() or text[end : end + 1].isalnum())
