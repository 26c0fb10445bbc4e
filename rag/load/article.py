"""What a reader found, in any spelling of its keys -> a `Document`."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from rag.errors import LoadError
from rag.types import UNDETERMINED, Document

_ISO_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?!\d))?)?")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_].*)?", re.IGNORECASE)


def article(id: str, path: str, text: str, metadata: Mapping[str, Any]) -> Document:
    """A document from its text and the metadata that came with it.

    Args:
        id: What it is known by.
        path: Its file, relative to the corpus.
        text: The body; lone surrogates, which UTF-8 cannot hold, are replaced.
        metadata: `title`, `date`, `language` or `lang`, `source` or `url`, `authors` or `author`.

    Raises:
        LoadError: There is no text.
    """
    text = _clean(text)
    if not text.strip():
        raise LoadError(path, "there is no text in it")
    return Document(
        id=_clean(id),
        text=text,
        title=_line(metadata.get("title")),
        language=_language(metadata.get("language") or metadata.get("lang")),
        date=_date(metadata.get("date")),
        authors=_authors(metadata.get("authors") or metadata.get("author")),
        source=_line(metadata.get("source") or metadata.get("url")),
        path=path,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _line(value: object) -> str:
    """Any scalar as one line of text."""
    return " ".join(_clean(str(value)).split()) if value is not None else ""


def _language(value: object) -> str:
    """`fr` of `fr`, `FR` or `fr-CA`; undetermined for anything else."""
    match = _LANGUAGE.fullmatch(str(value).strip()) if value else None
    return match[1].lower() if match else UNDETERMINED


def _date(value: object) -> str | None:
    """The ISO 8601 date at the start of a value, at the precision it has; None if there is none."""
    if isinstance(value, datetime.date):  # YAML knows dates; a datetime is a date too
        return value.isoformat()[:10]
    match = _ISO_DATE.match(str(value).strip()) if value else None
    if match is None:
        return None
    try:
        datetime.date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return None
    return match[0]


def _authors(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(filter(None, map(_line, values)))
