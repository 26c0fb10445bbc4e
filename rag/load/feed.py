"""RSS and Atom -> an article for each entry."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

import feedparser

from rag.errors import LoadError
from rag.load.article import article, iso_date
from rag.load.html import whole_body
from rag.load.source import Source
from rag.types import Document, Failure


def read_feed(source: Source) -> Iterator[Document | Failure]:
    """Yields the entries of a feed; one without words costs only itself."""
    # A stream, never a string: a string might be taken for an address to fetch.
    stream = io.BytesIO(source.data)
    feed = feedparser.parse(stream, sanitize_html=False, resolve_relative_uris=False)
    if not feed.entries:
        raise LoadError(source.id, "there are no entries in this feed")
    for number, entry in enumerate(feed.entries, 1):
        place = f"{source.id}#{entry.get('id') or entry.get('link') or number}"
        try:
            yield _entry(entry, feed.feed, place, source)
        except LoadError as error:
            yield Failure(error.path, error.reason)


def _entry(entry: Any, feed: Mapping[str, Any], id: str, source: Source) -> Document:
    texts = [part.get("value", "") for part in entry.get("content", [])]
    longest = max((*texts, entry.get("summary", "")), key=len)
    metadata = {
        "title": whole_body(entry.get("title", "")).text,
        "date": _day(entry, "published") or _day(entry, "updated"),
        "date_certainty": "stated" if _day(entry, "published") else "inferred",
        "authors": [
            author.get("name") for author in entry.get("authors", []) if author.get("name")
        ],
        "source": feed.get("title"),
        "language": _own_language(entry, feed),
        "url": entry.get("link"),
    }
    return article(id, source.path, whole_body(longest), metadata)


def _own_language(entry: Any, feed: Mapping[str, Any]) -> str | None:
    """What an entry states itself: that of its feed is mostly the default of a program."""
    parts = [*entry.get("content", []), entry.get("summary_detail"), entry.get("title_detail")]
    stated = (part.get("language") for part in parts if part)
    return next((code for code in stated if code and code != feed.get("language")), None)


def _day(entry: Any, event: str) -> str | None:
    """The day as it is written, where it was written; the library's is that of Greenwich."""
    day = entry.get(f"{event}_parsed")
    return iso_date(entry.get(event)) or ("{:04}-{:02}-{:02}".format(*day[:3]) if day else None)
