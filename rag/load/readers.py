"""Which reader takes which kind of file."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from rag.errors import LoadError
from rag.load.hidden import clean
from rag.load.sniff import kind_of
from rag.load.source import Reader, Source
from rag.types import Document, Failure, Place

# Named, not imported: a reader's library is loaded with the first file that needs it.
_READERS = {
    "text": "rag.load.text:read_text",
    "markdown": "rag.load.text:read_markdown",
    "rst": "rag.load.text:read_rst",
    "asciidoc": "rag.load.text:read_asciidoc",
    "subtitles": "rag.load.subtitles:read_subtitles",
    "jsonl": "rag.load.export:read_jsonl",
    "json": "rag.load.export:read_json",
    "csv": "rag.load.table:read_csv",
    "xlsx": "rag.load.table:read_xlsx",
    "html": "rag.load.html:read_html",
    "xml": "rag.load.markup:read_xml",
    "feed": "rag.load.feed:read_feed",
    "pdf": "rag.load.pdf:read_pdf",
    "docx": "rag.load.word:read_docx",
    "pptx": "rag.load.office:read_pptx",
    "odf": "rag.load.odf:read_odf",
    "epub": "rag.load.epub:read_epub",
    "mail": "rag.load.mail:read_mail",
    "ole": "rag.load.mail:read_ole",
    "rtf": "rag.load.rtf:read_rtf",
    "zip": "rag.load.archive:read_zip",
    "gzip": "rag.load.archive:read_gzip",
}
_PART_MAX_CHARS = 500
_UNREADABLE = {"xlsb": "a binary Excel workbook; save it as .xlsx"}


def read(source: Source) -> Iterator[Document | Failure]:
    """Yields the documents of a file of any kind, and a `Failure` for each part left out."""
    try:
        kind = kind_of(source.name, source.data, source.id)
        if kind in _UNREADABLE:
            raise LoadError(source.id, _UNREADABLE[kind])
        for item in _named(kind)(source):
            yield _placed(item, source.part_name)
    except LoadError as error:
        yield Failure(error.path, error.reason)
    except MemoryError:
        raise
    except RecursionError:
        yield Failure(source.id, "nested too deeply")
    except Exception as error:  # the libraries are many, and what broken files do to them too
        yield Failure(source.id, f"damaged: {_in_short(error)}")


def _placed(item: Document | Failure, part: str) -> Document | Failure:
    """A document whose places begin with the part of the file that it is, if it is one."""
    if not part or isinstance(item, Failure):
        return item
    if item.places and item.places[0].kind == "file":  # a part of this part
        return item
    name = " ".join(clean(part).text.split())[-_PART_MAX_CHARS:]
    return replace(item, places=(Place(0, "file", name), *item.places))


def _named(kind: str) -> Reader:
    module, _, function = _READERS[kind].partition(":")
    return cast(Reader, getattr(importlib.import_module(module), function))


def _in_short(error: Exception) -> str:
    message = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
