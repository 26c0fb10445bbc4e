"""How good answers are: quotes against known wordings, citations, and honest silence.

An answer is right if one of its quotes holds a known wording. A declined question is one
without quotes: it counts as not answered in every mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import regex

from rag.evaluate.questions import Estimate, Question, estimate
from rag.types import Answer, Citation

_WORD = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]|[\p{L}\p{M}\p{N}]+", regex.V1)

# Of English, French, German and Spanish. SQuAD's measure leaves those of English out.
_ARTICLES = frozenset(
    {"a", "an", "the", "le", "la", "les", "l", "un", "une", "des", "du"}
    | {"der", "die", "das", "den", "dem", "ein", "eine", "el", "los", "las", "una"}
)

_BINS = 10

#: What is told as a mean over the answerable questions.
_MEANS = ("answered", "first", "any", "shown", "exact", "f1", "precision", "recall", "first_source")

Numbers = npt.NDArray[np.float64]


class Graded(NamedTuple):
    """One answer beside what is known.

    Attributes:
        answerable: Whether the documents hold an answer.
        answered: Whether it was answered.
        first: Whether the first quote holds a known wording.
        any: Whether a quote does.
        shown: Whether a quote does or, where it was declined, what is shown as nearest.
        exact: Whether the tightest words of the first quote are a known wording.
        f1: Their overlap with the nearest known wording, in words.
        precision: Share of the cited documents that answer; None if none is known or cited.
        recall: Whether a document that answers is cited; None if none is known.
        first_source: Whether the first citation is of one; None if none is known.
        confidence: What the answer says of itself.
    """

    answerable: bool
    answered: bool
    first: bool
    any: bool
    shown: bool
    exact: bool
    f1: float
    precision: float | None
    recall: bool | None
    first_source: bool | None
    confidence: float


@dataclass(frozen=True, slots=True)
class AnswerMeasures:
    """What answers score over some questions.

    Attributes:
        answerable, unanswerable: How many questions there are of each.
        scores: Means over the answerable questions.
        declined: Share of the unanswerable ones that were declined.
        auroc: That an answerable question has a higher confidence than another.
        calibration_error: Mean distance of confidence and truth, in ten bins.
        risk_area: Mean share of wrong answers over all thresholds, the surest first.
        inexact: Citations that are not the slice of their document; 0 unless something broke.
        words: Median length of a quote.
        quotes: Mean number of quotes of an answer.
    """

    answerable: int
    unanswerable: int
    scores: dict[str, Estimate]
    declined: float | None
    auroc: float | None
    calibration_error: float | None
    risk_area: float
    inexact: int
    words: float
    quotes: float


#: Asks one question.
Ask = Callable[[str], Answer]


def evaluate_answers(
    ask: Ask,
    questions: Sequence[Question],
    on_question: Callable[[int, int], None] = lambda _done, _total: None,
) -> AnswerMeasures:
    """Asks every question whose answer is known, and measures."""
    asked = [question for question in questions if question.answers is not None]
    graded, answers = [], []
    for done, question in enumerate(asked, 1):
        answer = ask(question.text)
        graded.append(grade(answer, question))
        answers.append(answer)
        on_question(done, len(asked))
    return measure(graded, answers)


def grade(answer: Answer, question: Question) -> Graded:
    """One answer beside what is known of its question."""
    known = question.answers or ()
    held = [any(words in each.quote for words in known) for each in answer.shown]
    hits = held[: len(answer.citations)]
    tight = _tightest(answer.citations[0]) if answer.citations else ""
    cited = [each.document.id in question.relevant for each in answer.citations]
    return Graded(
        answerable=bool(known),
        answered=not answer.abstained,
        first=any(hits[:1]),
        any=any(hits),
        shown=any(held),
        exact=any(_words(tight) == _words(words) for words in known) and bool(tight),
        f1=max((token_f1(tight, words) for words in known), default=0.0),
        precision=float(np.mean(cited)) if question.relevant and cited else None,
        recall=any(cited) if question.relevant else None,
        first_source=any(cited[:1]) if question.relevant else None,
        confidence=answer.confidence,
    )


def measure(graded: Sequence[Graded], answers: Sequence[Answer]) -> AnswerMeasures:
    """The measures of graded answers."""
    answerable = [each for each in graded if each.answerable]
    unanswerable = [each for each in graded if not each.answerable]
    truth = np.array([each.answerable for each in graded], bool)
    confidence = np.array([each.confidence for each in graded], float)
    both = bool(answerable and unanswerable)
    cited = [citation for answer in answers for citation in answer.citations]
    every = [citation for answer in answers for citation in answer.shown]
    declined = [not each.answered for each in unanswerable]
    return AnswerMeasures(
        answerable=len(answerable),
        unanswerable=len(unanswerable),
        scores={name: _mean(answerable, name) for name in _MEANS},
        declined=float(np.mean(declined)) if declined else None,
        auroc=auroc(confidence, truth) if both else None,
        calibration_error=calibration_error(confidence, truth) if both else None,
        risk_area=risk_area(confidence, np.array([each.any for each in graded], bool)),
        inexact=sum(c.document.text[c.start : c.end] != c.quote for c in every),
        words=float(np.median([len(c.quote.split()) for c in cited] or [0])),
        quotes=float(np.mean([len(a.citations) for a in answers if a.citations] or [0])),
    )


def _mean(graded: Sequence[Graded], name: str) -> Estimate:
    values = [getattr(each, name) for each in graded]
    return estimate([float(value) for value in values if value is not None])


def token_f1(said: str, known: str) -> float:
    """Harmonic mean of precision and recall in words, as SQuAD counts it."""
    ours, theirs = _words(said), _words(known)
    common = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * common / (len(ours) + len(theirs)) if common else 0.0


def auroc(scores: Numbers, truth: npt.NDArray[np.bool_]) -> float:
    """Probability that a true one scores higher than a false one; ties count half."""
    right, wrong = np.sort(scores[truth]), scores[~truth]
    above = len(right) - np.searchsorted(right, wrong, "right")
    ties = np.searchsorted(right, wrong, "right") - np.searchsorted(right, wrong, "left")
    return float((above + ties / 2).mean() / len(right))


def calibration_error(said: Numbers, truth: npt.NDArray[np.bool_]) -> float:
    """Expected calibration error: the mean distance of what was said and what was, by bin."""
    bins = np.minimum((said * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(said[bins == one].mean() - truth[bins == one].mean()) * (bins == one).mean()
        for one in np.unique(bins)
    ]
    return float(sum(gaps))


def risk_area(confidence: Numbers, right: npt.NDArray[np.bool_]) -> float:
    """Area under the risk-coverage curve: errors among the surest, for every share of them."""
    wrong = ~right[np.argsort(-confidence, kind="stable")]
    return float((np.cumsum(wrong) / np.arange(1, len(wrong) + 1)).mean()) if len(wrong) else 0.0


def _tightest(citation: Citation) -> str:
    if citation.focus is None:
        return citation.quote
    return citation.document.text[citation.focus.start : citation.focus.end]


def _words(text: str) -> list[str]:
    words = [word.casefold() for word in _WORD.findall(text)]
    return [word for word in words if word not in _ARTICLES] or words
