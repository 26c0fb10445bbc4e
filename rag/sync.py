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
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from rag.chunk import chunk_document, embedding_text
from rag.embed import Embedder
from rag.errors import NotFoundError
from rag.language import analyze, detect_language
from rag.plan import Plan, content_digest, make_plan
from rag.settings import Settings
from rag.store import Entry, Fingerprint, Store, Writer
from rag.types import UNDETERMINED, Document, Span, SyncReport

#: Texts embedded between two commits: at most so many are embedded again after a kill.
BATCH = 128

#: Tokens of the model's input kept free for the title, the prompt and special tokens.
_RESERVED_TOKENS = 72


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync is.

    Attributes:
        documents: Changed documents done, of `documents_total`.
        embedded: Chunks embedded so far.
        seconds_left: Estimated from the speed so far; None until there is one.
    """

    documents: int
    documents_total: int
    embedded: int
    seconds: float
    seconds_left: float | None


OnProgress = Callable[[Progress], None]


def sync(
    folder: Path,
    store: Store,
    embedder: Embedder,
    settings: Settings,
    *,
    rebuild: bool = False,
    wait_s: float = 0.0,
    on_progress: OnProgress | None = None,
) -> SyncReport:
    """Makes the index hold what the folder holds.

    Args:
        rebuild: Replace everything, whatever built the index; readers keep the old
            state until the new one is complete.
        wait_s: How long to wait for another sync to end.
        on_progress: Called after each batch.

    Raises:
        NotFoundError: The corpus folder does not exist.
        LockedError: Another process is syncing.
        MismatchError: The index was built with other settings; `rebuild` replaces it.
    """
    started = time.monotonic()
    require_folder(folder)
    with store.writer(wait_s=wait_s, rebuild=rebuild) as writer:
        plan = make_plan(folder, writer.documents(), writer.files(), rebuild=rebuild)
        run = _Run(folder, writer, embedder, settings, plan, on_progress or (lambda _: None))
        run.apply(store.fingerprint, rebuild=rebuild)
        chunks = writer.chunk_count()
    return SyncReport(
        added=len(plan.added),
        updated=len(plan.updated),
        removed=len(plan.removed),
        unchanged=plan.unchanged,
        chunks=chunks,
        embedded=run.embedded,
        seconds=time.monotonic() - started,
        failed=tuple(plan.failed),
    )


def require_folder(folder: Path) -> None:
    """Raises NotFoundError if there is no such corpus folder."""
    if not folder.is_dir():
        raise NotFoundError(f"there is no corpus folder {folder}; create it and put articles in it")


class _Run:
    """One sync at work: its plan, and how far it is."""

    def __init__(
        self,
        folder: Path,
        writer: Writer,
        embedder: Embedder,
        settings: Settings,
        plan: Plan,
        on_progress: OnProgress,
    ) -> None:
        self._folder = folder
        self._writer = writer
        self._embedder = embedder
        self._max_tokens = max(
            1, min(settings.chunk_tokens, embedder.max_tokens - _RESERVED_TOKENS)
        )
        self._plan = plan
        self._on_progress = on_progress
        self._started = time.monotonic()
        self.embedded = 0

    def apply(self, fingerprint: Fingerprint, *, rebuild: bool) -> None:
        """Carries the plan out: per batch, or in one transaction for a rebuild."""
        writer, plan = self._writer, self._plan
        if rebuild:
            for _ in self._entries():  # embeds everything; the old index goes on serving
                pass
        with writer.transaction() if rebuild else nullcontext():
            with writer.transaction():
                writer.set_meta(fingerprint._asdict())
                writer.remove(plan.removed)
                writer.forget(plan.stale)
                if plan.removed or rebuild or not writer.has_generation():
                    writer.next_generation()
            for entries in self._entries():
                with writer.transaction():
                    for entry in entries:
                        writer.put(entry)
                    writer.next_generation()
            with writer.transaction():
                writer.stamp(plan.stamps)
                writer.set_failures(plan.failed)
                if plan.removed or plan.updated:
                    writer.drop_unused_vectors()
                now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
                writer.set_meta({"synced_at": now})

    def _entries(self) -> Iterator[list[Entry]]:
        """The changed documents in batches, each with all its vectors stored."""
        ready: list[Entry] = []
        missing: dict[bytes, str] = {}
        documents = chars = 0
        for path in self._plan.changed:
            for document in self._plan.documents(self._folder, path):
                ready.append(self._prepare(document, missing))
                documents, chars = documents + 1, chars + len(document.text)
                if len(missing) >= BATCH or len(ready) >= BATCH:
                    self._embed(missing)
                    yield ready
                    ready, missing = [], {}
                    self._report(documents, chars)
        self._embed(missing)
        if ready:
            yield ready
            self._report(documents, chars)

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

    def _embed(self, missing: dict[bytes, str]) -> None:
        digests = list(missing)
        for first in range(0, len(digests), BATCH):
            some = digests[first : first + BATCH]
            vectors = self._embedder.embed_documents([missing[digest] for digest in some])
            self._writer.add_vectors(some, vectors)
            self.embedded += len(some)

    def _report(self, documents: int, chars: int) -> None:
        seconds = time.monotonic() - self._started
        self._on_progress(
            Progress(
                documents=documents,
                documents_total=len(self._plan.added) + len(self._plan.updated),
                embedded=self.embedded,
                seconds=seconds,
                seconds_left=seconds * (self._plan.chars - chars) / chars if chars else None,
            )
        )
