"""OpenDocument texts, presentations and spreadsheets -> text in the order of the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rag.load.archive import Archive
from rag.load.body import BodyBuilder
from rag.load.markup import local, parse_xml
from rag.load.office import HEADINGS, document_of
from rag.load.source import Source
from rag.load.tree import Role, tree_text
from rag.types import Document, Failure


def read_odf(source: Source) -> Iterator[Document | Failure]:
    """Yields an OpenDocument text, presentation or spreadsheet."""
    archive = Archive(source)
    root = parse_xml(archive.read("content.xml"), source.id)
    builder = BodyBuilder()
    builder.hidden += _remove_hidden(root)
    tree_text(root, builder, _role)
    yield document_of(archive, source, builder.body(), "meta.xml")


_ROLES: Mapping[str, Role] = {
    "p": "block",
    "list-item": "item",
    "table": "block",
    "table-row": "row",
    "table-cell": "cell",
    "covered-table-cell": "cell",
    "line-break": "line",
    "tab": "tab",
    "tracked-changes": "skip",
    "annotation": "skip",
    "page-number": "skip",
    "page": "block",
    "automatic-styles": "skip",
    "font-face-decls": "skip",
    "forms": "skip",
    "s": "tab",
    "list-header": "block",
    "section": "block",
    "text-box": "block",
    "note": "block",
}


def _role(element: Any) -> Role | None:
    name = local(element.tag)
    if name == "h":
        level = next((v for k, v in element.attrib.items() if local(k) == "outline-level"), "1")
        return HEADINGS[min(int(level) if level.isdigit() else 1, 6) - 1]
    return _ROLES.get(name)


def _remove_hidden(root: Any) -> int:
    """Empties what is hidden in a text; returns how many characters that were."""
    hidden = 0
    for element in root.iter():
        shown = {local(k): v for k, v in element.attrib.items()}
        if local(element.tag) in ("annotation", "hidden-text", "hidden-paragraph") or (
            shown.get("display") == "none"
        ):
            hidden += len("".join(element.itertext()))
            if local(element.tag) != "annotation":
                tail = element.tail
                element.clear()
                element.tail = tail
    return hidden
