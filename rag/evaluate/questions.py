"""A BEIR-style folder: questions, the documents that answer them, the answers.

`queries.jsonl` (id, text, lang), `qrels.tsv` (question, document, relevance) and, to measure
answers, `answers.jsonl` (query_id, answers; an empty list if there is none); BEIR's own
`_id` and `qrels/test.tsv` are read too.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rag.errors import NotFoundError

#: Any language, or all of them.
ANY = "*"

_RESAMPLES = 1000


class Estimate(NamedTuple):
    """A mean over questions with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and what is known of its answer.

    Attributes:
        language: `*` if it is not told.
        relevant: Grade of each document that answers it, above 0.
        answers: Wordings of the answer, empty if the documents hold none; None if not told.
    """

    id: str
    text: str
    language: str
    relevant: Mapping[str, int]
    answers: tuple[str, ...] | None = None


def read_questions(folder: Path) -> list[Question]:
    """The questions of a folder for which a document or an answer is known.

    Raises:
        NotFoundError: The folder lacks a file.
        ValueError: A line is not what it should be; names the file and the line.
    """
    relevant: dict[str, dict[str, int]] = defaultdict(dict)
    for query, document, grade in _qrels(folder):
        if grade > 0:
            relevant[query][document] = grade
    answers = _answers(folder)
    questions = []
    for row in read_jsonl(folder / "queries.jsonl"):
        id = str(row.get("id", row.get("_id", "")))
        if id in relevant or id in answers:
            language = str(row.get("lang", ANY))
            known = relevant.get(id, {})
            questions.append(Question(id, str(row["text"]), language, known, answers.get(id)))
    return questions


def _answers(folder: Path) -> dict[str, tuple[str, ...]]:
    file = folder / "answers.jsonl"
    rows = read_jsonl(file) if file.is_file() else ()
    return {str(row["query_id"]): tuple(row["answers"]) for row in rows}


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
