"""Presentations, and what all documents of office programs have in common.

The parts of these files are XML, and one walk reads them all (`tree.py`): it keeps what
libraries for writing such files leave out (text boxes, content controls, notes), and
nothing is unpacked but through a bounded archive.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from rag.load.archive import Archive
from rag.load.article import file_article
from rag.load.body import Body, BodyBuilder
from rag.load.html.signs import write_raised
from rag.load.source import Source
from rag.load.tree import Role, local, tree_text
from rag.types import Document, Failure


def read_pptx(source: Source) -> Iterator[Document | Failure]:
    """Yields a presentation, slide after slide, each with its notes; hidden ones are left out."""
    archive = Archive(source)
    builder = BodyBuilder()
    for number, name in enumerate(_slides(archive), 1):
        slide = archive.xml(name)
        if slide.get("show") in ("0", "false"):
            builder.hidden += len("".join(slide.itertext()).strip())
            continue
        _write_raised_runs(slide)
        builder.mark("slide", str(number))
        tree_text(slide, builder, _drawing_role)
        for related in _related(archive, name).values():
            if "/charts/chart" in related or "/diagrams/data" in related:
                add_values(archive.xml(related), builder)
            elif "/notesSlides/" in related:
                tree_text(archive.xml(related), builder, _drawing_role)
    yield document_of(archive, source, builder.body())


def _write_raised_runs(slide: Any) -> None:
    for properties in slide.iter("{*}rPr"):
        if is_above(properties.get("baseline", "0")):
            write_raised(properties.getparent())


def is_above(height: str) -> bool:
    """Whether text of this height over its line stands higher than the others: `30%`."""
    return height[:1] in frozenset("123456789")


def _slides(archive: Archive) -> list[str]:
    """The names of the slides in the order of the presentation."""
    main = "ppt/presentation.xml"
    related = _related(archive, main)
    order = [
        value
        for element in archive.xml(main).iter("{*}sldId")
        for key, value in element.attrib.items()
        if local(key) == "id" and key != "id"
    ]
    return [related[id] for id in order if id in related]


def _related(archive: Archive, name: str) -> dict[str, str]:
    """The parts that a part is related to, by id; what lies outside the file is left out."""
    folder, file = posixpath.split(name)
    relations = f"{folder}/_rels/{file}.rels"
    if relations not in archive:
        return {}
    targets = {
        relation.get("Id", ""): posixpath.join(folder, relation.get("Target", ""))
        for relation in archive.xml(relations).iterchildren("{*}Relationship")
        if relation.get("TargetMode") != "External"
    }
    parts = {id: posixpath.normpath(target).lstrip("/") for id, target in targets.items()}
    return {id: part for id, part in parts.items() if part in archive}


def _drawing_role(element: Any) -> Role | None:
    name = local(element.tag)
    if name == "sp":
        kind = next((holder.get("type") for holder in element.iter("{*}ph")), None)
        if kind in ("sldNum", "dt", "ftr", "sldImg"):
            return "skip"
        return "h2" if kind in ("title", "ctrTitle") else "block"
    if name == "tc" and "1" in (element.get("hMerge"), element.get("vMerge")):
        return "skip"  # the cell that it is a part of is beside or above it
    if name == "tc" and _is_in_first_row(element):
        return "head"
    return _DRAWING_ROLES.get(name)


def _is_in_first_row(cell: Any) -> bool:
    """Whether a cell is in a row that its table says to look different."""
    row = cell.getparent()
    table = row.getparent() if row is not None else None
    if table is None or table.find("{*}tblPr[@firstRow='1']") is None:
        return False
    return table.find("{*}tr") is row


_DRAWING_ROLES: Mapping[str, Role] = {
    "p": "block",
    "tbl": "table",
    "tr": "row",
    "tc": "cell",
    "br": "line",
    "graphicFrame": "block",
    "Fallback": "skip",
    "nvSpPr": "skip",
    "extLst": "skip",
    "txBody": "block",
}


def add_values(drawing: Any, builder: BodyBuilder) -> None:
    """Adds the words of a chart or diagram, and each series of a chart: `Ducks: 2019 120; ...`."""
    for element in drawing.iter():
        name = local(element.tag)
        if name == "p":
            builder.add("".join(text.text or "" for text in element.iter("{*}t")))
        elif name == "ser":
            parts = {local(part.tag): _values(part) for part in element}
            pairs = zip_longest(parts.get("cat", []), parts.get("val", []), fillvalue="")
            named = " ".join(parts.get("tx", []))
            said = "; ".join(" ".join(pair).strip() for pair in pairs)
            builder.add(f"{named}: {said}" if named else said)


def _values(part: Any) -> list[str]:
    return [value.text or "" for value in part.iter("{*}v")]


def document_of(
    archive: Archive, source: Source, body: Body, part: str = "docProps/core.xml"
) -> Document:
    """The document of a body, with what the file says of itself."""
    said: dict[str, str] = {}
    if part in archive:
        for element in archive.xml(part).iter():
            if element.text and element.text.strip():
                said.setdefault(local(element.tag), element.text.strip())
    heading = next((p.name for p in body.places if p.kind == "section"), "")
    metadata = {
        "title": said.get("title") or heading,
        "authors": said.get("initial-creator") or said.get("creator"),
        "date": said.get("created") or said.get("creation-date") or said.get("modified"),
        "date_certainty": "inferred",
    }
    return file_article(source, body, metadata)
