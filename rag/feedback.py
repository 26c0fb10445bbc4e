"""What people said of answers -> a folder of questions with known documents, to measure with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rag.errors import RagError
from rag.evaluate import read_jsonl
from rag.plural import counted
from rag.types import Answer
from rag.ui.conversation import Exchange
from rag.ui.memory import Feedback, Memory

_OWN_ID = re.compile(r"f\d+")


def write_folder(index: Path, folder: Path) -> str:
    """Writes `queries.jsonl`, `qrels.tsv` and `disliked.jsonl`; says how much is in them.

    An answer that somebody liked makes a question whose documents are the ones it quoted.
    One that nobody liked has no known document: it is written down to be looked at.

    Raises:
        RagError: Nobody has liked an answer yet, and the disliked ones are written; or the
            folder holds questions of somebody's own.
    """
    _check_own(folder / "queries.jsonl")
    given = Memory.beside(index).feedback()
    liked = [
        (each.exchange, answer)
        for each in given
        if each.liked and (answer := each.exchange.answer) and answer.citations
    ]
    disliked = [each for each in given if not each.liked]
    if given:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "disliked.jsonl", map(_disliked, disliked))
    if not liked:
        raise RagError("nobody has liked an answer of this index yet: nothing to measure with")
    _write(folder / "queries.jsonl", (_query(n, *each) for n, each in enumerate(liked, 1)))
    cited = [(f"f{n}", id) for n, (_, answer) in enumerate(liked, 1) for id in _cited(answer)]
    rows = (f"{query}\t{id}\t1\n" for query, id in cited if _is_field(id))
    (folder / "qrels.tsv").write_text("".join(rows), encoding="utf-8")
    said = f"{counted(len(liked), 'question')} answered well, {len(disliked)} not"
    if odd := {id for _, id in cited if not _is_field(id)}:
        said += f"; left out: {counted(len(odd), 'article')} whose id qrels.tsv cannot hold"
    return said


def _check_own(queries: Path) -> None:
    """Raises an error if questions would be lost that were not written here."""
    rows = read_jsonl(queries) if queries.is_file() else ()
    if not all(_OWN_ID.fullmatch(str(row.get("id"))) for row in rows):
        raise RagError(f"{queries} holds other questions than those of feedback; name a new folder")


def _query(number: int, exchange: Exchange, answer: Answer) -> dict[str, Any]:
    return {"id": f"f{number}", "text": exchange.searched, "lang": answer.language}


def _cited(answer: Answer) -> list[str]:
    return sorted({citation.document.id for citation in answer.citations})


def _is_field(id: str) -> bool:
    """Whether an id is read from a line of fields as it was written."""
    return id == id.strip() and not {"\t", "\n"}.intersection(id)


def _disliked(given: Feedback) -> dict[str, Any]:
    exchange = given.exchange
    return {"question": exchange.question, "answer": exchange.text, "note": given.note}


def _write(file: Path, rows: Iterable[dict[str, Any]]) -> None:
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    file.write_text("".join(lines), encoding="utf-8")
