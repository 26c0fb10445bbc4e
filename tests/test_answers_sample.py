"""The questions that everything here began with, asked of the seed and of the shipped articles."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import pytest

from rag import Answer, Corpus, Settings
from rag.answer.quotes import MAX_QUOTES
from rag.embed import Embedder
from tests.conftest import ROOT, SHARED, needs_shared

CHAIRED = [
    "who co-chaired the session?",
    "Qui a co-présidé la session ?",
    "¿Quién copresidió la sesión?",
    "Wer leitete die Sitzung gemeinsam?",
]
QUESTIONS = [
    json.loads(line)
    for line in (ROOT / "tests" / "data" / "questions.jsonl").read_text().splitlines()
]


@pytest.fixture(scope="module")
def seed(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """The article that people start with, alone."""
    folder = tmp_path_factory.mktemp("seed") / "corpus"
    folder.mkdir()
    shutil.copy(SHARED / "data" / "seed_article_fr.txt", folder)
    with Corpus(folder, folder.parent / "index", Settings(), embedder) as corpus:
        corpus.sync()
        yield corpus


@pytest.fixture(params=[pytest.param("seed", marks=needs_shared), "sample"])
def articles(request: pytest.FixtureRequest) -> Corpus:
    """The seed, then the shipped articles."""
    corpus = request.getfixturevalue(request.param)
    assert isinstance(corpus, Corpus)
    return corpus


def check(answer: Answer) -> None:
    """What holds of any answer."""
    for citation in (*answer.citations, *answer.nearest):
        assert citation.document.text[citation.start : citation.end] == citation.quote != ""
    assert all(citation.marker in answer.text for citation in answer.citations)
    assert answer.abstained == (not answer.citations) == bool(answer.nearest)


@pytest.mark.parametrize("question", CHAIRED)
def test_who_co_chaired_the_session(articles: Corpus, question: str) -> None:
    answer = articles.ask(question)
    check(answer)
    first, *further = answer.citations
    assert not further or question != CHAIRED[0]  # where it is less sure, it quotes more
    for name in ("Lounes Magramane", "Mikhail Bogdanov"):
        assert name in first.quote
        assert name in answer.text


def test_where_did_the_session_take_place(articles: Corpus) -> None:
    answer = articles.ask("Where did the session take place?")
    check(answer)
    assert "ministère" in answer.text
    assert "Alger" in answer.text


def test_what_the_articles_do_not_say(articles: Corpus) -> None:
    answer = articles.ask("What is the capital of Japan?")
    check(answer)
    assert answer.abstained
    assert answer.passages


def test_two_questions_at_once_are_both_answered(sample: Corpus) -> None:
    answer = sample.ask("Qui a coprésidé la session et où s'est-elle tenue ?")
    check(answer)
    first, second, *_ = (citation.quote for citation in answer.citations)
    assert "Mikhail Bogdanov" in first
    assert "Alger" in second


def test_of_two_questions_the_one_without_an_answer_is_named(sample: Corpus) -> None:
    answer = sample.ask("What is the capital of Japan, and who co-chaired the session?")
    check(answer)
    declined, _, *quoted = answer.text.split("\n")
    assert declined == "What is the capital of Japan? I found no answer to this in the articles."
    assert "Mikhail Bogdanov" in quoted[0]
    assert not any("Japan" in citation.quote for citation in answer.citations)


def test_two_questions_without_an_answer_are_declined(sample: Corpus) -> None:
    answer = sample.ask("What is the capital of Japan and who founded it?")
    check(answer)
    assert answer.abstained
    assert len(answer.nearest) == MAX_QUOTES


@pytest.mark.parametrize("row", QUESTIONS, ids=[row["question"] for row in QUESTIONS])
def test_every_quote_is_exact(sample: Corpus, row: dict[str, str]) -> None:
    answer = sample.ask(row["question"])
    check(answer)
    assert answer.language == row["lang"]
