"""What the numbers of an index mean: two indexes may be mixed if their fingerprints are equal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rag.errors import MismatchError, StoreError


class OutdatedError(MismatchError):
    """The index was built by an earlier version; a sync brings it up to date."""


@contextmanager
def only_refusals() -> Iterator[None]:
    """Lets through why a sync would refuse an index, not what else is wrong with it."""
    try:
        yield
    except OutdatedError:
        return
    except MismatchError:
        raise
    except StoreError:  # there is none yet, too
        return


class Fingerprint(NamedTuple):
    """What an index depends on: two with equal fingerprints mean the same by their numbers."""

    embedding: str
    dimension: str
    chunker: str
    analyzer: str
    loader: str = ""

    @classmethod
    def of(cls, meta: Mapping[str, str]) -> Fingerprint:
        """What an index says of itself."""
        return cls(**{field: meta.get(field, "") for field in cls._fields})

    def check(self, meta: Mapping[str, str], place: Path | str) -> None:
        """Refuses an index that was built with another fingerprint.

        Raises:
            MismatchError: Names both sides, and the command that mends it.
        """
        for field, here in self._asdict().items():
            there = meta.get(field, here)
            if there != here:
                raise MismatchError(
                    f"the index in {place} was built with {field} {there!r}, "
                    f"now it would be {here!r}; run `rag sync --rebuild`, "
                    "or go back to the settings, or the version, of then"
                )


def generation_of(meta: Mapping[str, str]) -> tuple[str, str]:
    """Of one state of an index: what wrote it (the index, the sync), and the generation.

    No two states of any index share both; in all generations of one writer keys are equal.
    """
    return f"{meta['index']} {meta.get('sync', '')}", meta["generation"]
