"""The tab where questions are asked: components, and what happens in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import gradio as gr
from gradio.utils import get_upload_folder

from rag.corpus import Corpus
from rag.errors import QuestionError, RagError
from rag.ui import export
from rag.ui.conversation import Exchanges, answering, new_id, paced, turn_of, wait_until_over
from rag.ui.examples import SHOWN, Examples
from rag.ui.history import History, unrated
from rag.ui.memory import Memory
from rag.ui.message import markdown_text
from rag.ui.options import build_options, options_of
from rag.ui.request import texts_of
from rag.ui.shown import gone, shown_as
from rag.ui.texts import Texts, filled, named
from rag.ui.wiring import ASKING, QUIET, UNQUEUED

#: What an answer gives for: conversation, messages, passages, question box, what to save, the
#: conversation that was kept, and its id.
Update: TypeAlias = tuple[Any, ...]

#: A conversation in memory is forgotten when its page was not used for so long.
_FORGOTTEN_S = 12 * 3600


class Chat:
    """The chat over a corpus."""

    def __init__(self, corpus: Corpus, memory: Memory | None) -> None:
        """Without a memory nothing is kept of what was said."""
        self._corpus = corpus
        self._history = History(memory) if memory else None
        self._examples = Examples(corpus)

    def build(self, page: gr.Blocks) -> None:
        """Lays the tab out and wires it."""
        conversation = gr.State((), time_to_live=_FORGOTTEN_S)
        # In the browser, which still knows it when the server has forgotten the conversation.
        talk = gr.Textbox("", visible=False)
        kept = gr.State("", time_to_live=_FORGOTTEN_S)
        with gr.Row():
            with gr.Column(scale=3, min_width=320):
                with gr.Column(elem_classes="talk"):
                    chat = _chatbot(has_feedback=self._history is not None)
                    with gr.Row(elem_classes="examples"):
                        examples = [_example() for _ in range(SHOWN)]
                if self._history:
                    note = self._history.build_feedback(chat, talk, conversation)
                box = _question_box()
                options = build_options(self._corpus)
                save = self._build_saving(talk, conversation)
            with gr.Column(scale=2, min_width=320, elem_classes="beside"):
                gr.Markdown(f"## {named('sources')}", elem_classes="heading")
                # Not gr.HTML: its templates need a policy that allows eval.
                passages = gr.Markdown(
                    named("no_sources"), elem_id="sources", latex_delimiters=[], padding=False
                )
        shown = [conversation, chat, passages, box, save]
        asked = [talk, conversation, *options]
        answered = [*shown, kept, talk]
        running: Any = [
            box.submit(self.ask, [box, *asked], answered, **ASKING),
            *(each.click(self.ask, [each, *asked], answered, **ASKING) for each in examples),
            chat.retry(self.retry, asked, answered, **ASKING),
            chat.edit(self.edit, asked, answered, **ASKING),
        ]
        stopped = box.stop(None, cancels=running, api_visibility="private")
        stopped = stopped.then(self.stopped, [talk, conversation], answered, **UNQUEUED)
        undone = chat.undo(self.undone, [talk, conversation], answered, **UNQUEUED)
        cleared = chat.clear(None, cancels=running, api_visibility="private")
        cleared.then(_cleared, conversation, [talk, *shown], **UNQUEUED)
        if self._history:
            saved = [kept.change, stopped.then, undone.then]  # only queued events tell of a state
            others = self._history.build_sidebar(page, talk, shown, saved, running)
            moved = [*others, chat.clear, chat.undo, chat.retry, chat.edit]
            gr.on(moved, unrated, None, note, **QUIET)
        page.load(self.greet, None, examples, **QUIET)

    def _build_saving(self, talk: gr.Textbox, conversation: gr.State) -> gr.Accordion:
        """What can be taken away, folded: it is made when it is unfolded."""
        save: gr.Accordion
        with gr.Accordion(named("copy"), open=False) as save:
            copy = gr.Textbox(
                label=named("copy_label"),
                lines=4,
                max_lines=8,
                interactive=False,
                buttons=["copy"],
                elem_id="to-copy",
            )
            with gr.Row():
                markdown = gr.DownloadButton(named("save_markdown"), size="sm")
                json = gr.DownloadButton(named("save_json"), size="sm")
        save.expand(self.to_save, [talk, conversation], [copy, markdown, json], **UNQUEUED)
        return save

    def greet(self, request: gr.Request) -> tuple[Any, ...]:
        """Examples from what is in the corpus now."""
        try:
            questions = self._examples.questions(texts_of(request))
        except RagError:  # the page says what is wrong with the index
            return (gr.skip(),) * SHOWN
        examples = [gr.update(value=text, visible=True) for text in questions]
        return *examples, *[gr.update(visible=False)] * (SHOWN - len(examples))

    def ask(
        self, question: str, talk: str, exchanges: Exchanges, request: gr.Request, *chosen: Any
    ) -> Iterator[Update]:
        """Answers a question at the end of the conversation."""
        exchanges = self._known(talk, exchanges, request)
        yield from self._answer(question, talk, exchanges, len(exchanges), chosen, request)

    def retry(
        self, talk: str, exchanges: Exchanges, at: gr.RetryData, request: gr.Request, *chosen: Any
    ) -> Iterator[Update]:
        """Asks a question again; what came after it is dropped."""
        exchanges, turn = self._known(talk, exchanges, request), turn_of(at.index)
        if turn >= len(exchanges):
            yield *gone(texts_of(request)), gr.skip(), gr.skip()
            return
        question = exchanges[turn].question
        yield from self._answer(question, talk, exchanges, turn, chosen, request)

    def edit(
        self,
        talk: str,
        exchanges: Exchanges,
        edited: gr.EditData,
        request: gr.Request,
        *chosen: Any,
    ) -> Iterator[Update]:
        """Asks what a question was changed into; what came after it is dropped."""
        exchanges, turn = self._known(talk, exchanges, request), turn_of(edited.index)
        yield from self._answer(edited.value, talk, exchanges, turn, chosen, request)

    def stopped(self, talk: str, exchanges: Exchanges, request: gr.Request) -> Update:
        """What there is of an answer, which the browser cancels meanwhile."""
        wait_until_over(exchanges)
        seen = exchanges
        if exchanges and not exchanges[-1].is_over:
            exchanges = (*exchanges[:-1], replace(exchanges[-1], stopped=True))
        return *shown_as(exchanges, texts_of(request)), *self._keep(talk, exchanges, seen, request)

    def undone(
        self, talk: str, exchanges: Exchanges, at: gr.UndoData, request: gr.Request
    ) -> Update:
        """Takes a question and what came after it back into the question box."""
        exchanges, turn = self._known(talk, exchanges, request), turn_of(at.index)
        if turn >= len(exchanges):
            return *gone(texts_of(request)), gr.skip(), gr.skip()
        left = exchanges[:turn]
        state, messages, passages, _, save = shown_as(left, texts_of(request))
        box = gr.update(value=exchanges[turn].question)
        return state, messages, passages, box, save, *self._keep(talk, left, exchanges, request)

    def to_save(self, talk: str, exchanges: Exchanges, request: gr.Request) -> tuple[str, str, str]:
        """The last answer to copy, and files of the conversation."""
        exchanges, say = self._known(talk, exchanges, request), texts_of(request)
        last = exchanges[-1].answer if exchanges else None
        folder = Path(get_upload_folder())  # what is in it and was offered is deleted in the end
        return (
            export.with_citations(last, say) if last else "",
            export.file_of(export.as_markdown(exchanges, say), ".md", folder),
            export.file_of(export.as_json(exchanges), ".json", folder),
        )

    def _known(self, talk: str, exchanges: Exchanges, request: gr.Request) -> Exchanges:
        """The conversation; after a restart, or a long pause, only the memory has it."""
        if exchanges or not self._history:
            return exchanges
        return self._history.load(talk, request)

    def _keep(
        self, talk: str, exchanges: Exchanges, seen: Exchanges, request: gr.Request
    ) -> tuple[str, str]:
        """Keeps a conversation; gives what tells the list of those that are kept, and its id."""
        return self._history.save(talk, exchanges, seen, request) if self._history else ("", talk)

    def _answer(
        self,
        question: str,
        talk: str,
        exchanges: Exchanges,
        turn: int,
        chosen: Sequence[Any],
        request: gr.Request,
    ) -> Iterator[Update]:
        """Answers a question in place of what is in the conversation from a turn on."""
        say = texts_of(request)
        question = str(question or "").strip()
        try:
            options = options_of(chosen, say)
            self._check(question, say)
        except QuestionError as error:
            gr.Warning(markdown_text(str(error)), title=say["notice"])
            yield (gr.skip(),) * 7
            return
        kept, seen, earlier = "", exchanges, exchanges[:turn]
        is_written = self._corpus.has_chat_model and not options.quotes_only
        for exchange in paced(answering(self._corpus, question, earlier, options), is_written):
            now = (*earlier, exchange)
            if seen is exchanges or exchange.is_over:  # at once, too: the page may be left
                kept, talk = self._keep(talk, now, seen, request)
            yield *shown_as(now, say), kept, talk
            seen = now

    def _check(self, question: str, say: Texts) -> None:
        limit = self._corpus.settings.max_question_chars
        if not question:
            raise QuestionError(say["empty_question"])
        if len(question) > limit:
            raise QuestionError(filled(say, "long_question", count=len(question), limit=limit))


def _chatbot(*, has_feedback: bool) -> gr.Chatbot:
    return gr.Chatbot(
        label=named("chat"),
        show_label=False,
        height="100%",
        latex_delimiters=[],
        buttons=["copy"],
        editable="user",
        layout="bubble",
        placeholder=named("intro"),
        feedback_options=("Like", "Dislike") if has_feedback else None,
    )


def _example() -> gr.Button:
    """A button whose text is a question, which the page's style hides in a conversation."""
    return gr.Button(visible=False, size="md", min_width=260, elem_classes="example")


def _question_box() -> gr.Textbox:
    return gr.Textbox(
        label=named("question"),
        placeholder=named("placeholder"),
        show_label=False,
        max_lines=5,
        autofocus=True,
        submit_btn=named("ask"),
        elem_id="question",
    )


def _cleared(exchanges: Exchanges, request: gr.Request) -> tuple[Any, ...]:
    wait_until_over(exchanges)
    return new_id(), *shown_as((), texts_of(request))
