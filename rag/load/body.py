"""Building the text of a document: blocks, and the places that they came from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.load.hidden import clean
from rag.types import Place, PlaceKind

#: A longer cell names no column: it would be repeated in every row.
COLUMN_NAME_MAX_CHARS = 80

_NAME_MAX_CHARS = 200


@dataclass(frozen=True, slots=True)
class Body:
    """A text with the map of its places, and how much was left out as hidden."""

    text: str
    places: tuple[Place, ...] = ()
    hidden: int = 0


def plain_body(text: str, headings: re.Pattern[str] | None = None) -> Body:
    """A text that is read as it is.

    Args:
        headings: Matches its headings; the group that matched is the words of one. What
            matches without a group is none.
    """
    shown = clean(text)
    places = (
        Place(match.start(), "section", match[match.lastindex].strip()[:_NAME_MAX_CHARS])
        for match in (headings.finditer(shown.text) if headings else ())
        if match.lastindex
    )
    return Body(shown.text, tuple(places), shown.hidden)


def named_row(header: Sequence[str], cells: Sequence[str]) -> str:
    """A row as `Year: 2025; Cost: 3`; empty cells are left out."""
    names = map(_line, [*header, *[""] * len(cells)])
    named = zip(names, map(_line, cells), strict=False)
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in named if cell)


def _line(words: str) -> str:
    return " ".join(words.split())


@dataclass
class BodyBuilder:
    """Collects blocks; a blank line parts them, so that each is a paragraph of its own."""

    hidden: int = 0
    _pieces: list[str] = field(default_factory=list)
    _places: list[Place] = field(default_factory=list)
    _marked: dict[PlaceKind, str] = field(default_factory=dict)
    _length: int = 0

    def add(self, block: str, joint: str = "\n\n") -> None:
        """Adds a block, unless it is blank."""
        block, hidden = clean(block)
        self.hidden += hidden
        block = block.strip()
        if not block:
            return
        if self._length:
            self._append(joint)
        self._places += [Place(self._length, kind, name) for kind, name in self._marked.items()]
        self._marked = {}
        self._append(block)

    def heading(self, words: str, level: int) -> None:
        """Adds a heading, which begins a section."""
        if words := _line(words):
            self.mark("section", words)
            self.add(f"{'#' * level} {words}")

    def row(self, cells: Sequence[str], header: Sequence[str] = ()) -> None:
        """Adds a row of a table; empty cells are left out.

        Args:
            header: The names of its columns, which go before the cells: it reads by itself.
        """
        plain = " | ".join(filter(None, map(_line, cells)))
        self.add(named_row(header, cells) if header else plain)

    def item(self, words: str, number: int = 0) -> None:
        """Adds an item of a list; `number` is its place in one that is numbered."""
        if words := _line(words):
            self.add(f"{number}. {words}" if number else f"- {words}", "\n")

    def mark(self, kind: PlaceKind, name: str) -> None:
        """What is added next begins a page, a row or a section."""
        self._marked[kind] = _line(name)[:_NAME_MAX_CHARS]

    def body(self) -> Body:
        """All of it."""
        return Body("".join(self._pieces), tuple(self._places), self.hidden)

    def _append(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)
