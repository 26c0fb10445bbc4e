"""Any LangChain chat model: made from its name, and read with a time limit for each phase."""

from __future__ import annotations

import asyncio
import threading
import time
from codecs import getincrementaldecoder
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import aclosing
from typing import Any, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage

from rag.errors import GenerationError, SettingsError, first_line
from rag.settings import Settings

_T = TypeVar("_T")
_RETRIED_STATUS = frozenset((408, 409, 429, 500, 502, 503, 504))
_RETRY_WAIT_S = 0.3
_CLOSE_S = 1.0
_READING = "reading"
_CHARS_A_TOKEN = 12  # no language writes more; a longer answer has no end
# Why a reply ended that its model did not end, as the providers call it.
_REASONS = ("finish_reason", "done_reason", "stop_reason")
_CUT = frozenset(("length", "max_tokens", "content_filter", "safety"))
_THOUGHT, _THOUGHT_END = "<think>", "</think>"


class CutShortError(GenerationError):
    """The reply ends before its end: the model had no room for more, or was not let."""


def load_model(settings: Settings) -> BaseChatModel:
    """The chat model that the settings name: `local`, `local:PATH.gguf`, `ollama:...`, ...

    Raises:
        SettingsError: There is no such model, or the package for it is not installed.
    """
    provider, _, name = settings.llm.partition(":")
    if provider == "local":
        from rag.answer.local import load_local_model

        return load_local_model(name, settings)
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {"max_tokens": settings.llm_max_tokens, "temperature": 0}
    if settings.llm_base_url:
        options["base_url"] = settings.llm_base_url
    if provider == "openai":
        import httpx

        # Retries and the other phases are seen to here. A connection kept for the next question
        # may be dead by then, and would be left open by the loop that it belongs to.
        alone = httpx.AsyncClient(
            limits=httpx.Limits(max_keepalive_connections=0), follow_redirects=True
        )
        timeout = httpx.Timeout(None, connect=_connect_s(settings))
        options |= {"max_retries": 0, "timeout": timeout, "http_async_client": alone}
    if provider == "ollama":
        options["num_predict"] = options.pop("max_tokens")
    try:
        model: BaseChatModel = init_chat_model(settings.llm, **options)
    except ImportError as error:
        raise SettingsError(_missing_package(settings.llm, error)) from error
    except Exception as error:  # each provider has its own way to refuse a name or a key
        line = first_line(error)
        raise SettingsError(f"llm = {settings.llm!r} cannot be used: {line}") from error
    return model


def _connect_s(settings: Settings) -> float:
    return min(settings.llm_connect_timeout_s, settings.llm_first_token_timeout_s)


def _missing_package(name: str, error: ImportError) -> str:
    package = str(error).partition("pip install ")[2].strip("`. -U")
    command = f"pip install {package or 'langchain-' + name.partition(':')[0]}"
    return f"llm = {name!r} needs a package that is not installed; run: {command}"


class ModelReader:
    """Streams a chat model's words, and ends it when it takes too long.

    The model runs on an event loop in one thread of its own: there a request can be
    cancelled, which closes its connection, and no thread waits for a dead server.
    """

    def __init__(self, model: BaseChatModel, settings: Settings) -> None:
        self._model = model
        self._settings = settings
        self._starting = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._is_closed = False
        # Garbage together with its client's generators, a reply would be closed beside them.
        self._replies: set[AsyncIterator[str]] = set()
        # Whether its last reply ended a thought whose beginning its chat template wrote.
        self._thinks = False

    def read(self, messages: Sequence[BaseMessage]) -> Iterator[str | None]:
        """The pieces of the model's reply, without what it thinks aloud before.

        None tells that all pieces before it were thought, after all.

        Raises:
            CutShortError: The reply was cut short behind these pieces.
            GenerationError: The model failed, stalled, said nothing or did not stop.
        """
        for retries_left in reversed(range(self._settings.llm_retries + 1)):
            begun = is_thought = False
            try:
                for piece in spoken(paired(self._read_once(messages)), self._thinks):
                    begun = piece is not None
                    is_thought |= not begun
                    yield piece
                self._thinks = is_thought
                if not begun:
                    raise GenerationError("the language model said nothing")
            except CutShortError as error:
                if begun:
                    raise
                raise GenerationError("the language model was cut short in a thought") from error
            except GenerationError as error:
                if begun or not retries_left or not _is_passing(error.__cause__):
                    raise
                time.sleep(_RETRY_WAIT_S)
            else:
                return

    def close(self) -> None:
        """Ends the thread; who waits for the model hears that it failed."""
        with self._starting:
            self._is_closed = True
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop and thread:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(2 * _CLOSE_S)

    def _read_once(self, messages: Sequence[BaseMessage]) -> Iterator[str]:
        settings = self._settings
        pieces = self._pieces(messages)
        self._replies.add(pieces)
        deadline = time.monotonic() + settings.llm_timeout_s
        wait_s, chars = settings.llm_first_token_timeout_s, 0
        try:
            while True:
                piece = self._run(_next(pieces, min(wait_s, deadline - time.monotonic())))
                if piece is None:
                    break
                if not piece:
                    continue
                chars += len(piece)
                if chars > settings.llm_max_tokens * _CHARS_A_TOKEN:
                    raise GenerationError("the language model did not come to an end")
                yield piece
                wait_s = settings.llm_token_timeout_s
        except TimeoutError as error:
            phase = "go on" if chars else "begin"
            raise GenerationError(f"the language model did not {phase} in time") from error
        except GenerationError:
            raise
        except CancelledError as error:
            raise GenerationError("the language model was closed") from error
        except Exception as error:  # whatever a provider's client raises
            line = first_line(error)
            raise GenerationError(f"the language model failed: {line:.200}") from error
        finally:
            # Whoever gives a reply up, be it the loop's own thread or an ending process, waits
            # for nothing: the loop closes what is let go of.
            self._replies.remove(pieces)
            del pieces

    async def _pieces(self, messages: Sequence[BaseMessage]) -> AsyncIterator[str]:
        is_cut = False
        async with aclosing(self._model.astream(list(messages))) as chunks:  # type: ignore[type-var]
            async for chunk in chunks:
                is_cut |= _is_cut(chunk)
                yield str(chunk.text)
        if is_cut:
            raise CutShortError("the reply of the language model was cut short")

    def _run(self, work: Coroutine[Any, Any, _T]) -> _T:
        with self._starting:
            if self._is_closed:
                work.close()
                raise CancelledError
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=_serve, args=[self._loop], name="language-model", daemon=True
                )
                self._thread.start()
            # Begun before `close` can stop the loop, it is cancelled there.
            begun = asyncio.run_coroutine_threadsafe(work, self._loop)
        return begun.result()


