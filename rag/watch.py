"""The index follows the folder: a sync after every change, and now and then without one.

What a change was does not matter: a sync compares the folder with the index. So an
editor that saves by writing another file and renaming it makes one edit.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from rag.corpus import Corpus
from rag.errors import LockedError, NotFoundError, RagError
from rag.load import is_leftover
from rag.sync import OnProgress, Progress, require_folder
from rag.types import SyncReport

_LOG = logging.getLogger(__name__)

_QUIET_MS = 200  # a burst of changes is over when nothing came for so long
_LONGEST_BURST_MS = 1_600
_POLL_MS = 1_000
#: Network drives and containers may not tell of changes.
_UNASKED_S = 60.0


def follow(
    corpus: Corpus, stop: threading.Event, on_progress: OnProgress | None = None
) -> Iterator[SyncReport | RagError]:
    """Syncs at once and after every change; yields what each sync did, or why it could not.

    Args:
        stop: Ends it when it is set, within a second or after the batch at work; the next
            sync goes on from there.
        on_progress: As for `Corpus.sync`.
    """

    with suppress(Stopped):
        yield from _follow(corpus, stop, unless(stop, on_progress))


class Stopped(BaseException):
    """There is no time to finish a sync; the next one goes on from there."""


def unless(stop: threading.Event, on_progress: OnProgress | None = None) -> OnProgress:
    """An `on_progress` for a sync that is to end, with `Stopped`, once an event is set."""

    def go_on(progress: Progress) -> None:
        if stop.is_set():
            raise Stopped
        if on_progress:
            on_progress(progress)

    return go_on


def _follow(
    corpus: Corpus, stop: threading.Event, on_progress: OnProgress
) -> Iterator[SyncReport | RagError]:
    while not stop.is_set():
        try:
            require_folder(corpus.folder)
        except NotFoundError as error:
            yield error
            while not stop.wait(_POLL_MS / 1e3) and not corpus.folder.is_dir():
                pass
            continue
        yield from _follow_while_there(corpus, stop, on_progress)


def _follow_while_there(
    corpus: Corpus, stop: threading.Event, on_progress: OnProgress
) -> Iterator[SyncReport | RagError]:
    is_due, synced = True, time.monotonic()
    folder = corpus.folder.resolve()
    for is_changed in _changes(folder, corpus.index.resolve(), stop):
        if not corpus.folder.is_dir() or corpus.folder.resolve() != folder:
            return
        if is_due or is_changed or time.monotonic() - synced > _UNASKED_S:
            try:
                yield corpus.sync(on_progress=on_progress)
                is_due = False
            except LockedError:  # another process does the same, perhaps of an older state
                is_due = True
            except RagError as error:
                yield error
                is_due = False
            except Exception:  # else nothing would follow the folder any more
                _LOG.exception("a sync failed; the next one comes after a change, or in a minute")
                is_due = False
            synced = time.monotonic()


def _changes(folder: Path, index: Path, stop: threading.Event) -> Iterator[bool]:
    """Every second, or at once when something has changed: whether it has."""
    try:
        yield from _watched(folder, index, stop)
    except FileNotFoundError:
        return  # it has just gone
    except (OSError, RuntimeError) as error:
        _LOG.warning("nothing tells of changes in %s (%s): looking every second", folder, error)
        yield from _watched(folder, index, stop, is_polling=True)


def _watched(
    folder: Path, index: Path, stop: threading.Event, *, is_polling: bool = False
) -> Iterator[bool]:
    import watchfiles

    def concerns_articles(_: watchfiles.Change, path: str) -> bool:
        # The index may be in the corpus, and the corpus below the index.
        is_index = index.is_relative_to(folder) and Path(path).is_relative_to(index)
        return not is_index and not is_leftover(Path(path).name)

    for changes in watchfiles.watch(
        folder,
        watch_filter=concerns_articles,
        debounce=_LONGEST_BURST_MS,
        step=_QUIET_MS,
        stop_event=stop,
        rust_timeout=_POLL_MS,
        yield_on_timeout=True,
        raise_interrupt=True,
        force_polling=is_polling or None,
        poll_delay_ms=_POLL_MS,
        ignore_permission_denied=True,
    ):
        yield bool(changes)


class Follower:
    """A thread that follows the folder of a corpus that is being served."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        #: What the last sync did, or why it could not.
        self.last: SyncReport | RagError | None = None

    def __enter__(self) -> Follower:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        for did in follow(self._corpus, self._stop):
            self.last = did
