"""What a sentence claims that can be compared: its numbers, dates, names and negations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import NamedTuple

import regex
from anyascii import anyascii

from rag.language.calendar import calendar_names, locale_of
from rag.language.numbers import numbers
from rag.language.stops import is_abbreviation
from rag.language.words import BEFORE_NAMES, HYPHENS, STOP_WORDS
from rag.types import Span

_WORD = regex.compile(rf"[\p{{L}}\p{{M}}\p{{N}}]+(?:[{HYPHENS}’'.&][\p{{L}}\p{{M}}\p{{N}}]+)*")
_ELISION = regex.compile(r"(?:[cdjlmnst]|qu|dell|all|dall|nell|sull|un)[’'](?=\p{L})", regex.I)
# Signs of Markdown may stand before the first word: `**Cost:** 12 euros`, `> Nobody`, `| Cost |`.
_OPENS = regex.compile(r"(?:^|[.!?…:;])[\s\"'“”„«»‘’(\[¿¡–—*_>|-]*$|[“„«‘\"(][\s*_]*$")
_SHORTENED, _LONGEST_SHORTENED = regex.compile(r"(\p{L}+)\.\s*$"), 12
_CAPITAL = regex.compile(r"\p{Lu}")
_NEGATIONS = {
    "en": r"\b(?:not|no|never|nobody|nothing|none|neither|nor|without|cannot)\b|n[’']t\b",
    "fr": r"\b(?:ne|jamais|aucune?|rien|ni|sans)\b|(?<![\w-])(?:pas|non)(?![\w-])|\bn[’']",
    "de": r"\b(?:nicht|kein\w*|nie|niemals|niemand|nichts|ohne|weder)\b",
    "es": r"\b(?:no|nunca|jamás|nadie|nada|ningún|ninguna?|sin|tampoco|ni)\b",
    "it": r"\b(?:non|mai|nessun\w*|niente|nulla|senza|né)\b",
    "pt": r"\b(?:não|nunca|jamais|ninguém|nada|nenhuma?|sem|nem)\b",
    "nl": r"\b(?:niet|geen|nooit|niemand|niets|zonder|noch)\b",
    "ru": r"\b(?:не|нет|ни|никогда|никто|ничего|без)\b",
    "ar": r"(?<!\p{L})(?:لا|لم|لن|ليس|ليست|غير|دون|بدون)(?!\p{L})",
}


class Fact(NamedTuple):
    """A number, calendar name or name of a text; facts agree if they share a key or look alike."""

    span: Span
    kind: str
    words: str
    keys: frozenset[object]
    units: frozenset[str] = frozenset()  # what is beside a number


def facts(text: str, language: str) -> list[Fact]:
    """The facts of a text, in order."""
    found = [
        Fact(span, "date", text[span.start : span.end], frozenset(keys))
        for span, keys in calendar_names(text, language)
    ]
    months = [fact.span for fact in found]  # 6月 is no six
    counted = [each for each in numbers(text, language) if not _overlaps(each.span, months)]
    found += [
        Fact(span, "number", text[span.start : span.end], frozenset(readings), units)
        for span, readings, units, _ in counted
    ]
    taken = [*months, *(number.whole for number in counted)]  # in `3 million US dollars`
    found += [name for name in _names(text, language) if not _overlaps(name.span, taken)]
    return sorted(found)


def negations(text: str, language: str) -> int | None:
    """How many words of negation a text has; None where the language's are not known."""
    pattern = _NEGATIONS.get(language)
    return None if pattern is None else len(regex.findall(pattern, text, regex.IGNORECASE))


def behind_negation(text: str, language: str) -> str | None:
    """What follows the first word of negation; None if there is none."""
    pattern = _NEGATIONS.get(language)
    match = regex.search(pattern, text, regex.IGNORECASE) if pattern else None
    return text[match.end() :] if match else None


def words(text: str) -> list[tuple[Span, str]]:
    """The words of a text without elided articles: `l’Italie` gives `Italie`."""
    found = []
    for match in _WORD.finditer(text):
        elided = _ELISION.match(match[0])
        start = match.start() + (elided.end() if elided else 0)
        found.append((Span(start, match.end()), text[start : match.end()]))
    return found


