"""`rag evaluate`."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.address import local_path
from rag.cli.options import (
    CORPUS,
    CorpusOption,
    IndexOption,
    JsonOption,
    SettingsOption,
    failure_lines,
    given_path,
    say,
)
from rag.corpus import Corpus
from rag.plural import counted
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.evaluate import AnswerMeasures, Measured, Question


def evaluation(
    folder: Annotated[
        Path, typer.Argument(parser=given_path, help="queries.jsonl, qrels.tsv and corpus.jsonl.")
    ],
    corpus: CorpusOption = CORPUS,
    index: IndexOption = None,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
    feedback: Annotated[
        bool,
        typer.Option("--feedback", help="First write the folder from what people said of answers."),
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Questions to ask.")] = None,
) -> None:
    """Measure retrieval, and answers, with questions whose passages or answers are known.

    Without a corpus.jsonl in the folder, the questions are asked of --corpus. Answers are
    measured if there is an answers.jsonl.
    """
    from rag.evaluate import evaluate, evaluate_answers, languages, read_questions

    read = Settings.load(settings)
    address = index or read.index
    if feedback:
        from rag.feedback import write_folder

        print(write_folder(local_path(address), folder), file=sys.stderr)
    questions = read_questions(folder, _say_unknown, read.max_question_chars)[:limit]
    with _open(folder, corpus, address, read) as opened:
        retriever = opened.retriever().retriever
        documents = languages(opened.documents())
        _say_left_out(questions, documents)
        measured = evaluate(retriever, questions, documents, _progress)
        has_answers = any(question.answers is not None for question in questions)
        answers = evaluate_answers(opened.ask, questions, _progress) if has_answers else None
    if as_json:
        told = {
            "retrieval": [_json(row) for row in measured],
            "answers": _json(answers) if answers else None,
        }
        print(json.dumps(told, indent=2))
    else:
        print("\n".join((*table(measured), *answers_table(answers))))


def _open(folder: Path, corpus: Path, index: str, settings: Settings) -> Corpus:
    """The corpus to ask; that of the folder is indexed below the index folder."""
    from rag.evaluate import read_jsonl

    if not (folder / "corpus.jsonl").is_file():
        return Corpus.open(corpus, index=index, settings=settings)
    work = local_path(index) / "evaluate" / folder.resolve().name
    (work / "corpus").mkdir(parents=True, exist_ok=True)
    with (work / "corpus" / "corpus.jsonl").open("w", encoding="utf-8") as file:
        for row in read_jsonl(folder / "corpus.jsonl"):
            row["id"] = row.pop("_id", row.get("id"))  # as BEIR names it
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    opened = Corpus.open(work / "corpus", index=work / "index", settings=settings)
    say(failure_lines(opened.sync().failed), sys.stderr)
    return opened


def _say_unknown(ids: Collection[str]) -> None:
    """Says whose judgements and answers are left out: an id may be mistyped."""
    print(
        f"queries.jsonl lacks {counted(len(ids), 'question')} judged or answered, such as "
        f"{min(ids)!r}; left out",
        file=sys.stderr,
    )


def _say_left_out(questions: Sequence[Question], documents: Mapping[str, str]) -> None:
    """Says how much cannot be measured because the corpus lacks the documents."""
    judged = [id for question in questions for id in question.relevant]
    missing = sum(id not in documents for id in judged)
    lost = sum(all(id not in documents for id in q.relevant) for q in questions if q.relevant)
    if missing:
        print(
            f"the corpus lacks the documents of {missing} of "
            f"{counted(len(judged), 'judgement')}; left out for it: {lost} of "
            f"{counted(len(questions), 'question')}",
            file=sys.stderr,
        )


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        of_all = f"{done} of {counted(total, 'search', 'searches')}"
        print(f"\r{of_all}", end="" if done < total else "\n", file=sys.stderr)


def _json(measured: Measured | AnswerMeasures) -> dict[str, object]:
    scores = {name: value._asdict() for name, value in measured.scores.items()}
    return {**asdict(measured), "scores": scores}


def answers_table(measured: AnswerMeasures | None) -> Iterator[str]:
    """A line for each measure of answers; nothing if there are none."""
    if measured is None:
        return
    answerable = counted(measured.answerable, "question")
    yield f"\n{answerable} with an answer, {measured.unanswerable} without"
    for name, what in _MEANS.items() if measured.answerable else ():
        mean, low, high = measured.scores[name]
        yield f"{what:<58}{mean:8.3f}  {low:.3f}-{high:.3f}"
    others = {
        "declined, of the questions without an answer": measured.declined,
        "AUROC of the confidence": measured.auroc,
        "expected calibration error of the confidence": measured.calibration_error,
        "area under risk and coverage": measured.risk_area,
        "quotes in an answer, mean": measured.quotes,
        "words in a quote, median": measured.words,
        "citations that are not an exact slice": float(measured.inexact),
    }
    for what, value in others.items():
        if value is not None:
            yield f"{what:<58}{value:8.3f}"


_MEANS = {
    "answered": "answered",
    "first": "answer in the first quote",
    "any": "answer in any quote",
    "shown": "the same, or in what is shown as nearest",
    "exact": "tightest words are the answer (exact match)",
    "f1": "tightest words and the answer (F1)",
    "precision": "share of cited documents that answer",
    "recall": "a document that answers is cited",
    "first_source": "the first document cited answers",
}


def table(measured: Sequence[Measured]) -> Iterator[str]:
    """One line a leg and pair of languages; the first measure with its interval."""
    if not measured:
        yield "no question's document is in the corpus: there is no retrieval to measure"
        return
    first, *others = measured[0].scores
    heading = "".join(f"{name:>8}" for name in others)
    yield f"{'questions':<10}{'passages':<10}{'n':>6}  {'leg':<9}{first:>8}  {'95 %':<13}{heading}"
    for row in measured:
        value = row.scores[first]
        rest = "".join(f"{row.scores[name].mean:8.3f}" for name in others)
        interval = f"{value.low:.3f}-{value.high:.3f}"
        yield (
            f"{row.questions:<10}{row.passages:<10}{row.count:>6}  {row.leg:<9}"
            f"{value.mean:8.3f}  {interval:<13}{rest}"
        )
