"""What keeps an index: the one place that knows there is a choice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rag.address import is_server
from rag.errors import SettingsError
from rag.settings import Settings
from rag.store.backend import Backend
from rag.store.fingerprint import Fingerprint
from rag.store.store import Store


def open_backend(
    address: str, fingerprint: Callable[[], Fingerprint], settings: Settings
) -> Backend:
    """The index at an address; nothing is opened or created yet.

    Raises:
        SettingsError: The address is wrong, or what it needs is not installed.
    """
    if not is_server(address):
        return Store(Path(address), fingerprint)
    try:
        from rag.postgres import PostgresStore
    except ImportError as error:
        raise SettingsError(
            f"an index in a PostgreSQL database needs more packages ({error}); "
            "run pip install 'corpus-chat[postgres]'"
        ) from error
    return PostgresStore(address, fingerprint, settings)
