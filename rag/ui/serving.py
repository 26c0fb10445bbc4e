"""A server that is up at once, while Gradio, the index and the models get ready behind it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Final, TypeVar

import uvicorn
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import Receive, Scope, Send

from rag.corpus import Corpus
from rag.errors import RagError
from rag.people import People
from rag.ui.guard import is_loopback
from rag.ui.headers import SecurityHeaders
from rag.ui.html import html_page
from rag.ui.request import texts_of

if TYPE_CHECKING:
    from fastapi import FastAPI

_T = TypeVar("_T")

#: Beginnings of the paths that programs ask, who take an answer for good.
_FOR_PROGRAMS: Final = ("/api/", "/health")

_OPEN_TO_OTHERS: Final = (
    "warning: {host} is open to other machines, and everybody who reaches it may ask; "
    "`--auth users.toml` asks for a password, and only a proxy with TLS keeps it secret"
)


class Front:
    """ASGI application that stands in for another one until that is built and may answer.

    A browser is shown a page that tries again by itself. A program has to wait, as if the
    server were slow, until the index is up to date too.
    """

    def __init__(
        self,
        build: Callable[[], FastAPI],
        prepare: Callable[[threading.Event], None],
        on_failure: Callable[[], None],
    ) -> None:
        """`build` and `prepare` run in threads; `on_failure` is called where one raises.

        `prepare` is given what is set when the server ends.
        """
        self._build = build
        self._prepare = prepare
        self._on_failure = on_failure
        self._app: FastAPI | None = None
        self._built, self._prepared = asyncio.Event(), asyncio.Event()
        self._stopping, self._stop = asyncio.Event(), threading.Event()
        self._starting_page = SecurityHeaders(_starting_page)
        #: What `build` or `prepare` raised.
        self.failure: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request, or the whole life of the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if not self._app and _is_for_people(scope):
            await self._starting_page(scope, receive, send)
            return
        await self._built.wait()
        if scope["path"].startswith(_FOR_PROGRAMS):
            await self._prepared.wait()
        if self._app:
            await self._app(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        running = asyncio.gather(self._run(), self._get_ready())
        await send({"type": "lifespan.startup.complete"})
        try:
            await receive()
        finally:  # cancelled instead, where a second Ctrl-C ends the server
            self._stop.set()
        self._stopping.set()
        await running
        await send({"type": "lifespan.shutdown.complete"})

    async def _run(self) -> None:
        app = await self._attempt(self._build)
        if app is None:
            self._built.set()
            return
        async with app.router.lifespan_context(app):
            self._app = app
            self._built.set()
            await self._stopping.wait()

    async def _get_ready(self) -> None:
        await self._attempt(lambda: self._prepare(self._stop))
        self._prepared.set()

    async def _attempt(self, step: Callable[[], _T]) -> _T | None:
        try:
            return await asyncio.to_thread(step)
        except Exception as error:  # raised again where the server was started
            self.failure = self.failure or error
            self._on_failure()
            return None


def serve(
    corpus: Corpus,
    *,
    host: str,
    port: int,
    prepare: Callable[[threading.Event], None] = lambda _: None,
    allow_edit: bool = False,
    people: People | None = None,
) -> None:
    """Serves until interrupted; prints the address once it can be opened.

    Args:
        corpus: To serve.
        host: Address to listen on.
        port: 0 takes a free one.
        prepare: To be done before programs are answered, while the page is up already; the
            event is set when it is to end.
        allow_edit: Let people add and delete articles.
        people: Who may sign in; None lets everybody in.

    Raises:
        RagError: The address cannot be listened on, or what `prepare` raises.
    """

    asks_who = people is not None or bool(corpus.settings.user_header)

    def build() -> FastAPI:
        from rag.ui.server import build_app  # Gradio takes seconds to load

        return build_app(
            corpus,
            allow_edit=allow_edit,
            people=people,
            only_loopback=is_loopback(host) and not asks_who,
        )

    listening = _listen(host, port)
    if not (asks_who or is_loopback(host)):
        print(_OPEN_TO_OTHERS.format(host=host), file=sys.stderr)
    front = Front(build, prepare, lambda: setattr(server, "should_exit", True))
    server = uvicorn.Server(
        uvicorn.Config(
            front, log_level="warning", timeout_keep_alive=75, timeout_graceful_shutdown=3
        )
    )
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    place = f"[{host}]" if ":" in host else host
    address = f"http://{place}:{listening.getsockname()[1]}"
    print(f"The page is at {address} (Ctrl-C ends it)", flush=True)
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn has closed, and passes it on
        server.run(sockets=[listening])
    if front.failure:
        raise front.failure


def _is_news(record: logging.LogRecord) -> bool:
    """Whether it is not just about a page that was open, and listening, when the server ended."""
    error = record.exc_info[1] if record.exc_info else None
    return not (isinstance(error, asyncio.CancelledError) or str(record.msg).startswith("Cancel "))


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise RagError(
            f"cannot listen on {host}:{port}: {reason}; choose another --host or --port"
        ) from error


def _is_for_people(scope: Scope) -> bool:
    return scope["path"] == "/" and "text/html" in Request(scope).headers.get("accept", "")


async def _starting_page(scope: Scope, receive: Receive, send: Send) -> None:
    say = texts_of(Request(scope))
    page = html_page(
        "corpus-chat",
        f'<main role="status"><h1>{escape(say["title"])}</h1>'
        f"<p>{escape(say['starting'])}</p></main>",
        language=say["code"],
        style="body { margin: 20vh auto; }",
        head='<meta http-equiv="refresh" content="1">',
    )
    await HTMLResponse(page, headers={"Cache-Control": "no-store"})(scope, receive, send)
