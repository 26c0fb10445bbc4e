"""A conversation in the components that show it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag.ui.conversation import Exchanges
from rag.ui.message import markdown_text, message
from rag.ui.panel import panel
from rag.ui.texts import Texts, filled


def shown_as(exchanges: Exchanges, say: Texts) -> tuple[Any, ...]:
    """A conversation in the components that show it: what of them changes."""
    if not exchanges or exchanges[-1].is_over:
        passages, box = panel(exchanges, say), gr.update(submit_btn=say["ask"], stop_btn=False)
        save = gr.update(open=False)  # what is in it is made when it is unfolded
    else:
        begins, save = not exchanges[-1].passages, gr.skip()
        passages = gr.skip() if begins else panel(exchanges, say)
        # Emptied once: what is typed there later is the next question.
        emptied: Any = {"value": ""} if begins else {}
        box = gr.update(submit_btn=False, stop_btn=say["stop"], **emptied)
    return exchanges, _messages(exchanges, say), passages, box, save


def gone(say: Texts) -> tuple[Any, ...]:
    """The same of a conversation that is nowhere any more: a message that says so."""
    empty, _, *rest = shown_as((), say)
    return empty, [_said_by("assistant", markdown_text(say["history_gone"]))], *rest


def _messages(exchanges: Exchanges, say: Texts) -> list[dict[str, Any]]:
    """Two messages for each exchange: what was asked and what was answered."""
    messages: list[dict[str, Any]] = []
    for turn, exchange in enumerate(exchanges, 1):
        notices = [say["stopped"]] if exchange.stopped else []
        if exchange.answer and exchange.answer.dropped_markers:
            notices.append(filled(say, "dropped", count=exchange.answer.dropped_markers))
        messages += [
            _said_by("user", markdown_text(exchange.question)),
            _said_by("assistant", message(exchange, turn, notices, say["code"]) or "…"),
        ]
    return messages


def _said_by(role: str, text: str) -> dict[str, Any]:
    """A message as the browser takes it, which `ASKING` sends as it is."""
    content = [{"type": "text", "text": text}]
    return {"role": role, "content": content, "metadata": None, "options": None}
