"""The chat page: its layout, and what each button does."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.resources import files

# Before the import: the only switch of Gradio's telemetry.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
# After each answer it would also compute statistics that no page here shows, over so many answers.
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(10**9))
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "1")

import gradio as gr

from rag.corpus import Corpus
from rag.ui.api import add_api
from rag.ui.chat import Chat
from rag.ui.editing import MayEdit
from rag.ui.library import Library
from rag.ui.memory import Memory
from rag.ui.request import LANGUAGE_COOKIE
from rag.ui.status import build_status
from rag.ui.texts import languages, named, texts

#: The style of the page; the button of the language that it speaks looks chosen.
CSS = (files(__package__) / "page.css").read_text(encoding="utf-8") + "".join(
    f".speaks-{code} #language-{code} {{ font-weight: 600; text-decoration: underline; }}\n"
    for code in languages()
)

#: How often files offered for download are looked at, and how long they are kept.
_SAVED_S = (3600, 3600)

# Fonts of the reader's machine: the default theme would fetch them from elsewhere.
THEME = gr.themes.Default(
    primary_hue="indigo",
    neutral_hue="slate",
    font=["system-ui", "sans-serif"],
    font_mono=["ui-monospace", "monospace"],
).set(
    color_accent="*primary_600",
    # Gradio's are too pale to be read on white.
    body_text_color_subdued="*neutral_500",
    input_placeholder_color="*neutral_500",
    input_placeholder_color_dark="*neutral_400",
    button_cancel_background_fill="#b91c1c",
)


def build_page(
    corpus: Corpus,
    may_edit: MayEdit | None = None,
    is_ready: Callable[[], bool] = lambda: True,
    *,
    may_sign_out: bool = False,
) -> gr.Blocks:
    """The page over a corpus; nothing is loaded or started by building it.

    Args:
        corpus: To ask and to look through.
        may_edit: Says whose requests may change the corpus; None lets nobody.
        is_ready: Whether the models have been loaded.
        may_sign_out: Whether people signed in at this server.
    """
    page: gr.Blocks
    with gr.Blocks(
        title="corpus-chat", fill_width=True, analytics_enabled=False, delete_cache=_SAVED_S
    ) as page:
        add_api(corpus)  # first: its names are for programs, the page's own events take others
        with gr.Row(elem_classes=["top", f"speaks-{named('code')}"]):
            gr.Markdown(f"# {named('title')}", elem_classes="title")
            for code in languages():
                name, link = texts(code)["language_name"], f"?{LANGUAGE_COOKIE}={code}"
                _corner_button(name, f"language-{code}", link)
            if may_sign_out:
                _corner_button(named("logout"), "sign-out")
        build_status(page, corpus, is_ready)
        with gr.Tab(named("tab_ask")):
            memory = Memory.beside(corpus.index) if corpus.settings.history else None
            Chat(corpus, memory).build(page)
        with gr.Tab(named("tab_articles")) as articles:
            Library(corpus, may_edit).build(page, articles)
    return page


def _corner_button(name: str, id: str, link: str | None = None) -> None:
    """What looks like a link, beside the title."""
    gr.Button(
        name,
        elem_id=id,
        elem_classes="language-link",
        link=link,
        size="sm",
        scale=0,
        min_width=80,
    )
