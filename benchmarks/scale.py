"""How building and searching grow with the corpus: 10,000, 100,000 and 1,000,000 passages.

    python -m benchmarks.scale [--chunks 10000 100000 1000000] [--plot FILE.svg] [--kept]

The passages are real ones of the public sets and, past these, mixtures of two (see
benchmarks/passages.py); they go through the store of the project. Its vector index, in
half precision up to 500,000 passages and in lists of eight bits beyond, is measured at
every size in both forms, beside FAISS's exact search in 32 bits, which also says what
should have been found. Everything is opened and asked in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from benchmarks.latency import by_words, percentiles, timed
from benchmarks.machine import memory_mb
from benchmarks.passages import SETS, real_passages
from benchmarks.plot import Panel, plot
from benchmarks.sets import DATA, WORK, read_rows, remembering
from rag import Settings
from rag.arrays import FloatArray, KeyArray
from rag.embed import load_embedder
from rag.retrieve import Retriever
from rag.store import Fingerprint, Store, layout
from rag.store.catalog import connect
from rag.store.reader import stored_vectors
from rag.store.vectors import FLAT_MAX

Measured: TypeAlias = dict[str, Any]

HOME = WORK / "scale"
FLAT, HALF, LISTS = "32 bits", "16 bits", "lists"
_ASKED, _BATCH = 40, 2_000  # questions of each set, passages a transaction
_NEAREST = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", nargs="*", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--kept", action="store_true", help="print what was measured last")
    parser.add_argument("--step", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        step, *kind = options.step[0].split(":")
        print(json.dumps(_STEPS[step](Path(options.step[1]), *kind)))
        return
    measured = [_kept(chunks) if options.kept else _size(chunks) for chunks in options.chunks]
    print(*tables(measured), sep="\n")
    if options.plot:
        options.plot.write_text(plot(panels(measured)), encoding="utf-8")


def _size(chunks: int) -> Measured:
    """Everything about one size, each step in a process of its own."""
    home = HOME / f"{chunks}"
    shutil.rmtree(home, ignore_errors=True)

    def step(name: str) -> Measured:
        command = [sys.executable, "-m", __spec__.name, "--step", name, str(home)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found: Measured = json.loads(done.stdout.splitlines()[-1])
        return found

    size = {"chunks": chunks, **step("build")}
    size[FLAT] = step("exact")
    kept, other = (HALF, LISTS) if chunks <= FLAT_MAX else (LISTS, HALF)
    size["kept"] = kept
    size[kept] = step("dense")
    size["search"] = step("search")
    size[other] = step(f"cut:{other}") | step("dense")
    shutil.rmtree(home)
    _file(chunks).write_text(json.dumps(size), encoding="utf-8")
    return size


def _kept(chunks: int) -> Measured:
    found: Measured = json.loads(_file(chunks).read_text(encoding="utf-8"))
    return found


def _file(chunks: int) -> Path:
    return HOME / f"{chunks}.json"


def build(home: Path) -> Measured:
    """Fills an index; seconds without those in which the passages were made."""
    chunks, passages = int(home.name), real_passages()
    stored = 0.0
    with _store(home).writer() as writer:
        for first in range(0, chunks, _BATCH):
            entries, vectors = passages.batch(range(first, min(chunks, first + _BATCH)))
            started = time.perf_counter()
            writer.add_vectors([entry.digest for entry in entries], vectors)
            with writer.transaction():
                for entry in entries:
                    writer.put(entry)
                if first + _BATCH >= chunks:
                    writer.next_generation()
            stored += time.perf_counter() - started
        started = time.perf_counter()
    indexed = time.perf_counter() - started
    return {
        "real": min(chunks, len(passages.texts)),
        "stored_s": stored,
        "indexed_s": indexed,
        "build_peak_mb": memory_mb(what="VmHWM"),
        "catalog_mb": _catalog(home).stat().st_size / 1e6,
        "vectors_mb": _vectors_mb(home),
    }


def cut(home: Path, kind: str) -> Measured:
    """Gives an index its vectors in the other form."""
    chunks = int(home.name)
    started = time.perf_counter()
    # Lists are made flat again only at half of the limit.
    with _store(home, flat_max=2 * chunks if kind == HALF else 1).writer():
        pass
    return {"indexed_s": time.perf_counter() - started, "vectors_mb": _vectors_mb(home)}


def exact(home: Path) -> Measured:
    """FAISS's exact search over the stored vectors, in 32 bits; keeps what it finds."""
    import faiss  # after rag.store, which tells its threads to wait passively

    with connect(_catalog(home)) as connection:
        keys = np.array([key for (key,) in connection.execute("SELECT key FROM chunks")])
        vectors = stored_vectors(connection, keys, _queries()[1].shape[1])
    before, started = memory_mb(), time.perf_counter()
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    indexed = time.perf_counter() - started
    memory = memory_mb() - before
    asked = dict(zip(*_queries(), strict=True))
    seconds = timed(lambda text: index.search(asked[text][None], _NEAREST), list(asked))
    found = index.search(np.vstack(list(asked.values())), _NEAREST)[1]
    np.save(home / "exact.npy", keys[found])
    return {
        "indexed_s": indexed,
        "vectors_mb": vectors.nbytes / 1e6,
        "memory_mb": memory,
        "dense_ms": percentiles(seconds.taken),
        "recall": [1.0, 1.0],
    }


