"""A question and the sources of articles -> the one that it names. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable
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


def named_source(question: str, sources: Iterable[str]) -> NamedSource | None:
    """The source that a question names; of several the one with the longest name.

    "The Courier" may be named without its article; one word must have the same capitals, or
    "What's new in science?" would name "Science".
    """
    asked = question.translate(_APOSTROPHE)
    lowered = asked.lower()
    found = None
    for source in sources:
        name = source.translate(_APOSTROPHE)
        first, _, rest = name.partition(" ")
        for spoken in (name, rest if len(first) <= _ARTICLE_CHARS else ""):
            is_one_word = len(spoken.split()) == 1
            within, words = (asked, spoken) if is_one_word else (lowered, spoken.lower())
            at = within.find(words) if len(words) >= _LEAST_CHARS else -1
            if at >= 0 and _is_whole(within, at, at + len(words)):
                if not found or len(source) > len(found.name):
                    found = NamedSource(source, Span(at, at + len(words)))
                break
    return found


def _is_whole(text: str, start: int, end: int) -> bool:
    return not (text[:start][-1:].isalnum() or text[end : end + 1].isalnum())
