"""A conversation: what was asked, what was answered, and what it was answered from."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeVar

from rag.corpus import Corpus
from rag.errors import RagError
from rag.followup import standalone
from rag.settings import Caution
from rag.types import (
    Answer,
    CheckedSentence,
    Citation,
    Filters,
    Passages,
    SearchResult,
    TextDelta,
    Turn,
)

_Place = TypeVar("_Place", SearchResult, Citation)

#: How often a text that is being written is shown anew.
_PACE_S = 0.12


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a reader may choose for each question; empty takes the settings."""

    filters: Filters = field(default_factory=Filters)
    caution: Caution | None = None
    quotes_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question and how far its answer is.

    Attributes:
        id: Of this asking; asked again, the same question has another. Empty in conversations
            that an older version kept.
        searched: The question as it was searched; a follow-up takes in what it goes on from.
        passages: Empty until they are found. The text of an article is left out of its
            documents here, so that a long conversation stays small.
        draft: The text so far.
        answer: None until it is whole and checked.
        error: Why there is no answer, for people.
        stopped: The reader did not want to wait for the rest.
        search_s: Seconds until the passages were there.
        answer_s: Seconds until the answer was whole.
    """

    question: str
    id: str = ""
    options: Options = field(default_factory=Options)
    searched: str = ""
    passages: tuple[SearchResult, ...] = ()
    draft: str = ""
    sentences: tuple[CheckedSentence, ...] = ()
    answer: Answer | None = None
    error: str = ""
    stopped: bool = False
    search_s: float = 0.0
    answer_s: float = 0.0

    @property
    def text(self) -> str:
        """What was said so far."""
        return self.answer.text if self.answer else self.draft

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return bool(self.answer or self.error or self.stopped)


#: A conversation, the oldest exchange first.
Exchanges: TypeAlias = tuple[Exchange, ...]


#: By then an answer that the browser cancels is over.
_CANCELLED_S = 0.3


def new_id() -> str:
    """An id that nobody can guess."""
    return secrets.token_urlsafe(12)


def turn_of(index: Any) -> int:
    """The exchange that a message belongs to, by the message's place as Gradio tells it."""
    return int(index[0] if isinstance(index, (list, tuple)) else index) // 2


def wait_until_over(exchanges: Exchanges) -> None:
    """Waits for an answer that is being cancelled: its next step would undo what comes now."""
    if exchanges and not exchanges[-1].is_over:
        time.sleep(_CANCELLED_S)


def history(exchanges: Sequence[Exchange]) -> list[Turn]:
    """The turns that a next question may lean on."""
    turns: list[Turn] = []
    for exchange in exchanges:
        if exchange.text:
            turns += [("user", exchange.question), ("assistant", exchange.text)]
    return turns


def answering(
    corpus: Corpus, question: str, earlier: Sequence[Exchange], options: Options
) -> Iterator[Exchange]:
    """The exchange as it grows; the last one is over."""
    begun = time.monotonic()
    before = history(earlier)
    now = Exchange(
        question=question,
        id=new_id(),
        options=options,
        searched=standalone(question, before),
    )
    yield now
    try:
        chain = corpus.chain(caution=options.caution, quotes_only=options.quotes_only)
        asked = {"question": question, "history": before, "filters": options.filters}
        for event in chain.stream(asked):
            seconds = time.monotonic() - begun
            match event:
                case Passages(results):
                    now = replace(now, passages=_without_texts(results), search_s=seconds)
                case TextDelta(text):
                    now = replace(now, draft=now.draft + text)
                case CheckedSentence():
                    now = replace(now, sentences=(*now.sentences, event))
                case Answer():
                    answer = _slim(event)
                    now = replace(now, answer=answer, sentences=answer.sentences, answer_s=seconds)
            yield now
    except RagError as error:
        yield replace(now, error=str(error))


def paced(exchanges: Iterator[Exchange], is_written: bool) -> Iterator[Exchange]:
    """The steps of an exchange that are worth showing; the first and the last always are.

    Each costs the server and the browser as much as a small page. Quotes follow their
    passages at once, so the answer shows both; what a chat model writes takes long enough
    to be read on the way, passages first.
    """
    passages, due = 0, 0.0
    for now in exchanges:
        is_due = is_written and time.monotonic() >= due
        if now.is_over or due == 0.0 or is_due or (is_written and len(now.passages) != passages):
            passages, due = len(now.passages), time.monotonic() + _PACE_S
            yield now


def _slim(answer: Answer) -> Answer:
    return replace(
        answer,
        passages=_without_texts(answer.passages),
        citations=_without_texts(answer.citations),
        nearest=_without_texts(answer.nearest),
    )


def _without_texts(places: Sequence[_Place]) -> tuple[_Place, ...]:
    return tuple(replace(each, document=replace(each.document, text="")) for each in places)
