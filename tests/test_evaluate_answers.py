"""Measures of answers, against numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rag.evaluate import Question, evaluate_answers
from rag.evaluate.answers import auroc, calibration_error, risk_area, token_f1
from rag.load.article import article
from rag.types import Answer, Citation, Document, Span

TEXT = "Lena Brandt runs the harbour. It reopened on Monday."


def document(id: str) -> Document:
    return article(id, id, TEXT, {"language": "en"})


def answer(question: str, *quotes: tuple[str, str, str], confidence: float = 0.9) -> Answer:
    """An answer of quotes, each with its document and its tightest words."""
    citations = []
    for id, quote, tight in quotes:
        start, focus = TEXT.index(quote), TEXT.index(tight)
        span = Span(focus, focus + len(tight))
        citations.append(Citation("[1]", document(id), start, start + len(quote), quote, span))
    return Answer(question, "", tuple(citations), not citations, confidence, "en", ())


def declined(answer: Answer) -> Answer:
    """The same with its quotes as what comes nearest."""
    return replace(answer, citations=(), abstained=True, nearest=answer.citations)


FIRST, SECOND = "Lena Brandt runs the harbour.", "It reopened on Monday."
SAID = {
    "right": answer("right", ("a", FIRST, "Lena Brandt")),
    "second": answer("second", ("b", FIRST, "Lena"), ("a", SECOND, "on Monday"), confidence=0.8),
    "declined": declined(answer("declined", ("a", SECOND, "Monday"), confidence=0.1)),
    "nothing": answer("nothing", confidence=0.2),
    "invented": answer("invented", ("b", SECOND, "Monday"), confidence=0.7),
}
QUESTIONS = [
    Question("1", "right", "en", {"a": 1}, ("Lena Brandt", "Brandt")),
    Question("2", "second", "en", {"a": 1}, ("on Monday",)),
    Question("3", "declined", "en", {"a": 1}, ("Monday",)),
    Question("4", "nothing", "en", {}, ()),
    Question("5", "invented", "en", {}, ()),
    Question("6", "not told", "en", {"a": 1}, None),
]


def test_answers_are_measured_against_what_is_known() -> None:
    measured = evaluate_answers(SAID.__getitem__, QUESTIONS)
    means = {name: value.mean for name, value in measured.scores.items()}
    assert (measured.answerable, measured.unanswerable) == (3, 2)
    assert means == pytest.approx(
        {
            "answered": 2 / 3,
            "first": 1 / 3,
            "any": 2 / 3,
            "shown": 1,
            "exact": 1 / 3,
            "f1": 1 / 3,
            "precision": (1 + 1 / 2) / 2,
            "recall": 2 / 3,
            "first_source": 1 / 3,
        }
    )
    assert measured.declined == 1 / 2
    assert measured.auroc == pytest.approx((2 + 2 + 0) / 6)
    assert measured.quotes == pytest.approx(4 / 3)
    assert measured.words == 4.5
    assert measured.inexact == 0


def test_a_quote_that_is_not_in_its_document_is_counted() -> None:
    broken = Citation("[1]", document("a"), 0, 4, "Lisa")
    answered = Answer("right", "", (broken,), False, 0.9, "en", ())
    for said in (answered, declined(answered)):
        assert evaluate_answers({"right": said}.__getitem__, QUESTIONS[:1]).inexact == 1


def test_words_in_common() -> None:
    assert token_f1("the Lena Brandt", "Lena Brandt") == 1
    assert token_f1("Lena Brandt runs", "Brandt") == pytest.approx(2 / 4)
    assert token_f1("Lena", "Monday") == 0
    assert token_f1("東京都", "東京") == pytest.approx(4 / 5)
    assert token_f1("", "Monday") == 0


def test_the_confidence_is_measured() -> None:
    truth = np.array([True, True, False, False])
    assert auroc(np.array([0.9, 0.8, 0.2, 0.1]), truth) == 1
    assert auroc(np.array([0.5, 0.5, 0.5, 0.5]), truth) == 0.5
    assert calibration_error(np.array([1.0, 1.0, 0.0, 0.0]), truth) == 0
    assert calibration_error(np.array([0.55, 0.55, 0.55, 0.55]), truth) == pytest.approx(0.05)
    assert risk_area(np.array([0.9, 0.1]), np.array([True, False])) == pytest.approx(0.25)
