"""The days that a question names -> which passages are known to be of others. Pure functions.

What was decided "in March 2025" stands in an article of that month, which seldom says so: its
date does. An article of another date that does not name the month either is of other days.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

import regex

from rag.language import analyze
from rag.language.asking import LATEST
from rag.language.calendar import CalendarName, calendar_names, locale_of, mentioned
from rag.language.words import UNSPACED, unaccented
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
    """Days: of any of the years, in any of the months, the so many-th; empty is any."""

    years: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.years or self.months)

    def within(self, filters: Filters | None) -> Filters | None:
        """The filters, and from the first of these days to the last.

        None if they are of any year, or the filters choose days already.
        """
        filters = filters or Filters()
        if not self.years or filters.since or filters.until:
            return None
        first, last = f"{min(self.years)}", f"{max(self.years)}"
        if self.months:
            first, last = f"{first}-{min(self.months):02}", f"{last}-{max(self.months):02}"
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


def period_of(question: str, languages: Sequence[str]) -> Period:
    """The days that a question names: "in March 2025", "between 2019 and 2021", "le 5 mai".

    What the first of several questions leaves open, those behind it say.

    Args:
        languages: That it may be in, at least one; where it names most in it is read.
    """
    years: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    for asked in _QUESTION.findall(question):
        named = max((list(_named(asked, language)) for language in languages), key=len)
        years = years or _all("year", named)
        if not months:
            months, days = _all("month", named), _all("day", named)
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
    ends = [span.end for span in spans]
    apart = [later.start - end for later, end in zip(spans[1:], ends, strict=False)]
    is_one = bool(spans) and max(apart, default=0) <= _BETWEEN_CHARS
    return Span(spans[0].start, max(ends)) if is_one else None


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
