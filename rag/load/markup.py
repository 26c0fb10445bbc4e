"""XML of any kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from rag.errors import LoadError
from rag.load.article import file_article
from rag.load.body import BodyBuilder
from rag.load.source import Source
from rag.load.tree import Role, RoleOf, local, tree_text
from rag.types import Document, Failure

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
    metadata = {"title": title.body().text}
    yield file_article(source, builder.body(), metadata)


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
