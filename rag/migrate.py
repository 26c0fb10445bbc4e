"""An index moved from one place to another, as it is: nothing is read or embedded again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import NamedTuple

from rag.errors import CorruptError, StoreError
from rag.settings import Settings
from rag.store import Backend, Reader, Stored, Writer, open_backend

_BATCH = 200  # documents


class Moved(NamedTuple):
    """What was moved: documents that were there already are not counted in `copied`."""

    documents: int
    chunks: int
    copied: int
    removed: int


def migrate(
    source: str,
    target: str,
    settings: Settings,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Moved:
    """Makes the index at `target` hold what the one at `source` holds, and checks that it does.

    What an interrupted run has moved is not moved again. Nobody can search the target
    before all is there, unless it is an index already.

    Args:
        source: A folder or `postgresql://...`; it is only read.
        target: The other, or another of its kind.
        on_progress: Told how many documents are looked at, of how many.

    Raises:
        NotFoundError: There is no index at `source`.
        MismatchError: `target` is an index of other settings.
        LockedError: Somebody writes to the target.
        StoreError: `source` was synced meanwhile.
        CorruptError: The target differs from the source after all, or a row is damaged.
    """
    old: Backend = open_backend(source, lambda: old.built_with(), settings)
    new: Backend = open_backend(target, lambda: old.built_with(), settings)
    try:
        with old.reader() as reader:
            known, stamps, failures = old.remembered()
            synced_at = old.status().synced_at
            _require_unchanged(reader, old, source)
            with new.writer() as writer:
                copied = 0
                with writer.transaction():
                    removed = writer.remove(writer.documents().keys() - known.keys())
                for done, batch in _missing(reader, writer):
                    _copy(writer, batch)
                    copied += len(batch)
                    on_progress(done, len(known))
                with writer.transaction():
                    writer.forget(writer.files())
                    writer.stamp(stamps)
                    writer.set_failures(failures)
                    if synced_at:
                        writer.set_meta({"synced_at": synced_at})
                    writer.next_generation()
            _compare(reader, new)
            return Moved(len(known), len(reader), copied, removed)
    finally:
        old.close()
        new.close()


def _require_unchanged(reader: Reader, old: Backend, source: str) -> None:
    """Raises StoreError if the articles of the reader are not those of now.

    With what is remembered of later ones, no sync would ever read those again.
    """
    with old.reader() as now:
        if now.generation != reader.generation:
            raise StoreError(f"{source} was synced meanwhile; run this again")


def _batches(reader: Reader) -> Iterator[list[Stored]]:
    after = ""
    while batch := reader.stored(after, _BATCH):
        yield batch
        after = batch[-1].entry.document.id


def _missing(reader: Reader, writer: Writer) -> Iterator[tuple[int, list[Stored]]]:
    """What the target lacks, in batches, and how many documents were looked at."""
    there, done = writer.documents(), 0
    for batch in _batches(reader):
        done += len(batch)
        lacking = []
        for stored in batch:
            known = there.get(stored.entry.document.id)
            if known is None or known.digest != stored.entry.digest:
                lacking.append(stored)
        yield done, lacking


def _copy(writer: Writer, batch: list[Stored]) -> None:
    with writer.transaction():
        for entry, vectors in batch:
            writer.add_vectors([digest for _, digest, _ in entry.chunks], vectors)
        for entry, _ in batch:
            writer.put(entry)


def _compare(reader: Reader, target: Backend) -> None:
    """Raises CorruptError if a document, passage or vector is not what it was."""
    with target.reader() as copy:
        for one, two in zip_longest(_all(reader), _all(copy)):
            if one is None or two is None or not one.equals(two):
                name = (one or two).entry.document.id
                raise CorruptError(f"{name} is not in the new index what it is in the old one")


def _all(reader: Reader) -> Iterator[Stored]:
    for batch in _batches(reader):
        yield from batch
