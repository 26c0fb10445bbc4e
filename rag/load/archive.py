"""Archives: a bounded look into ZIP files, and the documents of their members."""

from __future__ import annotations

import gzip
import io
import re
import stat
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

import regex

from rag.errors import LoadError
from rag.load.markup import parse_xml
from rag.load.names import is_leftover
from rag.load.readers import read
from rag.load.sniff import BROKEN
from rag.load.source import Source
from rag.settings import MEGABYTE
from rag.types import Document, Failure

#: Small members compress well and cost nothing.
_RATIO_FROM = MEGABYTE
_REQUIRES_PASSWORD, _NAMED_IN_UTF8 = 0x1, 0x800
_TOO_MUCH = "it unpacks to far more than it is: left out"
_DRIVE = re.compile(r"[A-Za-z]:")
_DOS = "cp850"
_LATIN = regex.compile(r"[\x00-\x7f\p{Latin}]*")


class Archive:
    """A ZIP archive that never unpacks more than the bounds allow, whatever its headers say."""

    def __init__(self, source: Source) -> None:
        """Opens an archive.

        Raises:
            LoadError: It is damaged or has too many members.
        """
        self._source = source
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(source.data))
        except BROKEN as error:
            raise LoadError(source.id, f"a damaged archive: {error}") from error
        self.members = dict(_named(self._zip.infolist()))
        source.take(len(self.members), 0)

    def __contains__(self, name: str) -> bool:
        return name in self.members

    def read(self, name: str) -> bytes:
        """The unpacked bytes of a member.

        Raises:
            LoadError: It is not there, damaged, encrypted or too large.
        """
        source, info = self._source, self.members.get(name)
        if info is None:
            raise LoadError(source.id, f"damaged: there is no {name} in it")
        place = f"{source.id}/{name}"
        if info.flag_bits & _REQUIRES_PASSWORD:
            raise LoadError(place, "encrypted; save it without a password")
        bound = _bound(info.compress_size, source)
        try:
            with self._zip.open(info) as member:
                data = member.read(bound + 1)
        except BROKEN as error:
            raise LoadError(place, f"damaged: {error}") from error
        if len(data) > bound:
            raise LoadError(place, _TOO_MUCH)
        source.take(0, len(data))
        return data

    def xml(self, name: str) -> Any:
        """The root of a member that is XML; a LoadError also if it is not well formed."""
        return parse_xml(self.read(name), self._source.id)


def _named(infos: Sequence[zipfile.ZipInfo]) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """Each member by its name; old programs do not say which encoding all names are in."""
    written = {
        info: info.filename.encode("cp437")  # as zipfile has read it
        for info in infos
        if not info.flag_bits & _NAMED_IN_UTF8 and info.filename == info.orig_filename
    }
    encoding = _encoding(b"\n".join(written.values()))
    for info in infos:
        yield written[info].decode(encoding) if info in written else info.filename, info


def _encoding(names: bytes) -> str:
    """The encoding of names: UTF-8, else that of DOS if it makes letters of them, else detected."""
    if _fits("utf-8", names):
        return "utf-8"
    if _LATIN.fullmatch(names.decode(_DOS)):
        return _DOS
    from chardetng_py import detect

    found: str = detect(names)
    return found if _fits(found, names) else _DOS


def _fits(encoding: str, names: bytes) -> bool:
    try:
        names.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def read_zip(source: Source) -> Iterator[Document | Failure]:
    """Yields the documents of the members of an archive, in the order of their names."""
    archive = Archive(source)
    _check_depth(source)
    for name, info in sorted(archive.members.items()):
        if info.is_dir() or _is_leftover(name):
            continue
        try:
            _check(name, info, source)
            yield from read(source.part(name, archive.read(name)))
        except LoadError as error:
            yield Failure(error.path, error.reason)


def read_gzip(source: Source) -> Iterator[Document | Failure]:
    """Yields the documents of the one file in a gzip archive."""
    _check_depth(source)
    bound = _bound(len(source.data), source)
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(source.data)) as packed:
            data = packed.read(bound + 1)
    except BROKEN as error:
        raise LoadError(source.id, f"a damaged archive: {error}") from error
    if len(data) > bound:
        raise LoadError(source.id, _TOO_MUCH)
    source.take(1, len(data))
    if data[257:262] == b"ustar":
        raise LoadError(source.id, "a tar archive; unpack it or make it a ZIP archive")
    yield from read(source.unpacked(data))


def _bound(packed: int, source: Source) -> int:
    """How many bytes may come of so many packed ones."""
    bounds = source.bounds
    return min(bounds.file_max_mb * MEGABYTE, max(_RATIO_FROM, packed * bounds.archive_max_ratio))


def _check_depth(source: Source) -> None:
    """Raises LoadError for an archive in too many others."""
    if source.depth >= source.bounds.archive_max_depth:
        raise LoadError(source.id, "an archive inside archives: unpack it")


def _is_leftover(name: str) -> bool:
    """Whether a member is hidden, or what a Mac packs beside each file."""
    parts = PurePosixPath(name).parts
    return parts[:1] == ("__MACOSX",) or any(
        is_leftover(part) for part in parts if part not in ("..", ".")
    )


def _check(name: str, info: zipfile.ZipInfo, source: Source) -> None:
    """Raises LoadError for what is no file of this archive."""
    path = PurePosixPath(name.replace("\\", "/"))
    place = f"{source.id}/{name}"
    is_inside = path.parts and ".." not in path.parts and not _DRIVE.match(path.parts[0])
    if path.is_absolute() or not is_inside:
        raise LoadError(place, "its name leads out of the archive")
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise LoadError(place, "a link or device, not a file")
