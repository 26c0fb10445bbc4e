"""Lexical analysis: a text -> the terms it is found by.

Lower case, numbers in one spelling, function words out, stems of the text's own
language, accents off last: stemmers need them, typing people leave them out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache

import regex

from rag.language.words import HYPHENS, STOP_WORDS, UNSPACED, listed

#: Stored with an index: raise it when the same text would give other terms.
ANALYZER_VERSION = "2"

# Languages that Snowball has a stemmer for, which it knows by the same codes; of `nb` by `no`.
_STEMMED = listed(
    "ar ca cs da de el en es et eu fi fr ga hi hu hy id it lt nb ne nl no pl pt ro ru sr sv ta tr"
)
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ﬁ": "fi", "ﬂ": "fl", "ـ": "", "\u00ad": ""})
_SPACED = rf"[[\p{{L}}\p{{M}}\p{{N}}_]--[{UNSPACED}]]"
# In this order: a run of a script without spaces, a number, a word with its hyphens. These
# follow on each other without a space, too ("NATO事務総長", "2024年").
_TOKEN = regex.compile(
    rf"(?P<unspaced>[{UNSPACED}]+)"
    rf"|(?P<number>\d{{1,3}}(?:[ \u00a0\u202f]\d{{3}})+(?!\d)"
    rf"|\d+(?:[.,]\d+)*(?![[\p{{L}}\p{{M}}\d]--[{UNSPACED}]]))"
    rf"|(?P<word>{_SPACED}+(?:[{HYPHENS}]{_SPACED}+)*)",
    regex.VERSION1,
)
_THOUSANDS = regex.compile(r"\d{1,3}(?:[.,\s]\d{3})+")
_HYPHEN = regex.compile(f"[{HYPHENS}]")
# Marks that people leave out: Latin, Greek and Cyrillic accents, Hebrew and Arabic vowels.
_ACCENTS = regex.compile(r"[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]")


def analyze(text: str, language: str) -> list[str]:
    """The terms of a text, in order, repeated as they are in it.

    A hyphenated word gives its parts and the whole without hyphens. Scripts
    without spaces give pairs of neighbouring characters.

    Args:
        language: ISO 639-1 code; one without a stemmer keeps its words whole.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_LIGATURES)
    return [
        term
        for match in _TOKEN.finditer(folded)
        for token in _tokens(match)
        if (term := _term(token, language))
    ]


def _tokens(match: regex.Match[str]) -> Iterator[str]:
    token = match[0]
    if match["unspaced"]:
        yield from (token[i : i + 2] for i in range(max(1, len(token) - 1)))
    elif match["number"]:
        is_grouped = _THOUSANDS.fullmatch(token)
        yield regex.sub(r"[.,\s]", "", token) if is_grouped else token.replace(",", ".")
    else:
        parts = _HYPHEN.split(token)
        yield from parts
        if len(parts) > 1 and not all(part.isdigit() for part in parts):
            yield "".join(parts)


@lru_cache(maxsize=200_000)
def _term(token: str, language: str) -> str:
    """The term of one token; empty for a function word."""
    if token in STOP_WORDS.get(language, ()):
        return ""
    if not token[0].isdigit():
        token = _stemmer(language)(token)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", token)))


@cache
def _stemmer(language: str) -> Callable[[str], str]:
    if language not in _STEMMED:
        return str
    import Stemmer

    stem: Callable[[str], str] = Stemmer.Stemmer("no" if language == "nb" else language).stemWord
    return stem
