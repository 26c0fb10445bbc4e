"""How many questions of programs are answered at the same time, and how many may wait."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import anyio
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from rag.errors import RagError
from rag.types import Event
from rag.wire import event_json

_T = TypeVar("_T")


class Busy(Exception):
    """More wait already than may."""


class Lane:
    """Lets so many at a time in, and so many wait."""

    def __init__(self, concurrent: int, waiting: int) -> None:
        self._places = anyio.Semaphore(concurrent)
        self._threads = anyio.CapacityLimiter(concurrent)  # own ones: `/health` needs others
        self._waiting = waiting

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place in it.

        Raises:
            Busy: The lane is full.
        """
        if self._places.statistics().tasks_waiting >= self._waiting:
            raise Busy
        async with self._places:
            yield

    async def step(self, function: Callable[[], _T]) -> _T:
        """The result of a function, called in a thread, for who has a place."""
        return await anyio.to_thread.run_sync(function, limiter=self._threads)

    async def run(self, function: Callable[[], _T]) -> _T:
        """The result of a function, called in a thread.

        Raises:
            Busy: The lane is full.
        """
        async with self.place():
            return await self.step(function)


class Stream(StreamingResponse):
    """The events of an answer, a JSON object a line; in its place until the last one is sent.

    Raises:
        Busy: The lane is full.
        RagError: There is not even a first event; nothing has been sent yet.
    """

    def __init__(self, events: Generator[Event, None, None], lane: Lane) -> None:
        super().__init__(self._lines(), media_type="application/x-ndjson")
        self._events, self._lane = events, lane
        self._event: Event | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it."""
        async with self._lane.place():
            try:
                await self._next()
                await super().__call__(scope, receive, send)
            finally:  # the reader may have left, even before the first line
                with anyio.CancelScope(shield=True):
                    await self._lane.step(self._events.close)

    async def _next(self) -> None:
        self._event = await self._lane.step(lambda: next(self._events, None))

    async def _lines(self) -> AsyncIterator[str]:
        try:
            while self._event is not None:
                yield _line(event_json(self._event))
                await self._next()
        except RagError as error:
            yield _line({"type": "error", "error": str(error)})


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"
