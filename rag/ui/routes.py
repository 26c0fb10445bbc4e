"""The HTTP routes for programs: questions and passages as JSON, also streamed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Generator
from dataclasses import asdict
from html import escape
from typing import Annotated, Any, TypeVar

import anyio
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.types import Receive, Scope, Send

from rag.corpus import Corpus
from rag.errors import NotFoundError, QuestionError, RagError
from rag.language import encodable
from rag.settings import MAX_TOP_K, Caution
from rag.types import Answer, CheckedSentence, Event, Filters, Passages, TextDelta, Turn
from rag.ui.article import article_page, notice_page, spans_at
from rag.ui.html import html_page
from rag.ui.request import texts_of
from rag.wire import answer_json, result_json

_T = TypeVar("_T")
_Events = Generator[Event, None, None]

#: Questions answered at the same time over these routes, and how many more may wait.
CONCURRENT, WAITING = 32, 256

_NOT_POSTED = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]


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

    def restriction(self) -> Filters:
        """The filters.

        Raises:
            QuestionError: A date is not one.
        """
        return Filters(**self.filters.model_dump())

    def input(self) -> dict[str, Any]:
        """As the chain takes it."""
        return {
            "question": self.question,
            "history": self.history,
            "filters": self.restriction(),
        }


class Busy(Exception):
    """More wait already than may."""


class Lane:
    """Lets so many at a time in, and so many wait."""

    def __init__(self, concurrent: int, waiting: int) -> None:
        self._places = anyio.Semaphore(concurrent)
        self._threads = anyio.CapacityLimiter(concurrent)  # own ones: `/health` needs others
        self._waiting = waiting

    async def enter(self) -> None:
        """Takes a place, to be left again.

        Raises:
            Busy: The lane is full.
        """
        if self._places.statistics().tasks_waiting >= self._waiting:
            raise Busy
        await self._places.acquire()

    def leave(self) -> None:
        """Leaves the place."""
        self._places.release()

    async def step(self, function: Callable[[], _T]) -> _T:
        """The result of a function, called in a thread, for who has a place."""
        return await anyio.to_thread.run_sync(function, limiter=self._threads)

    async def run(self, function: Callable[[], _T]) -> _T:
        """The result of a function, called in a thread.

        Raises:
            Busy: The lane is full.
        """
        await self.enter()
        try:
            return await self.step(function)
        finally:
            self.leave()


class _Stream(StreamingResponse):
    """The events of an answer, which holds its place in the lane until the last one is sent."""

    def __init__(self, first: Event, rest: _Events, lane: Lane) -> None:
        super().__init__(_lines(first, rest, lane), media_type="application/x-ndjson")
        self._rest = rest
        self._lane = lane

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:  # the reader may have left, even before the first line
            self._lane.leave()
            with anyio.CancelScope(shield=True):
                await self._lane.step(self._rest.close)


def add_routes(app: FastAPI, corpus: Corpus) -> None:
    """Adds the routes to an application."""
    lane = Lane(CONCURRENT, WAITING)

    @app.exception_handler(RagError)
    def refuse(_: Request, error: RagError) -> JSONResponse:
        status = 422 if isinstance(error, QuestionError) else 503
        return JSONResponse({"error": str(error)}, status)

    @app.exception_handler(Busy)
    def wait(_: Request, __: Busy) -> JSONResponse:
        error = {"error": "too many questions are waiting; try again in a moment"}
        return JSONResponse(error, 503, {"Retry-After": "2"})

    @app.exception_handler(RequestValidationError)
    def correct(_: Request, error: RequestValidationError) -> Response:
        # Without what was sent: no JSON can hold a NaN, or half of a UTF-16 pair.
        kept = ("type", "loc", "msg")
        wrong = [{key: each[key] for key in kept} for each in error.errors()]
        return Response(json.dumps({"detail": wrong}), 422, media_type="application/json")

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

    @app.post("/api/ask", tags=["questions"])
    async def ask(body: Question) -> dict[str, Any]:
        """The answer, with a citation for each quote; `abstained` if there is none."""

        def ask() -> dict[str, Any]:
            return answer_json(corpus.chain(caution=body.caution).invoke(body.input()))

        return await lane.run(ask)

    @app.post("/api/stream", tags=["questions"])
    async def stream(body: Question) -> StreamingResponse:
        """As `/api/ask`, in pieces: a JSON object a line, the last one is the answer."""

        def tell() -> _Events:
            yield from corpus.chain(caution=body.caution).stream(body.input())

        events = tell()
        await lane.enter()
        try:  # what cannot be asked is refused with a status
            first = await lane.step(lambda: next(events))
        except BaseException:
            lane.leave()
            raise
        return _Stream(first, events, lane)

    @app.post("/api/search", tags=["questions"])
    async def search(body: Question) -> dict[str, Any]:
        """The passages nearest to a question, best first."""

        def search() -> list[dict[str, Any]]:
            found = corpus.search(body.question, top_k=body.top_k, filters=body.restriction())
            return [result_json(result) for result in found]

        return {"question": body.question, "results": await lane.run(search)}

    @app.get("/api/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(_docs(app.openapi()))

    # Else the page, which has every other path, would say that there is no such one.
    for path in ("/api/ask", "/api/stream", "/api/search"):
        app.add_api_route(path, _only_posted, methods=_NOT_POSTED, include_in_schema=False)


def event_json(event: Event) -> dict[str, Any]:
    """An event of a stream as JSON; its `type` says which."""
    match event:
        case Passages(results):
            return {"type": "passages", "passages": [result_json(each) for each in results]}
        case TextDelta(text):
            return {"type": "text", "text": text}
        case CheckedSentence():
            return {"type": "sentence", **asdict(event)}
        case Answer():
            return {"type": "answer", **answer_json(event)}


async def _lines(first: Event, rest: _Events, lane: Lane) -> AsyncIterator[str]:
    event: Event | None = first
    try:
        while event is not None:
            yield json.dumps(event_json(event), ensure_ascii=False) + "\n"
            event = await lane.step(lambda: next(rest, None))
    except RagError as error:
        yield json.dumps({"type": "error", "error": str(error)}, ensure_ascii=False) + "\n"


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
