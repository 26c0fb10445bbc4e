"""Every promise that an index in a PostgreSQL database makes about itself, checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from psycopg import Connection

from rag.postgres.connections import Reading, one
from rag.postgres.schema import WORD_CHARS
from rag.store.verify import Problems

_MAX_EACH = 5  # problems told of one kind

#: What is wrong, by the rows that a query finds. Texts and vectors are checked by what they
#: promise; that pages are what was written is the server's to check (`data_checksums`).
_CHECKS: Final = {
    "the text of {} is not what was stored": """
        SELECT id FROM documents WHERE encode(sha256(convert_to(text, 'UTF8')), 'hex') <> sha256
    """,
    "a chunk of {} is no slice of it": """
        SELECT id FROM chunks JOIN documents ON documents.key = document
        WHERE NOT (0 <= start AND start < "end" AND "end" <= length(text))
        OR btrim(substr(text, start + 1, "end" - start), E' \\t\\n\\r') = ''
    """,
    "the chunks of {} are not in order": """
        SELECT DISTINCT id FROM documents JOIN (
            SELECT document, start, lag(start) OVER (PARTITION BY document ORDER BY key) AS before
            FROM chunks
        ) AS ordered ON document = documents.key WHERE start <= before
    """,
    "the document {} has no chunk": """
        SELECT id FROM documents WHERE key NOT IN (SELECT document FROM chunks)
    """,
    "a chunk of {} has another language than it": """
        SELECT DISTINCT id FROM chunks JOIN documents ON documents.key = document
        WHERE chunks.language <> documents.language
    """,
    # Those that no chunk uses too: a sync that was interrupted has left them for the next one.
    "vector {} is not of unit length": """
        SELECT key FROM vectors WHERE abs(l2_norm(embedding) - 1) >= 0.01
    """,
    "vector {} is marked as unused and a chunk uses it": """
        SELECT vector FROM unused WHERE vector IN (SELECT vector FROM chunks)
    """,
    "vector {} is not marked as unused and no chunk uses it": """
        SELECT key FROM vectors WHERE key NOT IN (SELECT vector FROM chunks)
        AND key NOT IN (SELECT vector FROM unused)
    """,
    "the words of chunk {} are not those that it is found by": """
        SELECT chunk FROM (
            SELECT chunks.key AS chunk, left(said, {chars}) AS term,
            least(count(*), 32767) AS count,
            least(cardinality(string_to_array(terms, ' ')), 32767) AS length
            FROM chunks, unnest(string_to_array(terms, ' ')) AS said GROUP BY 1, 2
        ) AS told FULL JOIN (
            SELECT chunk, term, count, length FROM postings JOIN words ON words.id = word
        ) AS found USING (chunk, term, count, length)
        WHERE told.chunk IS NULL OR found.chunk IS NULL
    """.replace("{chars}", str(WORD_CHARS)),
    "the word {} is counted wrong": """
        SELECT term FROM words LEFT JOIN (SELECT word, count(*) AS held FROM postings GROUP BY 1)
        AS counted ON word = id WHERE chunks <> coalesce(held, 0)
    """,
    "the language {} is counted wrong": """
        SELECT language FROM languages FULL JOIN (
            SELECT documents.language, count(DISTINCT documents.key) AS documents,
            count(chunks.key) AS chunks,
            coalesce(sum(cardinality(string_to_array(terms, ' '))), 0) AS terms
            FROM documents LEFT JOIN chunks ON document = documents.key GROUP BY 1
        ) AS counted USING (language)
        WHERE (coalesce(languages.documents, 0), coalesce(languages.chunks, 0),
        coalesce(languages.terms, 0)) IS DISTINCT FROM (coalesce(counted.documents, 0),
        coalesce(counted.chunks, 0), coalesce(counted.terms, 0))
    """,
}


def problems(reading: Reading) -> Problems:
    """Everything that is wrong with what a read transaction sees, a line each."""
    connection = reading.connection
    connection.execute("SET LOCAL statement_timeout = 0")
    found = [line for check in _CHECKS.items() for line in _lines(connection, *check)]
    return Problems(tuple(found), tuple(_index_problems(reading)))


def _lines(connection: Connection[Any], line: str, query: str) -> Iterator[str]:
    rows = connection.execute(f"{query} LIMIT {_MAX_EACH}".encode())
    yield from (line.format(name) for (name,) in rows)


def _index_problems(reading: Reading) -> Iterator[str]:
    if name := reading.meta.get("hnsw"):
        query = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"
        if not one(reading.connection, query, (name,)):
            yield f"the vector index {name} is missing or not whole"
