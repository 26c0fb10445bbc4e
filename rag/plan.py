"""What a sync will do: the folder compared with the index, before anything changes."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rag.load import article_files, load_file
from rag.store import Known, Stamp
from rag.types import Document, Failure

_KEPT_CHARS = 50_000_000  # text kept in memory between plan and work; the rest is read twice
# A file changed in the same instant as it was read may change again with the same time.
_SETTLED_NS = 2_000_000_000


@dataclass
class Plan:
    """Document ids by what happens to them, and where the changed ones are.

    Attributes:
        changed: Files with changed documents, in the order they are worked on.
        stamps: What files looked like that were read in full.
        stale: Files whose remembered stamp no longer holds.
        chars: Size of the changed documents.
    """

    added: set[str] = field(default_factory=set)
    updated: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    unchanged: int = 0
    failed: list[Failure] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    stamps: dict[str, Stamp] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    chars: int = 0
    _kept: dict[str, list[Document]] = field(default_factory=dict)

    def documents(self, folder: Path, path: str) -> Iterator[Document]:
        """The changed documents of a file, from memory or read again."""
        kept = self._kept.get(path)
        for document in load_file(folder, path) if kept is None else kept:
            if isinstance(document, Document) and (
                document.id in self.added or document.id in self.updated
            ):
                yield document

    def take(self, path: str, documents: list[Document]) -> None:
        """Adds the changed documents of a file."""
        self.changed.append(path)
        self.chars += sum(len(document.text) for document in documents)
        if self.chars <= _KEPT_CHARS:
            self._kept[path] = documents


def make_plan(
    folder: Path,
    known: Mapping[str, Known],
    stamps: Mapping[str, Stamp],
    *,
    rebuild: bool = False,
) -> Plan:
    """Reads the files that look different from what the index remembers, and no other.

    An id belongs to the first file, in the order of paths, that has it. What
    cannot be read is not gone: the documents of such a file stay as they were.

    Args:
        folder: The corpus folder.
        known: The indexed documents by id.
        stamps: The files that were read in full, by path.
        rebuild: Take every document as changed.
    """
    owned: dict[str, list[str]] = {}
    for id, document in known.items():
        owned.setdefault(document.path, []).append(id)
    plan, seen, incomplete = Plan(), set[str](), set[str]()
    settled_ns = time.time_ns() - _SETTLED_NS
    for path in article_files(folder):
        ids = owned.get(path, [])
        stamp = _stamp(folder / path, len(ids))
        if not rebuild and stamp and stamps.get(path) == stamp and seen.isdisjoint(ids):
            seen.update(ids)
            plan.unchanged += len(ids)
            continue
        failures, before = len(plan.failed), len(seen)
        changed = list(_changed(load_file(folder, path), known, seen, plan, rebuild=rebuild))
        if len(plan.failed) > failures:
            incomplete.add(path)
        elif stamp and stamp.mtime_ns < settled_ns:
            plan.stamps[path] = stamp._replace(documents=len(seen) - before)
        if changed:
            plan.take(path, changed)
        plan.stale.add(path)
    plan.stale |= {path for path in stamps if not (folder / path).exists()}
    plan.removed = {id for id in known.keys() - seen if known[id].path not in incomplete}
    return plan


def content_digest(document: Document) -> bytes:
    """Changes when anything does that a reader of the file could see."""
    visible = (
        document.path,
        document.text,
        document.title,
        document.language,
        document.date,
        document.authors,
        document.source,
    )
    return hashlib.sha256(repr(visible).encode()).digest()[:16]


def _changed(
    items: Iterable[Document | Failure],
    known: Mapping[str, Known],
    seen: set[str],
    plan: Plan,
    *,
    rebuild: bool,
) -> Iterator[Document]:
    """The documents that are new or different; notes in `plan` what becomes of each."""
    for item in items:
        if isinstance(item, Failure):
            plan.failed.append(item)
        elif item.id in seen:
            plan.failed.append(Failure(item.path, f"another article has the id {item.id!r} too"))
        else:
            seen.add(item.id)
            old = known.get(item.id)
            if old and old.digest == content_digest(item) and not rebuild:
                plan.unchanged += 1
                continue
            (plan.updated if old else plan.added).add(item.id)
            yield item


def _stamp(file: Path, documents: int) -> Stamp | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return Stamp(status.st_size, status.st_mtime_ns, documents)