def dense(home: Path) -> Measured:
    """Opens an index, and asks its vectors."""
    asked = dict(zip(*_queries(), strict=True))
    before, started = memory_mb(), time.perf_counter()
    store = _store(home)
    with store.reader() as reader:
        opened, memory = time.perf_counter() - started, memory_mb() - before
        seconds = timed(lambda text: reader.dense(asked[text], _NEAREST), list(asked))
        found = [[key for key, _ in reader.dense(row, _NEAREST)] for row in asked.values()]
    return {
        "vectors_mb": _vectors_mb(home),
        "opened_s": opened,
        "memory_mb": memory,
        "dense_ms": percentiles(seconds.taken),
        "recall": recall(found, np.load(home / "exact.npy")),
    }


def search(home: Path) -> Measured:
    """Asks the words, and both legs with the model and the fusion."""
    texts, store = _queries()[0], _store(home)
    languages = dict(_questions())
    retriever = Retriever(store, load_embedder(Settings()), Settings())
    with store.reader() as reader:
        words = timed(lambda text: by_words(reader, text, languages[text]), texts)
    whole = timed(retriever.search, texts)
    return {
        "lexical_ms": percentiles(words.taken),
        "search_ms": percentiles(whole.taken),
        "processor_ms": percentiles(whole.processor),
    }


_STEPS: dict[str, Callable[..., Measured]] = {
    "build": build,
    "cut": cut,
    "exact": exact,
    "dense": dense,
    "search": search,
}


def recall(found: Sequence[Sequence[int]], nearest: KeyArray) -> list[float]:
    """The share of the nearest 10, and of the nearest 100, that was found among as many."""
    return [
        float(
            np.mean(
                [
                    len({*some[:depth]} & {*row[:depth].tolist()}) / min(depth, len(row))
                    for some, row in zip(found, nearest, strict=True)
                ]
            )
        )
        for depth in (10, _NEAREST)
    ]


def _questions() -> list[tuple[str, str]]:
    """Text and language of questions of every set that has some."""
    asked: dict[str, str] = {}
    for name in SETS:
        rows = read_rows(DATA / name / "queries.jsonl")
        asked |= {row["text"]: row["lang"] for row in rows[:: max(1, len(rows) // _ASKED)][:_ASKED]}
    return list(asked.items())


def _queries() -> tuple[list[str], FloatArray]:
    """The questions, and their vectors."""
    texts, embedder = [text for text, _ in _questions()], remembering(Settings())
    return texts, np.vstack([embedder.embed_query(text) for text in texts])


def _store(home: Path, flat_max: int = FLAT_MAX) -> Store:
    embedder = load_embedder(Settings())
    fingerprint = Fingerprint("passages", str(embedder.dimension), "1", "1")
    return Store(home / "index", lambda: fingerprint, flat_max=flat_max)


def _catalog(home: Path) -> Path:
    catalog = layout.current_catalog(home / "index")
    assert catalog
    return catalog


def _vectors_mb(home: Path) -> float:
    return layout.vectors_file(_catalog(home)).stat().st_size / 1e6


def tables(measured: Sequence[Measured]) -> Iterator[str]:
    """The figures as Markdown; times of questions as median / p95 / p99."""
    yield (
        "| passages | of these real | stored | vectors indexed | peak memory, building "
        "| catalogue | opened | memory | words | whole search | of the processor |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for size in measured:
        kept, asked = size[size["kept"]], size["search"]
        cells = [
            f"{size['chunks']:,}",
            f"{size['real']:,}",
            f"{size['stored_s']:.1f} s",
            f"{size['indexed_s']:.1f} s",
            f"{size['build_peak_mb']:,.0f} MB",
            f"{size['catalog_mb']:,.0f} MB",
            f"{kept['opened_s']:.2f} s",
            f"{kept['memory_mb']:,.0f} MB",
            _times(asked["lexical_ms"]),
            _times(asked["search_ms"]),
            _times(asked["processor_ms"]),
        ]
        yield f"| {' | '.join(cells)} |"
    yield ""
    yield (
        "| vectors of | form | indexed | file | memory | nearest 100 "
        "| of the nearest 10 found | of 100 |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for size in measured:
        for kind in (FLAT, HALF, LISTS):
            each = size | size[kind]
            cells = [
                f"{size['chunks']:,}",
                f"**{kind}**" if kind == size["kept"] else kind,
                f"{each['indexed_s']:.1f} s",
                f"{each['vectors_mb']:,.0f} MB",
                f"{each['memory_mb']:,.0f} MB",
                _times(each["dense_ms"]),
                *(f"{share:.3f}" for share in each["recall"]),
            ]
            yield f"| {' | '.join(cells)} |"
    yield ""
    grows = {panel.title: exponents(panel) for panel in panels(measured)}
    yield "Growth as a power of the number of passages, from size to size: " + "; ".join(
        f"{title} {', '.join(f'{power:.2f}' for power in powers)}"
        for title, powers in grows.items()
    )


def _times(milliseconds: Sequence[float]) -> str:
    return " / ".join(f"{each:.1f}" for each in milliseconds) + " ms"


def panels(measured: Sequence[Measured]) -> list[Panel]:
    """What the plot shows: growth of each cost."""

    def panel(title: str, value: Callable[[Measured], float]) -> Panel:
        return Panel(title, [(size["chunks"], value(size)) for size in measured])

    return [
        panel("build, s", lambda size: float(size["stored_s"] + size["indexed_s"])),
        panel("disk, MB", lambda size: float(size["catalog_mb"] + size["vectors_mb"])),
        panel("memory, MB", lambda size: float(size[size["kept"]]["memory_mb"])),
        panel("search p95, processor ms", lambda size: float(size["search"]["processor_ms"][1])),
    ]


def exponents(panel: Panel) -> list[float]:
    """The power with which a cost grows, from each size to the next; 1 is linear."""
    return [
        math.log(max(after, 1e-9) / max(before, 1e-9)) / math.log(large / small)
        for (small, before), (large, after) in pairwise(panel.points)
    ]


if __name__ == "__main__":
    main()
