"""What the page says of itself while it cannot answer at full speed yet."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

from rag.corpus import Corpus
from rag.sync import Progress
from rag.ui.message import markdown_text
from rag.ui.request import texts_of
from rag.ui.texts import Texts
from rag.ui.wiring import UNQUEUED

_LOOK_EVERY_S = 2.0


def build_status(page: gr.Blocks, corpus: Corpus, is_ready: Callable[[], bool]) -> None:
    """A line that says what is loading or syncing, and looks again until nothing is."""
    line = gr.Markdown(elem_id="status")
    timer = gr.Timer(_LOOK_EVERY_S)

    def look(request: gr.Request) -> tuple[str, gr.Timer]:
        text = status_text(corpus, texts_of(request), is_ready=is_ready())
        return markdown_text(text), gr.Timer(active=bool(text))

    for listen in (page.load, timer.tick):
        listen(look, None, [line, timer], show_progress="hidden", **UNQUEUED)


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
