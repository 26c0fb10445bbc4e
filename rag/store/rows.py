"""A document as a row of a table, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rag.types import Document, Place

#: The columns of a document, in the order of its row.
COLUMNS = (
    "id",
    "text",
    "title",
    "language",
    "date",
    "authors",
    "source",
    "path",
    "sha256",
    "url",
    "date_certainty",
    "places",
    "hidden",
)


def document_row(document: Document) -> tuple[str | int | None, ...]:
    """The values of `COLUMNS`."""
    return (
        document.id,
        document.text,
        document.title,
        document.language,
        document.date,
        json.dumps(document.authors, ensure_ascii=False),
        document.source,
        document.path,
        document.sha256,
        document.url,
        document.date_certainty,
        json.dumps(document.places, ensure_ascii=False),
        document.hidden,
    )


def document_of(row: Sequence[Any]) -> Document:
    """The document of which these are the values of `COLUMNS`."""
    fields = dict(zip(COLUMNS, row, strict=True))
    fields["authors"] = tuple(json.loads(fields["authors"]))
    fields["places"] = tuple(Place(*place) for place in json.loads(fields["places"]))
    return Document(**fields)
