"""Reading one generation of the index: search and fetch."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from rag.arrays import FloatArray, KeyArray
from rag.errors import CorruptError
from rag.store.base import BaseReader
from rag.store.checksum import chunk_crc, document_crc
from rag.store.languages import LanguageIndex, Sample
from rag.store.listing import Listing, Look, listing, sources
from rag.store.rows import COLUMNS, Entry, PreparedChunk, document_of
from rag.store.terms import match_any, split_terms, term_text
from rag.store.vectors import VectorIndex, unpack
from rag.types import Chunk, Document, Filters, Span

# Keys are given as JSON: one text for SQLite to parse, however many there are.
_AMONG = "IN (SELECT value FROM json_each(?))"

#: A document's columns and their checksum, in the order in which it is taken.
DOCUMENT_COLUMNS = ", ".join(f"documents.{column}" for column in (*COLUMNS, "crc"))


class Hit(NamedTuple):
    """A chunk with the document it is a slice of, and its analysed terms."""

    document: Document
    chunk: Chunk
    terms: str

    @classmethod
    def of(cls, document: Document, start: int, end: int, terms: str) -> Hit:
        """The slice of a document."""
        text = document.text[start:end]
        return cls(document, Chunk(document.id, start, end, text, document.language), terms)


class Stored(NamedTuple):
    """A document as it was stored, with the vectors of its chunks, shape (n, dimension)."""

    entry: Entry
    vectors: FloatArray

    def equals(self, other: Stored) -> bool:
        """Whether both are the same in every bit."""
        return self.entry == other.entry and np.array_equal(self.vectors, other.vectors)


class Reader(BaseReader):
    """One generation, as a consistent whole; valid inside `Store.reader()` only."""

    _AMONG = _AMONG
    _connection: sqlite3.Connection

    def __init__(
        self,
        connection: sqlite3.Connection,
        vectors: VectorIndex,
        languages: LanguageIndex,
        generation: tuple[str, str],
    ) -> None:
        self._connection = connection
        #: What wrote it, and its generation: no two states of any index share it.
        self.generation = generation
        self._vectors = vectors
        self._languages = languages
        #: Languages of the documents.
        self.languages = languages.languages

    def __len__(self) -> int:
        """Number of chunks."""
        return len(self._vectors)

    def dense(
        self, query: FloatArray, top_k: int, filters: Filters | None = None
    ) -> list[tuple[int, float]]:
        """The nearest chunks as `(key, cosine)`, best first.

        Args:
            query: Unit vector of shape (dimension,).
            top_k: At most so many.
            filters: What to choose from; None is everything.
        """
        return self._vectors.search(query, top_k, self._among(filters))

    def lexical(
        self, terms: Sequence[str], top_k: int, filters: Filters | None = None
    ) -> list[tuple[int, float]]:
        """The chunks that share a term with the query as `(key, BM25)`, best first."""
        if not terms:
            return []
        among, values = _chunks_of(filters)
        rows = self._connection.execute(
            # Not `ORDER BY rank`: for that the index runs a second query inside the first.
            "SELECT rowid, -bm25(lexical) AS score FROM lexical WHERE lexical MATCH ? "
            f"{f'AND +rowid IN ({among})' if among else ''} ORDER BY score DESC LIMIT ?",
            (match_any(terms), *values, top_k),
        )
        return [(int(key), float(score)) for key, score in rows]

    def _among(self, filters: Filters | None) -> KeyArray | None:
        among, values = _chunks_of(filters)
        if not among:
            return None
        rows = self._connection.execute(among, values)
        return np.fromiter((key for (key,) in rows), np.int64)

    def vectors(self, keys: Iterable[int]) -> FloatArray:
        """Stored vectors of chunks, shape (n, dimension)."""
        return stored_vectors(self._connection, list(keys), self._vectors.dimension)

    def cosines(self, query: FloatArray, keys: Sequence[int]) -> FloatArray:
        """Of a question, a unit vector, and chunks, shape (n,)."""
        if not keys:
            return np.empty(0, np.float32)
        if self._vectors.lists:  # which are in 8 bits
            found: FloatArray = self.vectors(keys) @ query
            return found
        nearest = dict(self._vectors.search(query, len(keys), np.array(keys, np.int64)))
        return np.array([nearest[key] for key in keys], np.float32)

    def document_frequencies(self, terms: Iterable[str]) -> list[tuple[str, int]]:
        """For each term, how many chunks hold it."""
        written = {term: term_text([term]) for term in terms}
        places = ", ".join("?" * len(written))
        query = f"SELECT term, doc FROM vocabulary WHERE term IN ({places})"
        found = dict(self._connection.execute(query, list(written.values())))
        return [(term, int(found.get(text, 0))) for term, text in written.items()]

    def chunk_languages(self, keys: Sequence[int]) -> list[str]:
        """The language of each chunk's document."""
        return self._languages.of(keys)

    def samples(self) -> Mapping[str, Sample]:
        """Passages that stand for all of a language, by language."""
        return self._languages.samples

    def newest(self, limit: int, filters: Filters | None = None) -> list[int]:
        """The first chunk of each of the newest documents, these first; without a date, last."""
        where, values = _condition(filters)
        rows = self._connection.execute(
            "SELECT (SELECT key FROM chunks WHERE document = newest.key ORDER BY start LIMIT 1) "
            f"FROM (SELECT key, date, id FROM documents {f'WHERE {where}' if where else ''} "
            "ORDER BY date DESC, id LIMIT ?) AS newest ORDER BY date DESC, id",
            (*values, limit),
        )
        return [key for (key,) in rows]

    def count(self, filters: Filters | None = None) -> int:
        """Number of documents."""
        where, values = _condition(filters)
        query = f"SELECT count(*) FROM documents {f'WHERE {where}' if where else ''}"
        (found,) = self._connection.execute(query, values).fetchone()
        return int(found)

    def hits(self, keys: Sequence[int]) -> dict[int, Hit]:
        """Chunks and their documents by chunk key."""
        found: dict[int, Hit] = {}
        documents: dict[str, Document] = {}
        rows = self._connection.execute(
            f"SELECT {DOCUMENT_COLUMNS}, "
            "chunks.key, document, start, end, terms, chunks.crc FROM chunks "
            f"JOIN documents ON documents.key = chunks.document WHERE chunks.key {_AMONG}",
            (json.dumps(keys),),
        )
        for *fields, key, owner, start, end, terms, crc in rows:
            if fields[0] not in documents:
                documents[fields[0]] = _document(fields)
            document = documents[fields[0]]
            if chunk_crc(owner, start, end, terms) != crc:
                raise damaged_row(f"a passage of {document.id}")
            found[key] = Hit.of(document, start, end, terms)
        return found

    def document(self, id: str) -> Document | None:
        """The document of that id, if there is one."""
        row = self._connection.execute(
            f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE id = ?", (id,)
        ).fetchone()
        return _document(row) if row else None

    def documents(self, after: str, limit: int) -> list[Document]:
        """The next documents in the order of their ids, from behind `after`."""
        rows = self._connection.execute(
            f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE id > ? ORDER BY id LIMIT ?",
            (after, limit),
        )
        return [_document(row) for row in rows]

    def stored(self, after: str, limit: int) -> list[Stored]:
        """The next documents in the order of their ids, with all that is kept of them."""
        rows = self._connection.execute(
            f"SELECT documents.key, digest, {DOCUMENT_COLUMNS} FROM documents WHERE id > ? "
            "ORDER BY id LIMIT ?",
            (after, limit),
        )
        found = []
        for key, digest, *fields in rows.fetchall():
            keys, chunks = self._prepared(key)
            entry = Entry(_document(fields), digest, chunks)
            found.append(Stored(entry, self.vectors(keys)))
        return found

    def listing(self, look: Look) -> Listing:
        """The documents as a table."""
        return listing(self._connection, look)

    def sources(self) -> list[str]:
        """Every source of the documents, sorted."""
        return sources(self._connection)

    def _fetched(self, query: str, keys: Sequence[int]) -> list[Any]:
        """The second column of rows that are found by their first, in the order of the keys."""
        found = dict(self._connection.execute(query, (json.dumps(keys),)))
        return [found[key] for key in keys]

    def _prepared(self, document: int) -> tuple[list[int], list[PreparedChunk]]:
        """The keys of a document's chunks, and what they were stored as."""
        rows = self._connection.execute(
            'SELECT chunks.key, start, "end", digest, terms, chunks.crc FROM chunks '
            "JOIN vectors ON vectors.key = chunks.vector WHERE document = ? ORDER BY chunks.key",
            (document,),
        )
        keys: list[int] = []
        chunks: list[PreparedChunk] = []
        for key, start, end, digest, terms, crc in rows:
            if chunk_crc(document, start, end, terms) != crc:
                raise damaged_row(f"passage {key}")
            keys.append(key)
            chunks.append((Span(start, end), digest, split_terms(terms)))
        return keys, chunks


