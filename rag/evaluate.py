"""How good retrieval is, over a BEIR-style folder of questions with known passages.

`corpus.jsonl` (id, text, title, lang), `queries.jsonl` (id, text, lang) and
`qrels.tsv` (question, document, relevance); BEIR's own `_id` and `qrels/test.tsv`
are read too. Without a `corpus.jsonl` the questions are asked of an existing corpus.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import ir_measures
import numpy as np

from rag.errors import NotFoundError
from rag.retrieve import Retriever
from rag.types import Document, Filters

#: By the names that ir-measures gives them.
MEASURES = ("nDCG@10", "RR@10", "R@1", "R@5", "R@10", "R@100")

LEGS = ("dense", "lexical", "fused")

_DEPTH = 200  # chunks; enough for 100 documents
_RESAMPLES = 1000
_ANY = "*"


class Estimate(NamedTuple):
    """A mean over questions with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the grade of each document that answers it, above 0."""

    id: str
    text: str
    language: str
    relevant: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one leg scores on some of the questions.

    Attributes:
        questions: Their language; `*` for all.
        passages: Language that was searched; `*` for the whole corpus.
        leg: `dense`, `lexical` or `fused`.
        count: How many questions.
        scores: By the name of the measure.
    """

    questions: str
    passages: str
    leg: str
    count: int
    scores: Mapping[str, Estimate]


OnQuestion = Callable[[int, int], None]


def read_questions(folder: Path) -> list[Question]:
    """The questions of a folder that have a known document.

    Raises:
        NotFoundError: The folder lacks a file.
        ValueError: A line is not what it should be; names the file and the line.
    """
    relevant: dict[str, dict[str, int]] = defaultdict(dict)
    for query, document, grade in _qrels(folder):
        if grade > 0:
            relevant[query][document] = grade
    questions = []
    for row in read_jsonl(folder / "queries.jsonl"):
        id = str(row.get("id", row.get("_id", "")))
        if id in relevant:
            language = str(row.get("lang", _ANY))
            questions.append(Question(id, str(row["text"]), language, relevant[id]))
    return questions


def evaluate(
    retriever: Retriever,
    questions: Sequence[Question],
    documents: Mapping[str, str],
    on_question: OnQuestion = lambda _done, _total: None,
) -> list[Measured]:
    """Measures each leg and their fusion: over everything, then per pair of languages.

    A pair keeps the questions of one language, the passages of another, and what is
    relevant among these.

    Args:
        documents: Language by document id.
        on_question: Told how many searches are done, of how many.
    """
    pairs = list(_pairs(questions, documents))
    total = sum(len(chosen) for _, _, chosen in pairs)
    done = 0
    measured = []
    for asked, searched, chosen in pairs:
        filters = None if searched == _ANY else Filters(languages=(searched,))
        runs: dict[str, dict[str, list[str]]] = {leg: {} for leg in LEGS}
        for question in chosen:
            for leg, ids in retriever.rankings(question.text, _DEPTH, filters).items():
                runs[leg][question.id] = ids
            on_question(done := done + 1, total)
        for leg in LEGS:
            scores = score(chosen, runs[leg])
            measured.append(Measured(asked, searched, leg, len(chosen), scores))
    return measured


def score(questions: Sequence[Question], run: Mapping[str, Sequence[str]]) -> dict[str, Estimate]:
    """The measures of one ranking of document ids per question."""
    qrels = {question.id: dict(question.relevant) for question in questions}
    scores = {
        query: {id: float(-rank) for rank, id in enumerate(ids)} for query, ids in run.items()
    }
    values: dict[str, list[float]] = {name: [] for name in MEASURES}
    measures = [ir_measures.parse_measure(name) for name in MEASURES]
    for metric in ir_measures.iter_calc(measures, qrels, scores):
        values[str(metric.measure)].append(metric.value)
    return {name: estimate(some) for name, some in values.items()}


def estimate(values: Sequence[float]) -> Estimate:
    """Mean and 95 % bootstrap interval over the questions; the same for the same values."""
    if not values:
        return Estimate(0.0, 0.0, 0.0)
    some = np.asarray(values)
    random = np.random.default_rng(0)
    means = [some[random.integers(len(some), size=len(some))].mean() for _ in range(_RESAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5])
    return Estimate(float(some.mean()), float(low), float(high))


def read_jsonl(file: Path) -> Iterator[dict[str, Any]]:
    """The rows of a JSON Lines file.

    Raises:
        NotFoundError: There is no such file.
        ValueError: A line is not a JSON object.
    """
    if not file.is_file():
        raise NotFoundError(f"there is no {file}; docs/evaluation.md shows what it holds")
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            row = json.loads(line) if line.strip() else {}
            if not isinstance(row, dict):
                raise ValueError(f"{file}:{number} is not a JSON object")
            if row:
                yield row


def languages(documents: Iterator[Document]) -> dict[str, str]:
    """Language by document id."""
    return {document.id: document.language for document in documents}


def _pairs(
    questions: Sequence[Question], documents: Mapping[str, str]
) -> Iterator[tuple[str, str, list[Question]]]:
    """Language of questions, language of passages, and the questions with what is left."""
    whole = [kept for q in questions if (kept := _within(q, documents, _ANY))]
    yield _ANY, _ANY, whole
    asked = sorted({question.language for question in whole})
    searched = sorted({documents[id] for question in whole for id in question.relevant})
    if len(asked) * len(searched) == 1:
        return
    for language in asked:
        own = [question for question in whole if question.language == language]
        yield language, _ANY, own
        for other in searched:
            if chosen := [kept for q in own if (kept := _within(q, documents, other))]:
                yield language, other, chosen


def _within(question: Question, documents: Mapping[str, str], language: str) -> Question | None:
    relevant = {
        id: grade
        for id, grade in question.relevant.items()
        if id in documents and language in (_ANY, documents[id])
    }
    return Question(question.id, question.text, question.language, relevant) if relevant else None


def _qrels(folder: Path) -> Iterator[tuple[str, str, int]]:
    file = folder / "qrels.tsv"
    if not file.is_file() and (folder / "qrels" / "test.tsv").is_file():
        file = folder / "qrels" / "test.tsv"
    if not file.is_file():
        raise NotFoundError(f"there is no {file}; docs/evaluation.md shows what it holds")
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        fields = line.split("\t")
        if number == 1 and not fields[-1].strip().lstrip("-").isdigit():
            continue  # BEIR's files have a heading
        if len(fields) != 3:
            raise ValueError(f"{file}:{number} is not: question, tab, document, tab, relevance")
        yield fields[0], fields[1], int(fields[2])
