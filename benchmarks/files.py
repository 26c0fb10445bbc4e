"""Measures how well files are read: web pages beside plain trafilatura, documents, speed.

    python -m benchmarks.files [html] [documents] [speed] [--show]

Without a name it measures all three. `html`: token F1 of the body, title and date of the
pages of ../shared/data/html_news. `documents`: token recall where there is a reference text,
and what becomes of every file. `speed`: pages a minute through reading and chunking.
With `--show` it prints what differs.
"""

from __future__ import annotations

import gzip
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import regex

from benchmarks.sets import DATA, read_rows
from rag.chunk import chunk_document
from rag.load import Loader
from rag.load.encoding import decode
from rag.load.html import read_page
from rag.types import Document, Failure, Span

_TOKEN = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]|[\p{L}\p{M}\p{N}]+")
_PAGES = 1_000
_CHUNK_TOKENS = 256


class Read(NamedTuple):
    """What a reader makes of a page."""

    text: str
    title: str
    date: str


def tokens(text: str) -> Counter[str]:
    return Counter(_TOKEN.findall(text.casefold()))


def recall(text: str, reference: str) -> float:
    found, wanted = tokens(text), tokens(reference)
    return (found & wanted).total() / max(1, wanted.total())


def f1(text: str, reference: str) -> float:
    found, wanted = tokens(text), tokens(reference)
    return 2 * (found & wanted).total() / max(1, found.total() + wanted.total())


def plain(page: bytes) -> Read:
    """Trafilatura as it comes."""
    from trafilatura import bare_extraction

    found: Any = bare_extraction(page, with_metadata=True)
    return (
        Read(found.text or "", found.title or "", found.date or "") if found else Read("", "", "")
    )


def ours(page: bytes) -> Read:
    body, metadata = read_page(decode(page, "page"))
    return Read(body.text, metadata["title"] or "", metadata["date"] or "")


def html(show: bool) -> None:
    """Bodies, titles and dates of real pages."""
    folder = DATA / "html_news"
    gold = read_rows(folder / "gold.jsonl")
    for name, reader in (("rag.load", ours), ("plain trafilatura", plain)):
        _html(name, reader, folder, gold, show)


def _html(
    name: str, reader: Callable[[bytes], Read], folder: Path, gold: list[Any], show: bool
) -> None:
    bodies, titles, dates = [], [], []
    for one in gold:
        page = (folder / one["file"]).read_bytes()
        read = reader(gzip.decompress(page) if one["file"].endswith(".gz") else page)
        if one.get("text"):
            bodies.append(f1(read.text, one["text"]))
        if one.get("title"):
            titles.append(tokens(read.title) == tokens(one["title"]))
        if one.get("date"):
            dates.append(read.date == one["date"][:10])
        if show and one.get("text") and bodies[-1] < 0.9:
            print(f"  {one['id']}: F1 {bodies[-1]:.3f}")
        if show and one.get("title") and not titles[-1]:
            print(f"  {one['id']}: {read.title!r}, not {one['title']!r}")
    print(
        f"{name:18} F1 {_mean(bodies):.3f} of {len(bodies)} ({sum(x < 0.5 for x in bodies)} "
        f"under .5), title {_mean(titles):.1%} of {len(titles)}, date {_mean(dates):.1%} "
        f"of {len(dates)}"
    )


def _mean(values: Iterable[float]) -> float:
    values = list(values)
    return sum(values) / len(values)


def documents(show: bool) -> None:
    """What becomes of real files in fifteen formats."""
    folder = DATA / "documents"
    known = read_rows(folder / "manifest.jsonl")
    recalls, outcomes = [], Counter[str]()
    slowest, slowest_s = "", 0.0
    with Loader(folder) as loader:
        for one in known:
            started = time.monotonic()
            found = list(loader.load(one["file"]))
            seconds = time.monotonic() - started
            if seconds > slowest_s:
                slowest, slowest_s = one["file"], seconds
            failed = [item for item in found if isinstance(item, Failure)]
            read = [item for item in found if isinstance(item, Document)]
            outcomes["read" if read else "listed" if failed else "lost"] += 1
            for failure in failed:
                print(f"  {failure.path}: {failure.reason}")
            if one.get("gold"):
                text = "\n".join(f"{item.title}\n{item.text}" for item in read)
                reference = decode((folder / one["gold"]).read_bytes(), one["gold"])
                recalls.append(recall(text, reference))
                if show and recalls[-1] < 0.97:
                    print(f"  {one['file']}: recall {recalls[-1]:.3f}")
    print(
        f"{len(known)} files: {dict(outcomes)}; token recall {_mean(recalls):.3f} of "
        f"{len(recalls)}, least {min(recalls):.3f}; slowest {slowest_s:.1f} s ({slowest})"
    )


def speed(show: bool) -> None:
    """Web pages through reading and chunking, without embedding."""
    del show
    pages = sorted((DATA / "html_news").glob("*.html*"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = [f"{n:04}-{pages[n % len(pages)].name}" for n in range(_PAGES)]
        for n, path in enumerate(paths):
            shutil.copyfile(pages[n % len(pages)], folder / path)
        started, before_s, chunks = time.monotonic(), time.process_time(), 0
        with Loader(folder) as loader:
            loader.ahead(paths)
            for path in paths:
                for item in loader.load(path):
                    if isinstance(item, Document):
                        chunks += len(chunk_document(item, _words, _CHUNK_TOKENS))
        seconds = time.monotonic() - started
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu_s = sum(one.ru_utime + one.ru_stime for one in used) - before_s
    print(
        f"{_PAGES} pages, {chunks} chunks in {seconds:.1f} s: {_PAGES * 60 / seconds:.0f} a minute"
        f" ({cpu_s:.1f} s of processor)"
    )


def _words(text: str) -> list[Span]:
    """Words for tokens: the model has no part in this measure."""
    return [Span(*match.span()) for match in regex.finditer(r"\w+|[^\w\s]", text)]


def main() -> None:
    named = {"html": html, "documents": documents, "speed": speed}
    for name in [name for name in sys.argv[1:] if name in named] or named:
        named[name]("--show" in sys.argv)


if __name__ == "__main__":
    main()
