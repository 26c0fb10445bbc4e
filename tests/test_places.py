"""Pages, rows and headings: from a span of the text back to the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.cite import Quote, cite, reference
from rag.plan import content_digest
from rag.store import Entry, Fingerprint, Store
from rag.types import Chunk, Document, Place, SearchResult, Span
from rag.wire import citation_json, result_json
from tests.words import WordEmbedder

TEXT = "One page.\nAnother page.\nA last one."
PAGES = (Place(0, "page", "1"), Place(10, "page", "2"), Place(24, "page", "3"))
ROWS = (
    *(Place(0, "sheet", "Budget"), Place(0, "row", "2"), Place(10, "row", "3")),
    *(Place(24, "sheet", "Staff"), Place(24, "row", "2")),
)


def document(places: tuple[Place, ...], **fields: object) -> Document:
    known = {"id": "a.pdf", "title": "Pages", "language": "en", "date": "2024-06-20"}
    about = {"authors": (), "source": "", "path": "a.pdf", "sha256": "0", "url": "https://x.org/a"}
    return Document(text=TEXT, places=places, **{**known, **about, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("places", "start", "end", "where"),
    [
        (PAGES, 0, 9, "p. 1"),
        (PAGES, 0, 10, "p. 1"),
        (PAGES, 10, 23, "p. 2"),
        (PAGES, 5, 30, "pp. 1–3"),
        (ROWS, 12, 15, "Budget, row 3"),
        (ROWS, 0, 20, "Budget, rows 2–3"),
        (ROWS, 26, 28, "Staff, row 2"),
        ((Place(10, "section", "Results"),), 0, 5, ""),
        ((Place(0, "section", "Pages"), Place(10, "section", "Results")), 12, 15, "Results"),
        ((Place(0, "section", "Pages"),), 2, 5, ""),
        ((), 0, 5, ""),
        ((Place(0, "file", "2024/a.pdf"), *PAGES), 10, 23, "2024/a.pdf, p. 2"),
        ((Place(0, "file", "a.md"), Place(0, "section", "Results")), 12, 15, "a.md, Results"),
    ],
)
def test_a_span_is_somewhere_in_its_file(
    places: tuple[Place, ...], start: int, end: int, where: str
) -> None:
    assert document(places).place(start, end) == where


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Pages, 20 June 2024, p. 2"),
        ({"date_certainty": "inferred"}, "Pages, ~ 20 June 2024, p. 2"),
        ({"date": "2024-06", "places": ()}, "Pages, June 2024"),
        ({"date": "2024", "title": ""}, "a.pdf, 2024, p. 2"),
        ({"date": None}, "Pages, p. 2"),
    ],
)
def test_a_reference_is_what_people_cite(fields: dict[str, object], said: str) -> None:
    assert reference(document(**{"places": PAGES, **fields}), 10, 12) == said  # type: ignore[arg-type]


def test_a_reference_spells_the_date_in_the_language_of_the_reader() -> None:
    assert reference(document(()), 0, 2, "fr") == "Pages, 20 juin 2024"
    assert reference(document(()), 0, 2, "de") == "Pages, 20. Juni 2024"
    assert reference(document(()), 0, 2, "xx") == "Pages, 2024-06-20"


def test_the_index_keeps_where_a_text_came_from(tmp_path: Path, words: WordEmbedder) -> None:
    fingerprint = Fingerprint(words.fingerprint, str(words.dimension), "1", "1")
    store = Store(tmp_path, lambda: fingerprint)
    kept = document(PAGES, date_certainty="inferred", hidden=7)
    with store.writer() as writer, writer.transaction():
        writer.put(Entry(kept, content_digest(kept), []))
        writer.next_generation()
    with store.reader(search=False) as reader:
        assert reader.document("a.pdf") == kept
    store.close()


def test_a_change_of_the_places_is_a_change_of_the_document() -> None:
    assert content_digest(document(PAGES)) != content_digest(document(PAGES[:2]))


def test_what_is_printed_names_the_place_and_leaves_the_map_out() -> None:
    shown = SearchResult(document(PAGES), Chunk("a.pdf", 10, 23, TEXT[10:23], "en"), 1.0)
    (citation,) = cite([Quote(0, Span(10, 17))], [shown])
    for printed in (result_json(shown), citation_json(citation)):
        assert printed["place"] == "p. 2"
        assert printed["document"]["url"] == "https://x.org/a"
        assert not {"text", "places"} & printed["document"].keys()
