"""An index in a PostgreSQL database with pgvector, for more than one machine."""

from rag.postgres.store import PostgresStore

__all__ = ["PostgresStore"]
