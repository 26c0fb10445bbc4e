"""The two ways to change an index: in place, and by filling another one beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rag.errors import CorruptError, MismatchError, StoreError
from rag.store import layout
from rag.store.catalog import create, explaining, read_meta, transaction, write_meta
from rag.store.derived import save_vectors
from rag.store.donor import Donor
from rag.store.fingerprint import Fingerprint
from rag.store.seal import break_seal, damaged, is_sealed, write_seal
from rag.store.verify import catalog_problems
from rag.store.writer import Writer

_CHECKPOINT_TIMEOUT_MS = 5_000


@contextmanager
def updating(folder: Path, fingerprint: Fingerprint, flat_max: int) -> Iterator[Writer]:
    """Changes the index in place, a transaction at a time.

    Raises:
        MismatchError: It was built with another fingerprint.
        CorruptError: It is damaged.
    """
    catalog = layout.current_catalog(folder)
    if catalog is None:
        catalog = layout.first_catalog(folder)
    elif not is_sealed(catalog):
        _check(catalog)
    with closing(create(catalog)) as connection, explaining(catalog):
        fingerprint.check(read_meta(connection), folder)
        break_seal(catalog)
        try:
            with transaction(connection):
                write_meta(connection, fingerprint._asdict())
            yield Writer(connection)
            save_vectors(connection, catalog, flat_max)
        finally:  # interrupted or refused too: what was committed is whole
            if _checkpoint(connection):
                write_seal(catalog)


@contextmanager
def rebuilding(
    folder: Path, current: Path, fingerprint: Fingerprint, flat_max: int
) -> Iterator[Writer]:
    """Fills another catalogue, then puts it in the place of `current`."""
    catalog = layout.next_catalog(folder)
    goes_on = _can_go_on(catalog, fingerprint)
    if not goes_on:
        layout.remove(catalog)
    with (
        closing(Donor(current)) as donor,
        closing(create(catalog)) as connection,
        explaining(catalog),
    ):
        break_seal(catalog)  # that of one killed between its seal and its name
        with transaction(connection):
            write_meta(connection, fingerprint._asdict())
        yield Writer(connection, donor)
        if goes_on:
            _wipe(connection)
        with transaction(connection):
            write_meta(connection, {"generation": str(donor.generation() + 1)})
        save_vectors(connection, catalog, flat_max)
        if not _checkpoint(connection):  # its journal would not go with it
            raise StoreError(f"another program reads {catalog}; end it and run this again")
    write_seal(catalog)
    layout.publish(catalog)
    layout.sweep(folder)


def _can_go_on(catalog: Path, fingerprint: Fingerprint) -> bool:
    """Whether an interrupted rebuild was for the settings of now, and is whole."""
    if not catalog.exists():
        return False
    try:
        _check(catalog)
        with closing(create(catalog)) as connection:
            fingerprint.check(read_meta(connection), catalog.parent)
    except (MismatchError, CorruptError):
        return False
    return True


def _wipe(connection: sqlite3.Connection) -> None:
    """Leaves nothing in the file of what an interrupted rebuild had read that has gone since."""
    connection.execute("DELETE FROM vectors WHERE unused_since IS NOT NULL")
    connection.execute("INSERT INTO lexical (lexical) VALUES ('optimize')")
    connection.execute("PRAGMA temp_store = FILE")  # as large as the index
    connection.execute("VACUUM")


def _check(catalog: Path) -> None:
    """Raises CorruptError if what a killed sync left is damaged: it has no seal to tell."""
    with closing(create(catalog)) as connection, explaining(catalog):
        for problem in catalog_problems(catalog, connection):
            raise damaged(catalog, problem)


def _checkpoint(connection: sqlite3.Connection) -> bool:
    """Moves the journal into the catalogue; whether all of it: a reader may keep some of it."""
    connection.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_TIMEOUT_MS}")
    (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not is_busy
