"""What changes the corpus in the tab with the articles: adding, deleting and syncing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from pathlib import Path
from typing import Any, Final, TypeAlias

import gradio as gr
from babel.numbers import format_decimal

from rag.add import Added, add_files
from rag.corpus import Corpus
from rag.errors import RagError
from rag.sync import Progress
from rag.types import Failure, SyncReport
from rag.ui.message import markdown_text
from rag.ui.removal import take_out
from rag.ui.request import texts_of
from rag.ui.status import failure_list, progress_text, trouble
from rag.ui.texts import Texts, filled, named
from rag.ui.wiring import QUIET, UNQUEUED

#: Whether the one who sends a request may change the corpus.
MayEdit: TypeAlias = Callable[[gr.Request], bool]

_PATHS_SHOWN: Final = 5000

#: How long to wait for a sync that somebody else started.
_WAIT_S: Final = 60.0


class Editing:
    """The components that change a corpus, for those who may, and what they do."""

    def __init__(
        self, corpus: Corpus, may_edit: MayEdit, show: Callable[..., tuple[Any, ...]]
    ) -> None:
        """Lays them out in the page that is being built.

        Args:
            corpus: To change.
            may_edit: Who may.
            show: Gives what the tab shows of the corpus, for what its table was asked.
        """
        self._corpus = corpus
        self._may_edit = may_edit
        self._show = show
        with gr.Column(visible=False, elem_classes="editing") as self._group:
            self._files = gr.File(
                label=named("upload"), file_count="multiple", height=140, elem_id="upload"
            )
            with gr.Row():
                self._doomed = gr.Dropdown(
                    [], label=named("delete"), multiselect=True, elem_id="doomed", scale=3
                )
                self._delete = gr.Button(named("delete"), variant="stop", size="md")
                self._sync = gr.Button(named("sync"), size="md")
            with gr.Row(visible=False) as self._confirmation:
                self._warning = gr.Markdown(elem_id="confirm")
                self._confirm = gr.Button(named("delete_yes"), size="sm", variant="stop")
                self._cancel = gr.Button(named("delete_no"), size="sm")
            self._did = gr.Markdown(elem_id="did")

    def wire(self, seen: Iterable[Any], asked: Sequence[Any], shown: Sequence[Any]) -> None:
        """Connects them.

        Args:
            seen: The events after which the tab may be seen.
            asked: What `show` is called with.
            shown: What its result is for.
        """
        doomed, confirmation, warning = self._doomed, self._confirmation, self._warning
        edited = [self._did, doomed, *shown]
        # Progress in one place, or it would hide all that a sync changes: the table, too.
        private: Any = {"api_visibility": "private", "show_progress_on": self._files}
        self._files.upload(self.add, [self._files, *asked], [self._files, *edited], **private)
        self._sync.click(self.sync, asked, edited, **private)
        self._delete.click(self.ask_to_delete, doomed, [confirmation, warning], **UNQUEUED)
        self._cancel.click(lambda: gr.update(visible=False), None, confirmation, **UNQUEUED)
        self._confirm.click(self.delete, [doomed, *asked], [confirmation, *edited], **private)
        for listen in seen:
            listen(self.greet, None, [self._group, doomed], **QUIET)

    def greet(self, request: gr.Request) -> tuple[Any, Any]:
        """Shows the editing to those who may, with the files that there are."""
        if not self._may_edit(request):
            return gr.skip(), gr.skip()
        return gr.update(visible=True), gr.update(choices=self._paths())

    def add(
        self,
        files: Sequence[str] | None,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
        *asked: Any,
    ) -> tuple[Any, ...]:
        """Copies what was uploaded into the corpus, and syncs."""
        self._refuse_readers(request)
        uploaded, folder = [Path(file) for file in files or ()], self._corpus.folder
        before = {file.name for file in folder.glob("*")}
        added = add_files(folder, uploaded, max_mb=self._corpus.settings.file_max_mb)

        def did(_: SyncReport, say: Texts) -> str:
            return _did_add(added, before, self._corpus.status().failed, say)

        return None, *self._synced(did, asked, request, progress)

    def sync(
        self,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
        *asked: Any,
    ) -> tuple[Any, ...]:
        """Makes the index follow the folder."""
        self._refuse_readers(request)
        return self._synced(_did_sync, asked, request, progress)

    def ask_to_delete(self, paths: Sequence[str], request: gr.Request) -> tuple[Any, str]:
        """Says what would be lost."""
        say = texts_of(request)
        names = ", ".join(paths)
        text = filled(say, "delete_sure", count=len(paths), names=names)
        return gr.update(visible=bool(paths)), markdown_text(text)

    def delete(
        self,
        paths: Sequence[str],
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
        *asked: Any,
    ) -> tuple[Any, ...]:
        """Removes files from the corpus, and syncs."""
        self._refuse_readers(request)
        failed = take_out(paths, self._corpus.folder)

        def did(_: SyncReport, say: Texts) -> str:
            return _did_delete(paths, failed, say)

        return gr.update(visible=False), *self._synced(did, asked, request, progress)

    def _synced(
        self,
        did: Callable[[SyncReport, Texts], str],
        asked: Sequence[Any],
        request: gr.Request,
        progress: gr.Progress,
    ) -> tuple[Any, ...]:
        """Syncs; gives what to say of it, the files to delete, and what the tab shows now."""
        say = texts_of(request)

        def tell(now: Progress) -> None:
            progress((now.documents, now.documents_total), desc=progress_text(now, say))

        try:
            told = did(self._corpus.sync(wait_s=_WAIT_S, on_progress=tell), say)
        except RagError as error:
            told = trouble(error, say)
        return told, gr.update(choices=self._paths(), value=[]), *self._show(*asked, request)

    def _refuse_readers(self, request: gr.Request) -> None:
        if not self._may_edit(request):
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
    return markdown_text(text) + failure_list(failed, say)


def _did_delete(paths: Sequence[str], failed: Sequence[Failure], say: Texts) -> str:
    text = filled(say, "did_delete", count=len(paths) - len(failed))
    return markdown_text(text) + failure_list(failed, say)


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
