"""What the rest of the program asks of an index, whatever keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from rag.arrays import FloatArray
from rag.store.fingerprint import Fingerprint
from rag.store.languages import Sample
from rag.store.listing import Listing, Look
from rag.store.reader import Hit, Stored
from rag.store.rows import Entry, Known, Stamp
from rag.store.status import Status
from rag.store.verify import Problems
from rag.types import Document, Failure, Filters


class Reader(Protocol):
    """One generation of an index, as a consistent whole; valid inside `Backend.reader()` only."""

    #: Languages of the documents.
    languages: frozenset[str]
    #: The index and its generation: no two states of any index share it.
    generation: tuple[str, str]

    def __len__(self) -> int:
        """Number of chunks."""
        ...

    def dense(
        self, query: FloatArray, top_k: int, filters: Filters | None = None
    ) -> list[tuple[int, float]]:
        """The nearest chunks as `(key, cosine)`, best first; `query` is a unit vector."""
        ...

    def lexical(
        self, terms: Sequence[str], top_k: int, filters: Filters | None = None
    ) -> list[tuple[int, float]]:
        """The chunks that share a term with the query as `(key, BM25)`, best first."""
        ...

    def vectors(self, keys: Iterable[int]) -> FloatArray:
        """Stored vectors of chunks, shape (n, dimension)."""
        ...

    def cosines(self, query: FloatArray, keys: Sequence[int]) -> FloatArray:
        """Of a question, a unit vector, and chunks, shape (n,)."""
        ...

    def document_frequencies(self, terms: Iterable[str]) -> list[tuple[str, int]]:
        """For each term, how many chunks hold it."""
        ...

    def terms(self, keys: Sequence[int]) -> list[str]:
        """The analysed terms of each chunk, as `rag.store.terms.term_text` writes them."""
        ...

    def chunk_languages(self, keys: Sequence[int]) -> list[str]:
        """The language of each chunk's document."""
        ...

    def samples(self) -> Mapping[str, Sample]:
        """Passages that stand for all of a language, by language."""
        ...

    def document_ids(self, keys: Sequence[int]) -> list[str]:
        """The id of each chunk's document."""
        ...

    def dates(self, keys: Sequence[int]) -> list[str | None]:
        """The date of each chunk's document."""
        ...

    def newest(self, limit: int, filters: Filters | None = None) -> list[int]:
        """The first chunk of each of the newest documents, these first; without a date, last."""
        ...

    def count(self, filters: Filters | None = None) -> int:
        """Number of documents."""
        ...

    def hits(self, keys: Sequence[int]) -> dict[int, Hit]:
        """Chunks and their documents by chunk key."""
        ...

    def document(self, id: str) -> Document | None:
        """The document of that id, if there is one."""
        ...

    def documents(self, after: str, limit: int) -> list[Document]:
        """The next documents in the order of their ids, from behind `after`."""
        ...

    def stored(self, after: str, limit: int) -> list[Stored]:
        """The next documents in the order of their ids, with all that is kept of them."""
        ...

    def listing(self, look: Look) -> Listing:
        """The documents as a table."""
        ...

    def authors(self) -> dict[str, list[str]]:
        """The ids of the documents of each author."""
        ...

    def sources(self) -> list[str]:
        """Every source of the documents, sorted."""
        ...


