"""What people say to a chat that asks nothing: greetings, thanks, yes and no.

Any passage is as near to "hello" as any other, and the reader believes one that says it, so
these are not answered. They are in `courtesies.txt` beside this file, in the languages of
`questions.txt`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import regex

_MOST_WORDS = 8
_BETWEEN = regex.compile(r"[\s\p{P}\p{S}\p{Cf}]+")


def is_courtesy(said: str) -> bool:
    """Whether something consists of courtesies and signs: "Hi! Thanks :)"."""
    return bool(courtesies_of(said))


def courtesies_of(said: str) -> list[str]:
    """The languages in which something is a courtesy, or two; none if it asks."""
    words = _plain(said).split()
    if len(words) > _MOST_WORDS:
        return []
    ways = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(len(words))]
    return [
        language
        for language, known in _by_language().items()
        if any(second in known and (not first or first in known) for first, second in ways)
    ]


@cache
def _by_language() -> Mapping[str, frozenset[str]]:
    lines = files("rag").joinpath("courtesies.txt").read_text("utf-8").splitlines()
    parts = (line.partition(" ") for line in lines)
    return {code: frozenset(map(_plain, known.split("|"))) for code, _, known in parts}


def _plain(text: str) -> str:
    """Words in lower case with one space between them, whatever stands there."""
    return _BETWEEN.sub(" ", text.casefold()).strip()
