"""`rag ask` and `rag search`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from rag.cite import marker
from rag.cli.options import (
    CORPUS,
    INDEX,
    CorpusOption,
    IndexOption,
    JsonOption,
    QuestionArgument,
    SettingsOption,
    open_corpus,
    place,
    show,
)
from rag.types import Answer, SearchResult
from rag.wire import answer_json, result_json


def ask(
    question: QuestionArgument,
    corpus: CorpusOption = CORPUS,
    index: IndexOption = INDEX,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question with quotes from the articles."""
    with open_corpus(corpus, index, settings) as opened:
        answer = opened.ask(question)
    show(as_json, lambda: answer_json(answer), lambda: _answer_lines(answer))


def search(
    question: QuestionArgument,
    corpus: CorpusOption = CORPUS,
    index: IndexOption = INDEX,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
    top_k: Annotated[int | None, typer.Option(min=1, help="Passages to show.")] = None,
) -> None:
    """Show the passages nearest to a question."""
    with open_corpus(corpus, index, settings) as opened:
        results = opened.search(question, top_k=top_k)
    show(
        as_json,
        lambda: [result_json(result) for result in results],
        lambda: [line for n, result in enumerate(results, 1) for line in _result_lines(n, result)],
    )


def _answer_lines(answer: Answer) -> Iterator[str]:
    yield answer.text
    if answer.passages:
        yield ""
    for citation in answer.citations:
        yield place(citation.marker, citation.document, citation.start, citation.end)
    if answer.abstained:
        for n, passage in enumerate(answer.passages):
            yield place(marker(n), passage.document, passage.chunk.start, passage.chunk.end)


def _result_lines(number: int, result: SearchResult) -> Iterator[str]:
    chunk = result.chunk
    where = place(f"{number}.", result.document, chunk.start, chunk.end)
    yield f"{where}, score {result.score:.3f}"
    yield f"   {' '.join(chunk.text.split())}"
