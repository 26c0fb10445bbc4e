"""The unit or currency beside a number, by the names that Unicode's CLDR has for it.

A name may mean several (`pounds`, `$`); units are told apart only if they are of one kind
and have none in common, and a name that is not known tells nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain

import regex
from babel import UnknownLocaleError, localedata

from rag.language.words import STOP_WORDS, UNSPACED
from rag.types import Span

_KINDS = frozenset(
    ("area", "digital", "duration", "length", "mass", "power", "speed", "temperature", "volume")
)
_MONEY = "currency"
# Those that no sentence tells apart: `Tonnen` are `tons`.
_VARIANT = regex.compile(r"(?<=mass-ton)ne$|-(?:imperial|metric|person|troy)$")
_MORE = {"fr": {"année": "duration-year", "journée": "duration-day"}}

_IS_UNSPACED = regex.compile(rf"[{UNSPACED}]")
_END = rf"(?=$|[{UNSPACED}]|[^\p{{L}}\p{{N}}/])"
_ENDS, _ENDS_INFLECTED = regex.compile(_END), regex.compile(rf"\p{{L}}{{0,2}}{_END}")
_LEAST_STEM = 4
_LONGEST = 40
_HARAKAT = regex.compile(r"[\u064b-\u0652]")

# `US$`, `CA$`, `£`, `EUR`; a sign behind another number is that one's.
_SIGN = r"(?:(?P<area>\p{Lu}{0,2})(?P<sign>\p{Sc})(?P<area>\p{Lu}{0,2})|(?P<code>\p{L}{2,3}))"
_BEFORE = regex.compile(rf"(?<!\p{{L}}|\p{{N}}[^\S\n]?){_SIGN}[^\S\n]?$")
_AFTER = regex.compile(rf"{_SIGN}(?!\p{{L}})")
# `3,2 Mio. Euro`, `12-week`, `millions d’euros`.
_LEAD = regex.compile(r"(?:(?<=\p{L})\.)?[^\S\n]?-?(?:d[ei]\s|d[’'])?")


def units_beside(text: str, span: Span, language: str) -> tuple[frozenset[str], Span]:
    """What the unit of a number may be, and where both stand.

    Units are `duration-week`, `currency-EUR`; none if it is not known.
    """
    if (match := _BEFORE.search(text, max(span.start - 6, 0), span.start)) and (
        money := _money(match, language)
    ):
        return money, Span(match.start(), span.end)
    start = _LEAD.match(text, span.end).end()  # type: ignore[union-attr]
    if (match := _AFTER.match(text, start)) and (money := _money(match, language)):
        return money, Span(span.start, match.end())
    names, behind = _names(language), _plain(text[start : start + _LONGEST])
    for length in range(len(behind), 0, -1):
        if units := names.get(behind[:length]):
            is_stem = length >= _LEAST_STEM and behind[length - 1].isalpha()
            ends = _ENDS_INFLECTED if is_stem else _ENDS
            if _IS_UNSPACED.match(behind, length - 1) or ends.match(behind, length):
                return units, Span(span.start, start + length)
    return frozenset(), span


def clash(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two numbers have units of one kind that cannot be the same."""
    return one.isdisjoint(other) and not _kinds(one).isdisjoint(_kinds(other))


def is_money(units: frozenset[str]) -> bool:
    """Whether a unit may be a currency."""
    return _MONEY in _kinds(units)


def _kinds(units: frozenset[str]) -> set[str]:
    return {unit.partition("-")[0] for unit in units}


def _money(match: regex.Match[str], language: str) -> frozenset[str]:
    """The currencies that a sign or code stands for."""
    if sign := match["sign"]:
        area = "".join(match.captures("area"))
        known = _signs(language).get(unicodedata.normalize("NFKC", sign), frozenset())
        return frozenset(unit for unit in known if unit.startswith(f"{_MONEY}-{area}")) or known
    code = match["code"]
    if code.isupper() and code in _data("en")["currency_names"]:
        return frozenset((f"{_MONEY}-{code}",))
    return frozenset(
        unit for unit in _names(language).get(_plain(code), ()) if unit.startswith(_MONEY)
    )


@cache
def _data(language: str) -> localedata.LocaleDataDict:
    return localedata.LocaleDataDict(localedata.load(language))  # type: ignore[arg-type]


def _plain(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).lower()
    return _HARAKAT.sub("", plain.replace("-", " "))


@cache
def _names(language: str) -> Mapping[str, frozenset[str]]:
    """Units by what they are called in a language."""
    names: dict[str, set[str]] = {}
    try:
        found = [*_measures(language), *_currencies(language)]
    except (UnknownLocaleError, ValueError, OSError):
        return {}
    if language == "en":
        found += [*_measures("en_GB"), *_currencies("en_GB")]  # metres, roubles
    found += _MORE.get(language, {}).items()
    for name, unit in found:
        plain = regex.sub(r"^de |\.$", "", _plain(name).strip())
        if regex.search(r"\p{L}", plain) and plain not in STOP_WORDS.get(language, ()):
            names.setdefault(plain, set()).add(_VARIANT.sub("", unit))
    return {name: frozenset(units) for name, units in names.items()}


def _measures(language: str) -> Iterator[tuple[str, str]]:
    for unit, lengths in _data(language)["unit_patterns"].items():
        if unit.partition("-")[0] not in _KINDS or unit == "temperature-generic":
            continue
        for length in ("long", "short", "narrow"):
            if length == "narrow" and unit.startswith("duration"):
                continue  # 5 m may be months, 5 a years
            for count, pattern in lengths.get(length, {}).items():
                if count != "per" and pattern.startswith("{0}"):
                    yield pattern[3:], unit


def _currencies(language: str) -> Iterator[tuple[str, str]]:
    """What money is called: in full, and by the noun, which is that of several (`dollars`)."""
    data = _data(language)
    full: list[tuple[str, str]] = []
    for code, name in data["currency_names"].items():
        for form in {name, *data["currency_names_plural"].get(code, {}).values()}:
            full.append((_plain(regex.sub(r"\s?[(（].*", "", form)), code))
    # The noun stands first or last: where the names of all have fewer different words.
    at = min((0, -1), key=lambda at: len({n.split()[at] for n in data["currency_names"].values()}))
    nouns = {name.split()[at] for name, _ in full if name}
    unspaced = tuple(filter(_IS_UNSPACED.search, nouns))
    for name, code in full:
        within = nouns.intersection(name.split()) | {n for n in unspaced if name.endswith(n)}
        for each in {name, *within}:
            yield each, f"{_MONEY}-{code}"
    for code, symbol in data["currency_symbols"].items():
        yield symbol, f"{_MONEY}-{code}"


@cache
def _signs(language: str) -> Mapping[str, frozenset[str]]:
    """Currencies by sign: `$` may be any dollar."""
    signs: dict[str, set[str]] = {}
    known = [
        _data(code)["currency_symbols"] for code in {"en", language} if localedata.exists(code)
    ]
    for code, symbol in chain.from_iterable(symbols.items() for symbols in known):
        for sign in regex.findall(r"\p{Sc}", unicodedata.normalize("NFKC", symbol)):
            signs.setdefault(sign, set()).add(f"{_MONEY}-{code}")
    return {sign: frozenset(units) for sign, units in signs.items()}
