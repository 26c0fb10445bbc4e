"""Whether two facts are the same, in one language or in two."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from rag.answer.facts import Fact, folded, look_alike, words
from rag.language.units import clash
from rag.language.words import HYPHENS
from rag.types import Span

_HYPHEN = regex.compile(f"[{HYPHENS}]")


def kind_of(fact: Fact) -> str:
    """What a fact is; a word that opens a sentence with a capital may be a name."""
    return "name" if fact.kind == "opening" else fact.kind


def agree(one: Fact, other: Fact) -> bool:
    """Whether two facts may be the same."""
    if kind_of(one) != kind_of(other) or clash(one.units, other.units):
        return False
    if one.keys & other.keys:
        return True
    return kind_of(one) == "name" and _share_a_word(one.words, other.words)


def has_other_unit(one: Fact, other: Fact) -> bool:
    """Whether two numbers are the same but for what they count."""
    return bool(one.keys & other.keys) and clash(one.units, other.units)


def covers(one: Fact, other: Fact) -> bool:
    """Whether two facts are one, or the same with a title or a first name more."""
    if kind_of(one) != "name":
        return agree(one, other)
    short, long = sorted((one.words, other.words), key=len)
    return kind_of(other) == "name" and _stand_among(short, folded_words(long))


def folded_words(text: str) -> list[str]:
    """The words and numbers of a text, folded; each part of `Saint-Aubin` is one."""
    return [folded(part) for _, word in words(text) for part in _HYPHEN.split(word)]


def _share_a_word(one: str, other: str) -> bool:
    theirs = folded_words(other)
    return any(look_alike(mine, w) for mine in folded_words(one) for w in theirs)


def is_among(fact: Fact, theirs: Sequence[str]) -> bool:
    """Whether it is a name, and all its words are among folded ones."""
    return kind_of(fact) == "name" and _stand_among(fact.words, theirs)


def _stand_among(name: str, theirs: Sequence[str]) -> bool:
    return all(any(look_alike(mine, w) for w in theirs) for mine in folded_words(name))


def places(fact: Fact, theirs: Sequence[Fact]) -> list[int]:
    """Positions of the facts that may be the same."""
    return [n for n, other in enumerate(theirs) if agree(fact, other)]


def name_runs(found: Sequence[Fact], text: str) -> list[Fact]:
    """The facts with neighbouring names as one; a lone word that opens a sentence is none."""
    runs: list[Fact] = []
    for fact in found:
        before = runs[-1] if runs else None
        if (
            before
            and fact.kind == "name"
            and kind_of(before) == "name"
            and text[before.span.end : fact.span.start].strip(" .\u00a0") == ""
        ):
            span = Span(before.span.start, fact.span.end)
            keys = before.keys & fact.keys
            runs[-1] = Fact(span, "name", text[span.start : span.end], keys)
        else:
            runs.append(fact)
    return runs


def plain_words(text: str) -> list[str]:
    """The folded words of a text of which something is left; an empty one if there are none."""
    return [word for word in folded_words(text) if word] or [""]


def is_place(fact: Fact) -> bool:
    """Whether it is known for a country or a city, which is a name wherever it stands."""
    return any(str(key).startswith(("country", "city")) for key in fact.keys)


def is_year(fact: Fact) -> bool:
    """Whether a number may be a year."""
    return any(isinstance(key, float) and 1000 <= key < 2100 for key in fact.keys)


def is_comparable(one: Fact, other: Fact) -> bool:
    """Whether one may stand in the other's place: no weekday for a month, no year for a count."""
    if one.kind == "date":
        return {str(key).split()[0] for key in one.keys} == {
            str(key).split()[0] for key in other.keys
        }
    return one.kind != "number" or is_year(one) == is_year(other)


def is_small_word(fact: Fact) -> bool:
    """Whether it is a "two" that another language may express by "both" or a dual."""
    return fact.kind == "number" and fact.keys == {2.0} and fact.words.isalpha()
