"""Word documents -> headings, paragraphs, lists, tables and notes in the order of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rag.load.archive import Archive
from rag.load.body import BodyBuilder
from rag.load.html.signs import write_raised
from rag.load.office import document_of
from rag.load.source import Source
from rag.load.tree import HEADINGS, Role, columns_of, local, tree_text
from rag.types import Document, Failure

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Programs name the style in English in the file, whatever language they speak.
_HEADING = re.compile(r"heading\s*([1-9])", re.IGNORECASE)
_WORD_SKIPPED = frozenset(
    (
        *("del", "delText", "instrText", "Fallback", "moveFrom", "pPr", "rPr", "sectPr"),
        *("fldData", "rt"),
    )
)
_INVISIBLE_HALF_POINTS = 2
_WHITE = ("FFFFFF", "#FFFFFF", "WHITE")


def read_docx(source: Source) -> Iterator[Document | Failure]:
    """Yields a Word document with its notes; deleted and hidden text and comments are left out."""
    archive = Archive(source)
    levels = _heading_styles(archive)
    builder = BodyBuilder()
    for part in ("document", "footnotes", "endnotes"):
        name = f"word/{part}.xml"
        if part == "document" or name in archive:
            root = archive.xml(name)
            for hyphen in root.iter(f"{_WORD}noBreakHyphen"):
                hyphen.tag, hyphen.text = f"{_WORD}t", "\u2011"
            builder.hidden += _remove_invisible(root)
            _write_raised_runs(root)
            _write_spans(root)
            tree_text(root, builder, lambda element: _word_role(element, levels))
    if "word/comments.xml" in archive:
        comments = archive.xml("word/comments.xml")
        builder.hidden += len("".join(comments.itertext()).strip())
    yield document_of(archive, source, builder.body())


def _value(element: Any, *path: str) -> str | None:
    """What a property says, `true` if it only stands there; None if there is none."""
    found = element.find("/".join(f"{_WORD}{name}" for name in path))
    return None if found is None else str(found.get(f"{_WORD}val", "true"))


def _heading_styles(archive: Archive) -> Mapping[str, int]:
    """The level of each paragraph style that is one of headings; the title's is the first."""
    if "word/styles.xml" not in archive:
        return {}
    levels = {}
    for style in archive.xml("word/styles.xml").iter(f"{_WORD}style"):
        name = _value(style, "name") or ""
        outline = _value(style, "pPr", "outlineLvl") or ""
        if name.lower() == "title":
            level = 1
        elif match := _HEADING.match(name):
            level = int(match[1])
        elif outline.isdigit():
            level = int(outline) + 1
        else:
            continue
        if level <= len(HEADINGS):
            levels[style.get(f"{_WORD}styleId", "")] = level
    return levels


def _word_role(element: Any, levels: Mapping[str, int]) -> Role | None:
    name = local(element.tag)
    if name in _WORD_SKIPPED:
        return "skip"
    if name == "p" and element.tag.startswith(_WORD):
        if level := levels.get(_value(element, "pPr", "pStyle") or ""):
            return HEADINGS[level - 1]
        is_item = element.find(f"{_WORD}pPr/{_WORD}numPr") is not None
        return "item" if is_item else "block"
    row = element.getparent() if name == "tc" else None
    if row is not None and row.find(f"{_WORD}trPr/{_WORD}tblHeader") is not None:
        return "head"
    return _TABLE_ROLES.get(name)


_TABLE_ROLES: Mapping[str, Role] = {
    "tbl": "table",
    "tr": "row",
    "tc": "cell",
    "br": "line",
    "cr": "line",
    "tab": "tab",
    "txbxContent": "block",
    "footnote": "block",
    "endnote": "block",
}


def _write_spans(root: Any) -> None:
    """Says how many columns and rows a cell takes as a web page does."""
    for table in root.iter(f"{_WORD}tbl"):
        begun: dict[int, Any] = {}
        for row in table.iter(f"{_WORD}tr"):
            if next(row.iterancestors(f"{_WORD}tbl")) is table:
                begun = _spans_of(row, begun)


def _spans_of(row: Any, begun: Mapping[int, Any]) -> dict[int, Any]:
    """The cells that may go on below a row, by column; takes out those that do go on in it."""
    _add_left_out(row)
    cells, column = {}, 0
    for cell in row.findall(f".//{_WORD}tc"):
        if next(cell.iterancestors(f"{_WORD}tr")) is not row:
            continue
        if width := _value(cell, "tcPr", "gridSpan"):
            cell.set("colspan", width)
        if _value(cell, "tcPr", "vMerge") not in (None, "restart") and column in begun:
            above = begun[column]
            above.set("rowspan", str(int(above.get("rowspan", "1")) + 1))
            cell.getparent().remove(cell)
            cells[column] = above
        else:
            cells[column] = cell
        column += columns_of(cell)
    return cells


def _add_left_out(row: Any) -> None:
    """Adds a cell for the columns that a row leaves out before its first, and after its last."""
    for name in ("gridBefore", "gridAfter"):
        for columns in row.findall(f"{_WORD}trPr/{_WORD}{name}"):
            cell = row.makeelement(f"{_WORD}tc", colspan=columns.get(f"{_WORD}val", "1"))
            if name == "gridAfter":
                row.append(cell)
            else:
                columns.getparent().addnext(cell)


def _remove_invisible(root: Any) -> int:
    """Takes out the runs that are hidden, white or too small to see; returns their characters."""
    hidden = 0
    for properties in list(root.iter(f"{_WORD}rPr")):
        run = properties.getparent()
        if local(run.tag) == "r" and _is_invisible(properties):
            hidden += len("".join(run.itertext()))
            for text in list(run.iter(f"{_WORD}t")):
                text.text = ""
    return hidden


def _is_invisible(properties: Any) -> bool:
    if _value(properties, "vanish") not in (None, "0", "false"):
        return True
    size = _value(properties, "sz") or ""
    if size.isdigit() and int(size) <= _INVISIBLE_HALF_POINTS:
        return True
    is_white = (_value(properties, "color") or "").upper() in _WHITE
    is_shaded = any(_value(properties, ground) is not None for ground in ("shd", "highlight"))
    return is_white and not is_shaded and not _is_on_colour(properties)


def _is_on_colour(properties: Any) -> bool:
    """Whether the paragraph, cell, table or box around a run may have a colour of its own."""
    return any(
        local(parent.tag) in ("txbxContent", "tbl")
        or parent.find(f"{_WORD}pPr/{_WORD}shd") is not None
        for parent in properties.iterancestors()
    )


def _write_raised_runs(root: Any) -> None:
    for mark in root.iter(f"{_WORD}vertAlign"):
        if mark.get(f"{_WORD}val") == "superscript":
            write_raised(mark.getparent().getparent())
