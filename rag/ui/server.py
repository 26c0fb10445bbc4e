"""The page, the HTTP routes and what guards them, as one application."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncIterator
from typing import Final

import gradio as gr
from fastapi import FastAPI

from rag.corpus import Corpus
from rag.errors import RagError
from rag.people import People
from rag.ui.guard import Guard, Identify, by_header
from rag.ui.headers import SecurityHeaders
from rag.ui.page import CSS, THEME, build_page
from rag.ui.request import signed_in
from rag.ui.routes import CONCURRENT, WAITING, add_routes
from rag.ui.signin import LOGIN, LOGOUT, SignIn

#: Largest file that can be added in the page.
_MAX_UPLOAD: Final = 200 * 2**20

#: How often the queue is looked at for questions, and for progress to be told. Gradio would
#: look a thousand times a second, which costs an idle server a fifth of a core.
_LOOK_S, _TELL_S = 0.01, 0.05

#: Pages whose conversation is kept in memory; older ones are forgotten.
_SESSIONS: Final = 1000


def build_app(
    corpus: Corpus,
    *,
    allow_edit: bool = False,
    people: People | None = None,
    only_loopback: bool = False,
    concurrent: int = CONCURRENT,
    waiting: int = WAITING,
) -> FastAPI:
    """The ASGI application; the model loads behind it once it runs.

    Args:
        corpus: To serve.
        allow_edit: Articles may be added and deleted in the page, by editors if there are people.
        people: Who may sign in; None lets everybody in, unless the settings name a header.
        only_loopback: Refuse requests for another name than this machine's own.
        concurrent: Questions that the page answers at the same time.
        waiting: How many more may wait there.
    """
    # Not a daemon: ending the process in the middle of loading the engine would abort it.
    warming = threading.Thread(target=_warm, args=[corpus])

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        warming.start()
        yield

    app = FastAPI(title="corpus-chat", docs_url=None, redoc_url=None, lifespan=lifespan)
    identify = _identifier(app, corpus, people)
    page: gr.Blocks
    app.add_middleware(
        Guard,
        max_upload=_MAX_UPLOAD * allow_edit,
        identify=identify,
        is_full=lambda: len(page._queue) >= waiting,
        only_loopback=only_loopback,
    )
    app.add_middleware(SecurityHeaders)
    add_routes(app, corpus)
    page = build_page(
        corpus,
        _is_editor if allow_edit else None,
        lambda: warming.ident is not None and not warming.is_alive(),
        may_sign_out=people is not None and not corpus.settings.user_header,
    )
    page.queue(default_concurrency_limit=concurrent, max_size=waiting)
    page._queue.sleep_when_free = _LOOK_S
    page._queue.progress_update_sleep_when_free = _TELL_S
    page.state_session_capacity = _SESSIONS
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        css=CSS,
        theme=THEME,
        ssr_mode=False,
        run_history=False,
        enable_monitoring=False,
        footer_links=[],
        max_file_size=_MAX_UPLOAD,
    )
    return app


def _identifier(app: FastAPI, corpus: Corpus, people: People | None) -> Identify | None:
    """How it is found out who sends a request; None where everybody may."""
    if header := corpus.settings.user_header:
        return by_header(header, people)
    if people is None:
        return None
    sign_in = SignIn(people)
    forms = ["GET", "HEAD", "POST"]
    app.add_api_route(LOGIN, sign_in.page, methods=forms, include_in_schema=False)
    app.add_api_route(LOGOUT, sign_in.leave, methods=["POST"], include_in_schema=False)
    return sign_in.identify


def _is_editor(request: gr.Request) -> bool:
    user = signed_in(request)
    return user is None or user.role == "editor"


def _warm(corpus: Corpus) -> None:
    with contextlib.suppress(RagError):  # the first question will tell
        corpus.warm()
