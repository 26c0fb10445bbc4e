"""Which source of articles a question names."""

from __future__ import annotations

import pytest

from rag import Corpus, Filters
from rag.source import Sources
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
    found = Sources(SOURCES).named_in(question)
    assert found is not None
    start, end = found.span
    assert (found.name, question[start:end]) == (name, spoken)


@pytest.mark.parametrize(
    "question", ["What's new in science?", "What do Scientists say?", "Who is the mayor?", ""]
)
def test_no_source_is_named(question: str) -> None:
    assert Sources(SOURCES).named_in(question) is None
    assert Sources(["", "a", "of"]).named_in(question) is None


def test_an_article_before_the_name_may_be_another() -> None:
    found = Sources(["Die Welt"]).named_in("Was schreibt die Welt?")
    assert found
    assert found.span == Span(13, 21)


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("What did the Northern Courier write about the tram?", "The Northern Courier"),
        ("Que dit La Gazette du Littoral de la digue ?", "La Gazette du Littoral"),
        ("Was schreibt der Hanseatische Bote?", "Der Hanseatische Bote"),
        ("news from the Northern Courier", "The Northern Courier"),
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
