"""How fast: embedding beside sentence-transformers and the processor's limit, and cold starts.

`python -m benchmarks.speed [encoding] [indexing] [small] [cold] [--texts 200] [--files 2000]
[--rounds 5]`; without a name it measures all.

The contenders take turns on the same texts in one run, and ratios are medians over
the rounds, so that a busy machine slows all of them alike. `indexing` is from files to
the committed index, once with text and once with web pages, beside the encoding of the
same passages alone; as it takes long, in a fifth of the rounds. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.sets import DATA, ROOT, WrappedEmbedder, read_rows
from rag import Corpus, Settings
from rag.arrays import FloatArray
from rag.embed import SentenceEmbedder, load_embedder
from rag.embed.encoder import load_openvino
from rag.embed.resolve import model_folder
from rag.settings import cores

_SENTENCES = 30
_REPEATS = 8  # batches of products in one measure
_WIDTH, _WIDER, _LAYERS = 384, 1536, 12
_MACS_PER_TOKEN = _LAYERS * (4 * _WIDTH * _WIDTH + 2 * _WIDTH * _WIDER)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", help="encoding, indexing, small, cold")
    parser.add_argument("--texts", type=int, default=200, help="passages a round")
    parser.add_argument("--files", type=int, default=2000, help="files of one indexing")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print("| what | median | ratio |\n|---|---|---|")
    measures: dict[str, Callable[[], None]] = {
        "encoding": lambda: _throughput(options.texts, options.rounds),
        "indexing": lambda: _indexing(options.files, max(1, options.rounds // 5)),
        "small": lambda: _small(options.rounds),
        "cold": lambda: _cold(options.rounds),
    }
    for name in options.what or measures:
        measures[name]()


def _rows(count: int) -> list[dict[str, Any]]:
    """Passages of PIAF and service_public; of the second more if the first has too few."""
    half = read_rows(DATA / "piaf_fr" / "corpus.jsonl")[: count // 2]
    return half + read_rows(DATA / "service_public_fr" / "corpus.jsonl")[: count - len(half)]


def _throughput(count: int, rounds: int) -> None:
    from sentence_transformers import SentenceTransformer

    texts = [row["text"] for row in _rows(count)]
    fast = load_embedder(Settings())
    plain = SentenceTransformer(str(model_folder(Settings().embedding_model)))
    tokens = sum(min(512, len(fast.token_spans(text)) + 5) for text in texts)
    products, macs = _products()
    contenders: dict[str, Callable[[], Any]] = {
        "sentence-transformers": lambda: plain.encode_document(texts),
        "this engine": lambda: fast.embed_documents(texts),
        "8-bit products": products,
    }
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for contender in contenders.values():
        contender()
    for _ in range(rounds):
        for name, contender in contenders.items():
            seconds[name].append(_timed(contender))
    limit = [tokens * _MACS_PER_TOKEN / macs * s for s in seconds.pop("8-bit products")]
    seconds["limit: 8-bit matrix products alone"] = limit
    for name, taken in seconds.items():
        ratio = statistics.median(
            base / s for base, s in zip(seconds["sentence-transformers"], taken, strict=True)
        )
        rate = len(texts) / statistics.median(taken)
        print(
            f"| passages of {tokens / len(texts):.0f} tokens, {name} | {rate:.1f}/s "
            f"| {ratio:.2f} |",
            flush=True,
        )
    reached = statistics.median(
        least / s for least, s in zip(limit, seconds["this engine"], strict=True)
    )
    print(f"| share of the limit reached | | {reached:.2f} |")


class _Recorder(WrappedEmbedder):
    """The default model; keeps the texts that it embeds."""

    def __init__(self, inner: SentenceEmbedder) -> None:
        super().__init__(inner, inner.fingerprint)
        self.texts: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        """Unit rows of shape (len(texts), dimension)."""
        self.texts += texts
        return self._inner.embed_documents(texts)


def _indexing(count: int, rounds: int) -> None:
    for kind in ("txt", "html"):
        _indexing_of(kind, count, rounds)


def _indexing_of(kind: str, count: int, rounds: int) -> None:
    """From files to the committed index, beside the encoding of the same texts alone."""
    embedder = load_embedder(Settings())
    embedder.embed_documents(["The model is loaded."] * 32)
    taken: dict[str, list[tuple[float, float]]] = {"whole": [], "alone": [], "reading": []}
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "corpus"
        _write_files(folder, _rows(count), kind)
        for number in range(rounds):
            recorder = _Recorder(embedder)
            with Corpus(folder, Path(home) / f"index-{number}", Settings(), recorder) as corpus:
                taken["whole"].append(_used(corpus.sync))
            texts = recorder.texts
            taken["alone"].append(_used(partial(embedder.embed_documents, texts)))
            with Corpus(folder, Path(home) / f"dry-{number}", Settings(), recorder) as corpus:
                taken["reading"].append(_used(corpus.plan))
    names = {
        "alone": f"{count} {kind} files in {len(texts)} passages, encoding alone",
        "whole": f"from the {kind} files to the committed index",
        "reading": f"reading the {kind} files alone",
    }
    for what, name in names.items():
        rate = len(texts) / statistics.median(seconds for seconds, _ in taken[what])
        wall, processor = (
            statistics.median(a[i] / b[i] for a, b in zip(taken[what], taken["alone"], strict=True))
            for i in (0, 1)
        )
        print(f"| {name} | {rate:.1f}/s | {wall:.2f} times the time, {processor:.2f} processor |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"| peak memory so far | {peak:.0f} MB | |", flush=True)


def _used(do: Callable[[], Any]) -> tuple[float, float]:
    """Seconds, and seconds of the processor: of this process and those that it has ended."""
    before, seconds = os.times(), _timed(do)
    after = os.times()
    return seconds, sum(after[:4]) - sum(before[:4])


def _write_files(folder: Path, rows: list[dict[str, Any]], kind: str) -> None:
    """Each article as text or as a web page."""
    folder.mkdir()
    for number, row in enumerate(rows):
        title = row.get("title") or f"Article {number}"
        if kind == "txt":
            (folder / f"{number:05}.txt").write_text(f"{title}\n\n{row['text']}\n")
        else:
            paragraphs = "".join(f"<p>{escape(part)}</p>\n" for part in row["text"].split("\n"))
            (folder / f"{number:05}.html").write_text(
                f"<!DOCTYPE html>\n<html><head><title>{escape(title)}</title></head>\n<body>"
                f"<nav><a href='/'>Accueil</a></nav>\n<article><h1>{escape(title)}</h1>\n"
                f"{paragraphs}</article></body></html>\n"
            )


def _products() -> tuple[Callable[[], None], int]:
    """The encoder's products in 8 bits and nothing else, and how many multiply-adds they are.

    As the engine does: as many rows as a batch has tokens, a batch on each core.
    """
    openvino = load_openvino()
    from openvino import opset13 as op

    streams, rows, generator = cores(), 1536, np.random.default_rng(0)
    node = start = op.parameter([rows, _WIDTH], np.float32, "rows")
    sizes = [_WIDTH] + [_WIDTH, _WIDTH, _WIDTH, _WIDTH, _WIDER, _WIDTH] * _LAYERS
    for wide, out in pairwise(sizes):
        node = op.fake_quantize(node, *map(np.float32, (-1, 1, -1, 1)), 256)
        levels = generator.integers(-127, 128, (out, wide)).astype(np.int8)
        matrix = op.multiply(op.convert(op.constant(levels), "f32"), np.float32(0.001))
        node = op.matmul(node, matrix, False, True)
    model = openvino.Core().compile_model(
        openvino.Model([node], [start], "products"),
        "CPU",
        {"NUM_STREAMS": streams, "INFERENCE_NUM_THREADS": streams, "ENABLE_CPU_PINNING": False},
    )
    requests = [model.create_infer_request() for _ in range(streams)]
    inputs = [generator.standard_normal((rows, _WIDTH)).astype(np.float32)]
    pool = ThreadPoolExecutor(streams)

    def compute(request: Any) -> None:
        for _ in range(_REPEATS):
            request.infer(inputs)

    macs = _REPEATS * streams * rows * sum(a * b for a, b in pairwise(sizes))
    return lambda: list(pool.map(compute, requests)).clear(), macs


def _small(rounds: int) -> None:
    embedder = load_embedder(Settings())
    sentence = "Le conseil municipal a voté hier soir le budget de la ville, par 23 voix contre 9"
    questions = [f"Qui a gagné en {year} ?" for year in range(1990, 2000)]
    sentences = [f"{sentence}, le {n} mai." for n in range(_SENTENCES)]
    work: dict[str, Callable[[], Any]] = {
        "one question": lambda: [embedder.embed_query(text) for text in questions],
        f"{_SENTENCES} sentences": lambda: embedder.embed_documents(sentences),
    }
    for name, do in work.items():
        do()
        taken = statistics.median(_timed(do) for _ in range(rounds))
        taken /= len(questions) if name == "one question" else 1
        print(f"| {name} | {taken * 1000:.1f} ms | |", flush=True)


def _cold(rounds: int) -> None:
    """From process start to the answer, the model and the index being in place."""
    with tempfile.TemporaryDirectory() as index:
        places = ["--corpus", str(ROOT / "corpus"), "--index", str(Path(index) / "index")]
        question = "Combien coûte la reconstruction de la digue ?"
        rag = [sys.executable, "-m", "rag"]
        for arguments in (["sync"], ["search", question], ["ask", question]):
            command = [*rag, *arguments, *places]
            if arguments == ["sync"]:
                subprocess.run(command, check=True, capture_output=True)
            start = partial(subprocess.run, command, check=True, capture_output=True)
            taken = [_timed(start) for _ in range(rounds)]
            print(f"| rag {arguments[0]}, cold, nothing new | {statistics.median(taken):.2f} s | |")


def _timed(do: Callable[[], Any]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
