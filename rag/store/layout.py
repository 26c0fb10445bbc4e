"""What lies in an index folder, by name.

    catalog.N.sqlite   everything that must not be lost; the highest N is the index
    catalog.N.seal     digest of that file while no sync is at work on it (see seal.py)
    vectors.N.faiss    derived from it
    next.sqlite        a rebuild under way, invisible to readers
    writer.lock        held by the one sync at work

A rebuild ends with one rename, of `next.sqlite` to the next number. The number
keeps each catalogue's journal files to itself: SQLite mistakes the journal of a
replaced file for that of its successor.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import StoreError

_CATALOG = re.compile(r"catalog\.(\d+)\.sqlite")
_OURS = re.compile(r"(?:catalog|vectors)\.(\d+)\.\w+(-wal|-shm|\.tmp)?")
_JOURNALS = ("", "-wal", "-shm")
_TEMPORARY = ".tmp"


@contextmanager
def explaining(folder: Path) -> Iterator[None]:
    """Raises StoreError where a folder cannot be written to."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"cannot write to {folder}: {error.strerror or error}") from error


def unreadable(path: Path, error: OSError) -> StoreError:
    """What to tell a person."""
    return StoreError(
        f"cannot read {path}: {error.strerror or error}; "
        "name the folder of the index with --index, or change the file's permissions"
    )


def current_catalog(folder: Path) -> Path | None:
    """The catalogue that readers use; None if there is none yet."""
    number = _current_number(folder)
    return _catalog(folder, number) if number else None


def next_catalog(folder: Path) -> Path:
    """Where a rebuild works."""
    return folder / "next.sqlite"


def seal_file(catalog: Path) -> Path:
    """The seal of a catalogue; that of a rebuild waits under the name it will have."""
    return catalog.with_name(f"catalog.{_number(catalog)}.seal")


def vectors_file(catalog: Path) -> Path:
    """The FAISS file derived from a catalogue, named as its seal is."""
    return catalog.with_name(f"vectors.{_number(catalog)}.faiss")


def publish(catalog: Path) -> None:
    """Makes a complete rebuild the index, at one stroke."""
    with explaining(catalog.parent):
        catalog.replace(_catalog(catalog.parent, _number(catalog)))
    fsync_folder(catalog.parent)


def first_catalog(folder: Path) -> Path:
    """The name of the catalogue of a new index."""
    return _catalog(folder, 1)


def remove(catalog: Path) -> None:
    """Removes a catalogue and its journals."""
    with explaining(catalog.parent):
        for suffix in _JOURNALS:
            catalog.with_name(catalog.name + suffix).unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Removes what a killed sync and finished rebuilds have left; for the writer only."""
    number = _current_number(folder)
    with explaining(folder):
        for file in list(folder.iterdir()):
            match = _OURS.fullmatch(file.name)
            if match and (int(match[1]) < number or match[2] == _TEMPORARY):
                file.unlink(missing_ok=True)


def write_file(file: Path, data: bytes | memoryview) -> None:
    """Writes a file, all of it or nothing, to last through a power cut.

    Raises:
        StoreError: The disk is full, or the folder cannot be written to.
    """
    temporary = file.with_name(file.name + _TEMPORARY)
    with explaining(file.parent):
        try:
            with temporary.open("wb") as target:
                target.write(data)
                target.flush()
                os.fsync(target.fileno())
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
    fsync_folder(file.parent)


def remove_file(file: Path) -> None:
    """Removes a file, for good, if it is there.

    Raises:
        StoreError: The folder cannot be written to.
    """
    with explaining(file.parent):
        file.unlink(missing_ok=True)
    fsync_folder(file.parent)


def fsync_folder(folder: Path) -> None:
    """Makes renames and removals in `folder` last through a power cut."""
    with explaining(folder):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _current_number(folder: Path) -> int:
    """The highest number of a catalogue; 0 if there is none."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise unreadable(folder, error) from error
    return max((int(match[1]) for name in names if (match := _CATALOG.fullmatch(name))), default=0)


def _number(catalog: Path) -> int:
    match = _CATALOG.fullmatch(catalog.name)
    return int(match[1]) if match else _current_number(catalog.parent) + 1


def _catalog(folder: Path, number: int) -> Path:
    return folder / f"catalog.{number}.sqlite"
