"""What a reader gets: bytes with a name, and how much it may make of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from rag.errors import LoadError
from rag.plural import counted
from rag.settings import MEGABYTE, Bounds
from rag.types import Document, Failure


@dataclass
class Budget:
    """What the archives of one file have unpacked so far, those inside others included."""

    files: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file of the corpus, or a part of one: a member of an archive, an attachment.

    Attributes:
        id: What it is known by: the path, and behind it the name of the part.
        name: Its file name.
        path: The file of the corpus that it is in.
        depth: How many files it is packed in.
    """

    id: str
    name: str
    path: str
    data: bytes
    bounds: Bounds
    budget: Budget
    depth: int = 0

    @property
    def part_name(self) -> str:
        """What it is called in the file that it is a part of: `2024/report.pdf`; else empty."""
        return self.id[len(self.path) + 1 :]

    def take(self, files: int, size: int) -> None:
        """Counts what is unpacked.

        Raises:
            LoadError: It is too much.
        """
        bounds = self.bounds
        self.budget.files += files
        self.budget.bytes += size
        if self.budget.files > bounds.archive_max_files:
            most = counted(bounds.archive_max_files, "file")
            raise LoadError(self.id, f"an archive of more than {most}")
        if self.budget.bytes > bounds.archive_max_mb * MEGABYTE:
            raise LoadError(self.id, f"an archive of more than {bounds.archive_max_mb} MB unpacked")

    def unpacked(self, data: bytes) -> Source:
        """The one file that this one is a compressed form of."""
        return replace(self, name=self.name.removesuffix(".gz"), data=data, depth=self.depth + 1)

    def part(self, name: str, data: bytes) -> Source:
        """A file inside this one."""
        return replace(
            self,
            id=f"{self.id}/{name}",
            name=PurePosixPath(name).name,
            data=data,
            depth=self.depth + 1,
        )


#: A reader takes a source and yields what it holds.
Reader = Callable[[Source], Iterator[Document | Failure]]
