"""The flow as LangChain knows it: a retriever, and a chain from question to answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any, TypeAlias

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import run_in_executor

from rag.answer import Answerer
from rag.flow import answer_of, events
from rag.retrieve import Retriever
from rag.turns import History
from rag.types import Answer, Event, Filters, SearchResult

#: A question, or `{"question": ..., "history": [("user", ...), ("assistant", ...)],
#: "filters": Filters(...)}`, of which only the question is required.
ChainInput: TypeAlias = str | Mapping[str, Any]


class CorpusRetriever(BaseRetriever):
    """The passages of a corpus as LangChain documents, their place in the metadata.

    Attributes:
        current: Gives what searches now: another one after a rebuild with other settings.
    """

    current: Callable[[], Retriever]
    top_k: int | None = None
    filters: Filters | None = None

    @property
    def retriever(self) -> Retriever:
        """What searches now."""
        return self.current()

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[LangChainDocument]:
        found = self.retriever.search(query, self.top_k, self.filters)
        return [_langchain(result) for result in found.results]

    def rankings(
        self, question: str, depth: int, filters: Filters | None = None
    ) -> dict[str, list[str]]:
        """As `Retriever.rankings`; without `filters`, its own hold."""
        return self.retriever.rankings(question, depth, filters or self.filters)


class AnswerChain(Runnable[ChainInput, Event]):
    """Retrieve, answer, cite: `stream` yields the events, `invoke` returns the last, the Answer."""

    def __init__(self, current: Callable[[], tuple[Retriever, Answerer]]) -> None:
        """Asks `current` for each question: a rebuild with other settings replaces both."""
        self._current = current

    @property
    def retriever(self) -> Retriever:
        """What searches now."""
        return self._current()[0]

    @property
    def answerer(self) -> Answerer:
        """What answers now."""
        return self._current()[1]

    def invoke(
        self, input: ChainInput, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Answer:
        """The checked answer to one question."""
        return answer_of(self.stream(input, config, **kwargs))

    async def ainvoke(
        self, input: ChainInput, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Answer:
        """As `invoke`, in a thread."""
        return await run_in_executor(config, self.invoke, input, config, **kwargs)

    def stream(
        self, input: ChainInput, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Event]:
        """Passages first, then text, then the checked answer."""
        return self.transform(iter([input]), config, **kwargs)

    async def astream(
        self, input: ChainInput, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[Event]:
        """As `stream`; each event is waited for in a thread."""
        events = self.stream(input, config, **kwargs)
        while event := await run_in_executor(config, next, events, None):
            yield event

    def transform(
        self, input: Iterator[ChainInput], config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Event]:
        """As `stream`, for a question that another Runnable hands on."""
        return self._transform_stream_with_config(input, self._events, config, run_type="chain")

    def _events(self, inputs: Iterator[ChainInput]) -> Iterator[Event]:
        *_, input = inputs
        retriever, answerer = self._current()
        yield from events(retriever, answerer, *_parse(input))


def _parse(input: ChainInput) -> tuple[str, History, Filters | None]:
    if isinstance(input, str):
        return input, (), None
    if not isinstance(input, Mapping) or not isinstance(input.get("question"), str):
        raise ValueError(f'expected a question or {{"question": ...}}, not {input!r:.100}')
    return input["question"], input.get("history"), input.get("filters")


def _langchain(result: SearchResult) -> LangChainDocument:
    document, chunk = result.document, result.chunk
    return LangChainDocument(
        page_content=chunk.text,
        metadata={
            "id": document.id,
            "title": document.title,
            "language": document.language,
            "date": document.date,
            "source": document.source,
            "start": chunk.start,
            "end": chunk.end,
            "score": result.score,
        },
    )
