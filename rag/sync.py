"""Folder -> index: load, chunk, embed and store what changed; nothing else.

Files are read by processes, two threads embed a batch of texts each, and the thread that
called prepares the next batch and stores the last one meanwhile. Batches are committed
one by one, in order, so that an interrupted sync goes on where it was. While batches are
embedded, the folder is read on: when it has been read to its end, what is gone leaves
the index.
"""

from __future__ import annotations

import datetime
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from rag.arrays import FloatArray
from rag.embed import Embedder
from rag.errors import NotFoundError
from rag.load import Bounds, Loader
from rag.plan import Comparison, Plan, make_plan
from rag.prepare import max_chunk_tokens, prepare
from rag.settings import Settings
from rag.store import Backend, Entry, Writer
from rag.types import Document, SyncReport

#: Texts embedded between two commits.
BATCH = 128

# Batches that are embedded at the same time: the second one fills the processor while the
# first one ends.
_AT_WORK = 2

#: Batches that a kill costs at most: those at work, and the one that is embedded but not stored.
IN_FLIGHT = _AT_WORK + 1

# Text that waits in memory, read but not yet chunked.
_WAITING_CHARS = 50_000_000

#: How long the vectors of a removed text are kept: a folder that is replaced, or a
#: disk that was not mounted, comes back without anything being embedded again.
GRACE_S = 86_400

