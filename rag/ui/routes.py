"""The HTTP routes for programs: questions and passages as JSON, also streamed."""

from __future__ import annotations

import json
from dataclasses import asdict
from html import escape
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from rag.corpus import Corpus
from rag.errors import NotFoundError, QuestionError, RagError
from rag.ui.article import article_page, notice_page, spans_at
from rag.ui.html import html_page
from rag.ui.lane import Busy, Lane, Stream
from rag.ui.question import Question
from rag.ui.request import texts_of

#: Questions answered at the same time over these routes, and how many more may wait.
CONCURRENT, WAITING = 32, 256

_NOT_POSTED = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]


def add_routes(app: FastAPI, corpus: Corpus) -> None:
    """Adds the routes to an application."""
    app.exception_handler(RagError)(_refused)
    app.exception_handler(Busy)(_busy)
    app.exception_handler(RequestValidationError)(_corrected)
    _add_looks(app, corpus)
    _add_questions(app, corpus)


def _add_looks(app: FastAPI, corpus: Corpus) -> None:
    """What is there: the state of the server, an article, and what can be asked."""

    @app.head("/health", include_in_schema=False)
    @app.get("/health", tags=["server"])
    def health() -> dict[str, Any]:
        """Whether the server is up, and what it has."""
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

    @app.api_route("/article", methods=["GET", "HEAD"], include_in_schema=False)
    def article(
        request: Request, id: str, at: str = "", focus: str = "", sha256: str = ""
    ) -> HTMLResponse:
        say = texts_of(request)
        try:
            document = corpus.document(id)
        except NotFoundError:
            return HTMLResponse(notice_page(say["article_gone"], say), 404)
        if sha256 not in ("", document.sha256):
            return HTMLResponse(article_page(document, [], say, say["article_changed"]))
        spans, stressed = (spans_at(place, len(document.text)) for place in (at, focus))
        return HTMLResponse(article_page(document, spans, say, focus=stressed))

    @app.get("/api/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(_docs(app.openapi()))


def _add_questions(app: FastAPI, corpus: Corpus) -> None:
    lane = Lane(CONCURRENT, WAITING)

    @app.post("/api/ask", tags=["questions"])
    async def ask(body: Question) -> dict[str, Any]:
        """The answer, with a citation for each quote; `abstained` if there is none."""
        return await lane.run(lambda: body.answer(corpus))

    @app.post("/api/stream", tags=["questions"])
    async def stream(body: Question) -> StreamingResponse:
        """As `/api/ask`, in pieces: a JSON object a line, the last one is the answer."""
        return Stream(body.events(corpus), lane)

    @app.post("/api/search", tags=["questions"])
    async def search(body: Question) -> dict[str, Any]:
        """The passages nearest to a question, best first."""
        found = await lane.run(lambda: body.passages(corpus))
        return {"question": body.question, "results": found}

    # Else the page, which has every other path, would say that there is no such one.
    for path in ("/api/ask", "/api/stream", "/api/search"):
        app.add_api_route(path, _only_posted, methods=_NOT_POSTED, include_in_schema=False)


def _refused(_: Request, error: RagError) -> JSONResponse:
    status = 422 if isinstance(error, QuestionError) else 503
    return JSONResponse({"error": str(error)}, status)


def _busy(_: Request, __: Busy) -> JSONResponse:
    error = {"error": "too many questions are waiting; try again in a moment"}
    return JSONResponse(error, 503, {"Retry-After": "2"})


def _corrected(_: Request, error: RequestValidationError) -> Response:
    # Without what was sent: no JSON can hold a NaN, or half of a UTF-16 pair.
    kept = ("type", "loc", "msg")
    wrong = [{key: each[key] for key in kept} for each in error.errors()]
    return Response(json.dumps({"detail": wrong}), 422, media_type="application/json")


def _only_posted() -> JSONResponse:
    return JSONResponse({"error": "send it with POST"}, 405, {"Allow": "POST"})


def _docs(schema: dict[str, Any]) -> str:
    """The routes to read, without anything fetched from elsewhere."""
    routes = "".join(
        f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
        f"<p>{escape(about.get('description', ''))}</p>"
        for path, methods in schema["paths"].items()
        for method, about in methods.items()
    )
    models = schema.get("components", {}).get("schemas", {})
    tables = "".join(_fields(name, models[name]) for name in ("Question", "Restriction"))
    body = (
        '<h1>For programs</h1><p>The same as <a href="../openapi.json">OpenAPI</a>.</p>'
        f"{routes}{tables}"
    )
    style = "td { padding: .2rem .8rem .2rem 0; vertical-align: top; }"
    return html_page("corpus-chat", body, language="en", style=style)


def _fields(name: str, model: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code></td><td>{escape(about.get('description', ''))}</td>"
        f"</tr>"
        for field, about in model["properties"].items()
    )
    return f"<h2>{escape(name)}</h2><table>{rows}</table>"
