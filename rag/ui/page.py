"""The chat page: layout and what happens when someone asks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

# Before the import: the only switch of Gradio's telemetry.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
# After each answer it would also compute statistics that no page here shows.
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(10**9))

import gradio as gr

from rag.corpus import Corpus
from rag.errors import RagError
from rag.types import Answer, CheckedSentence, Passages, TextDelta
from rag.ui.render import markdown_text, message, sources
from rag.ui.texts import EXAMPLES, TEXTS

I18N = gr.I18n(**TEXTS)

# Fonts of the reader's machine: the default theme would fetch them from elsewhere.
THEME = gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])

CSS = """
.gradio-container { max-width: 1400px !important; margin: 0 auto; }
.title h1 { margin: 0; }
#sources { max-height: 78vh; overflow-y: auto; }
#sources h3 { margin: .25rem 0 .5rem; font-size: 1rem; }
#sources .turn + .turn { margin-top: 1.5rem; opacity: .75; }
#sources .source {
  margin: 0 0 .75rem; padding: .75rem; border-radius: .5rem;
  border: 1px solid var(--border-color-primary); background: var(--background-fill-secondary);
}
#sources .source header small { display: block; color: var(--body-text-color-subdued); }
#sources .source p { margin: .5rem 0 0; white-space: pre-line; overflow-wrap: anywhere; }
#sources .source.cited { border-color: var(--color-accent); }
#sources .source:target { box-shadow: 0 0 0 2px var(--color-accent); }
#sources .nearest .source { border-style: dashed; }
#sources mark { background: #ffe58a; color: #1a1a1a; padding: 0 .1em; border-radius: .2em; }
"""

#: `(messages, panel, turns)`: the conversation, the passages beside it, and what to remember.
_Update = tuple[list[dict[str, Any]], str, list[str]]


def build_page(corpus: Corpus) -> gr.Blocks:
    """The page over a corpus; nothing is loaded or started by building it."""

    def respond(
        question: str, messages: list[dict[str, Any]], turns: list[str]
    ) -> Iterator[_Update]:
        yield from _respond(corpus, question, messages, turns)

    page: gr.Blocks
    with gr.Blocks(title="corpus-chat", fill_width=True, analytics_enabled=False) as page:
        turns = gr.State([])
        gr.Markdown(I18N("title"), elem_classes="title")
        gr.Markdown(I18N("intro"))
        with gr.Row():
            with gr.Column(scale=3, min_width=320):
                chat = gr.Chatbot(
                    label=I18N("chat"),
                    show_label=False,
                    height="60vh",
                    latex_delimiters=[],
                    buttons=["copy"],
                )
                with gr.Row(equal_height=True):
                    question = gr.Textbox(
                        label=I18N("question"),
                        placeholder=I18N("placeholder"),
                        container=False,
                        max_lines=5,
                        scale=5,
                        autofocus=True,
                    )
                    ask = gr.Button(I18N("ask"), variant="primary", scale=1, min_width=90)
                gr.Examples([[text] for text in EXAMPLES], question, label=I18N("examples"))
            with gr.Column(scale=2, min_width=320):
                gr.Markdown(I18N("sources"))
                # Not gr.HTML: its templates need a policy that allows eval.
                panel = gr.Markdown(I18N("no_sources"), elem_id="sources", latex_delimiters=[])
        gr.on(
            [question.submit, ask.click],
            respond,
            [question, chat, turns],
            [chat, panel, turns],
            api_name="chat",
        ).then(lambda: "", None, question, api_visibility="private")
    return page


def _respond(
    corpus: Corpus, question: str, messages: list[dict[str, Any]], turns: list[str]
) -> Iterator[_Update]:
    """The conversation, growing: the question, the passages, the answer word by word."""
    number = len(turns) + 1
    messages = [*messages, {"role": "user", "content": markdown_text(question.strip() or "…")}]

    def update(text: str, panel: str) -> _Update:
        reply = {"role": "assistant", "content": text}
        return [*messages, reply], "".join((panel, *reversed(turns))), [*turns, panel]

    panel, draft, passages = "", "", 0
    checked: list[CheckedSentence] = []
    notice = ""
    try:
        for event in corpus.chain().stream(question):
            match event:
                case Passages(results):
                    passages = len(results)
                    panel = sources(number, question, results)
                case TextDelta(text):
                    draft += text
                case CheckedSentence():
                    checked.append(event)
                case Answer():
                    draft, notice, checked = event.text, event.notice, [*event.sentences]
                    panel = sources(number, question, event.passages, event)
            yield update(message(draft, number, passages, checked, notice), panel)
    except RagError as error:
        yield update(markdown_text(str(error)), panel)
