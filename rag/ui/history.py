"""The sidebar with earlier conversations, and what people think of answers."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import gradio as gr

from rag.errors import StoreError
from rag.ui.conversation import Exchanges, new_id, turn_of, wait_until_over
from rag.ui.memory import Memory
from rag.ui.message import markdown_text
from rag.ui.request import texts_of, user_of
from rag.ui.shown import gone, shown_as
from rag.ui.texts import named
from rag.ui.wiring import QUIET

_LOG = logging.getLogger(__name__)

_ID_CHARS = 64  # more than any id has


class Rated(NamedTuple):
    """The answer that somebody gave a thumb last, which a note is about."""

    talk: str
    turn: int
    liked: bool


class History:
    """Conversations kept for each user, and the thumbs and notes given to their answers."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def save(
        self, talk: str, exchanges: Exchanges, seen: Exchanges, request: gr.Request
    ) -> tuple[str, str]:
        """Keeps a conversation for whoever sent the request.

        If it went on in another tab it is left as it is there, and this one is another from
        here on. An answer that is under way is kept as one that was stopped, which it will be
        if the page is left now.

        Args:
            seen: The conversation as it was when this page kept it last.

        Returns:
            The id of what was kept, empty if nothing is left, and what the page calls it now.
        """
        id, user = _id(talk, request), user_of(request)
        over = tuple(each if each.is_over else replace(each, stopped=True) for each in exchanges)
        try:
            if user and not self._memory.save(user, id, over, seen):
                id = new_id()
                self._memory.save(user, id, over)
        except StoreError as error:  # no reason to leave a question without its answer
            _LOG.warning("a conversation is not kept: %s", error)
            if all(each.is_over for each in exchanges):
                say = texts_of(request)
                gr.Warning(markdown_text(say["history_unkept"]), title=say["notice"])
            return "", id
        return id if exchanges else "", id

    def load(self, talk: str, request: gr.Request) -> Exchanges:
        """A conversation as it was kept; empty if it was not."""
        try:
            return self._memory.load(user_of(request), _id(talk, request))
        except StoreError:
            return ()

    def build_sidebar(
        self,
        page: gr.Blocks,
        talk: gr.Textbox,
        shown: Sequence[Any],
        kept: Sequence[Any],
        running: list[Any],
    ) -> list[Any]:
        """Lays the sidebar out; gives the events that show another conversation.

        They cancel an answer that is `running`. The list is brought up to date by the events
        after which a conversation was `kept`.
        """
        with gr.Sidebar(label=named("history"), open=False):
            fresh = gr.Button(named("new_chat"), size="sm")
            search = gr.Textbox(label=named("history_find"), max_lines=1, elem_id="history-find")
            saved = gr.Radio([], label=named("history"), elem_id="history")
            title = gr.Textbox(label=named("history_title"), max_lines=1, elem_id="history-title")
            with gr.Row():
                rename = gr.Button(named("history_rename"), size="sm", min_width=80)
                delete = gr.Button(named("history_delete"), size="sm", min_width=80)
        conversation, left = shown[0], [fresh.click, saved.input, delete.click]
        fresh_left, saved_left, delete_left = (
            listen(None, cancels=running, api_visibility="private").then for listen in left
        )
        fresh_left(self._fresh, conversation, [talk, saved, title, *shown], **QUIET)
        # A server that was restarted does not know what is in the browser's list.
        opened = [talk, title, *shown]
        saved_left(self._open, [saved, conversation], opened, preprocess=False, **QUIET)
        rename.click(self._rename, [search, talk, title], [saved, title], **QUIET)
        deleted = [talk, saved, title, *shown]
        delete_left(self._delete, [search, talk, conversation], deleted, **QUIET)
        for listen in (page.load, search.change, *kept):
            listen(self._list, [search, talk], [saved, title], **QUIET)
        return left

    def build_feedback(
        self, chat: gr.Chatbot, talk: gr.Textbox, conversation: gr.State
    ) -> list[Any]:
        """A note to be added to a thumb that was given to an answer; what `unrated` is for."""
        rated: Any = gr.State(None)
        with gr.Row(visible=False, elem_classes="note") as more:
            note = gr.Textbox(
                label=named("feedback_note"), max_lines=3, max_length=2000, scale=5, elem_id="note"
            )
            send = gr.Button(named("feedback_send"), size="sm", scale=1, min_width=90)
        chat.like(self._rate, [talk, conversation], [rated, more, note], **QUIET)
        send.click(self._note, [talk, conversation, rated, note], more, api_visibility="private")
        return [rated, more]

    def _list(self, search: str, talk: str, request: gr.Request) -> tuple[Any, str]:
        """What was found, and the title of the conversation that is open if it is among it."""
        try:
            saved = self._memory.saved(user_of(request), search)
        except StoreError:  # said where a conversation would have been kept
            saved = []
        titles, id = {each.id: each.title for each in saved}, _id(talk, request)
        choices = [(title or "…", each) for each, title in titles.items()]
        chosen = id if id in titles else None
        return gr.update(choices=choices, value=chosen), titles.get(id, "")

    def _fresh(self, exchanges: Exchanges, request: gr.Request) -> tuple[Any, ...]:
        wait_until_over(exchanges)
        empty = shown_as((), texts_of(request))
        return new_id(), gr.update(value=None), "", *empty

    def _open(self, id: str, left: Exchanges, request: gr.Request) -> tuple[Any, ...]:
        wait_until_over(left)
        say, exchanges = texts_of(request), self.load(id, request)
        _, title = self._list("", id, request)
        shown = shown_as(exchanges, say) if exchanges else gone(say)
        return id, title, *shown

    def _rename(self, search: str, talk: str, title: str, request: gr.Request) -> tuple[Any, str]:
        if title.strip():  # else the conversation keeps the title that it has
            self._memory.rename(user_of(request), _id(talk, request), title)
        return self._list(search, talk, request)

    def _delete(
        self, search: str, talk: str, exchanges: Exchanges, request: gr.Request
    ) -> tuple[Any, ...]:
        fresh, _, _, *empty = self._fresh(exchanges, request)
        self._memory.delete(user_of(request), _id(talk, request))
        return fresh, *self._list(search, fresh, request), *empty

    def _rate(
        self, talk: str, exchanges: Exchanges, given: gr.LikeData, request: gr.Request
    ) -> tuple[Any, ...]:
        liked = given.liked
        rated = Rated(_id(talk, request), turn_of(given.index), liked is True)
        if not isinstance(liked, bool):  # the thumb was taken back
            self._memory.unrate(user_of(request), _answer_id(rated))
            return *unrated(), ""
        self._keep(exchanges, rated, "", request)
        return rated, gr.update(visible=True), ""

    def _note(
        self, talk: str, exchanges: Exchanges, rated: Rated | None, note: str, request: gr.Request
    ) -> Any:
        say = texts_of(request)
        if rated and rated.talk == _id(talk, request):
            self._keep(exchanges, rated, note, request)
            gr.Info(markdown_text(say["feedback_thanks"]), title=say["notice"])
        else:
            gr.Warning(markdown_text(say["feedback_unrated"]), title=say["notice"])
        return gr.update(visible=False)

    def _keep(self, exchanges: Exchanges, rated: Rated, note: str, request: gr.Request) -> None:
        exchanges = exchanges or self.load(rated.talk, request)
        if rated.turn < len(exchanges):
            user, exchange = user_of(request), exchanges[rated.turn]
            self._memory.rate(user, _answer_id(rated), exchange, liked=rated.liked, note=note)


def unrated() -> tuple[Any, ...]:
    """No answer that a note could be about, and nowhere to write one."""
    return None, gr.update(visible=False)


def _answer_id(rated: Rated) -> str:
    return f"{rated.talk}-{rated.turn}"


def _id(talk: str, request: gr.Request) -> str:
    """The id of a conversation, as the browser has it; the first one has that of the session."""
    return str(talk or request.session_hash)[:_ID_CHARS]
