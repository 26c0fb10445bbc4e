"""The tab with the articles: what is there, and what could not be read."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any, Final, get_args
from urllib.parse import urlencode

import gradio as gr
from babel.dates import format_datetime
from babel.numbers import format_decimal

from rag.corpus import Corpus
from rag.errors import RagError
from rag.store.listing import Listed, Listing, Order
from rag.ui.editing import Editing, MayEdit
from rag.ui.html import one_line
from rag.ui.message import markdown_text
from rag.ui.request import texts_of
from rag.ui.status import failure_list, trouble
from rag.ui.texts import Texts, filled, language_name, named
from rag.ui.wiring import QUIET, UNQUEUED

_ROWS: Final = 100
_ORDERS: Final = get_args(Order)


class Library:
    """The articles of a corpus, to look through."""

    def __init__(self, corpus: Corpus, may_edit: MayEdit | None) -> None:
        """`may_edit` is None where nobody may."""
        self._corpus = corpus
        self._may_edit = may_edit

    def build(self, page: gr.Blocks, tab: gr.Tab) -> None:
        """Lays the tab out and wires it."""
        state = gr.Markdown(elem_id="corpus-state")
        editing = Editing(self._corpus, self._may_edit, self.show) if self._may_edit else None
        with gr.Row():
            search = gr.Textbox(
                label=named("find"), max_lines=1, scale=3, min_width=260, elem_id="find"
            )
            order = gr.Dropdown(
                [(named(f"order_{name}"), name) for name in _ORDERS],
                value="title",
                label=named("order"),
                scale=1,
                min_width=140,
            )
            descending = gr.Checkbox(label=named("descending"), scale=0, min_width=140)
        table = gr.Markdown(elem_id="articles", latex_delimiters=[])
        more = gr.Button(named("more"), size="sm", visible=False)
        rows = gr.State(_ROWS)
        shown = [state, table, more, rows]
        asked = [search, order, descending]
        for listen in (tab.select, search.submit, search.change, order.change, descending.change):
            listen(self.show, asked, shown, **QUIET)
        more.click(self.show_more, [*asked, rows], shown, **UNQUEUED)
        if editing:
            editing.wire([page.load, tab.select], asked, shown)
        else:
            gr.Markdown(named("edit_off"), elem_classes="aside")

    def show(
        self, search: str, order: Order, descending: bool, request: gr.Request, rows: int = _ROWS
    ) -> tuple[Any, ...]:
        """The state of the index and the first rows of the table."""
        say = texts_of(request)
        try:
            found = self._corpus.listing(search, order, descending=descending, limit=rows)
            state = _state(self._corpus, say)
        except RagError as error:
            return trouble(error, say), "", gr.update(visible=False), rows
        return state, _table(found, say), gr.update(visible=found.total > rows), rows

    def show_more(
        self, search: str, order: Order, descending: bool, rows: int, request: gr.Request
    ) -> tuple[Any, ...]:
        """As many rows again."""
        return self.show(search, order, descending, request, rows + _ROWS)


def _state(corpus: Corpus, say: Texts) -> str:
    """How many articles there are, of what, and what could not be read."""
    now = corpus.status()
    languages = ", ".join(
        f"{language_name(code, say)} {count}" for code, count in now.languages.items()
    )
    head = filled(
        say,
        "state",
        documents=now.documents,
        chunks=now.chunks,
        languages=languages or "-",
        synced=_moment(now.synced_at, say),
    )
    busy = f" **{markdown_text(say['state_syncing'])}**" if now.syncing else ""
    return markdown_text(head) + busy + failure_list(now.failed, say)


def _moment(time: str | None, say: Texts) -> str:
    """A time as people write it, in the time zone of the server."""
    if not time:
        return "-"
    return format_datetime(datetime.fromisoformat(time).astimezone(), locale=say["code"])


def _table(found: Listing, say: Texts) -> str:
    heads = ("title", "date", "language", "source", "path", "size")
    head = "".join(f'<th scope="col">{escape(say[f"order_{key}"])}</th>' for key in heads)
    rows = "".join(_row(row, say) for row in found.rows)
    shown = escape(filled(say, "shown", count=len(found.rows), total=found.total))
    return (
        f'<div class="scroll" tabindex="0"><table><caption>{shown}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(row: Listed, say: Texts) -> str:
    link = f"article?{escape(urlencode({'id': row.id}))}"
    cells = (
        f'<a href="{link}" target="_blank"><bdi>{one_line(row.title or row.id)}</bdi></a>',
        one_line(row.date or ""),
        escape(language_name(row.language, say)),
        f"<bdi>{one_line(row.source)}</bdi>",
        # The id of a part of a file begins with its path: `2024.zip/report.pdf`, `rows.csv:3`.
        f"<bdi>{one_line(row.id if row.id.startswith(row.path) else row.path)}</bdi>",
        format_decimal(row.size, locale=say["code"]),
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
