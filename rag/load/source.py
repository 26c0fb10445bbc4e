"""What a reader gets: bytes with a name, and how much it may make of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import PurePosixPath

from rag.errors import LoadError
from rag.settings import Settings
from rag.types import Document, Failure

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much a file may cost; the settings of the same names say more.

    Attributes:
        fields: For exports: which of their fields is our `text`, `title`, `date` and so on.
    """

    file_max_mb: int = 100
    file_max_text_mb: int = 50
    file_timeout_s: float = 9.0
    file_memory_mb: int = 1024
    archive_max_files: int = 10_000
    archive_max_mb: int = 500
    archive_max_ratio: int = 200
    archive_max_depth: int = 2
    fields: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> Bounds:
        """Those that are set."""
        return cls(**{field.name: getattr(settings, field.name) for field in fields(cls)})


@dataclass
class Budget:
    """What the archives of one file have unpacked so far, those inside others included."""

    files: int = 0
    bytes: int = 0

    def take(self, files: int, size: int, bounds: Bounds, path: str) -> None:
        """Counts what is unpacked.

        Raises:
            LoadError: It is too much.
        """
        self.files += files
        self.bytes += size
        if self.files > bounds.archive_max_files:
            raise LoadError(path, f"an archive of more than {bounds.archive_max_files} files")
        if self.bytes > bounds.archive_max_mb * _MEGABYTE:
            raise LoadError(path, f"an archive of more than {bounds.archive_max_mb} MB unpacked")


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

    @property
    def suffix(self) -> str:
        """The ending of its name, lower-case, with the dot."""
        return PurePosixPath(self.name).suffix.lower()

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
