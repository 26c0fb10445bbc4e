"""`rag evaluate`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.options import CORPUS, INDEX, CorpusOption, IndexOption, JsonOption, SettingsOption
from rag.corpus import Corpus
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.evaluate import Measured


def evaluation(
    folder: Annotated[Path, typer.Argument(help="queries.jsonl, qrels.tsv and corpus.jsonl.")],
    corpus: CorpusOption = CORPUS,
    index: IndexOption = INDEX,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
    feedback: Annotated[
        bool,
        typer.Option("--feedback", help="First write the folder from what people said of answers."),
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Questions to ask.")] = None,
) -> None:
    """Measure retrieval with questions whose passages are known.

    Without a corpus.jsonl in the folder, the questions are asked of --corpus.
    """
    from rag.evaluate import evaluate, languages, read_questions

    if feedback:
        from rag.feedback import write_folder

        print(write_folder(index, folder), file=sys.stderr)
    questions = read_questions(folder)[:limit]
    with _open(folder, corpus, index, Settings.load(settings)) as opened:
        measured = evaluate(
            opened.retriever().retriever, questions, languages(opened.documents()), _progress
        )
    if as_json:
        print(json.dumps([_json(row) for row in measured], indent=2))
    else:
        print("\n".join(table(measured)))


def _open(folder: Path, corpus: Path, index: Path, settings: Settings) -> Corpus:
    """The corpus to ask; that of the folder is indexed below the index folder."""
    from rag.evaluate import read_jsonl

    if not (folder / "corpus.jsonl").is_file():
        return Corpus.open(corpus, index=index, settings=settings)
    work = index / "evaluate" / folder.resolve().name
    (work / "corpus").mkdir(parents=True, exist_ok=True)
    with (work / "corpus" / "corpus.jsonl").open("w", encoding="utf-8") as file:
        for row in read_jsonl(folder / "corpus.jsonl"):
            row["id"] = row.pop("_id", row.get("id"))  # as BEIR names it
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    opened = Corpus.open(work / "corpus", index=work / "index", settings=settings)
    opened.sync()
    return opened


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} of {total} searches", end="" if done < total else "\n", file=sys.stderr)


def _json(row: Measured) -> dict[str, object]:
    scores = {name: value._asdict() for name, value in row.scores.items()}
    return {
        "questions": row.questions,
        "passages": row.passages,
        "leg": row.leg,
        "count": row.count,
        "scores": scores,
    }


def table(measured: Sequence[Measured]) -> Iterator[str]:
    """One line a leg and pair of languages; the first measure with its interval."""
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
