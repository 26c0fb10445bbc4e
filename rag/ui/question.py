"""A question as programs send it, over HTTP or with `gradio_client`, and what is found for it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rag.corpus import Corpus
from rag.language import encodable
from rag.settings import MAX_TOP_K, Caution
from rag.types import Event, Filters, Turn
from rag.wire import answer_json, result_json


class Restriction(BaseModel):
    """Which documents to search; see `rag.Filters`."""

    model_config = ConfigDict(extra="forbid")

    languages: tuple[str, ...] = Field((), description="Codes, such as `fr`; one of them.")
    sources: tuple[str, ...] = Field((), description="One of them.")
    documents: tuple[str, ...] = Field((), description="Ids; one of them.")
    since: str | None = Field(None, description="2024, 2024-06 or 2024-06-20: not older.")
    until: str | None = Field(None, description="Not younger.")


class Question(BaseModel):
    """What is asked."""

    model_config = ConfigDict(extra="forbid")

    #: JSON can write half of a UTF-16 pair, which no answer could hold.
    question: Annotated[str, AfterValidator(encodable)] = Field(description="In any language.")
    history: list[Turn] = Field(
        [], description='Earlier turns, oldest first: `["user", "..."], ["assistant", "..."]`.'
    )
    top_k: int | None = Field(None, ge=1, le=MAX_TOP_K, description="Passages, for a search.")
    filters: Restriction = Field(Restriction(), description="Which documents to search.")
    caution: Caution | None = Field(None, description="How sure to be; empty takes the setting.")

    def answer(self, corpus: Corpus) -> dict[str, Any]:
        """The answer as JSON."""
        return answer_json(corpus.chain(caution=self.caution).invoke(self._input()))

    def events(self, corpus: Corpus) -> Generator[Event, None, None]:
        """What there is on the way to the answer, and the answer."""
        yield from corpus.chain(caution=self.caution).stream(self._input())

    def passages(self, corpus: Corpus) -> list[dict[str, Any]]:
        """The nearest passages as JSON, best first."""
        found = corpus.search(self.question, top_k=self.top_k, filters=self._restriction())
        return [result_json(result) for result in found]

    def _input(self) -> dict[str, Any]:
        """As the chain takes it."""
        return {
            "question": self.question,
            "history": self.history,
            "filters": self._restriction(),
        }

    def _restriction(self) -> Filters:
        return Filters(**self.filters.model_dump())
