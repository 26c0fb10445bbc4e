"""Folder -> queue -> index: a sync that any number of processes share, on any machines.

One process reads the folder and lets wait what changed; the others take some of it, embed it
and store it. They need the index and the model, and no folder. What a worker takes, and all
that becomes of it, is one transaction: when it is killed, it has stored nothing of it, and
another takes the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from rag.embed import Embedder
from rag.load import Bounds, Loader
from rag.plan import Comparison, Plan
from rag.prepare import max_chunk_tokens, prepare
from rag.settings import Settings
from rag.store import Backend, Queue, Waiting
from rag.sync import GRACE_S, note_read, remove_gone, require_folder
from rag.types import Document

#: What a worker takes at a time, and loses when it is killed: about as much as a sync.
_DOCUMENTS, _CHARS = 64, 100_000

_POLL_S = 0.5


class Worked(NamedTuple):
    """What a worker has done."""

    documents: int
    embedded: int


def enqueue(
    folder: Path,
    store: Backend,
    settings: Settings,
    *,
    wait_s: float = 0.0,
    on_read: Callable[[int], None] = lambda _: None,
) -> Plan:
    """Lets wait what a sync would index, in place of what waits; does the rest of the sync.

    Args:
        wait_s: How long to wait for a sync of another process.
        on_read: Called after each file with the number of documents seen so far.

    Raises:
        NotFoundError: The corpus folder does not exist.
        LockedError: Another process is syncing, or doing the same.
        MismatchError: The index was built with other settings.
        StoreError: The index is a folder.
    """
    require_folder(folder)
    bounds = Bounds.of(settings)
    with (
        store.queue(wait_s=wait_s, fill=True) as queue,
        Loader(folder, bounds, settings.readers) as loader,
    ):
        writer = queue.writer
        with writer.transaction():
            queue.clear()
            # Now, that nobody is at work who counts on them.
            writer.drop_unused_vectors(before=time.time() - GRACE_S)
            writer.retry_failures(repr(bounds))
        known = writer.documents(), writer.files(), writer.failures()
        comparison = Comparison(folder, *known, loader, on_read)
        for documents in _batches(comparison.changed()):
            queue.add(documents)
        _conclude(queue, comparison.plan, repr(bounds))
    return comparison.plan


def work(
    store: Backend, embedder: Embedder, settings: Settings, *, wait_s: float = 0.0
) -> Iterator[Worked]:
    """Indexes what waits, beside others who do the same, until nothing waits and nobody is at it.

    Yields:
        What was committed together.

    Raises:
        LockedError: A sync is at work, which needs no workers.
        NotFoundError: Nothing was ever queued.
        MismatchError: The index was built with other settings.
        StoreError: The index is a folder.
    """
    max_tokens = max_chunk_tokens(embedder, settings)
    with store.queue(wait_s=wait_s) as queue:
        while True:
            with queue.claimed(_DOCUMENTS, _CHARS) as waiting:
                done = _index(waiting, queue, embedder, max_tokens) if waiting else None
            if done:
                yield done
            elif queue.is_done():
                return
            else:
                time.sleep(_POLL_S)


def _index(waiting: list[Waiting], queue: Queue, embedder: Embedder, max_tokens: int) -> Worked:
    """Does in the caller's transaction what a sync does with documents."""
    writer = queue.writer
    prepared = [prepare(document, embedder, max_tokens) for document, _ in waiting]
    texts = {digest: text for _, wanted in prepared for digest, text in wanted.items()}
    missing = writer.missing_vectors(texts)
    vectors = embedder.embed_documents([texts[digest] for digest in missing])
    queue.store_alone()
    writer.add_vectors(missing, vectors)
    renamed = [replaces for _, replaces in waiting if replaces]
    writer.remove([*(entry.document.id for entry, _ in prepared), *renamed])
    for entry, _ in prepared:
        writer.put(entry)
    writer.next_generation()
    return Worked(len(prepared), len(missing))


def _conclude(queue: Queue, plan: Plan, bounds: str) -> None:
    """Takes out of the index what the folder has no more, and notes what was read."""
    writer = queue.writer
    with writer.transaction():
        late = queue.replace(plan.renamed)  # first: it waits for who is at one of them
        queue.store_alone()
        remove_gone(writer, plan, late)
        note_read(writer, plan, bounds)


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    documents = iter(documents)
    while batch := list(islice(documents, _DOCUMENTS)):
        yield batch
