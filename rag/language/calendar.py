"""Months and weekdays by name, in every language that Unicode's CLDR has."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

import regex
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton

from rag.language.words import HYPHENS, UNSPACED
from rag.types import Span

_WORD = regex.compile(rf"[\p{{L}}\p{{M}}]+(?:[{HYPHENS}][\p{{L}}\p{{M}}]+)*")
_ISO = regex.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_NUMERIC = regex.compile(r"(?<![\d./])(\d{1,2})([./])(\d{1,2})\2(?:\d{4}|\d{2})(?!\d)")
# Months that are numbers: 6月, 6월, tháng 6.
_NUMBERED = regex.compile(r"(?<![\p{N}.,])(\d{1,2})\s?[月월]|\btháng\s(\d{1,2})(?!\d)", regex.I)
_MONTHS = 12
_LEAST_ABBREVIATION = 3

# Languages whose names are written in one way only.
_UNINFLECTED = frozenset(("en", "es", "fr", "it", "nl", "pt"))
# Those whose names change their last letters with the case: июнь, в июне; wtorek, we wtorku.
_CASES = frozenset(
    ("be", "bg", "bs", "cs", "el", "hr", "hu", "lt", "lv", "mk", "pl", "ru", "sk", "sl", "sr", "uk")
)
# Those that write a short word and the next as one.
_PREFIXING = frozenset(("ar", "fa", "he", "ur"))
_UNSPACED = regex.compile(rf"[{UNSPACED}]")
_LEAST_STEM, _LONGEST_ENDING = 5, 3  # what a short stem begins is mostly another word
# Countries that have months of their own.
_VARIANTS = {"ar": ("ar_SY", "ar_DZ", "ar_MA")}


class CalendarName(NamedTuple):
    """A month or a weekday of a text: `key` is `month 6` or `day 0` (Monday)."""

    span: Span
    keys: frozenset[str]


def locale_of(language: str) -> Locale | None:
    """What Unicode's CLDR has for a language; None if it has nothing."""
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return None


def calendar_names(text: str, language: str) -> list[CalendarName]:
    """The months and weekdays of a text, in order; months of numeric dates too."""
    return sorted([*_named(text, language), *_numeric(text)])


def mentioned(text: str, language: str) -> frozenset[str]:
    """Keys of all months and weekdays that a text may name: inflected and in compounds, too.

    Sometimes too many; `calendar_names` finds those that are sure.
    """
    pattern, keys = _stems(language)
    return frozenset(
        keys[match["stem"]]
        for match in pattern.finditer(text.casefold())
        if len(match["stem"]) >= _LEAST_STEM or len(match["ending"] or "") <= _LONGEST_ENDING
    )


def _named(text: str, language: str) -> Iterator[CalendarName]:
    names, abbreviations = _names(language)
    for match in _WORD.finditer(text):
        word, folded = match[0], match[0].casefold()
        span = Span(*match.span())
        if folded in names and (names[folded][1] <= word[0].isupper()):
            yield CalendarName(span, frozenset((names[folded][0],)))
        elif folded in abbreviations and _is_beside_a_number(text, span):
            yield CalendarName(span, frozenset((abbreviations[folded],)))


def _is_beside_a_number(text: str, span: Span) -> bool:
    around = text[: span.start].rstrip(" .\u00a0")[-1:], text[span.end :].lstrip(" .\u00a0")[:1]
    return any(character.isdigit() for character in around)


def _numeric(text: str) -> Iterator[CalendarName]:
    for match in _ISO.finditer(text):
        yield CalendarName(Span(*match.span(2)), frozenset((f"month {int(match[2])}",)))
    for match in _NUMERIC.finditer(text):
        either = {int(match[1]), int(match[3])}
        keys = frozenset(f"month {month}" for month in either if 1 <= month <= _MONTHS)
        yield CalendarName(Span(*match.span(3)), keys)
    for match in _NUMBERED.finditer(text):
        if 1 <= (month := int(match[1] or match[2])) <= _MONTHS:
            yield CalendarName(Span(*match.span()), frozenset((f"month {month}",)))


@cache
def _stems(language: str) -> tuple[regex.Pattern[str], Mapping[str, str]]:
    """What finds the stems of names, the longest first, and key by stem."""
    keys: dict[str, str] = {}
    for name, key in _wide_names(language):
        stems = [name]
        if language in _CASES and (len(name) >= _LEAST_STEM or name.endswith("ь")):
            stems += [name[:-1], name[:-2] + name[-1]]
        elif language in _CASES and name.endswith("й"):
            stems.append(f"{name[:-1]}е")  # май, в мае
        keys |= {stem: key for stem in stems if stem not in keys}
    longest = sorted(keys, key=len, reverse=True)
    unspaced = "|".join(filter(_UNSPACED.search, longest))
    spaced = "|".join(stem for stem in longest if not _UNSPACED.search(stem))
    letters = 3 if language in _PREFIXING else 1
    return regex.compile(
        rf"(?P<stem>{unspaced or '(?!)'})"
        rf"|(?<!\p{{L}}{{{letters}}})(?P<stem>{spaced or '(?!)'})(?P<ending>[\p{{L}}\p{{M}}]*)"
    ), keys


def _wide_names(language: str) -> Iterator[tuple[str, str]]:
    """Each name in full, folded, without those that are numbers, and its key."""
    if language in _UNINFLECTED:
        return
    for code in (language, *_VARIANTS.get(language, ())):
        for name, (key, _) in _names(code)[0].items():
            if not regex.search(r"\d", name):
                yield name, key


@cache
def _names(language: str) -> tuple[Mapping[str, tuple[str, bool]], Mapping[str, str]]:
    """Key by name, with whether only a capital shows that it is one; key by abbreviation."""
    if (locale := locale_of(language)) is None:
        return {}, {}
    names: dict[str, tuple[str, bool]] = {}
    abbreviations: dict[str, str] = {}
    for kind, table in (("month", locale.months), ("day", locale.days)):
        for context in ("format", "stand-alone"):
            for number, name in table[context]["wide"].items():
                # Where names of months are capitalised, "may" and "march" are verbs.
                names[name.casefold()] = (f"{kind} {number}", name[0].isupper())
            if kind == "month":
                for number, name in table[context]["abbreviated"].items():
                    if len(bare := name.casefold().rstrip(".")) >= _LEAST_ABBREVIATION:
                        abbreviations[bare] = f"{kind} {number}"
    for name, (key, _) in names.items():
        if key.startswith("month"):
            for length in range(_LEAST_ABBREVIATION, len(name)):  # Sept., mentioned by no standard
                if sum(other.startswith(name[:length]) for other in names) == 1:
                    abbreviations.setdefault(name[:length], key)
    return names, abbreviations


def spelled_date(date: str | None, language: str) -> str:
    """An ISO 8601 date as people write it: `20 June 2024`, `juin 2024`; "" if there is none."""
    if not date:
        return ""
    year, *rest = map(int, date.split("-"))
    if not rest:
        return date
    if (locale := locale_of("en_GB" if language == "en" else language)) is None:
        return date
    if len(rest) == 1:
        return format_skeleton("yMMMM", datetime.date(year, rest[0], 1), locale=locale)
    return format_date(datetime.date(year, *rest), "long", locale=locale)
