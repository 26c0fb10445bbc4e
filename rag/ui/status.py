"""What the page says of the state of things: what is under way, and what could not be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Final

import gradio as gr

from rag.corpus import Corpus
from rag.errors import RagError
from rag.sync import Progress
from rag.types import Failure
from rag.ui.html import one_line
from rag.ui.message import markdown_text
from rag.ui.request import texts_of
from rag.ui.texts import Texts, filled
from rag.ui.texts.reasons import reason_in
from rag.ui.wiring import QUIET

_LOOK_EVERY_S: Final = 2.0
_FAILURES_SHOWN: Final = 200


def build_status(page: gr.Blocks, corpus: Corpus, is_ready: Callable[[], bool]) -> None:
    """A line that says what is loading or syncing, and looks again until nothing is."""
    line = gr.Markdown(elem_id="status")
    timer = gr.Timer(_LOOK_EVERY_S)

    def look(request: gr.Request) -> tuple[str, gr.Timer]:
        text = status_text(corpus, texts_of(request), is_ready=is_ready())
        return markdown_text(text), gr.Timer(active=bool(text))

    for listen in (page.load, timer.tick):
        listen(look, None, [line, timer], **QUIET)


def status_text(corpus: Corpus, say: Texts, *, is_ready: bool) -> str:
    """What is going on; empty if nothing is."""
    if corpus.progress:
        return progress_text(corpus.progress, say)
    return "" if is_ready else say["loading"]


def progress_text(now: Progress, say: Texts) -> str:
    """How far a sync is, and how long it will take."""
    if now.phase == "reading":
        return say["sync_reading"]
    done = f"{say['sync_indexing']} {now.documents} / {now.documents_total or '…'}."
    left = say["time_left"].format(seconds=f"{now.seconds_left:.0f}") if now.seconds_left else ""
    return f"{done} {left}".strip()


def trouble(error: RagError, say: Texts) -> str:
    """Why nothing is shown or done, as Markdown."""
    return markdown_text(reason_in(say["code"], str(error)))


def failure_list(failed: Sequence[Failure], say: Texts) -> str:
    """A folded list of what could not be read, and why, as HTML; empty if there is none."""
    if not failed:
        return ""
    language = say["code"]
    items = "".join(
        f"<li><bdi>{one_line(path)}</bdi>: {one_line(reason_in(language, reason))}</li>"
        for path, reason in failed[:_FAILURES_SHOWN]
    )
    summary = escape(filled(say, "failures", count=len(failed)))
    return (
        f'\n\n<details class="failures" open><summary>{summary}</summary><ul>{items}</ul></details>'
    )
