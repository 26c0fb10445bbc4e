"""Putting files into the corpus folder: what `rag add` and the page's upload do."""

from __future__ import annotations

import filecmp
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rag.errors import LoadError
from rag.load import is_leftover, open_regular
from rag.load.names import printable
from rag.settings import MEGABYTE
from rag.types import Failure, storable


@dataclass(frozen=True, slots=True)
class Added:
    """What was put into a folder.

    Attributes:
        paths: Where the files are now, relative to the folder.
        failed: What was left out, and why.
    """

    paths: tuple[str, ...]
    failed: tuple[Failure, ...]


def add_files(
    folder: Path,
    files: Iterable[Path],
    *,
    into: str = "",
    index: Path | None = None,
    max_mb: int = 100,
) -> Added:
    """Copies files, and folders with what is in them, into a corpus folder.

    A copy is whole or not there: it is written beside its place and renamed. A file whose
    copy is there already is not copied again; another of its name gets a number.

    Args:
        folder: The corpus folder.
        files: Files or folders; links are followed if they were named, not inside folders.
        into: A folder below the corpus folder, made if it is missing.
        index: The folder of the index; nothing in it is copied.
        max_mb: A larger file is left out.
    """
    target, own = _below(folder, into), {(index or folder).resolve(), folder.resolve()}
    paths: list[str] = []
    failed: list[Failure] = []
    for file in files:
        for source, name in _named(file, own, failed):
            try:
                _check(folder, source, target / name)
                placed = _add(source, target / name, max_mb)
                paths.append(placed.relative_to(folder).as_posix())
            except LoadError as error:
                failed.append(Failure(printable(str(source)), error.reason))
            except OSError as error:
                failed.append(_failure(source, error))
    return Added(tuple(paths), tuple(failed))


def _below(folder: Path, into: str) -> Path:
    """The folder below another one; raises ValueError if no sync would look into it."""
    target, root = (folder / into).resolve(), folder.resolve()
    if not target.is_relative_to(root):
        raise ValueError(f"{into!r} is not a folder inside the corpus")
    if any(map(is_leftover, target.relative_to(root).parts)):
        raise ValueError(f"{into!r} is hidden, a sync does not look into it; choose another name")
    return folder / target.relative_to(root)


def _named(file: Path, own: Collection[Path], failed: list[Failure]) -> Iterator[tuple[Path, str]]:
    """The files that a path stands for, each with the name that it will have.

    Args:
        own: The corpus and the index, which are not copied into the corpus.
        failed: Gets the folders that cannot be looked into.
    """
    is_folder = file.is_dir()
    file = file.resolve() if is_folder or file.is_symlink() else file
    if not is_folder:
        yield file, file.name
        return
    if any(file.is_relative_to(folder) for folder in own):
        failed.append(Failure(printable(str(file)), "a folder of the corpus or of the index"))
        return
    for at, folders, names in os.walk(
        file, onerror=lambda error: failed.append(_failure(Path(error.filename), error))
    ):
        folders[:] = sorted(
            name for name in folders if not is_leftover(name) and Path(at, name) not in own
        )
        for name in sorted(names):
            if not is_leftover(name) and not (Path(at) / name).is_symlink():
                inside = Path(at) / name
                yield inside, (Path(file.name) / inside.relative_to(file)).as_posix()


def _failure(path: Path, error: OSError) -> Failure:
    return Failure(printable(str(path)), error.strerror or str(error))


def _check(folder: Path, source: Path, target: Path) -> None:
    """Raises LoadError if no sync would read a file in its new place."""
    if not storable(str(target)):
        raise LoadError(source, "its name is not valid UTF-8; rename it")
    if any(map(is_leftover, target.relative_to(folder).parts)):
        raise LoadError(source, "a sync reads no hidden files, nor what editors leave; rename it")
    if not target.parent.resolve().is_relative_to(folder.resolve()):
        raise LoadError(source, "a link in the corpus leads its place out of the corpus folder")


def _add(source: Path, target: Path, max_mb: int) -> Path:
    """Copies one file; returns where it is.

    Raises:
        LoadError: It is no file, or too large, or the corpus cannot be written to.
        OSError: It cannot be opened.
    """
    with open_regular(source, str(source)) as opened:
        if os.fstat(opened.fileno()).st_size > max_mb * MEGABYTE:
            raise LoadError(source, f"larger than {max_mb} MB (file_max_mb)")
        try:
            if target.exists() and target.samefile(source):
                return target  # it is in the corpus already
            return _copy(opened, target)
        except OSError as error:
            why = error.strerror or str(error)
            raise LoadError(source, f"cannot be copied into the corpus: {why}") from error


def _copy(opened: BinaryIO, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as copy:
        try:
            shutil.copyfileobj(opened, copy)
            copy.flush()
            os.fsync(copy.fileno())
            os.fchmod(copy.fileno(), 0o644)
            return _place(Path(copy.name), target)
        except BaseException:
            Path(copy.name).unlink(missing_ok=True)
            raise


def _place(copy: Path, target: Path) -> Path:
    """Gives a copy a name that is free, or that of a file that is the same."""
    for placed in (target, *(_numbered(target, number) for number in range(2, 1_000))):
        try:
            _rename(copy, placed)
            return placed
        except FileExistsError:
            if placed.is_file() and filecmp.cmp(copy, placed, shallow=False):
                copy.unlink()
                return placed
    raise LoadError(target, "a thousand files of this name are there already")


def _rename(copy: Path, name: Path) -> None:
    """Renames a copy; of two that want a name at the same time, one gets it.

    Raises:
        FileExistsError: Something has the name.
    """
    try:
        name.hardlink_to(copy)
    except FileExistsError:
        raise
    except OSError:  # a file system without links: an empty file holds the place
        name.touch(exist_ok=False)
        copy.replace(name)
    else:
        copy.unlink()


def _numbered(target: Path, number: int) -> Path:
    return target.with_name(f"{target.stem} ({number}){target.suffix}")
