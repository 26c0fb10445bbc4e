"""`rag ask` and `rag search`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from rag.cite import FLAGS, flagged, label
from rag.cli.options import (
    CORPUS,
    CorpusOption,
    DocumentsOption,
    IndexOption,
    JsonOption,
    LanguagesOption,
    LlmOption,
    QuestionArgument,
    SettingsOption,
    SinceOption,
    SourcesOption,
    UntilOption,
    open_corpus,
    show,
)
from rag.plural import counted
from rag.settings import MAX_TOP_K
from rag.types import Answer, Document, Filters, SearchResult
from rag.wire import answer_json, result_json


def ask(
    question: QuestionArgument,
    corpus: CorpusOption = CORPUS,
    index: IndexOption = None,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
    llm: LlmOption = None,
    language: LanguagesOption = None,
    source: SourcesOption = None,
    document: DocumentsOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
) -> None:
    """Answer a question with quotes from the articles, or in a chat model's words."""
    filters = _filters(language, source, document, since, until)
    with open_corpus(corpus, index, settings, llm) as opened:
        answer = opened.ask(question, filters=filters)
    show(as_json, lambda: answer_json(answer), lambda: _answer_lines(answer))


def search(
    question: QuestionArgument,
    corpus: CorpusOption = CORPUS,
    index: IndexOption = None,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
    top_k: Annotated[
        int | None, typer.Option(min=1, max=MAX_TOP_K, help="Passages to show.")
    ] = None,
    explain: Annotated[bool, typer.Option(help="Say why each stands where it stands.")] = False,
    language: LanguagesOption = None,
    source: SourcesOption = None,
    document: DocumentsOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
) -> None:
    """Show the passages nearest to a question."""
    filters = _filters(language, source, document, since, until)
    with open_corpus(corpus, index, settings) as opened:
        results = opened.search(question, top_k=top_k, filters=filters)
    if not results:
        print(_nothing_found(filters), file=sys.stderr)
    show(
        as_json,
        lambda: [result_json(result) for result in results],
        lambda: _results_lines(results, explain),
    )


def _filters(
    languages: list[str] | None,
    sources: list[str] | None,
    documents: list[str] | None,
    since: str | None,
    until: str | None,
) -> Filters:
    return Filters(
        languages=languages or (),
        sources=sources or (),
        documents=documents or (),
        since=since,
        until=until,
    )


def _answer_lines(answer: Answer) -> Iterator[str]:
    if answer.notice:
        yield answer.notice
        yield ""
    yield from flagged(answer.text, answer.sentences).splitlines()
    yield from _flag_lines(answer)
    if answer.passages:
        yield ""
    for citation in answer.shown:
        yield _place(citation.marker, citation.document, citation.start, citation.end)
        if answer.abstained:
            yield f"   {' '.join(citation.quote.split())}"


def _flag_lines(answer: Answer) -> Iterator[str]:
    """What the check found against the sentences of a chat model."""
    doubted = [sentence for sentence in answer.sentences if sentence.verdict != "supported"]
    if doubted:
        yield ""
    for sentence in doubted:
        said = " ".join(answer.text[sentence.start : sentence.end].split())
        yield f"{FLAGS[sentence.verdict]} {sentence.verdict}: {said}"
        yield f"   {'; '.join(sentence.reasons)}"
    if answer.dropped_markers:
        markers = counted(answer.dropped_markers, "marker")
        yield f"taken out: {markers} of passages that do not exist"


def _place(mark: str, document: Document, start: int, end: int) -> str:
    return f"{mark} {label(document, start, end)}, characters {start}-{end}"


def _nothing_found(filters: Filters) -> str:
    if filters == Filters():
        return "nothing found: the index holds no articles; add some, then run `rag sync`"
    return "nothing found: no article matches the filters; `rag status` lists the languages"


def _results_lines(results: Sequence[SearchResult], explain: bool) -> Iterator[str]:
    for number, result in enumerate(results, 1):
        chunk = result.chunk
        where = _place(f"{number}.", result.document, chunk.start, chunk.end)
        yield f"{where}, score {result.score:.3f}"
        if explain:
            yield from _explanation_lines(result)
        yield f"   {' '.join(chunk.text.split())}"


_UNTIMELY = {
    "older": "older than another that is as near, where the latest is asked for",
    "other": "of other days than the question names",
}


def _explanation_lines(result: SearchResult) -> Iterator[str]:
    why = result.explanation
    if why is None:
        return
    asked = ", ".join(f"{code} {share:.0%}" for code, share in why.question_languages.items())
    yield f"   question in {asked}; passage in {why.language}"
    dense, lexical = result.legs["dense"], result.legs["lexical"]
    yield (
        f"   meaning {why.meaning:+.2f}: rank {dense.rank or '-'}, cosine {dense.score:.3f}, "
        f"where any passage in {why.language} has {why.background:.3f} ± {why.spread:.3f}"
    )
    words = ", ".join(why.matched) or "none"
    untold = f", {why.untold:.2f} of it for another language" if why.untold else ""
    yield (
        f"   words {why.words:+.2f}: rank {lexical.rank or '-'}, BM25 {lexical.score:.2f}, "
        f"{why.share:.0%} of the possible ({words}){untold}"
    )
    if why.untimely:
        yield f"   {_UNTIMELY[why.untimely]}"
