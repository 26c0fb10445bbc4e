"""A BEIR-style folder: questions, the documents that answer them, the answers.

`queries.jsonl` (id, text, lang), `qrels.tsv` (question, document, relevance) and, to measure
answers, `answers.jsonl` (query_id, answers; an empty list if there is none); BEIR's own
`_id` and `qrels/test.tsv` are read too.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rag.errors import RagError

#: Any language, or all of them.
ANY = "*"

_RESAMPLES = 1000
_MAX_GRADE = 1000  # measuring takes memory for each grade up to the highest


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


def read_questions(
    folder: str | Path,
    on_unknown: Callable[[Collection[str]], None] = lambda _: None,
    max_chars: int | None = None,
) -> list[Question]:
    """The questions of a folder for which a document or an answer is known.

    Args:
        on_unknown: Told the ids of judgements and answers, if any, that no question has.
        max_chars: A longer question is refused.

    Raises:
        RagError: The folder lacks a file, or a line is not what it should be; names the place.
    """
    folder = Path(folder)
    relevant: dict[str, dict[str, int]] = defaultdict(dict)
    for query, document, grade in _qrels(folder):
        if grade > 0:
            relevant[query][document] = grade
    answers = dict(_answers(folder / "answers.jsonl"))
    questions, unknown = [], relevant.keys() | answers.keys()
    for where, row in _rows(folder / "queries.jsonl"):
        id, text = row.get("id", row.get("_id")), row.get("text")
        if id is None or not isinstance(text, str):
            raise RagError(f'{where}: a question has an "id" and a "text"')
        if (id := str(id)) in relevant or id in answers:
            if id not in unknown:
                raise RagError(f"{where}: the id {id!r} is there twice")
            _check(where, text.strip(), max_chars)
            language = str(row.get("lang") or ANY)
            known = relevant.get(id, {})
            questions.append(Question(id, text, language, known, answers.get(id)))
            unknown.discard(id)
    if unknown:
        on_unknown(unknown)
    return questions


def _check(where: str, text: str, max_chars: int | None) -> None:
    """Refuses what cannot be asked."""
    if not text:
        raise RagError(f"{where}: the question is empty")
    if max_chars is not None and len(text) > max_chars:
        raise RagError(
            f"{where}: the question has {len(text):,} characters, at most {max_chars:,} are "
            "accepted; shorten it, or raise the setting max_question_chars"
        )


def _answers(file: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    seen = set()
    for where, row in _rows(file) if file.is_file() else ():
        id, answers = row.get("query_id"), row.get("answers")
        if id is None or not isinstance(answers, list) or not all(map(_is_wording, answers)):
            raise RagError(
                f'{where}: an answer has a "query_id" and "answers", a list of wordings that is '
                "empty if the articles hold none"
            )
        id = str(id)
        if id in seen:
            raise RagError(f"{where}: the id {id!r} is there twice")
        seen.add(id)
        yield id, tuple(answers)


def _is_wording(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


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
        RagError: There is no such file, or a line is not a JSON object.
    """
    return (row for _, row in _rows(file))


def _rows(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each row that is not empty, after its place."""
    for where, line in _lines(file):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise RagError(f"{where}: it is not JSON: {error}") from error
        if not isinstance(row, dict):
            raise RagError(f"{where}: it is not a JSON object")
        if row:
            yield where, row


def _qrels(folder: Path) -> Iterator[tuple[str, str, int]]:
    file = folder / "qrels.tsv"
    if not file.is_file() and (folder / "qrels" / "test.tsv").is_file():
        file = folder / "qrels" / "test.tsv"
    for number, (where, line) in enumerate(_lines(file)):
        fields = [field.strip() for field in line.split("\t")]
        if number == 0 and (fields[0] == "query-id" or fields[-1] == "score"):
            continue  # BEIR's files have a heading
        try:
            query, document, grade = fields[0], fields[1], int(fields[2])
        except (IndexError, ValueError) as error:
            raise RagError(f"{where}: it is not: question, tab, document, tab, grade") from error
        if grade > _MAX_GRADE:
            raise RagError(f"{where}: a grade is at most {_MAX_GRADE:,}, not {grade}")
        yield query, document, grade


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    """Each line that is not blank, after its place: `file:3`."""
    if not file.is_file():
        raise RagError(f"there is no {file}; docs/evaluation.md shows what it holds")
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            where = f"{file}:{number}"
            try:
                text = line.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                raise RagError(f"{where}: it is not UTF-8; save the file as UTF-8") from error
            if text.strip():
                yield where, text
