"""Changing an index in a PostgreSQL database; every method is a transaction or part of one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any, Final

from pgvector import HalfVector
from psycopg import Connection, sql
from psycopg.pq import TransactionStatus

from rag.arrays import FloatArray
from rag.postgres.connections import one
from rag.postgres.schema import WORD_CHARS
from rag.store.base import known_documents, known_files
from rag.store.rows import COLUMNS, Entry, Known, Stamp, document_row
from rag.store.terms import split_terms, term_text
from rag.types import Failure

_MAX_SMALLINT: Final = 32_767

#: How documents go: first what is counted of them, then they themselves with their chunks.
_COUNT_CHUNKS: Final = "SELECT count(*) FROM chunks WHERE document = ANY(%(documents)s)"
_REMOVE: Final = (
    """
    UPDATE languages AS known SET documents = known.documents - gone.documents,
    chunks = known.chunks - gone.chunks, terms = known.terms - gone.terms FROM (
        SELECT documents.language AS name, count(DISTINCT documents.key) AS documents,
        count(chunks.key) AS chunks,
        coalesce(sum(cardinality(string_to_array(terms, ' '))), 0) AS terms
        FROM documents LEFT JOIN chunks ON chunks.document = documents.key
        WHERE documents.key = ANY(%(documents)s) GROUP BY documents.language
    ) AS gone WHERE known.language = gone.name
    """,
    """
    WITH held AS MATERIALIZED (
        SELECT DISTINCT chunks.key AS chunk, words.id AS word
        FROM chunks, unnest(string_to_array(terms, ' ')) AS said (term)
        JOIN words ON words.term = left(said.term, {chars})
        WHERE document = ANY(%(documents)s)
    ),
    fewer AS (
        UPDATE words SET chunks = chunks - lost FROM
        (SELECT word, count(*) AS lost FROM held GROUP BY word) AS counted WHERE id = word
    )
    DELETE FROM postings USING held WHERE postings.word = held.word AND postings.chunk = held.chunk
    """.replace("{chars}", str(WORD_CHARS)),
    """
    INSERT INTO unused SELECT DISTINCT vector FROM chunks
    WHERE document = ANY(%(documents)s) AND NOT EXISTS (
        SELECT FROM chunks AS other
        WHERE other.vector = chunks.vector AND other.document <> ALL(%(documents)s)
    )
    """,
    "DELETE FROM documents WHERE key = ANY(%(documents)s)",
    "DELETE FROM words WHERE chunks = 0",
)
_COUNT: Final = """
INSERT INTO languages AS known (language, documents, chunks, terms) VALUES (%s, %s, %s, %s)
ON CONFLICT (language) DO UPDATE SET documents = known.documents + excluded.documents,
chunks = known.chunks + excluded.chunks, terms = known.terms + excluded.terms
"""
# Not ON CONFLICT, which takes a number for every word that there is already.
_COUNT_WORDS: Final = """
WITH more AS (
    SELECT * FROM unnest(%s::text[], %s::integer[]) AS said (term, chunks)
),
known AS (
    UPDATE words SET chunks = words.chunks + more.chunks FROM more WHERE words.term = more.term
    RETURNING words.term, id
),
new AS (
    INSERT INTO words (term, chunks)
    SELECT * FROM more WHERE term NOT IN (SELECT term FROM known) RETURNING term, id
)
SELECT * FROM known UNION ALL SELECT * FROM new
"""


class PostgresWriter:
    """The only writer of an index; valid inside `PostgresStore.writer()`.

    Documents are collected and written together at the end of a transaction, or when
    something else is asked.
    """

    def __init__(self, connection: Connection[Any], replaced: str = "") -> None:
        """`replaced` is the schema of the index that this one will take the place of."""
        self._connection = connection
        self._replaced = replaced
        self._pending: dict[str, Entry] = {}
        #: Chunks written or removed so far.
        self.changed = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Groups changes; readers see all of them or none."""
        if self._connection.info.transaction_status != TransactionStatus.IDLE:
            yield
            return
        try:
            with self._connection.transaction():
                yield
                self._write()
        finally:
            self._pending.clear()

    def documents(self) -> dict[str, Known]:
        """What is indexed, by document id."""
        self._write()
        return known_documents(self._connection)

    def files(self) -> dict[str, Stamp]:
        """The files that need not be read again while they look the same, by path."""
        return known_files(self._connection)

    def failures(self) -> list[Failure]:
        """What could not be read when it was last tried."""
        return known_failures(self._connection)

    def replaced_ids(self) -> set[str]:
        """Ids of the documents in the index that this one will replace."""
        if not self._replaced:
            return set()
        documents = sql.Identifier(self._replaced, "documents")
        rows = self._connection.execute(sql.SQL("SELECT id FROM {}").format(documents))
        return {id for (id,) in rows}

    def missing_vectors(self, digests: Iterable[bytes]) -> list[bytes]:
        """Those of the digests whose vector is not stored, each once, in order."""
        wanted = list(dict.fromkeys(digests))
        known = self._vector_keys(wanted)
        return [digest for digest in wanted if digest not in known]

    def adopt_vectors(self, digests: Iterable[bytes], dimension: int) -> set[bytes]:
        """Takes over what the replaced index has of these vectors; returns their digests."""
        if not self._replaced:
            return set()
        with self.transaction():
            rows = self._connection.execute(
                sql.SQL(
                    "WITH taken AS (INSERT INTO vectors (digest, embedding) "
                    "SELECT digest, embedding FROM {} WHERE digest = ANY(%s) "
                    "AND vector_dims(embedding) = %s AND abs(l2_norm(embedding) - 1) < 0.01 "
                    "ORDER BY key ON CONFLICT DO NOTHING RETURNING key, digest), "
                    "noted AS (INSERT INTO unused SELECT key FROM taken) "
                    "SELECT digest FROM taken"
                ).format(sql.Identifier(self._replaced, "vectors")),
                (list(digests), dimension),
            )
            return {digest for (digest,) in rows}

    def add_vectors(self, digests: Sequence[bytes], vectors: FloatArray) -> None:
        """Stores the rows of `vectors`, shape (len(digests), dimension)."""
        with self.transaction():
            new = set(self.missing_vectors(digests))
            rows = {d: row for d, row in zip(digests, vectors, strict=True) if d in new}
            keys = self._new_keys("vectors", len(rows))
            with self._connection.cursor() as cursor:
                with cursor.copy(
                    "COPY vectors (key, digest, embedding) FROM STDIN (FORMAT binary)"
                ) as copy:
                    copy.set_types(["int8", "bytea", "halfvec"])
                    for key, (digest, row) in zip(keys, rows.items(), strict=True):
                        copy.write_row((key, digest, HalfVector(row)))
                cursor.execute("INSERT INTO unused SELECT unnest(%s::bigint[])", (keys,))

    def put(self, entry: Entry) -> None:
        """Adds a document, or replaces the one of the same id; its vectors are stored already."""
        with self.transaction():
            self._pending.pop(entry.document.id, None)  # the later one comes later
            self._pending[entry.document.id] = entry

    def remove(self, ids: Iterable[str]) -> int:
        """Removes documents with their chunks; returns how many were there."""
        with self.transaction():
            self._write()
            return self._remove(list(ids))

    def stamp(self, stamps: Mapping[str, Stamp]) -> None:
        """Remembers files as read."""
        with self.transaction():
            self.forget(stamps)
            copy_rows(
                self._connection,
                "files (path, size, mtime_ns, ctime_ns, inode, documents)",
                ((path, *stamp) for path, stamp in stamps.items()),
            )

    def forget(self, paths: Iterable[str]) -> None:
        """Makes the next sync read these files again, if they are there."""
        self._connection.execute("DELETE FROM files WHERE path = ANY(%s)", (list(paths),))

    def retry_failures(self, bounds: str) -> None:
        """Makes the next plan read again what failed, if it failed within other bounds."""
        self._connection.execute(
            "DELETE FROM files WHERE NOT EXISTS "
            "(SELECT FROM meta WHERE key = 'bounds' AND value = %s) AND EXISTS ("
            "SELECT FROM failures WHERE failures.path = files.path OR "
            "substr(failures.path, 1, length(files.path) + 1) "
            "IN (files.path || '/', files.path || ':', files.path || '#'))",
            (bounds,),
        )

    def set_failures(self, failures: Iterable[Failure]) -> None:
        """Replaces the list of what could not be read."""
        with self.transaction():
            self._connection.execute("DELETE FROM failures")
            copy_rows(self._connection, "failures (path, reason)", failures)

    def drop_unused_vectors(self, before: float) -> None:
        """Forgets the vectors that no chunk has used since then, in seconds since 1970."""
        self._connection.execute(
            "DELETE FROM vectors USING unused WHERE vector = key AND since < to_timestamp(%s)",
            (before,),
        )

    def chunk_count(self) -> int:
        """Number of chunks in the index."""
        self._write()
        return int(one(self._connection, "SELECT coalesce(sum(chunks), 0) FROM languages"))

    def has_generation(self) -> bool:
        """Whether anything was ever published to readers."""
        query = "SELECT FROM meta WHERE key = 'generation'"
        return self._connection.execute(query).rowcount > 0

    def next_generation(self) -> None:
        """Tells readers that what they hold is behind."""
        self._connection.execute(
            "INSERT INTO meta AS known (key, value) VALUES ('generation', '1') "
            "ON CONFLICT (key) DO UPDATE SET value = known.value::bigint + 1"
        )
        # A restored backup counts on from where it was: the number alone would come again.
        self._connection.execute(
            "INSERT INTO meta (key, value) VALUES ('sync', gen_random_uuid()::text) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        )

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Stores named facts about the index."""
        self._connection.cursor().executemany(
            "INSERT INTO meta (key, value) VALUES (%s, %s) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            list(values.items()),
        )

    def _write(self) -> None:
        """Stores the collected documents, all at once."""
        entries = list(self._pending.values())
        if not entries:
            return
        self._pending.clear()
        self._remove([entry.document.id for entry in entries])
        documents = self._new_keys("documents", len(entries))
        copy_rows(
            self._connection,
            f"documents (key, {', '.join(COLUMNS)}, digest)",
            (
                (key, *document_row(entry.document), entry.digest)
                for key, entry in zip(documents, entries, strict=True)
            ),
        )
        self._write_chunks(dict(zip(documents, entries, strict=True)))

    def _write_chunks(self, entries: Mapping[int, Entry]) -> None:
        found = [
            (document, entry.document.language, chunk)
            for document, entry in entries.items()
            for chunk in entry.chunks
        ]
        vectors = self._vector_keys([digest for _, _, (_, digest, _) in found])
        keys = self._new_keys("chunks", len(found))
        texts = [term_text(terms) for _, _, (_, _, terms) in found]
        copy_rows(
            self._connection,
            'chunks (key, document, start, "end", vector, language, terms)',
            (
                (key, document, *span, vectors[digest], language, text)
                for key, (document, language, (span, digest, _)), text in zip(
                    keys, found, texts, strict=True
                )
            ),
        )
        used = list(set(vectors.values()))
        self._connection.execute("DELETE FROM unused WHERE vector = ANY(%s)", (used,))
        self._write_words(dict(zip(keys, texts, strict=True)))
        self._count(entries.values())
        self.changed += len(found)

    def _count(self, entries: Iterable[Entry]) -> None:
        """Notes how much more there is in each language."""
        more: dict[str, Counter[str]] = defaultdict(Counter)
        for entry in entries:
            terms = sum(len(terms) for _, _, terms in entry.chunks)
            more[entry.document.language].update(documents=1, chunks=len(entry.chunks), terms=terms)
        for language, count in more.items():
            row = (language, count["documents"], count["chunks"], count["terms"])
            self._connection.execute(_COUNT, row)

    def _write_words(self, texts: Mapping[int, str]) -> None:
        """Makes chunks, by their keys, findable by the words of their analysed terms."""
        counted = {
            key: Counter(term[:WORD_CHARS] for term in split_terms(text))
            for key, text in texts.items()
        }
        frequencies = Counter(word for counts in counted.values() for word in counts)
        words = self._word_ids(frequencies)
        rows = (
            (words[word], min(count, _MAX_SMALLINT), length, key)
            for key, counts in counted.items()
            for length in [min(counts.total(), _MAX_SMALLINT)]
            for word, count in counts.items()
        )
        # In the order of the index that they go into.
        copy_rows(
            self._connection,
            "postings (word, count, length, chunk)",
            sorted(rows, key=itemgetter(0, 3)),
        )

    def _word_ids(self, frequencies: Mapping[str, int]) -> dict[str, int]:
        """The ids of words, each now in so many chunks more."""
        rows = self._connection.execute(
            _COUNT_WORDS, (list(frequencies), list(frequencies.values()))
        )
        return dict(rows.fetchall())

    def _remove(self, ids: list[str]) -> int:
        found = self._connection.execute("SELECT key FROM documents WHERE id = ANY(%s)", (ids,))
        documents = {"documents": [key for (key,) in found]}
        if not documents["documents"]:
            return 0
        self.changed += one(self._connection, _COUNT_CHUNKS, documents)
        for statement in _REMOVE:
            self._connection.execute(statement, documents)
        return len(documents["documents"])

    def _vector_keys(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        rows = self._connection.execute(
            "SELECT digest, key FROM vectors WHERE digest = ANY(%s)", (list(digests),)
        )
        return dict(rows.fetchall())

    def _new_keys(self, table: str, count: int) -> list[int]:
        rows = self._connection.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'key')) FROM generate_series(1, %s)",
            (table, count),
        )
        return [key for (key,) in rows]


def copy_rows(connection: Connection[Any], into: str, rows: Iterable[Sequence[Any]]) -> None:
    """Adds rows to a table, which is named with its columns."""
    with connection.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)


def known_failures(connection: Connection[Any]) -> list[Failure]:
    """What could not be read when it was last tried."""
    rows = connection.execute("SELECT path, reason FROM failures ORDER BY position")
    return [Failure(*row) for row in rows]
