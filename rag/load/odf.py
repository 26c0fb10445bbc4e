"""OpenDocument texts, presentations and spreadsheets -> text in the order of the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from rag.load.archive import Archive
from rag.load.body import BodyBuilder
from rag.load.html.signs import write_raised
from rag.load.office import document_of, is_above
from rag.load.source import Source
from rag.load.tree import HEADINGS, Role, local, tree_text
from rag.types import Document, Failure

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
# Called so in the file, whatever language the program speaks.
_TITLE = "Title"
_COLUMNS, _ROWS = f"{_TABLE}number-columns-repeated", f"{_TABLE}number-rows-repeated"
_NOT_VISIBLE = ("collapse", "filter")
# Of what is written out, so many times at most: a hostile file says a million.
_MAX_TIMES, _MAX_DIGITS = 1_000, 7


def read_odf(source: Source) -> Iterator[Document | Failure]:
    """Yields an OpenDocument text, presentation or spreadsheet."""
    archive = Archive(source)
    root = archive.xml("content.xml")
    _write_out(root)
    _write_raised_spans(root)
    _make_titles_headings(root)
    builder = BodyBuilder(hidden=_remove_hidden(root))
    tree_text(root, builder, _role)
    for note in root.iter("{*}note-body"):
        if next(note.iterancestors("{*}tracked-changes"), None) is None:
            tree_text(note, builder, _role)
    yield document_of(archive, source, builder.body(), "meta.xml")


_ROLES: Mapping[str, Role] = {
    "p": "block",
    "list-item": "item",
    "table": "table",
    "table-row": "row",
    "table-cell": "cell",
    "covered-table-cell": "skip",
    "line-break": "line",
    "tab": "tab",
    "tracked-changes": "skip",
    "annotation": "skip",
    "page-number": "skip",
    "ruby-text": "skip",
    "page": "block",
    "automatic-styles": "skip",
    "font-face-decls": "skip",
    "forms": "skip",
    "s": "tab",
    "list-header": "block",
    "section": "block",
    "text-box": "block",
    "note": "skip",
}


def _role(element: Any) -> Role | None:
    name = local(element.tag)
    if name == "h":
        level = next((v for k, v in element.attrib.items() if local(k) == "outline-level"), "1")
        return HEADINGS[min(int(level) if level.isdigit() else 1, 6) - 1]
    if name == "table-cell" and _is_in_header(element):
        return "head"
    return _ROLES.get(name)


def _is_in_header(cell: Any) -> bool:
    row = cell.getparent()
    rows = row.getparent() if row is not None else None
    return rows is not None and rows.tag == f"{_TABLE}table-header-rows"


def _write_raised_spans(root: Any) -> None:
    raised = {
        style.get(f"{_STYLE}name")
        for style in root.iter(f"{_STYLE}style")
        for properties in style.iter(f"{_STYLE}text-properties")
        if _is_raised(properties.get(f"{_STYLE}text-position", ""))
    }
    for span in root.iter(f"{_TEXT}span"):
        if span.get(f"{_TEXT}style-name") in raised:
            write_raised(span)


def _is_raised(position: str) -> bool:
    return position.startswith("super") or is_above(position)


def _make_titles_headings(root: Any) -> None:
    titles = {
        style.get(f"{_STYLE}name")
        for style in root.iter(f"{_STYLE}style")
        if style.get(f"{_STYLE}parent-style-name") == _TITLE
    }
    for paragraph in root.iter(f"{_TEXT}p"):
        if paragraph.get(f"{_TEXT}style-name") in (_TITLE, *titles):
            paragraph.tag = f"{_TEXT}h"


def _write_out(root: Any) -> None:
    """Repeats the cells, then the rows, that a file has once for several equal ones in a row."""
    for name, attribute in (("table-cell", _COLUMNS), ("table-row", _ROWS)):
        for element in list(root.iter(f"{_TABLE}{name}")):
            if (times := _times(element, attribute)) > 1 and "".join(element.itertext()).strip():
                del element.attrib[attribute]
                for _ in range(min(times, _MAX_TIMES) - 1):
                    element.addnext(deepcopy(element))


def _times(element: Any, attribute: str) -> int:
    """How many equal columns or rows an element stands for."""
    times = element.get(attribute, "1")
    return int(times[:_MAX_DIGITS]) if times.isdecimal() else 1


def _remove_hidden(root: Any) -> int:
    """Empties what is hidden in a text; returns how many characters that were."""
    hidden = 0
    for element in _hidden(root):
        hidden += len("".join(element.itertext()))
        element.clear(keep_tail=True)
    return hidden


def _hidden(root: Any) -> Iterator[Any]:
    for element in root.iter():
        name, shown = local(element.tag), {local(k): v for k, v in element.attrib.items()}
        if (
            name in ("annotation", "hidden-text", "hidden-paragraph")
            or shown.get("display") == "none"
            or (name == "table-row" and shown.get("visibility") in _NOT_VISIBLE)
        ):
            yield element
    for table in root.iter(f"{_TABLE}table"):
        yield from _cells_of_hidden_columns(table)


def _cells_of_hidden_columns(table: Any) -> Iterator[Any]:
    hidden, at = [], 0
    for column in table.iter(f"{_TABLE}table-column"):
        times = _times(column, _COLUMNS)
        if column.get(f"{_TABLE}visibility") in _NOT_VISIBLE:
            hidden.append(range(at, at + times))
        at += times
    for row in table.iter(f"{_TABLE}table-row") if hidden else ():
        at = 0
        for cell in row.iterchildren(f"{_TABLE}*"):
            column, at = at, at + _times(cell, _COLUMNS)
            if any(column in columns for columns in hidden):
                yield cell
