"""The page, the HTTP routes and the health check, as one local server."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from rag.corpus import Corpus
from rag.errors import NotFoundError, QuestionError, RagError
from rag.types import Filters, Turn
from rag.ui.headers import SecurityHeaders
from rag.ui.page import CSS, I18N, THEME, build_page
from rag.wire import answer_json, result_json

#: Questions answered at the same time; more wait in the page's queue.
_CONCURRENT_QUESTIONS = 8


class Restriction(BaseModel):
    """Which documents to search; see `rag.Filters`."""

    model_config = ConfigDict(extra="forbid")

    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None


class Question(BaseModel):
    """Body of `/api/ask` and `/api/search`."""

    question: str
    history: list[Turn] = []
    top_k: int | None = Field(None, ge=1, le=1000)
    filters: Restriction = Restriction()

    def restriction(self) -> Filters:
        """The filters.

        Raises:
            QuestionError: A date is not one.
        """
        return Filters(**self.filters.model_dump())


def build_app(corpus: Corpus) -> FastAPI:
    """The ASGI application; the model loads behind it once it runs."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # Not a daemon: ending the process in the middle of loading the engine would abort it.
        threading.Thread(target=_warm, args=[corpus]).start()
        yield

    app = FastAPI(title="corpus-chat", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.add_middleware(SecurityHeaders)

    @app.exception_handler(RagError)
    def refuse(_: Request, error: RagError) -> JSONResponse:
        status = 422 if isinstance(error, QuestionError) else 503
        return JSONResponse({"error": str(error)}, status)

    @app.get("/health")
    def health() -> dict[str, Any]:
        try:
            now = corpus.status()
        except NotFoundError as error:
            return {"status": "empty", "reason": str(error)}
        syncing = asdict(progress) if (progress := corpus.progress) else None
        return {
            "status": "ok",
            "documents": now.documents,
            "generation": now.generation,
            "syncing": syncing,
        }

    @app.post("/api/ask")
    def ask(body: Question) -> dict[str, Any]:
        return answer_json(
            corpus.ask(body.question, history=body.history, filters=body.restriction())
        )

    @app.post("/api/search")
    def search(body: Question) -> dict[str, Any]:
        results = corpus.search(body.question, top_k=body.top_k, filters=body.restriction())
        return {"question": body.question, "results": [result_json(result) for result in results]}

    page = build_page(corpus)
    page.queue(default_concurrency_limit=_CONCURRENT_QUESTIONS)
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        css=CSS,
        theme=THEME,
        i18n=I18N,
        ssr_mode=False,
        run_history=False,
        enable_monitoring=False,
        footer_links=[],
    )
    return app


def serve(corpus: Corpus, *, host: str, port: int) -> None:
    """Serves until interrupted; prints the address once it can be opened.

    Raises:
        RagError: The address cannot be listened on.
    """
    listening = _listen(host, port)
    server = uvicorn.Server(
        uvicorn.Config(build_app(corpus), log_level="warning", timeout_graceful_shutdown=3)
    )
    address = f"http://{host}:{listening.getsockname()[1]}"
    print(f"The page is at {address} (Ctrl-C ends it)", flush=True)
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn has closed, and passes it on
        server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise RagError(
            f"cannot listen on {host}:{port}: {reason}; choose another --host or --port"
        ) from error


def _warm(corpus: Corpus) -> None:
    with contextlib.suppress(RagError):  # the first question will tell
        corpus.warm()
