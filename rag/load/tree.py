"""A tree of markup -> text: headings, paragraphs, lists and tables in the order of the page.

One walk for every kind of markup: what an element is for is looked up by its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from itertools import zip_longest
from typing import Any, Literal, get_args

from lxml import etree

from rag.load.body import COLUMN_NAME_MAX_CHARS, BodyBuilder

Heading = Literal["h1", "h2", "h3", "h4", "h5", "h6"]
#: `block` stands alone, `head` is a cell that names its column or row, `line` breaks a line,
#: `tab` is a space, `skip` is no text; anything else is inline.
Role = Literal[Heading, "block", "item", "table", "row", "cell", "head", "line", "tab", "skip"]
#: By level, the largest first.
HEADINGS: tuple[Heading, ...] = get_args(Heading)

_BLOCKS = (
    *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details"),
    *("dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header"),
    *("hr", "html", "legend", "main", "nav", "ol", "p", "pre", "section", "summary", "tbody"),
    *("tfoot", "thead", "ul", "list", "quote", "code"),
)
_SKIPPED = (
    *("script", "style", "template", "noscript", "head", "title", "svg", "math", "iframe"),
    *("object", "embed", "select", "button", "input", "textarea", "canvas", "audio", "video"),
)
#: HTML, and the few names that trafilatura gives to what it extracts.
HTML_ROLES: Mapping[str, Role] = {
    **dict.fromkeys(_BLOCKS, "block"),
    **dict.fromkeys(_SKIPPED, "skip"),
    **{level: level for level in HEADINGS},
    "li": "item",
    "item": "item",
    "table": "table",
    "tr": "row",
    "row": "row",
    "br": "line",
    "lb": "line",
    "td": "cell",
    "th": "head",
    "cell": "cell",
}

_INLINE: Mapping[Role | None, str] = {"line": "\n", "tab": " "}
_MAX_DIGITS = 9
_UNIT_CHARS = 3
# No table that people read has more: a hostile cell says that it takes thousands.
_MAX_COLUMNS = 1_000
# In web pages, presentations and OpenDocument.
_COLUMN_SPANS = ("colspan", "gridSpan", "number-columns-spanned")
_ROW_SPANS = ("rowspan", "rowSpan", "number-rows-spanned")
# A hostile file uses a long entity often.
_MOST_ENTITY_CHARS = 100
_MARKUP = re.compile("[&<]")
_SPACE = re.compile(r"\s+")
_BREAK = re.compile(r"[^\S\n]*\n[^\S\n]*")

#: The role of an element; None if it is inline.
RoleOf = Callable[[Any], Role | None]


def local(name: object) -> str:
    """The name of an element or attribute without its namespace; empty for a comment."""
    return name.rpartition("}")[2] if isinstance(name, str) else ""


def html_role(element: Any) -> Role | None:
    """What an element of HTML, or of a body by trafilatura, is for."""
    if element.tag == "head" and (level := element.get("rend", "")) in HTML_ROLES:
        return HTML_ROLES[level]
    if element.tag == "cell" and element.get("role") == "head":
        return "head"
    return HTML_ROLES.get(element.tag)


def tree_text(root: Any, builder: BodyBuilder, role_of: RoleOf = html_role) -> None:
    """Adds the text of a tree to a body, in one walk without recursion: hostile trees are deep.

    Args:
        root: An lxml element.
        role_of: What its elements are for.
    """
    walk, declared = _Walk(builder), _declared(root)
    steps = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in steps:
        if event == "start" and element.tag is etree.Entity:
            # One that neither the file nor HTML knows is shown as it is written.
            walk.write(declared.get(element.name, unescape(element.text)))
        elif event == "start":
            role = role_of(element) if isinstance(element.tag, str) else "skip"
            if role == "skip":
                steps.skip_subtree()
            else:
                walk.enter(element, role)
        else:
            is_element = event == "end" and isinstance(element.tag, str)
            if is_element and (role := role_of(element)) != "skip":
                walk.leave(element, role)
            if element is not root:
                walk.write(element.tail)
    walk.flush()


def _declared(root: Any) -> dict[str, str]:
    """What the entities of a file stand for: words, or nothing where that is another file.

    One with entities or elements in it, or a long one, could grow without a bound: none of these.
    """
    internal = root.getroottree().docinfo.internalDTD
    entities = () if internal is None else internal.entities()
    words = {entity.name: entity.content or "" for entity in entities}
    return {
        name: text
        for name, text in words.items()
        if len(text) <= _MOST_ENTITY_CHARS and not _MARKUP.search(text)
    }


@dataclass
class _Row:
    """The row of a table at hand, by its columns.

    Attributes:
        cells: What is said in them; a cell over several columns says it in the first.
        names: The same in each of its columns, as names have it.
        marks: Of the cells that say something: whether they are marked as names.
    """

    element: Any
    cells: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    marks: list[bool] = field(default_factory=list)

    def add(self, words: str, columns: int = 1) -> None:
        self.cells += [words, *[""] * (columns - 1)]
        self.names += [words] * columns

    def is_title(self) -> bool:
        """Whether it has one cell, over all columns."""
        return len(self.marks) == 1 and len(set(self.names)) == 1 < len(self.names)


@dataclass
class _Table:
    """What the rows of a table so far tell of the next.

    Attributes:
        header: Names of the columns; None before the first row, empty if that names none.
        is_marked: Whether the file says that they are.
        goes_on: Whether the row before named columns, too.
        spanning: Cells that reach down into the next rows: words and how many rows, by column.
    """

    header: list[str] | None = None
    is_marked: bool = False
    goes_on: bool = False
    spanning: dict[int, tuple[str, int]] = field(default_factory=dict)

    def fill(self, row: _Row) -> None:
        """Repeats the cells that reach down from a row above: a row reads by itself."""
        while len(row.cells) in self.spanning:
            row.add(self.spanning[len(row.cells)][0])

    def end_row(self, row: _Row) -> Sequence[str]:
        """The names of the columns of a row; none if it names them itself or it is not sure."""
        self.spanning = {
            column: (words, rows - 1) for column, (words, rows) in self.spanning.items() if rows > 1
        }
        goes_on, self.goes_on = self.goes_on, False
        if row.is_title():
            return ()
        if set(row.marks) == {True} and len(row.names) > 1:
            names = _joined(self.header or [], row.names) if goes_on else row.names
            is_short = max(map(len, names)) <= COLUMN_NAME_MAX_CHARS
            self.header, self.is_marked, self.goes_on = names if is_short else [], True, is_short
        elif self.header is None:
            self.header = row.names if set(row.marks) == {False} and _may_name(row.names) else []
        elif len(row.cells) == len(self.header) and (
            self.is_marked or any(map(_is_number, row.cells))
        ):
            return self.header
        return ()


class _Walk:
    """The words of the block at hand, and what will become of them."""

    def __init__(self, builder: BodyBuilder) -> None:
        self._builder = builder
        self._words: list[str] = []
        self._table = _Table()
        self._row: _Row | None = None
        self._heading: Any = None
        self._preformatted: Any = None
        self._is_item = False
        self._number = 0
        self._numbers: dict[Any, int] = {}

    def write(self, words: str | None) -> None:
        """Adds words to the block at hand."""
        if words:
            words = words.replace("\u00ad", "")
            self._words.append(words if self._preformatted is not None else _SPACE.sub(" ", words))

    def enter(self, element: Any, role: Role | None) -> None:
        """The begin of an element, and the words before its first child."""
        if role in HEADINGS and self._row is None and self._heading is None:
            self.flush()
            self._heading = element
        elif role == "row" and self._row is None and _is_data(element):
            self.flush()
            self._row = _Row(element)
        elif role in _INLINE:
            self._words.append(_INLINE[role])
        elif role is not None:
            self.flush()
            if role == "item":
                self._is_item, self._number = True, self._count(element.getparent())
            elif role == "table":
                self._table = _Table()
        if element.tag == "pre" and self._preformatted is None:
            self._preformatted = element
        self.write(element.text)

    def leave(self, element: Any, role: Role | None) -> None:
        """The end of an element."""
        if element is self._heading:
            self._heading = None
            self._builder.heading(self._take(), HEADINGS.index(role) + 1)
        elif self._row and element is self._row.element:
            self._end_row(self._row)
        elif role in ("cell", "head") and self._row:
            self._end_cell(element, self._row, role == "head")
        elif role is not None and role not in _INLINE:
            self.flush()
            self._is_item = self._is_item and role != "item"
        if element is self._preformatted:
            self._preformatted = None

    def flush(self) -> None:
        """Ends the block at hand; inside a heading or a cell a space does."""
        if self._heading is not None or self._row:
            self._words.append(" ")
            return
        words = self._take()
        if self._is_item and words.strip():
            self._is_item = False
            self._builder.item(words, self._number)
        else:
            self._builder.add(_BREAK.sub("\n", words))

    def _count(self, items: Any) -> int:
        """The number of the next item of a list; 0 if its items have none."""
        if items is None or items.tag != "ol":
            return 0
        start = items.get("start", "1")
        before = int(start[:_MAX_DIGITS]) - 1 if start.isdecimal() else 0
        self._numbers[items] = self._numbers.get(items, before) + 1
        return self._numbers[items]

    def _end_cell(self, element: Any, row: _Row, is_head: bool) -> None:
        self._table.fill(row)
        words, rows, column = self._take(), _times(element, _ROW_SPANS), len(row.cells)
        if words.strip():
            row.marks.append(is_head)
        row.add(words, min(columns_of(element), max(1, _MAX_COLUMNS - column)))
        if rows > 1:
            reaching = row.names if is_head else row.cells
            for place in range(column, len(row.cells)):
                self._table.spanning[place] = reaching[place], rows

    def _end_row(self, row: _Row) -> None:
        self._table.fill(row)
        if (rest := self._take()).strip():
            row.add(rest)
        self._builder.row(row.cells, self._table.end_row(row))
        self._row = None

    def _take(self) -> str:
        words, self._words = "".join(self._words), []
        return words


def columns_of(cell: Any) -> int:
    """How many columns a cell takes."""
    return _times(cell, _COLUMN_SPANS)


def _times(cell: Any, names: tuple[str, ...]) -> int:
    times = next((value for name, value in cell.items() if local(name) in names), "1")[:4]
    return max(1, int(times)) if times.isdecimal() else 1


def _joined(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """The names of columns in two rows, as `2025 men`; one that reaches down is said once."""
    pairs = zip_longest(above, below, fillvalue="")
    return [one if one == other else f"{one} {other}".strip() for one, other in pairs]


def _is_data(row: Any) -> bool:
    """Whether a row is one of data: pages are laid out in tables too."""
    return all(row.find(f".//{{*}}{name}") is None for name in ("table", *HEADINGS))


def _may_name(cells: Sequence[str]) -> bool:
    """Whether the first row of a table may name its columns, where nothing marks it.

    Two columns are as often names and their values: `Capital | Paris`.
    """
    return (
        2 < len(cells) == len(set(cells))
        and max(map(len, cells)) <= COLUMN_NAME_MAX_CHARS
        and not any(c.isdigit() for cell in cells for c in cell)
    )


def _is_number(cell: str) -> bool:
    """Whether a cell is a number, perhaps with a unit."""
    return any(map(str.isdigit, cell)) and sum(map(str.isalpha, cell)) <= _UNIT_CHARS
