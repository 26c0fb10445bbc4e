"""A chat model that says what it is told to, as fast as it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult

#: A reply that never ends.
ENDLESS = "and on and on "

_PAUSE_S = 0.02


class Talker(BaseChatModel):
    """Says one reply after another, a word at a time; counts those that were cut short."""

    replies: list[str]
    cut_short: int = 0

    @property
    def _llm_type(self) -> str:
        return "talker"

    def _generate(self, *_: Any, **__: Any) -> ChatResult:
        raise NotImplementedError("it only streams")

    async def _astream(
        self, messages: list[BaseMessage], *_: Any, **__: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        reply = self.replies.pop(0)
        try:
            while True:
                for word in reply.split(" "):
                    yield ChatGenerationChunk(message=AIMessageChunk(content=f"{word} "))
                    await asyncio.sleep(_PAUSE_S)
                if reply != ENDLESS:
                    return
        except (GeneratorExit, asyncio.CancelledError):
            self.cut_short += 1
            raise
