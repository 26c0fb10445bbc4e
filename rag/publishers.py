"""A question and who published articles -> the one whom it names. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from rag.types import Filters, Span

# An article before a name, of whatever language, is no longer.
_ARTICLE_CHARS = 3
_LEAST_CHARS = 4
_APOSTROPHE = str.maketrans("’", "'")


class Publisher(NamedTuple):
    """A source or an author whom a question names.

    Attributes:
        span: Where, in characters of the question.
        sources: The source, as its documents say it.
        documents: The ids of the author's documents.
    """

    span: Span
    sources: Sequence[str] = ()
    documents: Sequence[str] = ()

    def within(self, filters: Filters | None) -> Filters:
        """Filters that let through what was published so, unless others were chosen already."""
        chosen = filters or Filters()
        return replace(
            chosen,
            sources=chosen.sources or self.sources,
            documents=chosen.documents or self.documents,
        )


class Publishers:
    """The sources and authors of an index."""

    def __init__(self, sources: Iterable[str], authors: Mapping[str, Sequence[str]]) -> None:
        """Sources, and the ids of each author's documents."""
        self._sources, self._authors, self._written = Names(sources), Names(authors), authors

    def named_in(self, question: str, *, authors: bool) -> Publisher | None:
        """The source that a question names, or else the author if they are looked for, too."""
        if source := self._sources.named_in(question):
            return Publisher(source.span, sources=(source.name,))
        if authors and (author := self._authors.named_in(question)):
            return Publisher(author.span, documents=self._written[author.name])
        return None


class Named(NamedTuple):
    """A name, as documents say it, and where a question says it."""

    name: str
    span: Span


class Names:
    """Sources or authors, in the ways in which questions may name them.

    "The Courier" may be named without its article; one word must have the same capitals, or
    "What's new in science?" would name "Science".
    """

    def __init__(self, names: Iterable[str]) -> None:
        longest_first = sorted(names, key=len, reverse=True)
        self._ways = [(words, name) for name in longest_first for words in _ways(name)]

    def named_in(self, question: str) -> Named | None:
        """The one that a question names; of several the one with the longest name."""
        asked = question.translate(_APOSTROPHE)
        lowered = asked.lower()
        for (words, is_one_word), name in self._ways:
            within = asked if is_one_word else lowered
            at = within.find(words)
            if at >= 0 and _is_whole(within, at, at + len(words)):
                return Named(name, Span(at, at + len(words)))
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
