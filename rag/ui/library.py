"""The tab with the articles: what is there, what could not be read, and, if allowed, editing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args
from urllib.parse import urlencode

import gradio as gr
from babel.dates import format_datetime
from babel.numbers import format_decimal

from rag.add import Added, add_files
from rag.corpus import Corpus
from rag.errors import RagError
from rag.store.listing import Listed, Listing, Order
from rag.sync import Progress
from rag.types import Failure, SyncReport
from rag.ui.message import markdown_text
from rag.ui.panel import language_name, one_line
from rag.ui.removal import take_out
from rag.ui.request import texts_of
from rag.ui.status import progress_text
from rag.ui.texts import Texts, filled, named
from rag.ui.texts.reasons import reason_in
from rag.ui.wiring import UNQUEUED

#: Whether the one who sends a request may change the corpus.
MayEdit = Callable[[gr.Request], bool]

_ROWS: Final = 100
_ORDERS: Final = get_args(Order)
_FAILURES_SHOWN: Final = 200
_PATHS_SHOWN: Final = 5000

#: How long to wait for a sync that somebody else started.
_WAIT_S: Final = 60.0


class _Editing(NamedTuple):
    """The components that change the corpus."""

    group: gr.Column
    files: gr.File
    sync: gr.Button
    doomed: gr.Dropdown
    delete: gr.Button
    confirmation: gr.Row
    warning: gr.Markdown
    confirm: gr.Button
    cancel: gr.Button
    did: gr.Markdown


class Library:
    """The articles of a corpus, to look through."""

    def __init__(self, corpus: Corpus, may_edit: MayEdit | None) -> None:
        """`may_edit` is None where nobody may."""
        self._corpus = corpus
        self._may_edit = may_edit

    def build(self, page: gr.Blocks, tab: gr.Tab) -> None:
        """Lays the tab out and wires it."""
        state = gr.Markdown(elem_id="corpus-state")
        editing = self._layout_editing() if self._may_edit else None
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
            listen(self.show, asked, shown, **UNQUEUED, show_progress="hidden")
        more.click(self.show_more, [*asked, rows], shown, **UNQUEUED)
        if editing:
            self._wire_editing([page.load, tab.select], editing, asked, shown)
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
            return _trouble(error, say), "", gr.update(visible=False), rows
        return state, _table(found, say), gr.update(visible=found.total > rows), rows

    def show_more(
        self, search: str, order: Order, descending: bool, rows: int, request: gr.Request
    ) -> tuple[Any, ...]:
        """As many rows again."""
        return self.show(search, order, descending, request, rows + _ROWS)

    def _layout_editing(self) -> _Editing:
        with gr.Column(visible=False, elem_classes="editing") as group:
            files = gr.File(
                label=named("upload"),
                file_count="multiple",
                height=140,
                elem_id="upload",
            )
            with gr.Row():
                doomed = gr.Dropdown(
                    [], label=named("delete"), multiselect=True, elem_id="doomed", scale=3
                )
                delete = gr.Button(named("delete"), variant="stop", size="md")
                sync = gr.Button(named("sync"), size="md")
            with gr.Row(visible=False) as confirmation:
                warning = gr.Markdown(elem_id="confirm")
                confirm = gr.Button(named("delete_yes"), size="sm", variant="stop")
                cancel = gr.Button(named("delete_no"), size="sm")
            did = gr.Markdown(elem_id="did")
        return _Editing(
            group, files, sync, doomed, delete, confirmation, warning, confirm, cancel, did
        )

    def _wire_editing(
        self, seen: list[Any], parts: _Editing, asked: list[Any], shown: list[Any]
    ) -> None:
        doomed, confirmation = parts.doomed, parts.confirmation
        edited = [parts.did, doomed, *shown]
        # Progress in one place, or it would hide all that a sync changes: the table, too.
        private: Any = {"api_visibility": "private", "show_progress_on": parts.files}
        parts.files.upload(self.add, [parts.files, *asked], [parts.files, *edited], **private)
        parts.sync.click(self.sync, asked, edited, **private)
        parts.delete.click(self.ask_to_delete, doomed, [confirmation, parts.warning], **UNQUEUED)
        parts.cancel.click(lambda: gr.update(visible=False), None, confirmation, **UNQUEUED)
        parts.confirm.click(self.delete, [doomed, *asked], [confirmation, *edited], **private)
        for listen in seen:
            listen(self.greet, None, [parts.group, doomed], **UNQUEUED, show_progress="hidden")

    def greet(self, request: gr.Request) -> tuple[Any, Any]:
        """Shows the editing to those who may, with the files that there are."""
        if not self._allows(request):
            return gr.skip(), gr.skip()
        return gr.update(visible=True), gr.update(choices=self._paths())

    def add(
        self,
        files: Sequence[str] | None,
        search: str,
        order: Order,
        descending: bool,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[tuple[Any, ...]]:
        """Copies what was uploaded into the corpus, and syncs."""
        self._refuse_readers(request)
        uploaded, folder = [Path(file) for file in files or ()], self._corpus.folder
        before = {file.name for file in folder.glob("*")}
        added = add_files(folder, uploaded, max_mb=self._corpus.settings.file_max_mb)

        def did(_: SyncReport, say: Texts) -> str:
            return _did_add(added, before, self._corpus.status().failed, say)

        for update in self._sync(did, (search, order, descending), request, progress):
            yield None, *update

    def sync(
        self,
        search: str,
        order: Order,
        descending: bool,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[tuple[Any, ...]]:
        """Makes the index follow the folder."""
        self._refuse_readers(request)
        yield from self._sync(_did_sync, (search, order, descending), request, progress)

    def ask_to_delete(self, paths: Sequence[str], request: gr.Request) -> tuple[Any, str]:
        """Says what would be lost."""
        say = texts_of(request)
        names = ", ".join(paths)
        text = filled(say, "delete_sure", count=len(paths), names=names)
        return gr.update(visible=bool(paths)), markdown_text(text)

    def delete(
        self,
        paths: Sequence[str],
        search: str,
        order: Order,
        descending: bool,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[tuple[Any, ...]]:
        """Removes files from the corpus, and syncs."""
        self._refuse_readers(request)
        failed = take_out(paths, self._corpus.folder)

        def did(_: SyncReport, say: Texts) -> str:
            return _did_delete(paths, failed, say)

        for update in self._sync(did, (search, order, descending), request, progress):
            yield gr.update(visible=False), *update

    def _sync(
        self,
        did: Callable[[SyncReport, Texts], str],
        asked: tuple[str, Order, bool],
        request: gr.Request,
        progress: gr.Progress,
    ) -> Iterator[tuple[Any, ...]]:
        say = texts_of(request)
        try:
            report = self._corpus.sync(
                wait_s=_WAIT_S, on_progress=lambda now: _tell(now, progress, say)
            )
            told = did(report, say)
        except RagError as error:
            told = _trouble(error, say)
        yield told, gr.update(choices=self._paths(), value=[]), *self.show(*asked, request)

    def _allows(self, request: gr.Request) -> bool:
        return self._may_edit is not None and self._may_edit(request)

    def _refuse_readers(self, request: gr.Request) -> None:
        if not self._allows(request):
            say = texts_of(request)
            raise gr.Error(say["edit_refused"], title=say["notice"])

    def _paths(self) -> list[str]:
        """The files that can be deleted, as far as a list of them is of use."""
        try:
            rows = self._corpus.listing(order="path", limit=_PATHS_SHOWN).rows
            failed = self._corpus.status().failed[:_PATHS_SHOWN]
        except RagError:
            return []
        unread = (path for path, _ in failed if (self._corpus.folder / path).is_file())
        return sorted({*(row.path for row in rows), *unread})


def _trouble(error: RagError, say: Texts) -> str:
    """Why nothing is shown or done."""
    return markdown_text(reason_in(say["code"], str(error)))


def _tell(now: Progress, progress: gr.Progress, say: Texts) -> None:
    """Shows how far a sync is."""
    progress((now.documents, now.documents_total), desc=progress_text(now, say))


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
    return markdown_text(head) + busy + _failures(now.failed, say)


def _moment(time: str | None, say: Texts) -> str:
    """A time as people write it, in the time zone of the server."""
    if not time:
        return "-"
    return format_datetime(datetime.fromisoformat(time).astimezone(), locale=say["code"])


def _did_add(added: Added, before: Set[str], unread: Sequence[Failure], say: Texts) -> str:
    """What became of files that were uploaded.

    Not what the sync did: one that follows the folder may have indexed some of them first.
    """
    parts = tuple(f"{path}{sign}" for path in added.paths for sign in ":/#")
    failed = [Failure(Path(path).name, reason) for path, reason in added.failed]
    failed += [each for each in unread if each.path in added.paths or each.path.startswith(parts)]
    read = [path for path in added.paths if path not in {each.path for each in failed}]
    new = set(read) - before
    text = filled(say, "did_add", added=len(new), known=len(read) - len(new))
    return markdown_text(text) + _failures(failed, say)


def _did_delete(paths: Sequence[str], failed: Sequence[Failure], say: Texts) -> str:
    text = filled(say, "did_delete", count=len(paths) - len(failed))
    return markdown_text(text) + _failures(failed, say)


def _did_sync(report: SyncReport, say: Texts) -> str:
    text = filled(
        say,
        "did_sync",
        added=report.added,
        updated=report.updated,
        removed=report.removed,
        unchanged=report.unchanged,
        seconds=format_decimal(report.seconds, format="0.0", locale=say["code"]),
    )
    return markdown_text(text)


def _failures(failed: Sequence[Failure], say: Texts) -> str:
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
