"""Is a catalogue still what the last sync left, every byte of it?

SQLite notices a damaged structure, not a flipped bit in an article or a vector. So
a sync that has ended writes down a digest of the whole file, its seal; the next
one breaks the seal before it writes. Between syncs the file never changes: readers
open it read-only, and only a sync moves pages from the journal into it.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

import xxhash

from rag.errors import CorruptError
from rag.store.layout import remove_file, seal_file, unreadable, write_file

_BLOCK_BYTES = 4 << 20
_TRIES = 5


def write_seal(catalog: Path) -> None:
    """Seals a catalogue whose journal is empty."""
    write_file(seal_file(catalog), f"{_digest(catalog)}\n".encode())


def break_seal(catalog: Path) -> None:
    """To be done, and to be on the disk, before the first change."""
    remove_file(seal_file(catalog))


def is_sealed(catalog: Path) -> bool:
    """True if the catalogue is what its seal says; False if it has none.

    Without a seal a sync is at work on it, or was killed; SQLite's journal then
    keeps it whole.

    Raises:
        CorruptError: It differs from its seal.
    """
    journal = catalog.with_name(f"{catalog.name}-wal")
    for _ in range(_TRIES):
        seal = _read(seal_file(catalog))
        if seal is None:
            return False
        if _is_empty(journal) and seal == f"{_digest(catalog)}\n".encode():
            return True
        if _read(seal_file(catalog)) == seal:  # no sync came in between
            raise damaged(catalog, "it differs from what the last sync wrote")
    return False


def damaged(catalog: Path, what: str) -> CorruptError:
    """What to tell a person."""
    return CorruptError(f"{catalog} is damaged ({what}); run `rag verify --repair`")


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unreadable(file, error) from error


def _is_empty(journal: Path) -> bool:
    try:
        return journal.stat().st_size == 0
    except FileNotFoundError:  # a writer has just closed it
        return True


# To close a file cancels every lock that this process holds on it, SQLite's too (POSIX).
# So a catalogue's descriptor stays open until the file is deleted.
_descriptors: dict[tuple[int, int], int] = {}
_lock = threading.Lock()


def _digest(file: Path) -> str:
    """128 bits of XXH3: against accidents, at the speed of memory."""
    digest = xxhash.xxh3_128()
    block = bytearray(_BLOCK_BYTES)
    with _lock:
        descriptor, offset = _descriptor(file), 0
        while size := os.preadv(descriptor, [block], offset):
            digest.update(memoryview(block)[:size])
            offset += size
    return digest.hexdigest()


def _descriptor(file: Path) -> int:
    for key, descriptor in list(_descriptors.items()):
        if os.fstat(descriptor).st_nlink == 0:
            os.close(_descriptors.pop(key))
    status = file.stat()
    key = (status.st_dev, status.st_ino)
    if key not in _descriptors:
        try:
            _descriptors[key] = os.open(file, os.O_RDONLY)
        except PermissionError as error:
            raise unreadable(file, error) from error
    return _descriptors[key]
