"""One writer at a time: a lock that ends with its process, however that ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import LockedError
from rag.store.layout import explaining

_FILE = "writer.lock"
_POLL_S = 0.1
_GRACE_S = 0.3  # `lock_holder` takes the lock for an instant


@contextmanager
def writer_lock(folder: Path, wait_s: float = 0.0) -> Iterator[None]:
    """Holds the index's writer lock; its file tells who holds it.

    Args:
        folder: The index folder.
        wait_s: How long to wait for another writer.

    Raises:
        LockedError: Another process still holds it.
        StoreError: The folder cannot be written to.
    """
    with explaining(folder):
        descriptor = os.open(folder / _FILE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _acquire(descriptor, folder, time.monotonic() + max(wait_s, _GRACE_S))
        with explaining(folder):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)  # which releases the lock


def lock_holder(folder: Path) -> str | None:
    """Process id of the writer at work; None if there is none."""
    try:
        descriptor = os.open(folder / _FILE, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _holder(descriptor)
    finally:
        os.close(descriptor)
    return None


def _holder(descriptor: int) -> str:
    return os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"


def _acquire(descriptor: int, folder: Path, deadline: float) -> None:
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise LockedError(
                    f"another sync (process {_holder(descriptor)}) is writing to {folder}; "
                    "wait for it to end, or use --wait"
                ) from None
            time.sleep(_POLL_S)
