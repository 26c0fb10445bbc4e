"""How fast: embedding beside sentence-transformers and the processor's limit, and cold starts.

`python -m benchmarks.speed [--texts 200] [--rounds 5]`

The contenders take turns on the same texts in one run, and ratios are medians over
the rounds, so that a busy machine slows all of them alike. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.sets import DATA, ROOT, read_rows
from rag import Settings
from rag.embed import load_embedder
from rag.embed.encoder import load_openvino
from rag.embed.resolve import model_folder

_SENTENCES = 30
_WIDTH, _WIDER, _LAYERS = 384, 1536, 12
_MACS_PER_TOKEN = _LAYERS * (4 * _WIDTH * _WIDTH + 2 * _WIDTH * _WIDER)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=200, help="passages a round")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print("| what | median | ratio |\n|---|---|---|")
    _throughput(options.texts, options.rounds)
    _small(options.rounds)
    _cold(options.rounds)


def _throughput(count: int, rounds: int) -> None:
    from sentence_transformers import SentenceTransformer

    rows = [
        *read_rows(DATA / "piaf_fr" / "corpus.jsonl")[: count // 2],
        *read_rows(DATA / "service_public_fr" / "corpus.jsonl")[: count - count // 2],
    ]
    texts = [row["text"] for row in rows]
    fast = load_embedder(Settings())
    plain = SentenceTransformer(str(model_folder(Settings().embedding_model)))
    tokens = sum(min(512, len(fast.token_spans(text)) + 5) for text in texts)
    request, inputs, macs = _products()
    contenders: dict[str, Callable[[], Any]] = {
        "sentence-transformers": lambda: plain.encode_document(texts),
        "this engine": lambda: fast.embed_documents(texts),
        "8-bit products": lambda: request.infer(inputs),
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


def _products() -> tuple[Any, list[Any], int]:
    """The encoder's products in 8 bits and nothing else: a request, its input, multiply-adds."""
    openvino = load_openvino()
    from openvino import opset13 as op

    rows, generator = 1536, np.random.default_rng(0)
    node = start = op.parameter([rows, _WIDTH], np.float32, "rows")
    sizes = [_WIDTH] + [_WIDTH, _WIDTH, _WIDTH, _WIDTH, _WIDER, _WIDTH] * _LAYERS
    for wide, out in pairwise(sizes):
        node = op.fake_quantize(node, *map(np.float32, (-1, 1, -1, 1)), 256)
        levels = generator.integers(-127, 128, (out, wide)).astype(np.int8)
        matrix = op.multiply(op.convert(op.constant(levels), "f32"), np.float32(0.001))
        node = op.matmul(node, matrix, False, True)
    model = openvino.Model([node], [start], "products")
    request = openvino.Core().compile_model(model, "CPU", {"PERFORMANCE_HINT": "LATENCY"})
    inputs = [generator.standard_normal((rows, _WIDTH)).astype(np.float32)]
    macs = rows * sum(a * b for a, b in pairwise(sizes))
    return request.create_infer_request(), inputs, macs


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
