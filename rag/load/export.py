"""Exports: JSON Lines, JSON, and rows of tables -> an article for each object with a text.

Which field is what: as the setting `fields` says, else by the names that programs and
sites commonly use.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, BinaryIO

from rag.errors import LoadError
from rag.load.article import article
from rag.load.body import COLUMN_NAME_MAX_CHARS, Body
from rag.load.encoding import decode, encoding_of
from rag.load.hidden import clean
from rag.load.source import Source
from rag.settings import MEGABYTE, ExportField
from rag.types import Document, Failure

#: The names of our fields, the surer first; in any case, and however their words are joined.
_NAMES: Mapping[ExportField, tuple[str, ...]] = {
    "id": ("id", "guid", "uuid"),
    "text": ("text", "body", "content", "articlebody", "articletext", "fulltext", "contents"),
    "title": ("title", "headline", "heading"),
    "date": (
        *("date", "published", "publicationdate", "publishedat", "datepublished", "pubdate"),
        *("publishdate", "publisheddate", "createdat", "created"),
    ),
    "language": ("language", "lang", "locale"),
    "source": ("source", "publisher", "site", "newspaper", "publication"),
    "url": ("url", "link", "permalink", "canonicalurl"),
    "authors": ("authors", "author", "byline", "creator"),
}
_JOINTS = re.compile(r"[\s_-]+")
_TAG = re.compile(
    r"</?(?:p|div|br|h[1-6]|ul|ol|li|table|span|a|em|strong|blockquote)\b[^>]*>", re.I
)
_WRAPPED = ("rendered", "name", "value", "#text", "$date", "$oid")
_MAX_ROW_BYTES = 50 * MEGABYTE
_MAX_DEPTH = 3
_HEAD_BYTES = 200_000  # by which the encoding of rows is known
_WIDE = ("utf-16", "utf-32")
_REFUSED_MAX = 20  # rows that are no text, before the others are taken to be none


def is_export(
    header: Sequence[str], rows: Sequence[Sequence[str]], fields: Mapping[ExportField, str]
) -> bool:
    """Whether a table holds articles: one of its columns is the text, and looks so.

    That is: the settings name a field, there is another of ours beside it or nothing at all,
    or its cells are long. A table of planets has a column `Body`, too.
    """
    named = dict.fromkeys(header, " ")
    known = [name for name in _NAMES if _field(named, name, fields) is not None]
    if "text" not in known:
        return False
    if fields or len(known) > 1 or len([*filter(None, header)]) == 1:
        return True
    texts = [_field(dict(zip(header, row, strict=False)), "text", fields) or "" for row in rows]
    return sum(map(len, texts)) > COLUMN_NAME_MAX_CHARS * len(texts)


def read_jsonl(source: Source) -> Iterator[Document | Failure]:
    """Yields a document a row, or a failure named `path:line`; blank lines are no rows."""
    return read_rows(io.BytesIO(source.data), source)


def read_rows(file: BinaryIO, source: Source) -> Iterator[Document | Failure]:
    """As `read_jsonl`, of rows that are read while they are used."""
    encoding, refused = _encoding(file, source.id), 0
    for number, row in enumerate(_lines(file, encoding), 1):
        if not row.strip():
            continue
        place, known = f"{source.id}:{number}", b""
        try:
            known = _in_utf8(row, place, encoding)
            yield _document(_parsed(known, place), place, source)
        except LoadError as error:
            yield Failure(error.path, error.reason)
            refused += not known
        if refused == _REFUSED_MAX:
            reason = f"not read behind line {number}: too much of it is no text"
            yield Failure(source.id, reason)
            return


def _encoding(file: BinaryIO, path: str) -> str:
    """The encoding of a file's first rows; empty if it is not known."""
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    if len(head) == _HEAD_BYTES and b"\0" not in head:
        head = head[: head.rfind(b"\n") + 1] or head  # else it may end within a character
    try:
        return encoding_of(head, path)
    except LoadError:
        return ""


def _lines(file: BinaryIO, encoding: str) -> Iterator[bytes]:
    """The lines of a file, in UTF-8 where no byte alone would end one."""
    if not encoding.startswith(_WIDE):
        yield from _bounded(file.readline)
        return
    text = io.TextIOWrapper(file, encoding, errors="replace", newline="\n")
    try:
        yield from _bounded(lambda size: text.readline(size).encode())
    finally:
        text.detach()  # it would close the file


