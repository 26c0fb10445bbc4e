"""JSON Lines -> one document a row; only `text` is required."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from rag.errors import LoadError
from rag.load.article import article
from rag.types import Document, Failure


def read_jsonl(file: Path, path: str) -> Iterator[Document | Failure]:
    """Yields a document a row, or a failure named `path:line`; blank lines are no rows."""
    with file.open("rb") as rows:
        for number, row in enumerate(rows, 1):
            if not row.strip():
                continue
            try:
                yield _document(row, path, f"{path}:{number}")
            except LoadError as error:
                yield Failure(error.path, error.reason)


def _document(row: bytes, path: str, place: str) -> Document:
    try:
        fields = json.loads(row.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise LoadError(place, f"not valid JSON: {error}") from error
    if not isinstance(fields, dict):
        raise LoadError(place, 'not a JSON object such as {"text": "..."}')
    text = fields.get("text")
    if not isinstance(text, str) or not text.strip():
        raise LoadError(place, 'it has no "text"')
    has_id = fields.get("id") not in (None, "")
    return article(str(fields["id"]) if has_id else place, path, text, fields)