def _names(text: str, language: str) -> Iterator[Fact]:
    """Capitalised words that are not so because a sentence begins."""
    stop_words = STOP_WORDS.get(language, frozenset())
    for span, word in words(text):
        if not _CAPITAL.search(word) or word.casefold() in stop_words or len(word) < 2:
            continue
        before = text[: span.start]
        opens = _OPENS.search(before) is not None and not _ends_shortened(before, language)
        if opens and word.casefold() in BEFORE_NAMES:
            continue
        is_acronym = len(_CAPITAL.findall(word)) > 1
        kind = "opening" if opens and not is_acronym else "name"
        yield Fact(span, kind, word, name_keys(word, language))


def _ends_shortened(text: str, language: str) -> bool:
    """Whether an initial or a title is its last word: `Mr. `, `J.-L. `."""
    if not (match := _SHORTENED.search(text, max(len(text) - _LONGEST_SHORTENED, 0))):
        return False
    word = match[1].casefold()
    is_initial = len(word) == 1 and match[1].isupper()
    return is_initial or is_abbreviation(word, language)


def _overlaps(span: Span, others: Iterable[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


@lru_cache(maxsize=50_000)
def name_keys(word: str, language: str) -> frozenset[object]:
    """Codes of the country, language or city that a word names in its language, by CLDR."""
    known = _known_names(language)
    plain = folded(word)
    keys = set(known.get(plain, ()))
    for cut in (1, 2, 3):  # inflected: deutsche, allemande, italienischen
        if len(plain) - cut >= 5:
            keys.update(known.get(plain[:-cut], ()))
    return frozenset(keys)


@cache
def _known_names(language: str) -> Mapping[str, set[object]]:
    """What CLDR calls countries, languages and cities in a language."""
    if (locale := locale_of(language)) is None:
        return {}
    known: dict[str, set[object]] = {}
    for code, name in locale.territories.items():
        if code.isalpha():
            known.setdefault(folded(name), set()).add(f"country {code}")
    for code, name in locale.languages.items():
        known.setdefault(folded(name), set()).add(f"language {code}")
    for code, names in locale.time_zones.items():
        if city := names.get("city"):
            known.setdefault(folded(city), set()).add(f"city {code}")
    return known


@lru_cache(maxsize=50_000)
def folded(word: str) -> str:
    """A word in Latin letters, lower case, without accents, signs and the genitive of `Italy’s`."""
    return regex.sub(r"(?<=.)'s$|[^a-z0-9]", "", anyascii(word).casefold())


@lru_cache(maxsize=50_000)
def _skeleton(word: str) -> str:
    """The consonants of a folded word, one letter for those that scripts confuse."""
    for pattern, letter in (
        (r"sch|sh|ch|tch|tsch|cz|zh|dj|j", "s"),
        (r"ph|v|w|f", "f"),
        (r"[ckqgx]|gh|kh", "k"),
        (r"[zsc]", "s"),
        (r"[dt]h?", "t"),
        (r"[bp]", "p"),
        (r"[aeiouyh]", ""),
        (r"(.)\1+", r"\1"),
    ):
        word = regex.sub(pattern, letter, word)
    return word


@lru_cache(maxsize=200_000)
def look_alike(one: str, other: str) -> bool:
    """Whether two folded words may be one name, inflected or written in another language."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < 3:
        return False
    if len(short) >= 4 and long.startswith(short):
        return len(long) - len(short) <= 4
    if len(short) >= 5 and one[:5] == other[:5]:
        return True
    if one[:4] == other[:4] and len(long) <= 7:
        return True
    if len(short) >= 4 and SequenceMatcher(None, one, other).ratio() >= 0.8:
        return True
    bones = _skeleton(one), _skeleton(other)
    least = 2 if one[0] == other[0] and len(long) <= 5 else 3  # Rin, Rhein
    return len(bones[0]) >= least and bones[0] == bones[1]
