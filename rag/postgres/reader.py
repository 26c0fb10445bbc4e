"""Reading one generation of an index in a PostgreSQL database: search and fetch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from psycopg import Connection

from rag.arrays import FloatArray
from rag.postgres import lexical, looking
from rag.postgres.connections import Reading, one
from rag.postgres.filters import condition
from rag.postgres.samples import Samples, rows_of
from rag.store.base import BaseReader
from rag.store.fingerprint import generation_of
from rag.store.languages import Sample
from rag.store.listing import Listing, Look
from rag.store.reader import Hit, Stored
from rag.store.rows import COLUMNS, Entry, document_of
from rag.store.terms import split_terms
from rag.types import Document, Filters, Span

#: So many chunks are compared one by one, which is exact; among more the nearest are looked
#: for in the vector index.
EXACT_MAX: Final = 10_000

_DOCUMENT: Final = ", ".join(f"documents.{column}" for column in COLUMNS)

# The nearest by half precision, then measured with the question as it is.
_DENSE: Final = """
SELECT key, language, -(embedding::vector <#> %s) AS cosine FROM (
    SELECT chunks.key, chunks.language, embedding
    FROM vectors JOIN chunks ON chunks.vector = vectors.key {documents}
    ORDER BY {distance} LIMIT %s
) AS near ORDER BY cosine DESC, key
"""
#: By the vector index; and by every vector, because no index is of a sum.
_BY_INDEX: Final = "embedding <#> %s::vector::halfvec"
_ONE_BY_ONE: Final = f"({_BY_INDEX}) + 0"
_JOIN: Final = "JOIN documents ON documents.key = chunks.document WHERE"


class PostgresReader(BaseReader):
    """One generation, as a consistent whole; valid inside `PostgresStore.reader()` only."""

    _AMONG = "= ANY(%s)"
    _connection: Connection[Any]

    def __init__(self, reading: Reading, samples: Samples, exact_max: int) -> None:
        self._connection = reading.connection
        self._dimension = int(reading.meta.get("dimension", 0))
        self._sizes = {name: size for name, size in reading.sizes.items() if size.chunks}
        self._meta, self._samples = reading.meta, samples
        self._documents = sum(size.documents for size in reading.sizes.values())
        self._chunks = sum(size.chunks for size in reading.sizes.values())
        self._terms = sum(size.terms for size in reading.sizes.values())
        self._is_indexed = "hnsw" in reading.meta
        self._exact_max = exact_max
        self._language_of: dict[int, str] = {}
        self._words: dict[str, lexical.Word] = {}
        #: What wrote it, and its generation: no two states of any index share it.
        self.generation = generation_of(reading.meta)
        #: Languages of the documents.
        self.languages = frozenset(self._sizes)

    def __len__(self) -> int:
        """Number of chunks."""
        return self._chunks

    def dense(
        self, query: FloatArray, top_k: int, filters: Filters | None = None
    ) -> list[tuple[int, float]]:
        """The nearest chunks as `(key, cosine)`, best first.

        Args:
            query: Unit vector of shape (dimension,).
            top_k: At most so many.
            filters: What to choose from; None is everything.
        """
        where, values = condition(filters)
        documents = f"{_JOIN} {where}" if where else ""
        asked = (query, *values, query, top_k)
        is_exact = self._is_exact(where, values)
        found = self._nearest(documents, _ONE_BY_ONE if is_exact else _BY_INDEX, asked)
        # The scan of the index gives up where the filter leaves out all that is near.
        if where and not is_exact and len(found) < top_k:
            found = self._nearest(documents, _ONE_BY_ONE, asked)
        return found

    def _nearest(
        self, documents: str, distance: str, asked: tuple[Any, ...]
    ) -> list[tuple[int, float]]:
        statement = _DENSE.format(documents=documents, distance=distance)
        rows = self._connection.execute(statement, asked, binary=True).fetchall()
        self._language_of |= {key: language for key, language, _ in rows}
        return [(key, float(cosine)) for key, _, cosine in rows]

    def _is_exact(self, where: str, values: list[Any]) -> bool:
        """Whether there are few enough to compare them all."""
        if not self._is_indexed or self._chunks <= self._exact_max:
            return True
        if not where:
            return False
        # Half as many: behind a filter each is looked up for itself. Documents are counted
        # more quickly than their chunks.
        most = self._exact_max // 2 * self._documents // self._chunks
        query = f"SELECT FROM documents WHERE {where} OFFSET {most} LIMIT 1"
        return self._connection.execute(query, values).rowcount == 0

    def lexical(
        self, terms: Sequence[str], top_k: int, filters: Filters | None = None
    ) -> list[tuple[int, float]]:
        """The chunks that share a term with the query as `(key, BM25)`, best first."""
        self.document_frequencies(terms)
        words = [self._words[term] for term in terms if term in self._words]
        if not words:
            return []
        where, values = condition(filters)
        among = f"SELECT chunks.key FROM chunks {_JOIN} {where}" if where else ""
        mean_length = self._terms / self._chunks
        return lexical.search(
            self._connection, words, self._chunks, mean_length, top_k, (among, values)
        )

    def document_frequencies(self, terms: Iterable[str]) -> list[tuple[str, int]]:
        """For each term, how many chunks hold it."""
        terms = list(terms)
        if not self._words.keys() >= set(terms):
            self._words |= lexical.words_of(self._connection, terms)
        return [(term, self._words[term].chunks if term in self._words else 0) for term in terms]

    def vectors(self, keys: Iterable[int]) -> FloatArray:
        """Stored vectors of chunks, shape (n, dimension)."""
        found = self._fetched(
            "SELECT chunks.key, embedding FROM chunks "
            "JOIN vectors ON vectors.key = chunks.vector WHERE chunks.key = ANY(%s)",
            list(keys),
        )
        return rows_of(found, self._dimension)

    def cosines(self, query: FloatArray, keys: Sequence[int]) -> FloatArray:
        """Of a question, a unit vector, and chunks, shape (n,)."""
        found: FloatArray = self.vectors(keys) @ query
        return found

    def chunk_languages(self, keys: Sequence[int]) -> list[str]:
        """The language of each chunk's document."""
        if unseen := [key for key in keys if key not in self._language_of]:
            query = "SELECT key, language FROM chunks WHERE key = ANY(%s)"
            self._language_of |= zip(unseen, self._fetched(query, unseen), strict=True)
        return [self._language_of[key] for key in keys]

    def samples(self) -> Mapping[str, Sample]:
        """Passages that stand for all of a language, by language."""
        sizes = {name: size.chunks for name, size in self._sizes.items()}
        return self._samples.of(self._connection, self._meta, sizes)

    def newest(self, limit: int, filters: Filters | None = None) -> list[int]:
        """The first chunk of each of the newest documents, these first; without a date, last."""
        where, values = condition(filters)
        rows = self._connection.execute(
            'SELECT (SELECT key FROM chunks WHERE document = newest.key ORDER BY "start" LIMIT 1) '
            f"FROM (SELECT key, date, id FROM documents {f'WHERE {where}' if where else ''} "
            "ORDER BY date DESC NULLS LAST, id LIMIT %s) AS newest "
            "ORDER BY date DESC NULLS LAST, id",
            (*values, limit),
        )
        return [key for (key,) in rows]

    def count(self, filters: Filters | None = None) -> int:
        """Number of documents."""
        where, values = condition(filters)
        query = f"SELECT count(*) FROM documents {f'WHERE {where}' if where else ''}"
        return int(one(self._connection, query, values))

    def hits(self, keys: Sequence[int]) -> dict[int, Hit]:
        """Chunks and their documents by chunk key."""
        chunks = self._connection.execute(
            'SELECT key, document, start, "end", terms FROM chunks WHERE key = ANY(%s)',
            (list(keys),),
        ).fetchall()
        owners = list({owner for _, owner, *_ in chunks})
        documents = {
            key: document_of(row)
            for key, *row in self._connection.execute(
                f"SELECT key, {_DOCUMENT} FROM documents WHERE key = ANY(%s)", (owners,)
            )
        }
        return {key: Hit.of(documents[owner], *chunk) for key, owner, *chunk in chunks}

    def document(self, id: str) -> Document | None:
        """The document of that id, if there is one."""
        row = self._connection.execute(
            f"SELECT {_DOCUMENT} FROM documents WHERE id = %s", (id,)
        ).fetchone()
        return document_of(row) if row else None

    def documents(self, after: str, limit: int) -> list[Document]:
        """The next documents in the order of their ids, from behind `after`."""
        rows = self._connection.execute(
            f"SELECT {_DOCUMENT} FROM documents WHERE id > %s ORDER BY id LIMIT %s", (after, limit)
        )
        return [document_of(row) for row in rows]

    def stored(self, after: str, limit: int) -> list[Stored]:
        """The next documents in the order of their ids, with all that is kept of them."""
        rows = self._connection.execute(
            f"SELECT key, digest, {_DOCUMENT} FROM documents WHERE id > %s ORDER BY id LIMIT %s",
            (after, limit),
        ).fetchall()
        chunks: dict[int, list[Any]] = {key: [] for key, *_ in rows}
        for owner, *chunk in self._connection.execute(
            'SELECT document, start, "end", digest, terms, embedding FROM chunks '
            "JOIN vectors ON vectors.key = vector WHERE document = ANY(%s) ORDER BY chunks.key",
            (list(chunks),),
            binary=True,
        ):
            chunks[owner].append(chunk)
        found = []
        for key, digest, *fields in rows:
            prepared = [(Span(a, z), of, split_terms(terms)) for a, z, of, terms, _ in chunks[key]]
            vectors = rows_of([chunk[-1] for chunk in chunks[key]], self._dimension)
            found.append(Stored(Entry(document_of(fields), digest, prepared), vectors))
        return found

    def listing(self, look: Look) -> Listing:
        """The documents as a table."""
        return looking.listing(self._connection, look)

    def sources(self) -> list[str]:
        """Every source of the documents, sorted."""
        return looking.sources(self._connection)

    def _fetched(self, query: str, keys: Sequence[int]) -> list[Any]:
        """The second column of rows that are found by their first, in the order of the keys."""
        found = dict(self._connection.execute(query, (list(keys),), binary=True).fetchall())
        return [found[key] for key in keys]
