"""Questions without what they have in common."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

import numpy as np
import pytest

from rag.embed import Embedder
from rag.language.detect import COMMON_LANGUAGES
from rag.questions import QuestionEmbedder
from tests.words import WordEmbedder

LINES = files("rag").joinpath("questions.txt").read_text("utf-8").splitlines()


class Counting(WordEmbedder):
    """Remembers the queries."""

    def __init__(self) -> None:
        super().__init__()
        self.queries: list[str] = []

    def embed_query(self, text: str) -> np.ndarray:
        self.queries.append(text)
        return super().embed_query(text)


@pytest.mark.parametrize("text", ["New mayor in Valmorin", "A vote; a mayor.", ""])
def test_what_is_no_question_stays_as_it_is(text: str) -> None:
    words = WordEmbedder()
    assert np.array_equal(QuestionEmbedder(words).embed(text, "en"), words.embed_query(text))


@pytest.mark.parametrize(
    ("language", "mark"), [("en", "?"), ("zh", "？"), ("ar", "؟"), ("el", ";"), ("el", "\u037e")]
)
def test_a_question_loses_some_of_what_all_have(language: str, mark: str) -> None:
    words = WordEmbedder()
    questions, text = QuestionEmbedder(words), f"Who was the mayor of Valmorin{mark}"
    common = questions.common_part(language)
    before, after = words.embed_query(text), questions.embed(text, language)
    assert abs(after @ common) < abs(before @ common)
    assert np.linalg.norm(after) == pytest.approx(1)


def test_questions_about_two_things_are_told_apart(embedder: Embedder) -> None:
    asked = ["Wer wurde Bürgermeisterin?", "Wie hoch ist der Turm?"]
    plain = embedder.embed_query(asked[0]) @ embedder.embed_query(asked[1])
    questions = QuestionEmbedder(embedder)
    assert questions.embed(asked[0], "de") @ questions.embed(asked[1], "de") < plain - 0.1


def test_the_common_part_is_worked_out_once() -> None:
    words = Counting()
    questions = QuestionEmbedder(words)
    with ThreadPoolExecutor(4) as threads:
        [*threads.map(questions.embed, ["Why?"] * 8, ["fr"] * 8)]
    assert len(words.queries) == 8 + len(LINES[0].split("|"))


def test_a_language_without_questions_takes_the_english_ones() -> None:
    questions = QuestionEmbedder(WordEmbedder())
    assert np.array_equal(questions.common_part("xx"), questions.common_part("en"))
    assert not np.array_equal(questions.common_part("fr"), questions.common_part("en"))


def test_the_languages_that_a_question_is_told_in_have_questions() -> None:
    codes = [line.partition(" ")[0] for line in LINES]
    assert codes == sorted(set(codes))
    assert set(codes) >= COMMON_LANGUAGES
    assert {line.count("|") for line in LINES} == {7}


def test_a_language_has_the_questions_of_the_one_that_it_is_written_as() -> None:
    questions = QuestionEmbedder(WordEmbedder())
    for language, written_as in (("nb", "no"), ("nn", "no"), ("yue", "zh")):
        common = questions.common_part(language)
        assert np.array_equal(common, questions.common_part(written_as))
        assert not np.array_equal(common, questions.common_part("en"))