def _bounded(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """The lines of a file; of one that is too long no more than shows it."""
    while line := read(_MAX_ROW_BYTES + 1):
        yield line
        while len(line) > _MAX_ROW_BYTES and not line.endswith(b"\n"):
            line = read(_MAX_ROW_BYTES + 1)


def _in_utf8(row: bytes, place: str, encoding: str) -> bytes:
    """A row as JSON is written, unless it is too long to be read anyway."""
    return row if len(row) > _MAX_ROW_BYTES else decode(row, place, encoding).encode()


def read_json(source: Source) -> Iterator[Document | Failure]:
    """Yields the articles of a JSON file: an object, a list of them, or one that holds a list."""
    found = _parsed(decode(source.data, source.id).encode(), source.id)
    fields = source.bounds.fields
    if _has_text(found, fields):
        yield _document(found, source.id, source)
        return
    rows = _articles(found, fields)
    if not rows:
        wanted = fields.get("text", "text")
        raise LoadError(
            source.id, f'no object in it has a "{wanted}"; the setting `fields` names another'
        )
    for number, row in enumerate(rows, 1):
        yield row_document(row, f"{source.id}:{number}", source)


def _articles(value: Any, fields: Mapping[ExportField, str]) -> list[Any]:
    """The longest list in a JSON value of which an object has a text; else the longest."""
    lists = sorted(_lists(value), key=len, reverse=True)
    with_texts = (rows for rows in lists if any(_has_text(row, fields) for row in rows))
    return next(with_texts, lists[0] if lists else [])


def _lists(value: Any) -> Iterator[list[Any]]:
    """The lists of objects near the surface of a JSON value."""
    level = [value]
    for _ in range(_MAX_DEPTH):
        yield from (
            item for item in level if isinstance(item, list) and item and isinstance(item[0], dict)
        )
        level = [v for item in level if isinstance(item, dict) for v in item.values()]


def _has_text(row: Any, fields: Mapping[ExportField, str]) -> bool:
    return isinstance(row, dict) and isinstance(_field(row, "text", fields), str)


def row_document(row: Any, place: str, source: Source) -> Document | Failure:
    """The document of a row, or why there is none."""
    try:
        return _document(row, place, source)
    except LoadError as error:
        return Failure(error.path, error.reason)


def _parsed(data: bytes, place: str) -> Any:
    if len(data) > _MAX_ROW_BYTES:
        raise LoadError(place, f"longer than {_MAX_ROW_BYTES // MEGABYTE} MB")
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise LoadError(place, f"not valid JSON: {error}") from error


def _document(row: Any, place: str, source: Source) -> Document:
    if not isinstance(row, dict):
        raise LoadError(place, 'not a JSON object such as {"text": "..."}')
    fields = source.bounds.fields
    text = _field(row, "text", fields)
    if not isinstance(text, str) or not text.strip():
        raise LoadError(place, f'it has no "{fields.get("text", "text")}"')
    metadata = article_metadata(row, fields)
    if isinstance(metadata["title"], str) and "&" in metadata["title"]:
        metadata["title"] = _seen(metadata["title"]).text
    id = _field(row, "id", fields)
    seen_id = "" if id is None else clean(str(id)).text.strip()
    body = _seen(text) if len(_TAG.findall(text[:2_000])) > 1 else text
    try:
        return article(str(id) if seen_id else place, source.path, body, metadata)
    except LoadError as error:  # an id does not say which file it is in
        raise LoadError(place, error.reason) from None


def article_metadata(row: Mapping[str, Any], fields: Mapping[ExportField, str]) -> dict[str, Any]:
    """All that is known of an article beside its text, in the spelling that `article()` takes."""
    return {name: _field(row, name, fields) for name in _NAMES if name not in ("id", "text")}


def _seen(html: str) -> Body:
    """What a piece of HTML looks like."""
    from rag.load.html import whole_body

    return whole_body(html)


def _field(row: Mapping[str, Any], name: ExportField, fields: Mapping[ExportField, str]) -> Any:
    """The value of one of our fields; None if the row has none."""
    if name in fields:
        return _at(row, fields[name])
    values: Iterator[Any] = (_plain(row[key]) for key in _keys(row, name))
    if name == "authors":
        values = map(_without_numbers, values)
    return next((value for value in values if value not in (None, "", [])), None)


def _without_numbers(authors: Any) -> list[Any]:
    """Authors by name: some programs have numbers for them."""
    listed = authors if isinstance(authors, list) else [authors]
    return [author for author in listed if author and not str(author).strip().isdecimal()]


def _keys(row: Mapping[str, Any], name: ExportField) -> Iterator[str]:
    """Under which keys a row may have one of our fields, the surer first."""
    if name in row:
        yield name
    keys: dict[str, list[str]] = {}
    for key in row:
        keys.setdefault(_joined(str(key)), []).append(key)
    for known in _NAMES[name]:
        yield from keys.get(known, ())


@lru_cache(maxsize=1_000)
def _joined(name: str) -> str:
    return _JOINTS.sub("", name).lower()


def _at(row: Any, path: str) -> Any:
    """The value at a path of names with dots: `title.rendered`; the name with dots comes first."""
    if isinstance(row, dict) and path in row:
        return _plain(row[path])
    for name in path.split("."):
        row = row.get(name) if isinstance(row, dict) else None
    return _plain(row)


def _plain(value: Any) -> Any:
    """Of an object that wraps a value, the value: `{"rendered": "..."}`, `{"name": "..."}`."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return next((value[key] for key in _WRAPPED if key in value), None)
    return value
