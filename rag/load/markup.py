"""Rich Text and XML of any kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from rag.errors import LoadError
from rag.load.article import article
from rag.load.body import BodyBuilder
from rag.load.source import Source
from rag.load.text import file_title, first_line_title
from rag.load.tree import Role, RoleOf, local, tree_text
from rag.types import Document, Failure

_RTF_INFO = re.compile(rb"\{\\(title|author)\s([^{}]*)\}")
_RTF_TIME = re.compile(rb"\\creatim\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")
_RTF_HIDDEN = re.compile(r"\{\\v\b(?!0)[^{}]*\}|\\v\b(?!0)[^{}]*?\\v0\b ?")

# Of the common vocabularies (XHTML, JATS, DocBook, TEI): never in the middle of a sentence.
_BLOCKS = frozenset(("div", "item", "li", "list", "p", "para", "sec", "section", "table", "tr"))
_LINES: Mapping[str, Role] = {"br": "line", "lb": "line"}


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


def read_xml(source: Source) -> Iterator[Document | Failure]:
    """Yields an XML file as one document; the words of an element are a paragraph."""
    root = parse_xml(source.data, source.id)
    builder, title = BodyBuilder(), BodyBuilder()
    roles = _roles(root)
    tree_text(root, builder, roles)
    if (named := root.find(".//{*}title")) is not None:
        tree_text(named, title, roles)
    metadata = {"title": title.body().text or file_title(source.name)}
    yield article(source.id, source.path, builder.body(), metadata)


def _roles(root: Any) -> RoleOf:
    """What elements are for: those beside words are inline, unless their name says otherwise."""
    mixed = {element for element in root.iter() if len(element) and _has_words(element.text)}
    mixed |= {element.getparent() for element in root.iter() if _has_words(element.tail)}

    def role(element: Any) -> Role | None:
        is_inline = element.getparent() in mixed and local(element.tag) not in _BLOCKS
        return _LINES.get(local(element.tag)) if is_inline else "block"

    return role


def _has_words(text: str | None) -> bool:
    return bool(text and text.strip())


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
