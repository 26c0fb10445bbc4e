"""What a reader found, in any spelling of its keys -> a `Document`."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

from rag.errors import LoadError
from rag.load.body import Body, plain_body
from rag.load.hidden import clean
from rag.load.names import file_title
from rag.load.source import Source
from rag.types import UNDETERMINED, Document, base_language

_YEAR_FIRST = (
    re.compile(r"(\d{4})(?:-(\d{1,2}))?$"),
    re.compile(r"(\d{4})[-/.]\s?(\d{1,2})[-/.]\s?(\d{1,2})(?!\d)"),
    re.compile(r"(\d{4})(\d{2})(\d{2})(?!\d)"),
    re.compile(r"(\d{4})\s?[年년](?:\s?(\d{1,2})\s?[月월](?:\s?(\d{1,2})\s?[日일])?)?"),
)
_YEAR_LAST = re.compile(r"(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4})(?!\d)")
_WORDED_DATE = re.compile(r"(?=.*\d{4})(?=.*\d).*[^\W\d_]{3}")
_DIGIT = re.compile(r"\d")
_THAI = re.compile(r"[\u0e01-\u0e5b]")
_BUDDHIST_YEAR = re.compile(r"(?<!\d)2[45]\d\d(?!\d)")
_BUDDHIST_ERA = 543
_MONTHS = 12
_URL = re.compile(r"https?://", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]")
_LINE_MAX_CHARS = 1_000
_DATE_MAX_CHARS = 60
_ID_MAX_BYTES = 2_000  # what every index can look up
_NO_LANGUAGE = ("mis", "mul", "und", "zxx")


def file_article(source: Source, text: str | Body, metadata: Mapping[str, Any]) -> Document:
    """The one document of a file; as `article`, and the name is its title for want of one."""
    title = metadata.get("title") or file_title(source.name)
    return article(source.id, source.path, text, {**metadata, "title": title})


def article(id: str, path: str, text: str | Body, metadata: Mapping[str, Any]) -> Document:
    """A document from its text and the metadata that came with it.

    Args:
        id: What it is known by.
        path: Its file, relative to the corpus.
        text: The body; what no reader sees is left out, and lone surrogates, which UTF-8
            cannot hold, are replaced.
        metadata: `title`, `date`, `date_certainty`, `language`, `source`, `url`, `authors`.

    Raises:
        LoadError: There is no text, or the id is too long.
    """
    if len(id.encode(errors="replace")) > _ID_MAX_BYTES:
        raise LoadError(f"{path}:{id[:40]}…", f"its id is longer than {_ID_MAX_BYTES} bytes")
    body = text if isinstance(text, Body) else plain_body(text)
    if not _WORD.search(body.text):
        raise LoadError(id, "there is no text in it")
    date = iso_date(metadata.get("date"))
    url = _line(metadata.get("url"))
    return Document(
        id=clean(id).text or path,
        text=body.text,
        title=_line(metadata.get("title")),
        language=_language(metadata.get("language")),
        date=date,
        authors=_authors(metadata.get("authors")),
        source=_line(metadata.get("source")) or url,
        path=path,
        sha256=hashlib.sha256(body.text.encode()).hexdigest(),
        date_certainty=(metadata.get("date_certainty") or "stated") if date else "",
        url=url if _URL.match(url) else "",
        places=body.places,
        hidden=body.hidden,
    )


def _line(value: object) -> str:
    """Any scalar as one line of text."""
    if not isinstance(value, str | int | float | datetime.date):
        return ""  # a list or an object has no one line
    return " ".join(clean(str(value)).text.split())[:_LINE_MAX_CHARS]


def _language(value: object) -> str:
    """`fr` of `fr`, `FR`, `fr-CA`, `fra` or `fre`; undetermined for what is no language."""
    code = base_language(str(value))
    return _shortest_code(code) if code else UNDETERMINED


@cache
def _shortest_code(code: str) -> str:
    from babel import Locale
    from babel.core import get_global

    known = Locale("en").languages
    if code not in known:
        code = get_global("language_aliases").get(code, UNDETERMINED).partition("_")[0]
    return code if code in known and code not in _NO_LANGUAGE else UNDETERMINED


def iso_date(value: object) -> str | None:
    """The date that a value states, in ISO 8601 at the precision it has; None if there is none."""
    if isinstance(value, datetime.date):  # YAML knows dates; a datetime is a date too
        return value.isoformat()[:10]
    text = _western(_line(value))
    for pattern in _YEAR_FIRST:
        if match := pattern.match(text):
            return _iso(*match.groups())
    if match := _YEAR_LAST.match(text):
        return _year_last(*match.groups())
    return _worded_date(text)


def _western(text: str) -> str:
    """The text with the digits 0-9 and, if it is Thai, with years of the common era."""
    is_thai = _THAI.search(text) is not None
    text = _DIGIT.sub(lambda digit: str(int(digit[0])), text)
    if not is_thai:
        return text
    return _BUDDHIST_YEAR.sub(lambda year: str(int(year[0]) - _BUDDHIST_ERA), text)


def _year_last(first: str, mark: str, second: str, year: str) -> str | None:
    """`20.06.2024`; with other marks only what is no date in the other order: `20/06/2024`."""
    if mark == ".":
        return _iso(year, second, first)
    month, day = sorted((first, second), key=int)
    is_certain = int(day) > _MONTHS or int(day) == int(month)
    return _iso(year, month, day) if is_certain else None


def _iso(year: str, month: str | None = None, day: str | None = None) -> str | None:
    """The date at the precision it has; None if there is no such day."""
    try:
        datetime.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return "-".join(part.zfill(2) for part in (year, month, day) if part)


def _worded_date(text: str) -> str | None:
    """The date of a mail (RFC 5322), or one with the name of its month, in any language."""
    if len(text) > _DATE_MAX_CHARS or not _WORDED_DATE.search(text):
        return None
    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    import dateparser

    found = dateparser.parse(
        text, settings={"REQUIRE_PARTS": ["day", "month", "year"], "STRICT_PARSING": True}
    )
    return found.date().isoformat() if found else None


def _authors(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(filter(None, map(_line, values)))