_REPORT_S = 0.2


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync is.

    Attributes:
        phase: First the folder is read and compared; from the first batch on what changed
            is indexed, while the rest of the folder is read.
        documents: Read so far; then changed documents done.
        documents_total: Changed documents; None while they are counted.
        embedded: Chunks embedded so far.
        seconds: Since the phase began.
        seconds_left: Estimated from the speed so far; None until there is one.
    """

    phase: Literal["reading", "indexing"]
    documents: int
    documents_total: int | None
    embedded: int
    seconds: float
    seconds_left: float | None

    @property
    def rate(self) -> float:
        """Chunks embedded in a second."""
        return self.embedded / self.seconds if self.seconds else 0.0


OnProgress = Callable[[Progress], None]


def sync(
    folder: Path,
    store: Backend,
    embedder: Embedder,
    settings: Settings,
    *,
    rebuild: bool = False,
    wait_s: float = 0.0,
    on_progress: OnProgress | None = None,
) -> SyncReport:
    """Makes the index hold what the folder holds.

    Args:
        rebuild: Build another index beside this one, whatever built it or damaged it;
            readers keep the old one until the new one is complete.
        wait_s: How long to wait for another sync to end.
        on_progress: Called after each batch, and often while the folder is read.

    Raises:
        NotFoundError: The corpus folder does not exist.
        LockedError: Another process is syncing.
        MismatchError: The index was built with other settings; `rebuild` replaces it.
    """
    started = time.monotonic()
    require_folder(folder)
    with (
        store.writer(wait_s=wait_s, rebuild=rebuild) as writer,
        Loader(folder, Bounds.of(settings), settings.readers) as loader,
    ):
        run = _Run(folder, writer, embedder, settings, loader, on_progress or (lambda _: None))
        plan = run.run()
        chunks, replaced = writer.chunk_count(), writer.replaced_ids()
    return SyncReport(
        added=len(plan.added - replaced),
        updated=len(plan.updated | plan.added & replaced),
        removed=len(plan.removed | replaced - plan.kept),
        unchanged=plan.unchanged,
        chunks=chunks,
        embedded=run.embedded,
        seconds=time.monotonic() - started,
        failed=tuple(plan.failed),
    )


def plan_sync(folder: Path, store: Backend, settings: Settings, *, rebuild: bool = False) -> Plan:
    """What a sync would do now; it changes nothing.

    Raises:
        NotFoundError: The corpus folder does not exist.
        MismatchError: The index was built with other settings.
    """
    require_folder(folder)
    known, stamps, failures = ({}, {}, []) if rebuild else store.remembered()
    with Loader(folder, Bounds.of(settings), settings.readers) as loader:
        return make_plan(folder, known, stamps, failures, loader)


def require_folder(folder: Path) -> None:
    """Raises NotFoundError if there is no such corpus folder."""
    if not folder.is_dir():
        raise NotFoundError(f"there is no corpus folder {folder}; create it and put articles in it")


def remove_gone(writer: Writer, plan: Plan, late: set[str]) -> None:
    """Takes out of the index what the folder has no more, without what goes later."""
    writer.forget(plan.stale)
    if writer.remove(plan.removed - late) or not writer.has_generation():
        writer.next_generation()


def note_read(writer: Writer, plan: Plan, bounds: str) -> None:
    """Remembers what was read of the folder, so that it is not read again."""
    writer.stamp(plan.stamps)
    writer.set_failures(plan.failed)
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    writer.set_meta({"synced_at": now, "bounds": bounds})


@dataclass
class _Batch:
    """What is committed together: vectors first, then the documents that they complete."""

    texts: dict[bytes, str] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    vectors: Future[FloatArray] | None = None

    @property
    def is_full(self) -> bool:
        return max(len(self.texts), len(self.entries)) >= BATCH

    def split_off(self) -> _Batch:
        """The first texts as a batch of their own: the last ones complete a long document."""
        first = dict(list(self.texts.items())[:BATCH])
        for digest in first:
            del self.texts[digest]
        return _Batch(first)


class _Run:
    """One sync at work, and how far it is."""

    def __init__(
        self,
        folder: Path,
        writer: Writer,
        embedder: Embedder,
        settings: Settings,
        loader: Loader,
        on_progress: OnProgress,
    ) -> None:
        self._bounds = repr(Bounds.of(settings))
        self._writer = writer
        self._embedder = embedder
        self._max_tokens = max_chunk_tokens(embedder, settings)
        self._on_progress = on_progress
        with writer.transaction():
            writer.retry_failures(self._bounds)
        known = writer.documents(), writer.files(), writer.failures()
        self._comparison = Comparison(folder, *known, loader, self._report_reading)
        self._plan = self._comparison.plan
        self._changed = self._comparison.changed()
        self._is_read = False
        self._waiting: deque[Document] = deque()
        self._waiting_chars = 0
        self._on_the_way: set[bytes] = set()  # vectors of batches that are not stored yet
        self._stored: set[str] = set()
        self._stored_chars = 0
        self.embedded = 0
        self._phase_started = time.monotonic()
        self._reported = 0.0
        self._is_indexing = False

    def run(self) -> Plan:
        """Does everything; returns what was to be done."""
        with ThreadPoolExecutor(_AT_WORK, "embedder") as pool:
            at_work: deque[_Batch] = deque()
            try:
                for batch in self._batches():
                    self._begin(batch, pool)
                    at_work.append(batch)
                    if len(at_work) > _AT_WORK:
                        self._store(at_work[0])
                        at_work.popleft()
                for batch in at_work:
                    self._store(batch)
            except BaseException:
                self._keep(at_work)
                raise
        self._end()
        return self._plan

    def _documents(self) -> Iterator[Document]:
        """The changed documents; reads on when none waits."""
        while self._waiting or self._read_one():
            document = self._waiting.popleft()
            self._waiting_chars -= len(document.text)
            yield document

    def _read_one(self) -> bool:
        """Lets one more changed document wait; when there is none, what is gone goes."""
        document = next(self._changed, None)
        if document is None:
            if not self._is_read:
                self._is_read = True
                self._remove_gone()
            return False
        self._waiting.append(document)
        self._waiting_chars += len(document.text)
        return True

    def _remove_gone(self) -> None:
        """All but what has another name now, which it goes with."""
        plan, writer = self._plan, self._writer
        late = {old for new, old in plan.renamed.items() if new not in self._stored}
        with writer.transaction():
            remove_gone(writer, plan, late)

    def _batches(self) -> Iterator[_Batch]:
        """The changed documents with the texts that have no vector yet."""
        batch = _Batch()
        for document in self._documents():
            entry, texts = prepare(document, self._embedder, self._max_tokens)
            new = [digest for digest in texts if digest not in self._on_the_way]
            for digest in self._writer.missing_vectors(new):
                batch.texts[digest] = texts[digest]
                self._on_the_way.add(digest)
            while len(batch.texts) > BATCH:
                yield batch.split_off()
            batch.entries.append(entry)
            if batch.is_full:
                yield batch
                batch = _Batch()
        if batch.entries:
            yield batch

    def _begin(self, batch: _Batch, pool: ThreadPoolExecutor) -> None:
        """Has the texts of a batch embedded."""
        if not self._is_indexing:
            self._is_indexing, self._reported = True, 0.0
            self._phase_started = time.monotonic()
        for digest in self._writer.adopt_vectors(batch.texts, self._embedder.dimension):
            self._on_the_way.discard(digest)
            del batch.texts[digest]
        if batch.texts:
            texts = list(batch.texts.values())
            batch.vectors = pool.submit(self._embedder.embed_documents, texts)

    def _keep(self, batches: Iterable[_Batch]) -> None:
        """Stores the vectors that are at work when a sync ends early: the next has them."""
        for batch in batches:
            if batch.vectors and not batch.vectors.cancel() and not batch.vectors.exception():
                with suppress(Exception):  # what ended the sync is what a person should read
                    self._writer.add_vectors(list(batch.texts), batch.vectors.result())

    def _store(self, batch: _Batch) -> None:
        self._store_vectors(batch)
        self._store_documents(batch)

    def _store_vectors(self, batch: _Batch) -> None:
        """Reads on until the vectors of a batch are there, and commits them."""
        if batch.vectors is None:
            return
        while not batch.vectors.done() and self._waiting_chars < _WAITING_CHARS:
            if not self._read_one():
                break
        self._writer.add_vectors(list(batch.texts), batch.vectors.result())
        self._on_the_way -= batch.texts.keys()
        self.embedded += len(batch.texts)
        self._report()

    def _store_documents(self, batch: _Batch) -> None:
        writer, ids = self._writer, [entry.document.id for entry in batch.entries]
        if not ids:
            return
        with writer.transaction():
            writer.forget({entry.document.path for entry in batch.entries})
            # A renamed document goes when its new name comes. All that goes is before all
            # that comes: the full-text index writes itself out when keys turn back.
            writer.remove([*ids, *filter(None, map(self._plan.renamed.get, ids))])
            for entry in batch.entries:
                writer.put(entry)
            writer.next_generation()
        self._stored.update(ids)
        self._stored_chars += sum(len(entry.document.text) for entry in batch.entries)
        self._report()

    def _end(self) -> None:
        with self._writer.transaction():
            self._writer.drop_unused_vectors(before=time.time() - GRACE_S)
            note_read(self._writer, self._plan, self._bounds)

    def _report_reading(self, documents: int) -> None:
        seconds = time.monotonic() - self._phase_started
        if seconds - self._reported < _REPORT_S:
            return
        self._reported = seconds
        if self._is_indexing:
            self._report()
        else:
            self._on_progress(Progress("reading", documents, None, 0, seconds, None))

    def _report(self) -> None:
        plan, seconds = self._plan, time.monotonic() - self._phase_started
        self._on_progress(
            Progress(
                phase="indexing",
                documents=len(self._stored),
                documents_total=len(plan.added) + len(plan.updated) if self._is_read else None,
                embedded=self.embedded,
                seconds=seconds,
                seconds_left=self._seconds_left(seconds),
            )
        )

    def _seconds_left(self, seconds: float) -> float | None:
        """If the rest of the folder holds as much that changed as what was read of it."""
        share = self._comparison.share_read
        if not (share and self._stored_chars):
            return None
        return seconds * max(0.0, self._plan.chars / share / self._stored_chars - 1)