def _is_cut(message: BaseMessage) -> bool:
    told = (message.response_metadata.get(key) for key in _REASONS)
    return any(str(reason).lower() in _CUT for reason in told)


def paired(pieces: Iterator[str]) -> Iterator[str]:
    """The pieces with the halves of a UTF-16 pair put together, and `\ufffd` for half of one."""
    decoder = getincrementaldecoder("utf-16-le")("replace")
    for piece in pieces:
        yield decoder.decode(piece.encode("utf-16-le", "surrogatepass"))
    if half := decoder.decode(b"", final=True):
        yield half


def spoken(pieces: Iterator[str], thinks: bool = False) -> Iterator[str | None]:
    """The pieces behind a leading `<think>...</think>`, however they are cut.

    An end that has no beginning ends a thought, too: None is its sign, behind the pieces of it
    that were given out.

    Args:
        thinks: Whether to await such an end before anything is given out.
    """
    said, given = "", 0
    for piece in pieces:
        said = (said + piece).lstrip()
        thought, end, rest = said.partition(_THOUGHT_END)
        if end and (thought.startswith(_THOUGHT) or _THOUGHT not in thought):
            if not thought.startswith(_THOUGHT):
                yield None
            said, given, thinks = rest.lstrip(), 0, False
        if thinks or said.startswith(_THOUGHT) or _THOUGHT.startswith(said):
            continue
        sure = len(said) - _begun(said)
        if sure > given:
            yield said[given:sure]
            given = sure
    if said[given:] and not said.startswith(_THOUGHT):
        yield said[given:]


def _begun(said: str) -> int:
    """How many of the last characters may be the first of an end of thought."""
    lengths = range(len(_THOUGHT_END) - 1, 0, -1)
    return next((n for n in lengths if said.endswith(_THOUGHT_END[:n])), 0)


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        loop.run_until_complete(_wind_up())
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()


async def _wind_up() -> None:
    """Ends what is awaited of the model, and lets connections be closed.

    An answer that is given up leaves a client's generators, and each is closed by a task of its
    own: were that cancelled, its connection would stay open.
    """
    deadline = time.monotonic() + _CLOSE_S
    while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
        is_late = time.monotonic() >= deadline
        for task in tasks:
            if is_late or task.get_name() == _READING:
                task.cancel()
        await asyncio.wait(tasks, timeout=None if is_late else deadline - time.monotonic())


async def _next(pieces: AsyncIterator[str], timeout_s: float) -> str | None:
    """The next piece; None at the end."""
    asyncio.current_task().set_name(_READING)  # type: ignore[union-attr]
    async with asyncio.timeout(max(timeout_s, 0)):
        return await anext(pieces, None)


def _is_passing(error: BaseException | None) -> bool:
    """Whether a second try may succeed; a time that has run out is not spent twice."""
    if error is None or isinstance(error, TimeoutError):
        return False
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and status > 0:
        return status in _RETRIED_STATUS
    return "connect" in f"{type(error).__name__} {error}".lower()