def chunk_keys(connection: sqlite3.Connection) -> KeyArray:
    """Keys of all chunks, shape (n,)."""
    return np.fromiter((key for (key,) in connection.execute("SELECT key FROM chunks")), np.int64)


def chunk_languages(connection: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """The language of every chunk's document, by rising key."""
    return connection.execute(
        "SELECT chunks.key, language FROM chunks "
        "JOIN documents ON documents.key = chunks.document ORDER BY chunks.key"
    )


def _chunks_of(filters: Filters | None) -> tuple[str, list[str]]:
    """SQL for the keys of the chunks that a filter lets through, and its values; "" for all."""
    where, values = _condition(filters)
    chunks = "SELECT chunks.key FROM chunks JOIN documents ON documents.key = chunks.document"
    return f"{chunks} WHERE {where}" if where else "", values


def _condition(filters: Filters | None) -> tuple[str, list[str]]:
    """SQL for the documents that a filter lets through, and its values; "" for all."""
    conditions: list[str] = []
    values: list[str] = []
    for column, wanted in (filters.equal() if filters else {}).items():
        conditions.append(f"{column} {_AMONG}")
        values.append(json.dumps(wanted))
    # Dates may be reduced, on either side: `2024` and `2024-06-20` are compared as years.
    for bound, order in ((filters and filters.since, ">="), (filters and filters.until, "<=")):
        if bound:
            conditions.append(f"substr(date, 1, length(?)) {order} substr(?, 1, length(date))")
            values.extend((bound, bound))
    return " AND ".join(conditions), values


def stored_vectors(
    connection: sqlite3.Connection, keys: Sequence[int] | KeyArray, dimension: int
) -> FloatArray:
    """The vectors of chunks, in the order of their keys, shape (n, dimension).

    Raises:
        CorruptError: One is not what was stored.
    """
    found: dict[int, bytes] = {}
    keys = [int(key) for key in keys]
    for key, vector, crc in connection.execute(
        "SELECT chunks.key, vectors.vector, vectors.crc FROM chunks "
        f"JOIN vectors ON vectors.key = chunks.vector WHERE chunks.key {_AMONG}",
        (json.dumps(keys),),
    ):
        if not isinstance(vector, bytes) or zlib.crc32(vector) != crc:
            raise damaged_row(f"the vector of passage {key}")
        found[key] = vector
    return unpack([found[key] for key in keys], dimension)


def damaged_row(what: str) -> CorruptError:
    """What to tell a person about a row that its checksum does not fit."""
    return CorruptError(f"{what} is damaged in the index; run `rag verify --repair`")


def _document(row: Sequence[Any]) -> Document:
    *columns, crc = row
    if document_crc(columns) != crc:
        raise damaged_row(f"the article {row[0]}")
    return document_of(columns)
