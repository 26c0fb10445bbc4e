"""Which source or author of articles a question names."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import Corpus, Filters
from rag.publishers import Names
from rag.types import Span

SOURCES = ["Le Courrier", "Le Courrier de Valmorin", "L’Écho des Salines", "Science", "lemonde.fr"]


@pytest.mark.parametrize(
    ("question", "name", "spoken"),
    [
        ("Que dit Le Courrier de Valmorin ?", "Le Courrier de Valmorin", "Le Courrier de Valmorin"),
        ("les articles du courrier de valmorin", "Le Courrier de Valmorin", "courrier de valmorin"),
        ("What does Le Courrier say?", "Le Courrier", "Le Courrier"),
        ("Que dit L'Écho des Salines ?", "L’Écho des Salines", "L'Écho des Salines"),
        ("What's new in Science?", "Science", "Science"),
        ("anything on lemonde.fr?", "lemonde.fr", "lemonde.fr"),
    ],
)
def test_a_source_is_named(question: str, name: str, spoken: str) -> None:
    found = Names(SOURCES).named_in(question)
    assert found is not None
    start, end = found.span
    assert (found.name, question[start:end]) == (name, spoken)


@pytest.mark.parametrize(
    "question", ["What's new in science?", "What do Scientists say?", "Who is the mayor?", ""]
)
def test_no_source_is_named(question: str) -> None:
    assert Names(SOURCES).named_in(question) is None
    assert Names(["", "a", "of"]).named_in(question) is None


def test_an_article_before_the_name_may_be_another() -> None:
    found = Names(["Die Welt"]).named_in("Was schreibt die Welt?")
    assert found
    assert found.span == Span(13, 21)


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("What did the Northern Courier write about the tram?", "The Northern Courier"),
        ("Que dit La Gazette du Littoral de la digue ?", "La Gazette du Littoral"),
        ("Was schreibt der Hanseatische Bote?", "Der Hanseatische Bote"),
        ("news from the Northern Courier", "The Northern Courier"),
        ("Source : La Gazette du Littoral", "La Gazette du Littoral"),
        ("What was published by the Northern Courier in 2025?", "The Northern Courier"),
        ("Quels articles du Courrier de Valmorin avez-vous ?", "Le Courrier de Valmorin"),
    ],
)
def test_what_a_newspaper_says_is_quoted_from_it_alone(
    sample: Corpus, question: str, source: str
) -> None:
    answer = sample.ask(question)
    assert {citation.document.source for citation in answer.citations} == {source}


def test_sources_that_are_chosen_stay_so(sample: Corpus) -> None:
    question, chosen = (
        "What did the Northern Courier write about the tram?",
        "La Gazette du Littoral",
    )
    answer = sample.ask(question, filters=Filters(sources=[chosen]))
    assert {passage.document.source for passage in answer.passages} == {chosen}


def test_a_fact_is_looked_for_in_all_sources(sample: Corpus) -> None:
    found = sample.search("Who was the first to ride the tram, asks the Northern Courier?")
    assert len({hit.document.source for hit in found}) > 1


@pytest.mark.parametrize(
    ("question", "paths"),
    [
        ("articles by Hazel Pemberton", {"harbour-tram-opening.md"}),
        ("What has Hazel Pemberton written about the tram?", {"harbour-tram-opening.md"}),
        ("Quels articles a écrits Thibault Nocé ?", {"valmorin-budget.md"}),
        ("Welche Artikel von Hazel Pemberton gibt es?", {"harbour-tram-opening.md"}),
    ],
)
def test_what_somebody_wrote_is_quoted_from_that_alone(
    sample: Corpus, question: str, paths: set[str]
) -> None:
    author = next(name for name in ("Hazel Pemberton", "Thibault Nocé") if name in question)
    written = {each.path for each in sample.documents() if author in each.authors}
    assert paths <= written
    quoted = {citation.document.path for citation in sample.ask(question).citations}
    assert paths <= quoted <= written


def test_an_author_may_be_spoken_of_and_may_speak_elsewhere(sample: Corpus) -> None:
    for question in ("What did Hazel Pemberton say?", "articles about Hazel Pemberton"):
        answer = sample.ask(question)
        assert len({passage.document.path for passage in answer.passages}) > 1


@pytest.mark.each_backend
def test_the_documents_of_each_author(folder: Path, index: str, corpus: Corpus) -> None:
    for name, authors in {"v": "[Ann Lee, Bo Li]", "w": "[Bo Li]", "x": "[]"}.items():
        (folder / f"{name}.md").write_text(f"---\nauthors: {authors}\n---\nRain fell on {name}.")
    corpus.sync()
    with corpus._parts().store.reader(search=False) as reader:
        written = {author: sorted(ids) for author, ids in reader.authors().items()}
    assert (written["Ann Lee"], written["Bo Li"]) == (["v.md"], ["v.md", "w.md"])


@pytest.mark.each_backend
def test_who_publishes_is_known_of_the_index_as_it_is(
    folder: Path, index: str, corpus: Corpus
) -> None:
    for name in ("Courier", "Herald"):
        (folder / f"{name}.md").write_text(
            f"---\nsource: Daily {name}\nauthors: [Ann {name}]\n---\nRain fell on the {name}."
        )
        corpus.sync()
        for question in (f"What does the Daily {name} say?", f"articles by Ann {name}"):
            quoted = {citation.document.path for citation in corpus.ask(question).citations}
            assert quoted == {f"{name}.md"}
