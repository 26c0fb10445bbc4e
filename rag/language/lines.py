"""Which lines belong together: those of a paragraph that was wrapped, by hand or on a page.

A wrapped line is full: the next word had no room in it. Where most letters at the beginning
of lines are small, sentences run on; names, addresses, verses and contents have capitals
and digits there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import regex

from rag.language.words import UNSPACED
from rag.types import Span

_LINE = regex.compile(r"[^\n]+")
_HEADING = regex.compile(r"\s*#{1,6}\s")
_ITEM = regex.compile(r"\s*(?:([-–])|(\d{1,3})[.)]|[*+•▪])\s")
_CELLS = " | "  # between the cells of a row
# What leads to the page in a table of contents: `The bridge ..... 12`.
_LEADERS = regex.compile(r"(?:(?:\.\s?){4}|…\s?…)\s*$")
_LEADERS_CHARS = 12
_WIDE = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}ー\p{Hangul}]")
_FIRST = regex.compile(r"[\s\p{P}\p{S}]*([\p{L}\p{N}]?)")
_FIRST_WORD = regex.compile(rf"[{UNSPACED}]|\S{{1,20}}")
# What no heading, item or verse has in it: the end of a sentence; `– since 2020 –` opens none.
_IN_TEXT = regex.compile(
    r"\p{Ll}{3}[.!?…]\p{P}*\s+\p{P}*\p{Lu}|[。！？।۔؟]\s*\S|^([-–])\s.+\s\1(?:\s|\p{P})"
)
_ENDS = frozenset(".!?…:;‽؟؛۔।॥։။៕。！？：；")
_CLOSING = "\"'”’“»›)]*_」』）"

# So many lines before and behind one tell how it was wrapped, or are of the same list.
_NEAR, _FAR = 5, 10
# In columns: too narrow for any sentence; words one below the other, which may be wrapped all
# the same; names, addresses and verses; beyond the last no one wraps by hand.
_LETTERS, _WORDS, _VERSES, _PARAGRAPHS = 20, 35, 50, 110
_WORDS_WITHOUT_CASE = 24
# Where so many lines begin with capitals all of them do so on purpose.
_LIST_LINES = 7
_SHORT, _NEARLY_FULL, _FULL = 0.5, 0.7, 0.95


class _Line(NamedTuple):
    """A line, and what tells whether it goes on; widths are in columns of a letter."""

    span: Span
    width: int
    first_width: int  # of its first word
    first: str  # letter or digit
    ends: bool
    is_text: bool  # whether it begins or goes on as no heading does
    is_counted: bool  # whether it ends in a number, as one of a table does
    mark: str  # of an item of a list: its number, its dash or •; | for a row


def paragraphs(text: str) -> Iterator[Span]:
    """The paragraphs, headings, items and rows of a text; those of several lines are whole."""
    block: list[_Line] = []
    for match in _LINE.finditer(text):
        line = Span(*match.span())
        is_blank = not match[0].strip()
        is_own = _HEADING.match(text, *line) is not None
        follows = bool(block) and block[-1].span.end + 1 == line.start
        if block and (is_blank or is_own or not follows):
            yield from _joined(block)
            block = []
        if is_own:
            yield line
        elif not is_blank:
            block.append(_read(match[0].strip(), line))
    if block:
        yield from _joined(block)


def is_heading(text: str, start: int) -> bool:
    """Whether a heading begins at a place; "#1" and "#MeToo" are none."""
    return _HEADING.match(text, start) is not None


def is_of_contents(line: str) -> bool:
    """Whether a line is one of a table of contents, whose dots end no sentence."""
    words = line.rstrip()
    before = words.rstrip("0123456789")
    return before != words and _LEADERS.search(before[-_LEADERS_CHARS:]) is not None


def _read(words: str, span: Span) -> _Line:
    first, first_word = _FIRST.match(words), _FIRST_WORD.match(words)
    return _Line(
        span,
        _width(words),
        _width(first_word[0]) if first_word else 0,
        first[1] if first else "",
        words.rstrip(_CLOSING)[-1:] in _ENDS,
        _is_small(words[0]) or _IN_TEXT.search(words) is not None,
        words[-1].isdecimal(),
        _mark(words),
    )


def _width(words: str) -> int:
    return len(words) + len(_WIDE.findall(words))


def _mark(words: str) -> str:
    if _CELLS in words or is_of_contents(words):
        return "|"
    item = _ITEM.match(f"{words} ")
    return (item[1] or item[2] or "•") if item else ""


def _joined(lines: Sequence[_Line]) -> Iterator[Span]:
    """The paragraphs of lines without a blank one between them."""
    start = lines[0].span.start
    for at, (line, following) in enumerate(pairwise(lines)):
        if not _goes_on(lines, at):
            yield Span(start, line.span.end)
            start = following.span.start
    yield Span(start, lines[-1].span.end)


def _goes_on(lines: Sequence[_Line], at: int) -> bool:
    """Whether the paragraph of a line goes on in the next one."""
    line, following = lines[at], lines[at + 1]
    near = lines[max(0, at - _NEAR) : at + _NEAR + 2]
    width = max(each.width for each in lines[max(0, at - 1) : at + 2])
    if _is_row(line, following) or line.width < width * _SHORT or not _is_column(near):
        return False
    if following.mark:
        is_short = line.width < max(each.width for each in near) * _SHORT
        if is_short or _is_item(lines, at + 1):
            return False
    elif _runs_on(line, following):
        return True
    elif not _is_full(line, following, width, _NEARLY_FULL if line.is_text else _FULL):
        return False
    return any(_runs_on(*pair) for pair in pairwise(near)) or _may_be_wrapped(near, width)


def _is_row(line: _Line, following: _Line) -> bool:
    """Whether one of two lines is the row of a table, or both are."""
    is_counted = line.is_counted and following.is_counted and not _is_small(following.first)
    return is_counted or "|" in (line.mark, following.mark)


def _is_full(line: _Line, following: _Line, width: int, share: float) -> bool:
    """Whether the next word had no room in so wide a line, or nearly none."""
    return line.width + 1 + following.first_width >= width * share


def _is_column(lines: Sequence[_Line]) -> bool:
    """Whether lines are too wide for words one below the other, or wrapped as no list is."""
    width = max(line.width for line in lines)
    return width >= _WORDS or (width >= _LETTERS and _are_full(lines))


def _are_full(lines: Sequence[_Line]) -> bool:
    """Whether all lines that do not end a sentence are about equally wide."""
    width = max(line.width for line in lines)
    return all(
        line.ends or _is_full(line, following, width, _NEARLY_FULL)
        for line, following in pairwise(lines)
    )


def _runs_on(line: _Line, following: _Line) -> bool:
    """Whether a sentence goes on in the next line, as a small letter shows."""
    return not (line.ends or following.mark) and _is_small(following.first)


def _is_small(letter: str) -> bool:
    return letter != letter.title()


def _may_be_wrapped(lines: Sequence[_Line], width: int) -> bool:
    """Whether full lines are so wide as wrapped ones are, where no small letter shows more."""
    if any(line.first.upper() != line.first.lower() for line in lines):
        is_text = any(line.is_text for line in lines)
        is_wide = width >= _VERSES and len(lines) < _LIST_LINES
        return width <= _PARAGRAPHS and (is_text or is_wide)
    is_many = len(lines) >= _LIST_LINES
    return width >= _WORDS_WITHOUT_CASE and (width <= _PARAGRAPHS or (is_many and _are_full(lines)))


def _is_item(lines: Sequence[_Line], at: int) -> bool:
    """Whether a line with the mark of an item is one: `12. Mai` and `– since 2020 –` are none."""
    line, before = lines[at], lines[at - 1]
    if line.mark == "•" or before.ends:
        return True
    near = {each.mark for each in lines[max(0, at - _FAR) : at + _FAR + 1] if each is not line}
    if line.mark.isdigit():
        return not near.isdisjoint((str(int(line.mark) - 1), str(int(line.mark) + 1)))
    return line.mark in near
