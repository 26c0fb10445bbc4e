"""`rag worker`."""

from __future__ import annotations

import signal
import sys
import time
from typing import Annotated

import typer

from rag.cli.codes import INTERRUPTED
from rag.cli.options import (
    CORPUS,
    IndexOption,
    JsonOption,
    SettingsOption,
    complain,
    show,
    show_count,
)
from rag.corpus import Corpus
from rag.errors import RagError
from rag.plural import counted
from rag.settings import Settings

_IDLE_S = 2.0


def worker(
    index: IndexOption = None,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
    watch: Annotated[bool, typer.Option(help="Go on: wait for more.")] = False,
) -> None:
    """Index what `rag sync --queue` has left to do, beside workers on other machines."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    loaded = Settings.load(settings)
    with Corpus(CORPUS, index or loaded.index, loaded) as opened:
        try:
            _work(opened, as_json, is_watching=watch)
            while watch:
                time.sleep(_IDLE_S)
                _work(opened, as_json, is_watching=watch)
        except KeyboardInterrupt:
            print("interrupted; another worker takes what was not done", file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None


def _work(corpus: Corpus, as_json: bool, *, is_watching: bool) -> None:
    """Works until nothing waits, and tells what was done; who watches outlives an error."""
    started = time.monotonic()
    documents = embedded = 0
    try:
        for done in corpus.work():
            documents += done.documents
            embedded += done.embedded
            show_count(documents, as_json)
    except RagError as error:
        if not is_watching:
            raise
        complain(error)
    seconds = time.monotonic() - started
    if documents or not is_watching:
        show(
            as_json,
            lambda: {"documents": documents, "embedded": embedded, "seconds": seconds},
            lambda: [
                f"{counted(documents, 'article')} indexed, "
                f"{counted(embedded, 'passage')} embedded in {seconds:.1f} s"
            ],
        )
        sys.stdout.flush()
