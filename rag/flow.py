"""Question -> events on the way to its answer: retrieve, answer, cite. Knows no LangChain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from rag.answer import Answerer
from rag.compound import joined, parts
from rag.courtesies import courtesies_of
from rag.followup import asked_source_of, is_bare, standalone
from rag.gathering import DEPTH, gathered
from rag.language import question_languages
from rag.overview import (
    BYLINES,
    asks_what_is_said,
    asks_what_is_written,
    continued,
    overview_of,
)
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
    retriever.check(question, filters)
    before = turns(history)
    retrieval = _retrieved(retriever, question, before, filters)
    yield Passages(retrieval.results)
    for event in answerer.answer(retrieval, before):
        yield replace(event, question=question) if isinstance(event, Answer) else event


def _retrieved(
    retriever: Retriever, question: str, before: Sequence[Turn], filters: Filters | None
) -> Retrieval:
    """What is found for all that a question asks, or what it is known to ask nothing of."""
    if (place := asked_source_of(question, before)) is not None:
        retrieval = _retrieved(retriever, before[place][1], before[:place], filters)
        return replace(retrieval, names_sources=True)
    retrieval = _found(retriever, question, before, filters)
    if (spoken := courtesies_of(question)) and not retrieval.asked:
        shares = {code: retrieval.languages.get(code, 0.0) for code in spoken}
        retrieval = replace(retrieval, results=(), languages=shares, asks_nothing=True)
    elif not before and not retrieval.wish and is_bare(question):
        retrieval = replace(retrieval, results=(), asks_nothing=True)
    elif len(asked := parts(question)) > 1:
        first, *others = asked
        begun = [*before, ("user", first)]
        found = [_found(retriever, each, begun, filters) for each in others]
        found.insert(0, _found(retriever, first, before, filters))
        retrieval = joined(retrieval, found)
    return retrieval


def _found(
    retriever: Retriever, question: str, before: Sequence[Turn], filters: Filters | None
) -> Retrieval:
    """What is found for a question, a follow-up together with what it goes on from."""
    searched = standalone(question, before)
    # One that was made whole is read as it was searched.
    is_joined = searched != question and searched.startswith(question.strip())
    earlier = searched.removeprefix(question.strip()).strip() if is_joined else ""
    overview = _overview(retriever, question if is_joined else searched, earlier, filters)
    if overview:
        return overview
    retrieval = retriever.search(searched, filters=filters)
    return replace(retrieval, asked=question) if is_joined else retrieval


def _overview(
    retriever: Retriever, question: str, earlier: str, filters: Filters | None
) -> Retrieval | None:
    """What there is on a subject, or the newest of everything; None if a fact is asked for.

    Args:
        earlier: What the question goes on from; empty if it stands by itself.
    """
    publisher = None
    if asks_what_is_said(question):
        known = retriever.publishers()
        publisher = known.named_in(question, authors=asks_what_is_written(question))
    wanted = overview_of(question, publisher.span if publisher else None)
    if not wanted and earlier:
        wanted = continued(question, earlier)
    if not wanted:
        return None
    if publisher and wanted.of_publisher:
        filters = publisher.within(filters)
    subject, wish = wanted.subject, wanted.wish
    if wanted.leans and earlier:
        if wish == "news":  # "What happened to her?"
            return None
        named = overview_of(earlier)
        subject = (named and named.subject) or earlier
        wish = "summary" if wish == "about" else wish
    if subject:
        found = retriever.search(subject, max(DEPTH, retriever.top_k), filters)
        languages = question_languages(question, found.languages)
        found = gathered(found, wish, retriever.top_k, is_one=wanted.leans)
        return replace(found, question=question, subject=subject, wish=wish, languages=languages)
    if wish in BYLINES and wanted.leans:
        return None
    if wish in BYLINES:
        found = retriever.newest(question, filters)
        return replace(found, results=found.results[:1], wish=wish)
    newest_of = partial(retriever.newest, question, counts=wanted.counts)
    if not wanted.period or (filters and filters.is_dated):
        return newest_of(filters)
    for days_later in (0, 1):  # the next day's paper tells of a day
        within = wanted.period.within(filters, days_later)
        newest = newest_of(within) if within else None
        if newest and newest.results:
            return newest
    if not wanted.period.is_relative:  # articles without dates may tell of March 2024
        return None
    # The newest are shown, as none that were asked for.
    return replace(newest_of(filters), searched=0)


def answer_of(told: Iterable[Event]) -> Answer:
    """The last event."""
    *_, answer = told
    if not isinstance(answer, Answer):
        raise TypeError(f"the last event is a {type(answer).__name__}, not an Answer")
    return answer
