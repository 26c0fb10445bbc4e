"""Every promise that an index makes about itself, checked."""

from __future__ import annotations

import hashlib
import itertools
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rag.errors import CorruptError
from rag.plural import counted
from rag.store import layout
from rag.store.catalog import DAMAGE, create, read_meta, transaction
from rag.store.checksum import chunk_crc, document_crc
from rag.store.reader import DOCUMENT_COLUMNS, chunk_keys, stored_vectors
from rag.store.seal import is_sealed
from rag.store.vectors import VectorIndex, unpack

_MAX_EACH = 5  # problems told of one kind
_UNIT = 0.01  # half precision keeps a length of 1 to 0.001
_ROWS = 10_000


class Problems(NamedTuple):
    """What a verification found, a line each.

    Attributes:
        catalog: A rebuild mends these.
        vectors: Of the derived file: every sync mends these.
    """

    catalog: tuple[str, ...]
    vectors: tuple[str, ...]


def problems(catalog: Path) -> Problems:
    """Everything that is wrong with an index, whatever it was built with; for the writer only."""
    try:
        with closing(create(catalog)) as connection:
            if found := catalog_problems(catalog, connection):
                return Problems(tuple(found), ())
            return Problems((), tuple(_vector_file_problems(catalog, connection)))
    except CorruptError as error:
        return Problems((str(error),), ())


def catalog_problems(catalog: Path, connection: sqlite3.Connection) -> list[str]:
    """What is wrong with a catalogue, a line each; empty if nothing is.

    Args:
        connection: The writer's: the lexical index is checked by a statement that
            SQLite takes for a change.
    """
    checks = (_structure, _documents, _chunks, _lexical, _vectors, _orphans)
    try:
        is_sealed(catalog)
        with transaction(connection):
            return [
                problem
                for check in checks
                for problem in itertools.islice(check(connection), _MAX_EACH)
            ]
    except CorruptError as error:
        return [str(error)]
    except (*DAMAGE, TypeError, ValueError, AttributeError) as error:  # a value of another kind
        return [f"{catalog} cannot be read: {error}"]


def _vector_file_problems(catalog: Path, connection: sqlite3.Connection) -> list[str]:
    """What is wrong with the FAISS file of a whole catalogue; it may be behind, not different.

    A file that is different is deleted: it answers wrongly.
    """
    meta = read_meta(connection)
    file = layout.vectors_file(catalog)
    index = VectorIndex.load(file, meta.get("faiss", ""))
    if index is None:
        return [f"{file} is missing or not what the last sync wrote"]
    if index.dimension != int(meta["dimension"]):
        return [f"{file} holds vectors of {index.dimension} numbers, not {meta['dimension']}"]
    if index.lists:  # eight bits a number: not equal by design
        return []
    keys = np.intersect1d(index.keys, chunk_keys(connection))
    wrong = 0
    for some in np.array_split(keys, max(1, len(keys) // _ROWS)):
        stored = stored_vectors(connection, some, index.dimension)
        wrong += int((index.rows(some) != stored).any(axis=1).sum())
    if not wrong:
        return []
    layout.remove_file(file)  # its digest is right: a sync would go on from it
    return [
        f"{file} differed from the stored vectors in {counted(wrong, 'chunk')}, and was deleted"
    ]


def _structure(connection: sqlite3.Connection) -> Iterator[str]:
    for (found,) in connection.execute("PRAGMA integrity_check"):
        if found != "ok":
            yield f"SQLite: {found}"
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield f"row {row} of {table} names a row of {parent} that is not there"


def _documents(connection: sqlite3.Connection) -> Iterator[str]:
    query = f"SELECT {DOCUMENT_COLUMNS}, id, text, sha256 FROM documents"
    for *columns, crc, id, text, sha256 in connection.execute(query):
        if hashlib.sha256(text.encode()).hexdigest() != sha256:
            yield f"the text of {id} is not what was read"
        elif document_crc(columns) != crc:
            yield f"what is known of {id} is not what was stored"


def _chunks(connection: sqlite3.Connection) -> Iterator[str]:
    last_id, last_start = None, -1
    for id, text, document, start, end, terms, crc in connection.execute(
        'SELECT id, text, document, start, "end", terms, chunks.crc FROM chunks JOIN documents '
        "ON documents.key = chunks.document ORDER BY chunks.document, chunks.key"
    ):
        if not 0 <= start < end <= len(text) or not text[start:end].strip():
            yield f"a chunk of {id} is no slice of it: {start} to {end} of {len(text)}"
        elif id == last_id and start <= last_start:
            yield f"the chunks of {id} are not in order at {start}"
        elif chunk_crc(document, start, end, terms) != crc:
            yield f"the chunk of {id} at {start} is not what was stored"
        last_id, last_start = id, start


def _lexical(connection: sqlite3.Connection) -> Iterator[str]:
    """FTS5 compares its index with the terms of the chunks, in both directions."""
    try:
        connection.execute("INSERT INTO lexical (lexical, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        yield f"the lexical index differs from the chunks: {error}"


def _vectors(connection: sqlite3.Connection) -> Iterator[str]:
    dimension = int(read_meta(connection).get("dimension", 0))  # killed early, it has neither
    # Those that no chunk uses too: a sync that was killed has left them for the next one.
    for key, vector, crc in connection.execute("SELECT key, vector, crc FROM vectors"):
        if zlib.crc32(vector) != crc:
            yield f"vector {key} is not what was stored"
        elif not abs(float(np.linalg.norm(unpack([vector], dimension))) - 1) < _UNIT:
            yield f"vector {key} is not of unit length"


def _orphans(connection: sqlite3.Connection) -> Iterator[str]:
    queries = {
        "vectors marked as used that no chunk uses": "SELECT count(*) FROM vectors "
        "WHERE unused_since IS NULL AND key NOT IN (SELECT vector FROM chunks)",
        "vectors marked as unused that a chunk uses": "SELECT count(*) FROM vectors "
        "WHERE unused_since IS NOT NULL AND key IN (SELECT vector FROM chunks)",
        "documents without a chunk": "SELECT count(*) FROM documents "
        "WHERE key NOT IN (SELECT document FROM chunks)",
    }
    for what, query in queries.items():
        (count,) = connection.execute(query).fetchone()
        if count:
            yield f"{what}: {count}"
