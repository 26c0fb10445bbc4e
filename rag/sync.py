"""Folder -> index: load, chunk, embed and store what changed; nothing else.

The plan comes first and needs no embedding model, so what is gone leaves the
index before anything slow begins. Then changed documents are embedded in batches;
each batch of vectors is committed by itself, so that an interrupted sync goes on
where it was.
"""

from __future__ import annotations

import datetime
import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from rag.chunk import chunk_document, embedding_text
from rag.embed import Embedder
from rag.errors import NotFoundError
from rag.language import analyze, detect_language
from rag.load import Bounds, Loader
from rag.plan import Plan, content_digest, make_plan
from rag.settings import Settings
from rag.store import Backend, Entry, Writer
from rag.types import UNDETERMINED, Document, Span, SyncReport

#: Texts embedded between two commits: at most so many are embedded again after a kill.
BATCH = 128

# How long the vectors of a removed text are kept: a folder that is replaced, or a
# disk that was not mounted, comes back without anything being embedded again.
_GRACE_S = 86_400

_REPORT_S = 0.2

#: Tokens of the model's input kept free for the title, the prompt and special tokens.
_RESERVED_TOKENS = 72


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync is.

    Attributes:
        phase: First the folder is read and compared, then what changed is indexed.
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
        on_progress: Called after each batch.

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
        plan = run.plan()
        run.apply(plan)
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


def max_chunk_tokens(embedder: Embedder, settings: Settings) -> int:
    """Largest chunk: as set, within what the model can read."""
    return max(1, min(settings.chunk_tokens, embedder.max_tokens - _RESERVED_TOKENS))


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
        self._folder = folder
        self._loader = loader
        self._bounds = repr(Bounds.of(settings))
        self._writer = writer
        self._embedder = embedder
        self._max_tokens = max_chunk_tokens(embedder, settings)
        self._on_progress = on_progress
        self._phase_started = time.monotonic()
        self._reported = 0.0
        self._documents = self._chars = 0
        self.embedded = 0

    def plan(self) -> Plan:
        """Compares the folder with the index."""
        writer = self._writer
        with writer.transaction():
            writer.retry_failures(self._bounds)
        return make_plan(
            self._folder,
            writer.documents(),
            writer.files(),
            writer.failures(),
            self._loader,
            self._report_reading,
        )

    def apply(self, plan: Plan) -> None:
        """Carries the plan out, a batch a transaction."""
        self._phase_started = time.monotonic()
        writer, late = self._writer, set(plan.renamed.values())
        with writer.transaction():
            writer.remove(plan.removed - late)
            writer.forget(plan.stale)
            if plan.removed - late or not writer.has_generation():
                writer.next_generation()
        for entries in self._entries(plan):
            with writer.transaction():
                # A renamed document goes when its new name comes. All that goes is before all
                # that comes: the full-text index writes itself out when keys turn back.
                ids = [entry.document.id for entry in entries]
                writer.remove([*ids, *filter(None, map(plan.renamed.get, ids))])
                for entry in entries:
                    writer.put(entry)
                writer.next_generation()
        with writer.transaction():
            if writer.remove(late):  # a new name that was gone again
                writer.next_generation()
            writer.stamp(plan.stamps)
            writer.set_failures(plan.failed)
            writer.drop_unused_vectors(before=time.time() - _GRACE_S)
            now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            writer.set_meta({"synced_at": now, "bounds": self._bounds})

    def _entries(self, plan: Plan) -> Iterator[list[Entry]]:
        """The changed documents in batches, each with all its vectors stored."""
        ready: list[Entry] = []
        missing: dict[bytes, str] = {}
        plan.read_ahead(self._loader)
        for path in plan.changed:
            for document in plan.documents(self._loader, path):
                ready.append(self._prepare(document, missing))
                if len(missing) >= BATCH or len(ready) >= BATCH:
                    yield self._embedded(ready, missing, plan)
                    ready, missing = [], {}
        if ready:
            yield self._embedded(ready, missing, plan)

    def _embedded(self, entries: list[Entry], missing: dict[bytes, str], plan: Plan) -> list[Entry]:
        """The documents, when the vectors that they lack are stored, a batch a commit."""
        known = self._writer.adopt_vectors(missing, self._embedder.dimension)
        digests = [digest for digest in missing if digest not in known]
        for first in range(0, len(digests), BATCH):
            some = digests[first : first + BATCH]
            vectors = self._embedder.embed_documents([missing[digest] for digest in some])
            self._writer.add_vectors(some, vectors)
            self.embedded += len(some)
            self._report(plan)
        self._documents += len(entries)
        self._chars += sum(len(entry.document.text) for entry in entries)
        self._report(plan)
        return entries

    def _prepare(self, document: Document, missing: dict[bytes, str]) -> Entry:
        """Chunks and analyses a document; adds the texts that must be embedded to `missing`."""
        digest = content_digest(document)
        if document.language == UNDETERMINED:
            document = replace(document, language=detect_language(document.text))
        chunks = chunk_document(document, self._embedder.token_spans, self._max_tokens)
        texts = [embedding_text(document, chunk) for chunk in chunks]
        digests = [self._vector_digest(text) for text in texts]
        text_of = dict(zip(digests, texts, strict=True))
        missing |= {digest: text_of[digest] for digest in self._writer.missing_vectors(digests)}
        title = analyze(document.title, document.language)
        return Entry(
            document,
            digest,
            [
                (
                    Span(chunk.start, chunk.end),
                    key,
                    title + analyze(chunk.text, chunk.language),
                )
                for chunk, key in zip(chunks, digests, strict=True)
            ],
        )

    def _vector_digest(self, text: str) -> bytes:
        """What a vector is remembered by: the model and the text it was made of."""
        known_by = f"{self._embedder.fingerprint}\0{text}"
        return hashlib.sha256(known_by.encode()).digest()[:16]

    def _report_reading(self, documents: int) -> None:
        seconds = time.monotonic() - self._phase_started
        if seconds - self._reported >= _REPORT_S:
            self._reported = seconds
            self._on_progress(Progress("reading", documents, None, 0, seconds, None))

    def _report(self, plan: Plan) -> None:
        seconds, chars = time.monotonic() - self._phase_started, self._chars
        self._on_progress(
            Progress(
                phase="indexing",
                documents=self._documents,
                documents_total=len(plan.added) + len(plan.updated),
                embedded=self.embedded,
                seconds=seconds,
                seconds_left=seconds * (plan.chars - chars) / chars if chars else None,
            )
        )
