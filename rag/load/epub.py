"""EPUB -> one document, chapter after chapter."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from rag.errors import LoadError
from rag.load.archive import Archive
from rag.load.article import file_article
from rag.load.body import BodyBuilder
from rag.load.encoding import decode
from rag.load.html import whole_text
from rag.load.source import Source
from rag.load.tree import local
from rag.types import Document, Failure

_KEYS = "META-INF/encryption.xml"


def read_epub(source: Source) -> Iterator[Document | Failure]:
    """Yields a book; its headings are the sections that citations name."""
    archive = Archive(source)
    container = archive.xml("META-INF/container.xml")
    root_file = next((e.get("full-path") for e in container.iter("{*}rootfile")), None)
    if not root_file:
        raise LoadError(source.id, "damaged: it does not name its table of contents")
    package = archive.xml(root_file)
    if _KEYS in archive and b"EncryptedKey" in archive.read(_KEYS):
        raise LoadError(source.id, "protected against copying; it cannot be read")
    builder = BodyBuilder()
    for name in _chapters(package, posixpath.dirname(root_file)):
        if name in archive:
            whole_text(decode(archive.read(name), f"{source.id}/{name}"), builder)
    yield file_article(source, builder.body(), _metadata(package))


def _chapters(package: Any, folder: str) -> Iterator[str]:
    """The names of the chapters in reading order."""
    files = {item.get("id"): item.get("href", "") for item in package.iter("{*}item")}
    for reference in package.iter("{*}itemref"):
        if reference.get("idref") in files:
            yield posixpath.normpath(posixpath.join(folder, unquote(files[reference.get("idref")])))


def _metadata(package: Any) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for element in package.iter():
        if isinstance(element.tag, str) and "purl.org/dc/" in element.tag and element.text:
            found.setdefault(local(element.tag), []).append(element.text.strip())
    return {
        "title": found.get("title", [None])[0],
        "authors": found.get("creator", []),
        "date": found.get("date", [None])[0],
        "language": found.get("language", [None])[0],
        "source": found.get("publisher", [None])[0],
    }
