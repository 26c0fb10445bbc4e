"""What a sync will do: the folder compared with the index, before anything changes."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from rag.load import Loader, listing
from rag.store import Known, Stamp
from rag.types import Document, Failure, PassingFailure

_PARTS = re.compile("[/:#]")
# A file changed in the same instant as it was read may change again with the same time.
_SETTLED_NS = 2_000_000_000
_INTEGER = 2**63 - 1  # the largest that an index keeps
_TAKEN = (
    "another article has the id {!r} too; give this one its own, or let rows of exports be known "
    'by their place (in rag.toml: fields = {{id = "-"}})'
)


@dataclass
class Plan:
    """Document ids by what happens to them.

    Attributes:
        renamed: Old id by new id, where an added document has the text of a removed one.
        kept: Every id that the folder still has, or may have: its file cannot be read.
        stamps: What files looked like that need not be read again until they change.
        stale: Files whose remembered stamp no longer holds.
        chars: Size of the added and updated documents.
    """

    added: set[str] = field(default_factory=set)
    updated: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    renamed: dict[str, str] = field(default_factory=dict)
    unchanged: int = 0
    failed: list[Failure] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    stamps: dict[str, Stamp] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    chars: int = 0


def make_plan(
    folder: Path,
    known: Mapping[str, Known],
    stamps: Mapping[str, Stamp],
    failures: Iterable[Failure],
    loader: Loader,
) -> Plan:
    """A `Comparison` carried through, for who wants to know only."""
    comparison = Comparison(folder, known, stamps, failures, loader)
    for _ in comparison.changed():
        pass
    return comparison.plan


class Comparison:
    """The making of a plan, which gives out the changed documents on the way.

    It reads the files that look different from what the index remembers, and no other.
    An id belongs to the first file, in the order of paths, that has it. What cannot be
    read is not gone: the documents of such a file or folder stay as they were.

    Attributes:
        plan: Whole when `changed` has ended. Before, it knows of nothing that is gone.
    """

    def __init__(
        self,
        folder: Path,
        known: Mapping[str, Known],
        stamps: Mapping[str, Stamp],
        failures: Iterable[Failure],
        loader: Loader,
        on_read: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Compares nothing yet.

        Args:
            folder: The corpus folder.
            known: The indexed documents by id.
            stamps: What the files looked like that need not be read again, by path.
            failures: What could not be read of them, or of other files.
            loader: Reads the files of the folder.
            on_read: Called after each file with the number of documents seen so far.
        """
        self.plan = Plan()
        self._folder, self._known, self._stamps = folder, known, stamps
        self._loader = loader
        self._on_read = on_read
        self._failed: dict[str, list[Failure]] = {}
        for failure in failures:
            self._failed.setdefault(_file_of(failure.path, stamps), []).append(failure)
        self._seen: set[str] = set()
        self._unreadable: set[str] = set()
        self._moved_to: dict[str, str] = {}  # added id by the digest of its text
        self._is_lasting = True  # what was found in a file, until the file changes
        self._settled_ns = time.time_ns() - _SETTLED_NS
        self._sizes: dict[str, int] = {}  # of the files that look different
        self._bytes_read = 0

    @property
    def share_read(self) -> float:
        """How much of what there is to read has been read, from 0 to 1."""
        return self._bytes_read / max(1, sum(self._sizes.values()))

    def changed(self) -> Iterator[Document]:
        """The added and updated documents, while the files are read."""
        owned: dict[str, list[str]] = {}
        for id, document in self._known.items():
            owned.setdefault(document.path, []).append(id)
        found = listing(self._folder)
        for item in found:
            if isinstance(item, str) and self._looks_different(item, owned.get(item, [])):
                self._sizes[item] = _size(self._folder / item)
        self._loader.ahead(self._sizes)
        for item in found:
            if isinstance(item, Failure):
                self._fail(item)
            else:
                yield from self._compare(item, owned.get(item, []))
                self._bytes_read += self._sizes.get(item, 0)
                self._on_read(len(self._seen))
        self.plan.stale |= self._stamps.keys() - set(found)
        self._settle_removals()

    def _looks_different(self, path: str, ids: list[str]) -> bool:
        remembered = self._stamps.get(path)
        return remembered is None or remembered != _stamp(self._folder / path, len(ids))

    def _compare(self, path: str, ids: list[str]) -> Iterator[Document]:
        """Reads one file, unless it looks as it did and its ids are still its own."""
        plan = self.plan
        stamp = _stamp(self._folder / path, len(ids))
        if stamp and self._stamps.get(path) == stamp and self._seen.isdisjoint(ids):
            self._seen.update(ids)
            plan.unchanged += len(ids)
            for failure in self._failed.get(path, ()):
                self._fail(failure)
            return
        self._is_lasting, before = True, len(self._seen)
        plan.stale.add(path)
        yield from self._changed_of(path)
        if self._is_lasting and stamp and max(stamp[1:3]) < self._settled_ns:
            plan.stamps[path] = stamp._replace(documents=len(self._seen) - before)

    def _changed_of(self, path: str) -> Iterator[Document]:
        """The documents of a file that are new or different; counts what becomes of each."""
        plan = self.plan
        for item in self._loader.load(path):
            if isinstance(item, Failure):
                self._fail(item)
                self._is_lasting = self._is_lasting and not isinstance(item, PassingFailure)
            elif item.id in self._seen:
                self._is_lasting = False
                plan.failed.append(Failure(path, _TAKEN.format(item.id)))
            else:
                self._seen.add(item.id)
                old = self._known.get(item.id)
                if old and old.digest == content_digest(item):
                    plan.unchanged += 1
                    continue
                if old:
                    plan.updated.add(item.id)
                else:
                    plan.added.add(item.id)
                    self._moved_to[item.sha256] = item.id
                plan.chars += len(item.text)
                yield item

    def _fail(self, failure: Failure) -> None:
        self.plan.failed.append(failure)
        self._unreadable.add(failure.path)

    def _settle_removals(self) -> None:
        plan = self.plan
        for id in self._known.keys() - self._seen:
            old = self._known[id]
            if self._unreadable.isdisjoint((id, old.path, *_folders(old.path))):
                plan.removed.add(id)
                if new := self._moved_to.get(old.sha256):
                    plan.renamed[new] = id
        plan.kept = self._seen | (self._known.keys() - plan.removed)


def content_digest(document: Document) -> bytes:
    """Changes when anything does that a reader of the file could see."""
    visible = (
        document.path,
        document.sha256,
        document.title,
        document.language,
        document.date,
        document.authors,
        document.source,
        document.url,
        document.date_certainty,
        document.places,
        document.hidden,
    )
    return hashlib.sha256(repr(visible).encode()).digest()[:16]


def _file_of(place: str, files: Mapping[str, Stamp]) -> str:
    """The file that a failure is in: `a.zip` of `a.zip/b.md`, `rows.jsonl` of `rows.jsonl:3`."""
    file = place
    while file and file not in files:
        file = file[: max(map(file.rfind, "/:#"))] if _PARTS.search(file) else ""
    return file


def _folders(path: str) -> Iterator[str]:
    """The folders that a path lies in: `a/b` and `a` and `.` for `a/b/c.txt`."""
    return map(str, PurePosixPath(path).parents)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _stamp(file: Path, documents: int) -> Stamp | None:
    """What a file looks like; None if that cannot be told, or not kept: its time is far off."""
    try:
        status = file.stat()
    except OSError:
        return None
    inode = status.st_ino & _INTEGER  # some file systems use all 64 bits
    stamp = Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, inode, documents)
    return stamp if max(map(abs, stamp)) <= _INTEGER else None
