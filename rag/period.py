"""The days that a question names -> which passages are known to be of others. Pure functions.

What was decided "in March 2025" stands in an article of that month, which seldom says so: its
date does. An article of another date that does not name the month either is of other days.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

import regex

from rag.language import analyze
from rag.language.asking import LATEST, tables
from rag.language.calendar import CalendarName, calendar_names, locale_of, mentioned
from rag.language.words import UNSPACED, plain_letters, unaccented
from rag.questions import MARKS
from rag.types import Filters, Span

_Unit: TypeAlias = Literal["year", "month", "day"]

_FIRST_YEAR, _LAST_YEAR = 1500, 2100
_YEAR = regex.compile(r"(?<![\d.,])\d{4}(?![.,]?\d)")
# Beside a year a month may be inflected: "в марте 2025", "2025年3月".
_BEFORE_YEAR, _BEHIND_YEAR = regex.compile(r"\S+\s*$"), regex.compile(r"\s?\S{1,20}")
# No name of a month, nor a day with what joins it, is longer; a hostile question may be.
_BESIDE_CHARS = 20
_DAY_BEFORE = regex.compile(r"(?<!\d)(\d{1,2})(?:er|st|nd|rd|th|\.|º)?\s(?:de |of )?$")
_DAY_BEHIND = regex.compile(r"[\s-]?(\d{1,2})(?!\d)")
# "May I ...": its capital does not tell that it is a month.
_FIRST_WORD = regex.compile(r"\P{L}*(?P<word>\p{L}+)\s+\p{L}")
_LAST_DAY = 31
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_UNSPACED = regex.compile(f"[{UNSPACED}]")
_QUESTION = regex.compile(f"[^{''.join(MARKS)}]+")

#: The longest that stands between the parts of a date: "March, 2025", "marzo de 2025".
_BETWEEN_CHARS = 5


class _Named(NamedTuple):
    span: Span
    unit: _Unit
    number: int


@dataclass(frozen=True, slots=True)
class Period:
    """Days: of any of the years, in any of the months, the so many-th; empty is any.

    Attributes:
        first: Or those from this one, as `Document.date`, to `last`.
        is_relative: Whether they are named by today: "last week".
    """

    years: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    first: str = ""
    last: str = ""
    is_relative: bool = False

    def __bool__(self) -> bool:
        return bool(self.years or self.months or self.first)

    def within(self, filters: Filters | None, days_later: int = 0) -> Filters | None:
        """The filters, and from the first of these days to the last.

        None if they are of any year, or the filters choose days already.

        Args:
            days_later: So many days behind a named day may have it, too: the next day's paper.
        """
        filters = filters or Filters()
        if filters.is_dated or not (self.years or self.first):
            return None
        later = datetime.timedelta(days=days_later)
        if self.first:
            until = datetime.date.fromisoformat(self.last) + later
            return replace(filters, since=self.first, until=until.isoformat())
        first, last = f"{min(self.years)}", f"{max(self.years)}"
        if self.months:
            first, last = f"{first}-{min(self.months):02}", f"{last}-{max(self.months):02}"
        if self.days and len(self.months) == len(self.years) == 1:
            with suppress(ValueError):  # there is no 31 June
                since = datetime.date.fromisoformat(f"{first}-{min(self.days):02}")
                until = datetime.date.fromisoformat(f"{last}-{max(self.days):02}") + later
                first, last = since.isoformat(), until.isoformat()
        return replace(filters, since=first, until=last)

    def may_be_told_in(self, text: str, language: str) -> bool:
        """Whether a whole article has one of the years, and one of the months, anywhere."""
        folded = text.casefold()
        months = [name for number in self.months for name in _month_names(number, language)]
        has_year = any(str(year) in folded for year in self.years)
        return has_year and (not months or any(name.casefold() in folded for name in months))

    def excludes(self, date: str | None, terms: Set[str], language: str) -> bool:
        """Whether a passage is known to be of other days.

        Args:
            date: Of its document, as `Document.date`.
            terms: Of the passage and its title, analysed in its language.
        """
        if not date:
            return False
        if self.first:
            until = datetime.date.fromisoformat(self.last) + datetime.timedelta(days=1)
            return not self.first[: len(date)] <= date <= until.isoformat()
        year, month, day, *_ = [*map(int, date.split("-")), 0, 0]
        in_year = not self.years or year in self.years
        in_month = in_year and (not self.months or month in (0, *self.months))
        # The next day's paper tells of a day.
        of_days = {0, *self.days, *(day + 1 for day in self.days)}
        if in_month and (not self.days or day in of_days):
            return False
        names_year = in_year or _holds(terms, self.years)
        forms = [form for number in self.months for form in _forms(number, language)]
        names_month = not self.months or in_month or any(form <= terms for form in forms)
        names_day = not self.days or _holds(terms, self.days)
        return not (names_year and names_month and names_day)


#: What a question is about that names no days.
ANY_TIME = Period()


def period_of(question: str, languages: Sequence[str]) -> Period:
    """The days that a question names: "in March 2025", "between 2019 and 2021", "le 5 mai".

    What the first of several questions leaves open, those behind it say. Where none names a month
    or a year, they may be named by today: "last week".

    Args:
        languages: That it may be in, at least one, the likeliest first; where it names most in it
            is read.
    """
    years: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    for asked in _QUESTION.findall(question):
        named = max((list(_named(asked, language)) for language in languages), key=len)
        years = years or _all("year", named)
        if not months:
            months, days = _all("month", named), _all("day", named)
    found = None if years else _relative(question, languages[0])
    if found and not months:
        return found.period
    if found and found.period.years and not found.period.months:  # "in March this year"
        return replace(found.period, months=months, days=days)
    return Period(frozenset(range(min(years), max(years) + 1) if years else ()), months, days)


def asks_for_latest(question: str, languages: Sequence[str]) -> bool:
    """Whether a question is about the newest of what there is.

    Args:
        languages: That it may be in.
    """
    words = " ".join(["", *_WORD.findall(unaccented(question.casefold())), ""])
    return any(word in words for language in languages for word in _latest(language))


@cache
def _latest(language: str) -> tuple[str, ...]:
    """How the words for it begin, with a space before where a language has spaces."""
    words = LATEST.get(language, "").split("|")
    plain = (unaccented(word.casefold()) for word in words if word)
    return tuple(word if _UNSPACED.search(word) else f" {word}" for word in plain)


def expression(text: str, language: str) -> Span | None:
    """Where a text names days, if in one place: `March 2025` of "What about March 2025?"."""
    spans = sorted(named.span for named in _named(text, language))
    if not spans and (found := _relative(text, language)):
        return found.span
    ends = [span.end for span in spans]
    apart = [later.start - end for later, end in zip(spans[1:], ends, strict=False)]
    is_one = bool(spans) and max(apart, default=0) <= _BETWEEN_CHARS
    return Span(spans[0].start, max(ends)) if is_one else None


class _Relative(NamedTuple):
    span: Span
    period: Period


def _relative(text: str, language: str) -> _Relative | None:
    """The days that a text names by today, the first it names."""
    match = pattern.search(plain_letters(text)) if (pattern := _relative_days(language)) else None
    if not match or not match.lastgroup:
        return None
    return _Relative(Span(*match.span()), _by_today(match.lastgroup, today()))


def _by_today(name: str, now: datetime.date) -> Period:
    monday = now - datetime.timedelta(days=now.weekday())
    last_month = now.replace(day=1) - datetime.timedelta(days=1)
    if name.endswith("week"):
        first = monday if name == "this_week" else monday - datetime.timedelta(days=7)
        last = first + datetime.timedelta(days=6)
        return Period(first=first.isoformat(), last=last.isoformat(), is_relative=True)
    if name.endswith("month"):
        then = now if name == "this_month" else last_month
        return Period(frozenset({then.year}), frozenset({then.month}), is_relative=True)
    if name.endswith("year"):
        return Period(frozenset({now.year - (name == "last_year")}), is_relative=True)
    day = now - datetime.timedelta(days=1)
    days = frozenset({day.year}), frozenset({day.month}), frozenset({day.day})
    return Period(*days, is_relative=True)


def today() -> datetime.date:
    """The day that it is where the program runs."""
    return datetime.date.today()


@cache
def _relative_days(language: str) -> regex.Pattern[str] | None:
    """What finds such names, a group for each kind of them."""
    kinds = []
    for kind, ways in tables("relative").get(language, {}).items():
        longest = sorted(map(plain_letters, ways.split("|")), key=len, reverse=True)
        ways = "|".join(
            regex.escape(way) if _UNSPACED.search(way) else rf"(?<!\w){regex.escape(way)}(?!\w)"
            for way in longest
        )
        kinds.append(rf"(?P<{kind}>{ways})")
    return regex.compile("|".join(kinds)) if kinds else None


def _all(unit: _Unit, named: Collection[_Named]) -> frozenset[int]:
    return frozenset(each.number for each in named if each.unit == unit)


def _named(text: str, language: str) -> Iterator[_Named]:
    """The years, the months, and the days beside these, of a text."""
    first = _FIRST_WORD.match(text)
    verb = first.span("word") if first else None
    months = [name for name in calendar_names(text, language) if name.span != verb]
    for match in _YEAR.finditer(text):
        if _FIRST_YEAR <= (year := int(match[0])) <= _LAST_YEAR:
            yield _Named(Span(*match.span()), "year", year)
            start = max(0, match.start() - _BESIDE_CHARS)
            before = _BEFORE_YEAR.search(text, start, match.start())
            behind = _BEHIND_YEAR.match(text, match.end())
            for beside in filter(None, (before, behind)):
                months.append(CalendarName(Span(*beside.span()), mentioned(beside[0], language)))
    for span, keys in months:
        for key in keys:
            kind, number = key.split()
            if kind == "month":
                yield _Named(span, "month", int(number))
                yield from _days_beside(text, span)


def _days_beside(text: str, month: Span) -> Iterator[_Named]:
    start = max(0, month.start - _BESIDE_CHARS)
    before = _DAY_BEFORE.search(text, start, month.start)
    for match in filter(None, (before, _DAY_BEHIND.match(text, month.end))):
        if 1 <= (day := int(match[1])) <= _LAST_DAY:
            yield _Named(Span(*match.span(1)), "day", day)


def _holds(terms: Set[str], numbers: Collection[int]) -> bool:
    return any(str(number) in terms for number in numbers)


@cache
def _forms(month: int, language: str) -> tuple[frozenset[str], ...]:
    """The terms of each way to write a month."""
    names = _month_names(month, language)
    return tuple(frozenset(terms) for name in names if (terms := analyze(name, language)))


def _month_names(month: int, language: str) -> set[str]:
    """A month as a date has it, and alone: января, январь."""
    if (locale := locale_of(language)) is None:
        return set()
    return {locale.months[context]["wide"][month] for context in ("format", "stand-alone")}
