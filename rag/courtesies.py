"""What people say to a chat that asks nothing of articles: "hello", "thanks", "who are you?".

Any passage is as near to "hello" as any other, and the reader believes one that says it, so
these are not answered. They are in `courtesies.txt` beside this file, in the languages of
`questions.txt`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import regex

_MOST_WORDS = 10
_BETWEEN = regex.compile(r"[\s\p{P}\p{S}\p{Cf}]+")


def is_courtesy(said: str) -> bool:
    """Whether something consists of courtesies and signs: "Hi! Thanks :)"."""
    return bool(courtesies_of(said))


def courtesies_of(said: str) -> list[str]:
    """The languages in which something is a courtesy, or two; none if it asks.

    The first of two may be of any language ("ok merci"). Signs alone are one of each.
    """
    words = _plain(said).split()
    if len(words) > _MOST_WORDS:
        return []
    by_language = _by_language()
    every = frozenset().union(*by_language.values())
    ways = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(len(words))]
    lasts = [last for first, last in ways if not first or first in every]
    return [code for code, known in by_language.items() if not words or not known.isdisjoint(lasts)]


@cache
def _by_language() -> Mapping[str, frozenset[str]]:
    lines = files("rag").joinpath("courtesies.txt").read_text("utf-8").splitlines()
    parts = (line.partition(" ") for line in lines)
    return {code: frozenset(map(_plain, known.split("|"))) for code, _, known in parts}


def _plain(text: str) -> str:
    """Words in lower case with one space between them, whatever stands there."""
    return _BETWEEN.sub(" ", text.casefold()).strip()
