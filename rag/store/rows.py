"""What an index keeps, whatever keeps it: documents with their chunks, and files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from rag.types import Document, Place, Span


class Stamp(NamedTuple):
    """What a file looked like when it was read; if it looks the same, it is not read again.

    The time of the last change of its inode (`ctime`) cannot be set: it tells an edit
    that restored size and modification time, as `cp -p` and `rsync` do.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    documents: int


class Known(NamedTuple):
    """A document of the index: the digest of its content, its file, and the digest of its text."""

    digest: bytes
    path: str
    sha256: str


#: Span, digest of the embedded text, and analysed terms.
PreparedChunk: TypeAlias = tuple[Span, bytes, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A document ready to be stored.

    Attributes:
        document: With its language known.
        digest: Of everything a reader of the file could see.
        chunks: In order.
    """

    document: Document
    digest: bytes
    chunks: Sequence[PreparedChunk]


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
    fields = {column: getattr(document, column) for column in COLUMNS}
    fields["authors"] = json.dumps(document.authors, ensure_ascii=False)
    fields["places"] = json.dumps(document.places, ensure_ascii=False)
    return tuple(fields.values())


def document_of(row: Sequence[Any]) -> Document:
    """The document of which these are the values of `COLUMNS`."""
    fields = dict(zip(COLUMNS, row, strict=True))
    fields["authors"] = tuple(json.loads(fields["authors"]))
    fields["places"] = tuple(Place(*place) for place in json.loads(fields["places"]))
    return Document(**fields)
