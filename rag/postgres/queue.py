"""Documents that wait to be indexed: a table from which any number of processes take some.

Who takes some deletes them, and the transaction that does so stores them, too: nobody else
sees them meanwhile, and if it does not end well, they are there again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from psycopg import Connection

from rag.postgres.connections import FILLING, STORING, lock_holder, lock_until_committed
from rag.postgres.writer import PostgresWriter, copy_rows
from rag.store.backend import Waiting
from rag.store.rows import document_of, document_row
from rag.types import Document

_CLAIM: Final = """
DELETE FROM queue WHERE position = (
    SELECT position FROM queue ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING document, replaces
"""


class PostgresQueue:
    """The queue of an index; valid inside `PostgresStore.queue()` only."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection
        #: Of the same connection, and so of the same transactions.
        self.writer = PostgresWriter(connection)

    def clear(self) -> None:
        """Takes out what waits, once nobody is at it; the files that it is of are read again."""
        self._connection.execute("LOCK TABLE queue IN EXCLUSIVE MODE")
        self._connection.execute("DELETE FROM files USING queue WHERE files.path = queue.path")
        self._connection.execute("DELETE FROM queue")

    def add(self, documents: Sequence[Document]) -> None:
        """Lets documents wait."""
        rows = (
            (document.id, document.path, json.dumps(document_row(document)))
            for document in documents
        )
        copy_rows(self._connection, "queue (id, path, document)", rows)

    def replace(self, renamed: Mapping[str, str]) -> set[str]:
        """Has documents go when those come that take their place; which ones will.

        Args:
            renamed: Old id by new id. What does not wait any more is passed over.
        """
        rows = self._connection.execute(
            "UPDATE queue SET replaces = old FROM unnest(%s::text[], %s::text[]) AS new (id, old) "
            "WHERE queue.id = new.id RETURNING old",
            (list(renamed), list(renamed.values())),
        )
        return {id for (id,) in rows}

    @contextmanager
    def claimed(self, documents: int, chars: int) -> Iterator[list[Waiting]]:
        """A transaction with some of what waits and nobody is at; it waits no more afterwards.

        Args:
            documents: At most so many.
            chars: No more when there is so much text.
        """
        with self.writer.transaction():
            claimed: list[Waiting] = []
            while len(claimed) < documents and chars > 0:
                row = self._connection.execute(_CLAIM).fetchone()
                if row is None:
                    break
                claimed.append(Waiting(document_of(json.loads(row[0])), row[1]))
                chars -= len(claimed[-1].document.text)
            yield claimed

    def store_alone(self) -> None:
        """Waits until nobody else stores, and keeps others from it until the transaction ends."""
        lock_until_committed(self._connection, STORING)

    def is_done(self) -> bool:
        """Whether nothing waits, nobody is at anything, and nobody fills the queue."""
        if lock_holder(self._connection, FILLING):  # asked first: it ends when all is there
            return False
        return self._connection.execute("SELECT FROM queue LIMIT 1").rowcount == 0
