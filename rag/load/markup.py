"""Rich Text and XML of any kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from rag.errors import LoadError
from rag.load.article import file_article
from rag.load.body import BodyBuilder
from rag.load.source import Source
from rag.load.text import first_line_title
from rag.load.tree import Role, RoleOf, local, tree_text
from rag.types import Document, Failure

_RTF_INFO = re.compile(r"\{\\(title|author)\s([^{}]*)\}")
_RTF_TIME = re.compile(r"\\creatim\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")
_RTF_ENCODING = re.compile(r"\\ansicpg\d+")
_RTF_NOTE = re.compile(r"\{(?:\\\*)?\\footnote\b")
_RTF_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
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


def read_rtf(source: Source) -> Iterator[Document | Failure]:
    """Yields a Rich Text file as one document; its notes stand last."""
    raw = source.data.decode("latin-1")
    seen = _RTF_HIDDEN.sub(" ", raw)
    text = _rtf_text(_with_notes_last(seen))
    builder = BodyBuilder(hidden=len(raw) - len(seen))
    for line in text.splitlines():
        builder.add(line)
    encoding = _RTF_ENCODING.search(raw)
    begin = f"{{\\rtf1{encoding[0] if encoding else ''} "
    info = {key: _rtf_text(f"{begin}{said}}}").strip() for key, said in _RTF_INFO.findall(raw)}
    made = _RTF_TIME.search(raw)
    metadata = {
        "title": info.get("title") or first_line_title(text),
        "authors": info.get("author"),
        "date": "-".join(part.zfill(2) for part in made.groups()) if made else None,
        "date_certainty": "inferred",
    }
    yield file_article(source, builder.body(), metadata)


def _rtf_text(rtf: str) -> str:
    from striprtf.striprtf import rtf_to_text

    return str(rtf_to_text(rtf, errors="replace"))


def _with_notes_last(rtf: str) -> str:
    """With each note, which the library leaves out, as a paragraph behind the text."""
    pieces, notes, at = [], [], 0
    for note in _RTF_NOTE.finditer(rtf):
        if note.start() >= at:
            pieces.append(rtf[at : note.start()])
            at = _group_end(rtf, note.start())
            notes.append(f"\\par{{{rtf[note.end() : at]}")
    text = "".join((*pieces, rtf[at:]))
    end = max(text.rfind("}"), 0) or len(text)
    return "".join((text[:end], *notes, text[end:]))


def _group_end(rtf: str, start: int) -> int:
    """Where the group ends that begins here."""
    depth = 0
    for brace in _RTF_BRACE.finditer(rtf, start):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if not depth:
            return brace.end()
    return len(rtf)
