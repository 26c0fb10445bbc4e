"""Rich Text and XML of any kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from rag.errors import LoadError
from rag.load.article import article
from rag.load.body import BodyBuilder
from rag.load.source import Source
from rag.load.text import file_title, first_line_title
from rag.load.tree import Role, tree_text
from rag.types import Document, Failure

_RTF_INFO = re.compile(rb"\{\\(title|author)\s([^{}]*)\}")
_RTF_TIME = re.compile(rb"\\creatim\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")
_RTF_HIDDEN = re.compile(r"\{\\v\b(?!0)[^{}]*\}|\\v\b(?!0)[^{}]*?\\v0\b ?")


def parse_xml(data: bytes, path: str) -> Any:
    """The root of an XML file. No entity is expanded, nothing outside it is fetched.

    Raises:
        LoadError: It is not well formed.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
    try:
        return etree.fromstring(data, parser=parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise LoadError(path, f"damaged XML: {str(error)[:200]}") from error


def local(tag: object) -> str:
    """The name of an element without its namespace; empty for a comment."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def read_xml(source: Source) -> Iterator[Document | Failure]:
    """Yields an XML file as one document; each element's text is a paragraph."""
    root = parse_xml(source.data, source.id)
    builder = BodyBuilder()
    tree_text(root, builder, _element_role)
    named = root.find(".//{*}title")
    title = " ".join("".join(named.itertext()).split()) if named is not None else ""
    metadata = {"title": title or file_title(source.name)}
    yield article(source.id, source.path, builder.body(), metadata)


def _element_role(element: Any) -> Role:
    return "block"


def read_rtf(source: Source) -> Iterator[Document | Failure]:
    """Yields a Rich Text file as one document."""
    from striprtf.striprtf import rtf_to_text

    raw = source.data.decode("latin-1")
    seen = _RTF_HIDDEN.sub(" ", raw)
    text: str = rtf_to_text(seen, errors="replace")
    builder = BodyBuilder(hidden=len(raw) - len(seen))
    for line in text.splitlines():
        builder.add(line)
    info = {key.decode(): value.decode("latin-1") for key, value in _RTF_INFO.findall(source.data)}
    made = _RTF_TIME.search(source.data)
    title = rtf_to_text("{\\rtf1 " + info.get("title", "") + "}", errors="replace").strip()
    metadata = {
        "title": title or first_line_title(text) or file_title(source.name),
        "authors": info.get("author"),
        "date": "-".join(part.decode().zfill(2) for part in made.groups()) if made else None,
        "date_certainty": "inferred",
    }
    yield article(source.id, source.path, builder.body(), metadata)
