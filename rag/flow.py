"""Question -> events on the way to its answer: retrieve, answer, cite. Knows no LangChain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from rag.answer import Answerer
from rag.courtesies import courtesies_of
from rag.followup import standalone
from rag.retrieve import Retriever
from rag.turns import History, turns
from rag.types import Answer, Event, Filters, Passages


def events(
    retriever: Retriever,
    answerer: Answerer,
    question: str,
    history: History = (),
    filters: Filters | None = None,
) -> Iterator[Event]:
    """Passages first, then text, then the checked answer."""
    before = turns(history)
    searched = standalone(question, before)
    retrieval = retriever.search(searched, filters=filters)
    if spoken := courtesies_of(question):
        shares = {code: retrieval.languages.get(code, 0.0) for code in spoken}
        retrieval = replace(retrieval, results=(), languages=shares)
    if searched != question:
        retrieval = replace(retrieval, asked=question)
    yield Passages(retrieval.results)
    for event in answerer.answer(retrieval, before):
        yield replace(event, question=question) if isinstance(event, Answer) else event


def answer_of(told: Iterable[Event]) -> Answer:
    """The last event."""
    *_, answer = told
    if not isinstance(answer, Answer):
        raise TypeError(f"the last event is a {type(answer).__name__}, not an Answer")
    return answer
