"""The index: a SQLite catalogue, which is the truth, and a FAISS file derived from it."""

from rag.store.backend import Backend, Queue, Reader, Waiting, Writer
from rag.store.fingerprint import Fingerprint
from rag.store.opening import open_backend
from rag.store.reader import Hit, Stored
from rag.store.rows import Entry, Known, Stamp
from rag.store.status import Status
from rag.store.store import Store
from rag.store.vectors import VectorIndex
from rag.store.verify import Problems

__all__ = [
    "Backend",
    "Entry",
    "Fingerprint",
    "Hit",
    "Known",
    "Problems",
    "Queue",
    "Reader",
    "Stamp",
    "Status",
    "Store",
    "Stored",
    "VectorIndex",
    "Waiting",
    "Writer",
    "open_backend",
]