class Writer(Protocol):
    """The only writer of an index; each method is one transaction or part of the caller's."""

    def transaction(self) -> AbstractContextManager[None]:
        """Groups changes; readers see all of them or none."""
        ...

    def documents(self) -> dict[str, Known]:
        """What is indexed, by document id."""
        ...

    def files(self) -> dict[str, Stamp]:
        """The files that need not be read again while they look the same, by path."""
        ...

    def failures(self) -> list[Failure]:
        """What could not be read when it was last tried."""
        ...

    def replaced_ids(self) -> set[str]:
        """Ids of the documents in the index that this one will replace."""
        ...

    def missing_vectors(self, digests: Iterable[bytes]) -> list[bytes]:
        """Those of the digests whose vector is not stored, each once, in order."""
        ...

    def adopt_vectors(self, digests: Iterable[bytes], dimension: int) -> set[bytes]:
        """Takes over what the replaced index has of these vectors; returns their digests."""
        ...

    def add_vectors(self, digests: Sequence[bytes], vectors: FloatArray) -> None:
        """Stores the rows of `vectors`, shape (len(digests), dimension)."""
        ...

    def put(self, entry: Entry) -> None:
        """Adds a document, or replaces the one of the same id; its vectors are stored already."""
        ...

    def remove(self, ids: Iterable[str]) -> int:
        """Removes documents with their chunks; returns how many were there."""
        ...

    def stamp(self, stamps: Mapping[str, Stamp]) -> None:
        """Remembers files as read."""
        ...

    def forget(self, paths: Iterable[str]) -> None:
        """Makes the next sync read these files again, if they are there."""
        ...

    def retry_failures(self, bounds: str) -> None:
        """Makes the next plan read again what failed, if it failed within other bounds."""
        ...

    def set_failures(self, failures: Iterable[Failure]) -> None:
        """Replaces the list of what could not be read."""
        ...

    def drop_unused_vectors(self, before: float) -> None:
        """Forgets the vectors that no chunk has used since then, in seconds since 1970."""
        ...

    def chunk_count(self) -> int:
        """Number of chunks in the index."""
        ...

    def has_generation(self) -> bool:
        """Whether anything was ever published to readers."""
        ...

    def next_generation(self) -> None:
        """Tells readers that what they hold is behind."""
        ...

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Stores named facts about the index."""
        ...


class Waiting(NamedTuple):
    """A document as it was read, and the id of the one that goes when it comes, if one does."""

    document: Document
    replaces: str | None


class Queue(Protocol):
    """Documents that wait to be indexed by any number of processes at once."""

    @property
    def writer(self) -> Writer:
        """Writes in the transactions of the queue."""
        ...

    def clear(self) -> None:
        """Takes out what waits, once nobody is at it; the files that it is of are read again."""
        ...

    def add(self, documents: Sequence[Document]) -> None:
        """Lets documents wait."""
        ...

    def replace(self, renamed: Mapping[str, str]) -> set[str]:
        """Has documents go when those come that take their place; which ones will.

        Args:
            renamed: Old id by new id. What does not wait any more is passed over.
        """
        ...

    def claimed(self, documents: int, chars: int) -> AbstractContextManager[list[Waiting]]:
        """A transaction with some of what waits and nobody is at; it waits no more afterwards.

        Args:
            documents: At most so many.
            chars: No more when there is so much text.
        """
        ...

    def store_alone(self) -> None:
        """Waits until nobody else stores, and keeps others from it until the transaction ends."""
        ...

    def is_done(self) -> bool:
        """Whether nothing waits, nobody is at anything, and nobody fills the queue."""
        ...


class Backend(Protocol):
    """An index, seen with what the running program would build it with.

    Every method raises NotFoundError before the first sync, and StoreError where the
    index cannot be used.
    """

    def close(self) -> None:
        """Closes idle connections; the index can be used again afterwards."""
        ...

    def reader(self, *, search: bool = True, check: bool = True) -> AbstractContextManager[Reader]:
        """One consistent generation.

        Args:
            search: False if only documents are looked at, whatever built the index.
            check: False if it does not matter what the vectors mean.

        Raises:
            MismatchError: The index was built with other settings.
        """
        ...

    def writer(
        self, *, wait_s: float = 0.0, rebuild: bool = False
    ) -> AbstractContextManager[Writer]:
        """The one writer of an index, which is created if it is missing.

        Args:
            wait_s: How long to wait for another writer.
            rebuild: Fill another index, which takes the place of this one on the way out.

        Raises:
            LockedError: Another process is writing.
            MismatchError: The index was built with other settings.
        """
        ...

    def queue(self, *, wait_s: float = 0.0, fill: bool = False) -> AbstractContextManager[Queue]:
        """What waits to be indexed, for any number of processes at once.

        Args:
            wait_s: How long to wait for who writes alone.
            fill: Be the one who says what waits, in place of what waits now.

        Raises:
            LockedError: Another process is writing alone, or filling the queue.
            MismatchError: The index was built with other settings.
        """
        ...

    def remembered(self) -> tuple[dict[str, Known], dict[str, Stamp], list[Failure]]:
        """The documents, files and failures of a fitting index; none before the first sync."""
        ...

    def check(self) -> None:
        """Refuses an index that a sync would refuse; what else is wrong with it, a sync says.

        Raises:
            StoreError: Nothing can be written there.
            MismatchError: The index was built with other settings, or by a later version.
        """
        ...

    def fits(self) -> bool:
        """False if the index is one of other settings."""
        ...

    def built_with(self) -> Fingerprint:
        """What the numbers of the index mean, whatever the program would build it with."""
        ...

    def verify(self) -> Problems:
        """Everything that is wrong with the index, whatever it was built with."""
        ...

    def status(self) -> Status:
        """What is in the index, whatever it was built with."""
        ...
