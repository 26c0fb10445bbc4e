"""A conversation as its caller has it -> turns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from rag.errors import QuestionError
from rag.types import Turn

if TYPE_CHECKING:
    from langchain_core.messages import MessageLikeRepresentation

#: Earlier turns, oldest first: `("user", ...)` and `("assistant", ...)`, or messages of LangChain.
History: TypeAlias = "Iterable[Turn | MessageLikeRepresentation] | None"


def turns(history: History) -> list[Turn]:
    """The turns of a conversation.

    Raises:
        QuestionError: It holds something else.
    """
    try:
        return [_turn(said) for said in history or ()]
    # The last two are what LangChain says of a tool's message that lacks its call, and of an
    # object that is no message.
    except (TypeError, ValueError, KeyError, NotImplementedError) as error:
        raise QuestionError(
            'history is a list of turns, such as [("user", "Who?"), ("assistant", "Ann.")], or of '
            f"messages of LangChain, not {history!r:.100}"
        ) from error


def _turn(said: Turn | MessageLikeRepresentation) -> Turn:
    match said:
        case ("user" | "assistant" as speaker, str(text)):
            return speaker, text
        case str():  # to LangChain a question, but nobody says who spoke
            raise ValueError("a text is no turn")
    from langchain_core.messages import convert_to_messages  # slow, and seldom needed

    (message,) = convert_to_messages([said])
    return "user" if message.type == "human" else "assistant", message.text
