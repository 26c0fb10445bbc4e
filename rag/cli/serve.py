"""`rag serve`."""

from __future__ import annotations

import sys
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated

import typer

from rag.cli.index import report_lines, run_sync
from rag.cli.options import (
    CORPUS,
    CorpusOption,
    IndexOption,
    LlmOption,
    SettingsOption,
    given_path,
    open_corpus,
    say,
)
from rag.corpus import Corpus
from rag.errors import LockedError


def serve(
    corpus: CorpusOption = CORPUS,
    index: IndexOption = None,
    settings: SettingsOption = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 7860,
    sync: Annotated[bool, typer.Option(help="Sync before serving.")] = True,
    watch: Annotated[
        bool | None, typer.Option(help="Follow the folder while serving; else the setting.")
    ] = None,
    llm: LlmOption = None,
    allow_edit: Annotated[
        bool, typer.Option("--allow-edit", help="Let people add and delete articles in the page.")
    ] = False,
    auth: Annotated[
        Path | None,
        typer.Option(
            "--auth", parser=given_path, help="TOML file of the users; see `rag user add`."
        ),
    ] = None,
) -> None:
    """Serve the chat page and the HTTP routes."""
    from rag.people import People
    from rag.ui.serving import serve as run

    with open_corpus(corpus, index, settings, llm) as opened, ExitStack() as behind:
        people = People(auth) if auth else None
        if sync:
            opened.check()  # before anybody is told where the page is
        follows = (opened.settings.watch and sync) if watch is None else watch

        def prepare(stop: threading.Event) -> None:
            if sync:
                _sync_before(opened, stop)
            if stop.is_set():
                return
            if opened.settings.llm:
                opened.chain()  # says now what is wrong with the name of the model
            if follows:
                from rag.watch import Follower

                behind.enter_context(Follower(opened))

        run(opened, host=host, port=port, prepare=prepare, allow_edit=allow_edit, people=people)


def _sync_before(corpus: Corpus, stop: threading.Event) -> None:
    from rag.watch import Stopped, unless

    with suppress(Stopped):
        try:
            lines = [*report_lines(run_sync(corpus, on_progress=unless(stop)))]
        except LockedError as error:
            lines = [str(error), "serving what is indexed so far"]
        say(lines, sys.stderr)
