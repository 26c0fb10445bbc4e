"""The flow as LangChain's own pieces see it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.documents import Document as LangChainDocument
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import HumanMessage, convert_to_messages
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import (
    Runnable,
    RunnableGenerator,
    RunnableLambda,
    RunnableParallel,
    RunnablePassthrough,
)

from rag import Answer, Corpus, Passages, QuestionError, SettingsError, TextDelta
from rag.types import Event

QUESTIONS = ["When did the iron bridge reopen?", "Quand le pont a-t-il rouvert ?", "harbour"]


@pytest.fixture
def synced(corpus: Corpus) -> Corpus:
    corpus.sync()
    return corpus


def check_events(events: list[Event]) -> Answer:
    """What holds of any stream; gives its answer."""
    first, *deltas, last = events
    assert isinstance(first, Passages)
    assert isinstance(last, Answer)
    assert all(isinstance(delta, TextDelta) for delta in deltas)
    assert first.results == last.passages
    return last


def test_the_retriever_is_langchains(synced: Corpus) -> None:
    retriever = synced.retriever()
    assert isinstance(retriever, BaseRetriever)
    found = retriever.invoke(QUESTIONS[0])
    hits = synced.search(QUESTIONS[0])
    assert [document.page_content for document in found] == [hit.chunk.text for hit in hits]
    for document in found:
        assert isinstance(document, LangChainDocument)
        about = document.metadata
        text = synced.document(about["id"]).text
        assert text[about["start"] : about["end"]] == document.page_content


def test_the_retriever_in_batches_and_async(synced: Corpus) -> None:
    retriever = synced.retriever(top_k=2)
    each = [retriever.invoke(question) for question in QUESTIONS]
    assert all(len(found) == 2 for found in each)
    assert retriever.batch(QUESTIONS) == each
    assert asyncio.run(retriever.ainvoke(QUESTIONS[0])) == each[0]
    assert asyncio.run(retriever.abatch(QUESTIONS)) == each


def test_the_chain_is_a_runnable(synced: Corpus) -> None:
    chain = synced.chain()
    assert isinstance(chain, Runnable)
    answer = chain.invoke(QUESTIONS[0])
    assert isinstance(answer, Answer)
    assert answer == synced.ask(QUESTIONS[0])
    assert answer == chain.invoke({"question": QUESTIONS[0], "history": []})
    assert answer == chain.invoke({"question": QUESTIONS[0], "history": None})
    assert check_events(list(chain.stream(QUESTIONS[0]))) == answer


def test_the_history_may_be_messages_of_langchain(synced: Corpus) -> None:
    chain = synced.chain()
    turns = [("user", QUESTIONS[0]), ("assistant", "…")]
    for history in (
        turns,
        convert_to_messages(turns),
        [{"role": role, "content": said} for role, said in turns],
    ):
        answer = chain.invoke({"question": "and where?", "history": history})
        assert isinstance(answer, Answer)
        assert answer.question == "and where?"
        assert answer == synced.ask("and where?", history=[("user", QUESTIONS[0])])
        assert answer == synced.ask("and where?", history=history)
    assert synced.ask("and where?", history=None) == synced.ask("and where?")


@pytest.mark.parametrize(
    "history",
    [
        "Who?",
        ["Who?", "Ann."],
        ("user", "Who?"),
        {"role": "user", "content": "Who?"},
        [("reader", "Who?")],
        [("tool", "Who?")],
        [("user", None)],
        [{"question": "Who?"}],
        HumanMessage("Who?"),
        [1],
        1,
    ],
)
def test_what_is_no_conversation_is_refused(synced: Corpus, history: Any) -> None:
    refused = "history is a list of turns"
    with pytest.raises(QuestionError, match=refused):
        synced.ask("and where?", history=history)
    with pytest.raises(QuestionError, match=refused):
        synced.chain().invoke({"question": "and where?", "history": history})


def test_other_filters_and_cautions_are_refused(synced: Corpus) -> None:
    wrong: Any = {"languages": ["fr"]}
    for ask in (
        lambda: synced.search(QUESTIONS[0], filters=wrong),
        lambda: synced.ask(QUESTIONS[0], filters=wrong),
        lambda: synced.chain().invoke({"question": QUESTIONS[0], "filters": wrong}),
    ):
        with pytest.raises(QuestionError, match="filters are Filters"):
            ask()
    brave: Any = "brave"
    with pytest.raises(SettingsError, match="cautious, balanced, eager, not 'brave'"):
        synced.chain(caution=brave)


def test_the_chain_in_batches_and_async(synced: Corpus) -> None:
    chain = synced.chain()
    each = [chain.invoke(question) for question in QUESTIONS]

    async def stream() -> list[Event]:
        return [event async for event in chain.astream(QUESTIONS[0])]

    assert chain.batch([*QUESTIONS]) == each
    answer: Answer = asyncio.run(chain.ainvoke(QUESTIONS[0]))
    assert answer == each[0]
    assert asyncio.run(chain.abatch([*QUESTIONS])) == each
    assert check_events(asyncio.run(stream())) == each[0]


def test_a_batch_can_keep_its_errors(synced: Corpus) -> None:
    good, bad = synced.chain().batch([QUESTIONS[0], ""], return_exceptions=True)
    assert isinstance(good, Answer)
    assert isinstance(bad, QuestionError)


def test_the_chain_between_other_pieces(synced: Corpus) -> None:
    def question(row: dict[str, str]) -> str:
        return row["asked"]

    def markers(event: Event) -> list[str]:
        assert isinstance(event, Answer)
        return [citation.marker for citation in event.citations]

    chain = RunnableLambda(question) | synced.chain() | RunnableLambda(markers)
    expected = markers(synced.ask(QUESTIONS[0]))
    assert chain.invoke({"asked": QUESTIONS[0]}) == expected
    assert asyncio.run(chain.ainvoke({"asked": QUESTIONS[0]})) == expected


def test_events_stream_through_other_pieces(synced: Corpus) -> None:
    def kinds(events: Iterator[Event]) -> Iterator[str]:
        for event in events:
            yield type(event).__name__

    chain = synced.chain() | RunnableGenerator(kinds)
    first, *_, last = chain.stream(QUESTIONS[0])
    assert (first, last) == ("Passages", "Answer")


def test_the_retriever_in_a_chain_of_ones_own(synced: Corpus) -> None:
    prompt = ChatPromptTemplate.from_template("{passages}\n\n{question}")
    model = FakeListChatModel(responses=["On Monday [1]."])

    def joined(found: list[LangChainDocument]) -> str:
        return "\n".join(document.page_content for document in found)

    chain: Runnable[str, str] = (
        RunnableParallel(passages=synced.retriever() | joined, question=RunnablePassthrough())
        | prompt
        | model
        | StrOutputParser()
    )
    assert chain.invoke(QUESTIONS[0]) == "On Monday [1]."


@pytest.mark.parametrize("input", [None, 7, {}, {"question": 7}, {"asked": "a"}, ["a"]])
def test_an_input_that_is_no_question(synced: Corpus, input: object) -> None:
    with pytest.raises(ValueError, match="expected a question"):
        synced.chain().invoke(input)  # type: ignore[arg-type]
