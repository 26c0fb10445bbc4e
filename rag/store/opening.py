"""What keeps an index: the one place that knows there may be a choice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rag.store.backend import Backend
from rag.store.fingerprint import Fingerprint
from rag.store.store import Store


def open_backend(address: str, fingerprint: Callable[[], Fingerprint]) -> Backend:
    """The index at an address; nothing is opened or created yet."""
    return Store(Path(address), fingerprint)
