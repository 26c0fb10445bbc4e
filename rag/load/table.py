"""Tables: each row as a line that reads without its header, or as an article of its own."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rag.errors import LoadError
from rag.load.archive import Archive
from rag.load.article import file_article
from rag.load.body import COLUMN_NAME_MAX_CHARS, BodyBuilder
from rag.load.encoding import decode
from rag.load.export import is_export, row_document
from rag.load.office import add_values
from rag.load.source import Source
from rag.types import Document, Failure

_CHART = re.compile(r"xl/charts/chart(\d*)\.xml")
_NUMBER = re.compile(r"[-+]?[\d., %]+")
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t|])"?\n', re.IGNORECASE)
# So many digits of a number are those of the author: the last ones are of its binary form.
_DIGITS = 15
_LITERAL = re.compile(r'"[^"]*"|\\.')
_SAMPLE_CHARS = 20_000


def read_csv(source: Source) -> Iterator[Document | Failure]:
    """Yields the rows of an export as articles, if they have a text; else the table as one."""
    text = decode(source.data, source.id)
    text, separator = _separated(text, source.name)
    csv.field_size_limit(len(text) + 1)
    cells = csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True)
    rows = [(number, row) for number, row in enumerate(cells, 1) if any(map(str.strip, row))]
    if not rows:
        raise LoadError(source.id, "there is no text in it")
    header = [cell.strip() for cell in rows[0][1]]
    below = [row for _, row in rows[1:]]
    if below and is_export(header, below, source.bounds.fields):
        for number, row in rows[1:]:
            named = dict(zip(header, row, strict=False))
            yield row_document(named, f"{source.id}:{number}", source)
        return
    builder = BodyBuilder()
    add_rows(builder, rows)
    yield file_article(source, builder.body(), {})


def _separated(text: str, name: str) -> tuple[str, str]:
    """The lines of a table, and what parts its cells: as Excel's first line says, or as it looks.

    Quotes are always doubled inside quotes: what the library guesses of them tears texts apart.
    """
    if match := _SEPARATOR_LINE.match(text):
        return text[match.end() :], match[1]
    try:
        return text, csv.Sniffer().sniff(text[:_SAMPLE_CHARS], delimiters=",;\t|").delimiter
    except csv.Error:
        return text, "\t" if name.lower().endswith(".tsv") else ","


def add_rows(builder: BodyBuilder, rows: Sequence[tuple[int, Sequence[str]]]) -> None:
    """Adds numbered rows; where the first is a header, its words go before each value."""
    first = [cell.strip() for cell in rows[0][1]]
    header = first if _is_header(first) else []
    for at, (number, row) in enumerate(rows):
        builder.mark("row", str(number))
        builder.row(row, header if at else ())


def _is_header(cells: Sequence[str]) -> bool:
    """Whether a first row names columns: short words, hardly a number among them."""
    words = [cell for cell in cells if cell]
    numbers = sum(_NUMBER.fullmatch(cell) is not None for cell in words)
    return (
        len(words) > 1
        and len(words) * 2 > len(cells)
        and numbers * 2 < len(words)
        and max(map(len, words)) <= COLUMN_NAME_MAX_CHARS
    )


def read_xlsx(source: Source) -> Iterator[Document | Failure]:
    """Yields a workbook, sheet after sheet; hidden sheets, rows and columns are left out."""
    from openpyxl import load_workbook

    archive = Archive(source)
    for name in archive.members:  # what the library will unpack is bounded first
        if name.endswith(".xml"):
            archive.read(name)
    workbook = load_workbook(io.BytesIO(source.data), data_only=True, keep_links=False)
    builder = BodyBuilder()
    for sheet in workbook.worksheets:
        rows, hidden = _rows(sheet)
        builder.hidden += hidden
        if rows:
            builder.mark("sheet", sheet.title)
            if len(workbook.worksheets) > 1:
                builder.add(f"## {sheet.title}")
            add_rows(builder, rows)
    for name in sorted(archive.members):
        if match := _CHART.fullmatch(name):
            builder.mark("sheet", f"chart {match[1]}".strip())
            add_values(archive.xml(name), builder)
    said = workbook.properties
    metadata = {
        "title": said.title,
        "authors": said.creator if said.creator != "openpyxl" else None,
        "date": said.created,
        "date_certainty": "inferred",
    }
    yield file_article(source, builder.body(), metadata)


def _rows(sheet: Any) -> tuple[list[tuple[int, list[str]]], int]:
    """The numbered rows of a sheet that are shown, and how many characters are not."""
    # Not `iter_rows`: it makes a million empty rows to reach a stray cell in the last one.
    cells = sheet._cells.items()
    words = {place: _cell(cell.value, cell.number_format).strip() for place, cell in cells}
    is_hidden = _hiding(sheet)
    shown = {place: said for place, said in words.items() if said and not is_hidden(*place)}
    columns = sorted({column for _, column in shown})
    rows = [
        (number, [shown.get((number, column), "") for column in columns])
        for number in sorted({row for row, _ in shown})
    ]
    return rows, sum(map(len, words.values())) - sum(map(len, shown.values()))


def _hiding(sheet: Any) -> Callable[[int, int], bool]:
    """Whether the cell of a row and a column is hidden."""
    rows = {number for number, row in sheet.row_dimensions.items() if row.hidden}
    columns = [
        # One element may stand for a group of columns.
        range(column.min, column.max + 1)
        for column in sheet.column_dimensions.values()
        if column.hidden
    ]
    is_whole = sheet.sheet_state != "visible"
    return lambda row, column: is_whole or row in rows or any(column in group for group in columns)


def _cell(value: Any, written: str) -> str:
    """A value as people write it: no time where there is none, no `.0` behind whole numbers.

    Args:
        written: How the workbook says to write it: `0.0%`.
    """
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "minutes").removesuffix(" 00:00")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if "%" in _LITERAL.sub("", written):
        return f"{value * 100:.{_DIGITS}g}%"
    return f"{value:.{_DIGITS}g}" if isinstance(value, float) else str(value)
