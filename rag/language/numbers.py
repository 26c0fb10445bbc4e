"""The numbers of a text, however they are written: `1,300`, `1 300`, `1.300`, `sixteen`, `XIV`.

Each with the unit beside it (`12 weeks`, `1,3 M€`), as far as that is known.

A number is a set of readings, because `1,300` is thirteen hundred to one reader and
one point three to another, where the language does not tell. Two numbers agree if they
share a reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from math import prod
from typing import NamedTuple

import regex
from babel.numbers import get_group_symbol
from text_to_num import find_numbers

from rag.language.calendar import locale_of
from rag.language.units import is_money, units_beside
from rag.language.words import HYPHENS
from rag.types import Span

#: Languages whose number words are read; elsewhere only digits are.
WORD_LANGUAGES = frozenset(("da", "de", "en", "es", "fr", "it", "nl", "pt"))

_SCALES = {
    10**2: "hundred hundert ciento cientos cento honderd",
    10**3: "thousand thousands mille millier milliers tausend mil mila duizend tys тысяча тысячи "
    "тысяч тысячами тыс tsd ألف آلاف tisíc tisíce tysiąc tysiące tysięcy bin ezer",
    10**5: "lakh lakhs लाख",
    10**7: "crore crores करोड़",
    10**6: "million millions mn mln millionen millones millón milhão milhões mio miljoen milione "
    "milioni миллион миллиона миллионов млн مليون ملايين milionu milionów milion miliony "
    "miljoner milyon miljoona miljoonaa millió",
    10**9: "bn md mds mld milliard milliards milliarde milliarden mrd miljard miliardo miliardi "
    "миллиард "
    "миллиарда миллиардов млрд مليار miliard miliardy miliardów miljarder milyar milliárd",
    10**12: "billón billones",
}
_SCALE_OF = {word: scale for scale, words in _SCALES.items() for word in words.split()}
# Elsewhere they are other words, names or units: bin Laden, 5 md. (months), 10 mn (minutes).
_ONLY_IN = {
    "bin": "tr",
    "ezer": "hu",
    "md": "fr",
    "mds": "fr",
    "mil": "ca es gl pt",
    "mila": "eu it",
    "mille": "fr",
    "mio": "da de en fr nl",
    "mn": "en",
}
# Letters that scale money only: `1,3 M€`, `US$ 5m`, `MEUR`.
_BRIEF = {"k": 10**3, "m": 10**6, "b": 10**9, "tn": 10**12, "cr": 10**7}
_BRIEFLY = regex.compile(
    rf"[^\S\n]?({'|'.join(_BRIEF)})(?:(?=(?-i:\p{{Lu}}{{3}})(?!\p{{L}}))|(?!\p{{L}}))", regex.I
)
# By themselves they are no number; behind digits, "miles" and "cents" are no scale.
_BARE_SCALES = frozenset((*_SCALE_OF, "miles", "cent", "cents"))
# Where a billion is a million millions, and a trillion a million of these.
_BILLION_LONG = frozenset(("de", "da", "fr", "nl", "es", "it", "sv", "nb", "no", "fi", "pl", "cs"))

# East Asian: each part counts in its unit, and the last may have none (`1億2000万`, `3만 5000`).
# 千 before these is a prefix (千克, kilogram); 조 behind 제 is an article of a law.
_UNITS = {
    unit: value
    for units, value in (
        ("百백", 10**2),
        ("千천", 10**3),
        ("万萬만", 10**4),
        ("億亿억", 10**8),
        ("兆조", 10**12),
    )
    for unit in units
}
_AMOUNT = r"\d++(?:,\d{3})*+(?:\.\d++)?+"  # possessive: a long number is looked at once
_PART = rf"{_AMOUNT}(?:[百백千천]?[万萬만億亿억兆조]|[千천](?![克米瓦卡赫兆]))"
_JOINT = r"(?:(?<=[천만억조])\ )?"
_PARTS = regex.compile(rf"({_AMOUNT})([{''.join(_UNITS)}]*)")
_DIGITS = regex.compile(
    r"(?<![\p{Latin}\p{N}])(?<![\p{N}][.,])"
    r"(?:(?P<year>\d{4})-\d{2}-(?P<day>\d{2})(?!\d)"
    r"|(?P<first>\d{1,2})(?P<mark>[./])(?P<second>\d{1,2})(?P=mark)(?P<year2>\d{4}|\d{2})(?!\d)"
    r"|(?P<hour>\d{1,2})(?:\s?[hH]\s?|:)(?P<minute>[0-5]\d)(?!\d)"
    rf"|(?P<parts>(?<!제){_PART}(?:{_JOINT}{_PART})*(?:{_JOINT}\d+(?:,\d{{3}})*(?![.,]?\d))?)"
    r"|(?P<indian>\d{1,2}(?:,\d{2}(?!\d))++,\d{3}(?!\d)(?:\.\d+)?)"
    r"|(?P<number>\d{1,3}(?:(?P<group>[ \u00a0\u202f.,'’])\d{3})(?:(?P=group)\d{3})*(?!\d)"
    r"(?:[.,]\d+)?|\d+(?:[.,]\d+)?)(?P<half>½)?)"
)
_WORD = regex.compile(rf"[\p{{L}}\p{{M}}]+(?:[{HYPHENS}'’][\p{{L}}\p{{M}}]+)*")
_TOKEN = regex.compile(rf"[\p{{L}}\p{{M}}]+(?:[{HYPHENS}][\p{{L}}\p{{M}}]+)*|[^\s\p{{L}}\p{{M}}]+")
_PERIOD = regex.compile(r"\s?(?:[ap]\.\s?m\b|[ap]m\b|Uhr\b|o[’']clock\b|h\b)", regex.IGNORECASE)
_DECADE = regex.compile(r"s\b|er\b|-?х\b")
_ROMAN = regex.compile(r"(?<![\p{L}\p{N}])([IVX]{2,})(?:e|ᵉ|er|ème)?(?![\p{L}\p{N}])")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10}
_FOREIGN_MARKS = str.maketrans("٫٬．", ".,.")
_LEAST_ORDINAL = 4  # "the first", "a second one", "un tiers" are mostly no numbers
_LEAST_CARDINAL = 2  # "one" is an article in most languages
_HALF_DAY_H = 12


class Number(NamedTuple):
    """A number of a text: where it stands, what it may mean, what its unit may be.

    `whole` is the number with its unit.
    """

    span: Span
    readings: frozenset[float]
    units: frozenset[str]
    whole: Span


# A number without its unit.
_Read = tuple[Span, frozenset[float]]


def numbers(text: str, language: str) -> list[Number]:
    """The numbers of a text in order; digits of any script, words of `WORD_LANGUAGES`.

    A number word of the lowest values is left out where it is mostly an article or
    an ordinary adjective (`one`, `a second`).
    """
    plain = _western(text)
    found = [*_digits(plain, language), *_romans(plain)]
    taken = [span for span, _ in found]  # in "214 million first promised" nothing is millionth
    found += [
        (span, readings)
        for span, readings in _words(text, language)
        if not any(span.start < other.end and other.start < span.end for other in taken)
    ]
    return sorted(
        Number(span, readings, *units_beside(text, span, language)) for span, readings in found
    )


def _western(text: str) -> str:
    """The text with the digits of every script as 0-9; length unchanged."""
    if text.isascii():
        return text
    marked = text.translate(_FOREIGN_MARKS)
    return "".join(str(int(c)) if c.isdecimal() and not c.isascii() else c for c in marked)


def _digits(text: str, language: str) -> Iterator[_Read]:
    for match in _DIGITS.finditer(text):
        if match["year"] or match["first"]:
            yield from _date(match)
            continue
        if match["hour"]:
            hour, minute = int(match["hour"]), int(match["minute"])
            yield Span(*match.span()), _clock(hour + minute / 100)
            continue
        readings = _readings(match, language)
        if match["half"]:
            readings = frozenset(value + 0.5 for value in readings)
        if _PERIOD.match(text, match.end()) and min(readings) < 2 * _HALF_DAY_H:
            readings = readings.union(*map(_clock, readings))
        if _DECADE.match(text, match.end()) and len(match["number"] or "") == 4:
            readings = readings.union(value % 100 for value in readings)  # 1990s, 90er
        end, scale = _scale(text, Span(*match.span()), language)
        yield Span(match.start(), end), frozenset(round(v * scale, 4) for v in readings)


def _date(match: regex.Match[str]) -> Iterator[_Read]:
    """Year and day of a numeric date; its month is a matter of the calendar."""
    if match["year"]:
        yield Span(*match.span("year")), frozenset((float(match["year"]),))
        yield Span(*match.span("day")), frozenset((float(match["day"]),))
    else:
        either = frozenset((float(match["first"]), float(match["second"])))
        yield Span(*match.span("first")), either
        yield Span(*match.span("year2")), frozenset((float(match["year2"]),))


def _sum(parts: str) -> float:
    """The value of `1億2000万`."""
    return sum(
        float(amount.replace(",", "")) * prod(map(_UNITS.__getitem__, units))
        for amount, units in _PARTS.findall(parts)
    )


def _clock(hour: float) -> frozenset[float]:
    """A time of day on both dials; `18.3` is half past six."""
    others = (h for h in (hour + _HALF_DAY_H, hour - _HALF_DAY_H) if 0 <= h <= 2 * _HALF_DAY_H)
    return frozenset(round(h, 4) for h in (hour, *others))


def _readings(match: regex.Match[str], language: str) -> frozenset[float]:
    """What digits with separators may mean."""
    if match["parts"]:
        return frozenset((_sum(match["parts"]),))
    if match["indian"]:
        return frozenset((float(match["indian"].replace(",", "")),))
    digits, group = match["number"], match["group"]
    if group is None:
        return frozenset((float(digits.replace(",", ".")),))
    head, *groups = digits.split(group)
    tail = groups[-1]
    for mark in ".,":
        if mark in tail:  # a decimal fraction behind the groups
            return frozenset((float(head + "".join(groups).replace(mark, ".")),))
    grouped = float(head + "".join(groups))
    is_sure = len(groups) > 1 or tail == "000" or group == _group_mark(language)
    if is_sure or group not in ".,":
        return frozenset((grouped,))
    return frozenset((grouped, float(f"{head}.{tail}")))


@cache
def _group_mark(language: str) -> str:
    """What stands between thousands in a language; empty if that is not known."""
    locale = locale_of(language)
    return str(get_group_symbol(locale)) if locale else ""


def _scale(text: str, number: Span, language: str) -> tuple[int, int]:
    """Where a number with its scale word ends, and what it is multiplied by."""
    scale, end = 1, number.end
    if letters := _BRIEFLY.match(text, end):
        scaled = Span(number.start, letters.end())
        if is_money(units_beside(text, scaled, language)[0]):
            return scaled.end, _BRIEF[letters[1].lower()]
    while word := _WORD.match(text, end + 1 if text[end : end + 1] in " \u00a0\u202f" else end):
        times = _scale_of(word[0].lower(), language)
        if not times or (word.start() == end and times < 10**6):
            break
        scale, end = scale * times, word.end()
    return end, scale


def _scale_of(word: str, language: str) -> int:
    if word in _ONLY_IN and language not in _ONLY_IN[word].split():
        return 0
    if word in ("billion", "billions", "billionen"):
        return 10**12 if language in _BILLION_LONG else 10**9
    if word in ("trillion", "trillions"):
        return 10**18 if language in _BILLION_LONG else 10**12
    return _SCALE_OF.get(word, 0)


def _romans(text: str) -> Iterator[_Read]:
    for match in _ROMAN.finditer(text):
        values = [_ROMAN_VALUES[letter] for letter in match[1]]
        total = sum(
            -value if value < following else value
            for value, following in zip(values, [*values[1:], 0], strict=True)
        )
        yield Span(*match.span()), frozenset((float(total),))


class _Token:
    """A word as `find_numbers` wants it."""

    def __init__(self, text: str, span: Span) -> None:
        self._text = text
        self.span = span

    def text(self) -> str:
        return self._text

    def nt_separated(self, previous: _Token) -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return False


def _words(text: str, language: str) -> Iterator[_Read]:
    """Numbers in words, without those that only scale digits: `3.5 million`."""
    if language not in WORD_LANGUAGES:
        return
    tokens = [_Token(match[0], Span(*match.span())) for match in _TOKEN.finditer(text)]
    for found in find_numbers(tokens, language, threshold=0.0):
        first, last = tokens[found.start], tokens[found.end - 1]
        words = text[first.span.start : last.span.end]
        least = _LEAST_ORDINAL if found.is_ordinal else _LEAST_CARDINAL
        if found.value < least or any(c.isdigit() for c in words):
            continue
        if words.lower() in _BARE_SCALES or words.lower().startswith("billion"):
            continue
        yield Span(first.span.start, last.span.end), frozenset((float(found.value),))
