"""Question -> events on the way to its answer: retrieve, answer, cite. Knows no LangChain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from rag.answer import Answerer
from rag.compound import joined, parts
from rag.courtesies import courtesies_of
from rag.followup import standalone
from rag.retrieve import Retrieval, Retriever
from rag.turns import History, turns
from rag.types import Answer, Event, Filters, Passages, Turn


def events(
    retriever: Retriever,
    answerer: Answerer,
    question: str,
    history: History = (),
    filters: Filters | None = None,
) -> Iterator[Event]:
    """Passages first, then text, then the checked answer."""
    before = turns(history)
    retrieval = _found(retriever, question, before, filters)
    if (spoken := courtesies_of(question)) and not retrieval.asked:
        shares = {code: retrieval.languages.get(code, 0.0) for code in spoken}
        retrieval = replace(retrieval, results=(), languages=shares)
    elif len(asked := parts(question)) > 1:
        first, *others = asked
        begun = [*before, ("user", first)]
        found = [_found(retriever, each, begun, filters) for each in others]
        found.insert(0, _found(retriever, first, before, filters))
        retrieval = joined(retrieval, found)
    yield Passages(retrieval.results)
    for event in answerer.answer(retrieval, before):
        yield replace(event, question=question) if isinstance(event, Answer) else event


def _found(
    retriever: Retriever, question: str, before: Sequence[Turn], filters: Filters | None
) -> Retrieval:
    """What is found for a question, a follow-up together with what it goes on from."""
    searched = standalone(question, before)
    retrieval = retriever.search(searched, filters=filters)
    # One that was made whole is read as it was searched.
    is_joined = searched != question and searched.startswith(question.strip())
    return replace(retrieval, asked=question) if is_joined else retrieval


def answer_of(told: Iterable[Event]) -> Answer:
    """The last event."""
    *_, answer = told
    if not isinstance(answer, Answer):
        raise TypeError(f"the last event is a {type(answer).__name__}, not an Answer")
    return answer
