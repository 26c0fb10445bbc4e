"""What an encoder's activations look like, measured once, so that 8 bits are enough for them.

A few dozen texts in many languages and scripts go through the encoder in float; the
smallest and largest value of every column that enters a matrix product is kept in
the user's cache. That takes some seconds at a model's first use.
"""

from __future__ import annotations

import hashlib
import logging
import os
import zipfile
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.arrays import FloatArray
from rag.embed.cache import building, cache_folder
from rag.embed.encoder import Encoder, Quantisation

# How much of the outliers moves from the input into the weights. Of 0.5 to 1.0 in steps of
# 0.05, this keeps the vectors nearest to float; a search per product did no better.
_SMOOTHING = 0.8
_FORMAT = 1  # raised when other measures are taken

Ranges = Mapping[str, tuple[FloatArray, FloatArray]]


# What nobody writes but some corpus holds: nothing, next to nothing, one word for ever.
_ODD_TEXTS = ["", "42", "ok", "word " * 400, "1 " * 150]


def calibration_texts() -> list[str]:
    """Texts in many languages and scripts, one a line of the file beside this one, and odd ones."""
    lines = files("rag.embed").joinpath("calibration.txt").read_text("utf-8").splitlines()
    return lines + _ODD_TEXTS


def quantisation(encoder: Encoder, ranges: Ranges) -> dict[str, Quantisation]:
    """How to quantise each matrix product, from the ranges of what enters it."""
    return {name: _quantisation(weights, *ranges[name]) for name, weights, _ in encoder.matrices()}


def known_ranges(
    encoder: Encoder, core: Any, sample: Callable[[], Iterable[list[int]]], known_by: str
) -> Ranges:
    """The ranges kept under `known_by`, else measured with the token ids of a sample, and kept."""
    digest = hashlib.sha256(f"{_FORMAT} {known_by} {calibration_texts()}".encode()).hexdigest()
    file = cache_folder() / "int8" / f"{digest[:16]}.npz"
    names = [name for name, _, _ in encoder.matrices()]
    try:
        with file.open("rb") as opened, np.load(opened) as kept:
            return {name: (kept[f"low {name}"], kept[f"high {name}"]) for name in names}
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile):  # missing or torn
        pass
    logging.getLogger(__name__).info("measuring the model once, for 8-bit arithmetic")
    ranges = _measure(encoder, core, sample(), names)
    _keep(ranges, file)
    return ranges


def _measure(
    encoder: Encoder, core: Any, token_ids: Iterable[list[int]], names: list[str]
) -> Ranges:
    graph = encoder.graph(taps=True)
    request = core.compile_model(
        graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32", "ENABLE_CPU_PINNING": False}
    ).create_infer_request()
    measured = []
    for ids in token_ids:
        rows = encoder.look_up(np.array([ids], np.int64))
        outputs = request.infer([rows, np.ones(rows.shape[:2], np.float32)])
        measured.append([outputs[i] for i in range(1, len(graph.outputs))])
    columns = list(zip(*measured, strict=True))
    return {
        name: (np.min(columns[2 * i], axis=0), np.max(columns[2 * i + 1], axis=0))
        for i, name in enumerate(names)
    }


def _keep(ranges: Ranges, file: Path) -> None:
    """Writes the file whole or not at all; a cache that cannot be written costs time only."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, (low, high) in ranges.items():
        arrays |= {f"low {name}": low, f"high {name}": high}
    try:
        with building() as work, (work / file.name).open("wb") as temporary:
            np.savez(temporary, allow_pickle=False, **arrays)
            temporary.flush()
            os.fsync(temporary.fileno())
            file.parent.mkdir(exist_ok=True)
            (work / file.name).replace(file)
    except OSError as error:
        logging.getLogger(__name__).warning("cannot keep %s: %s", file, error)


def _quantisation(weights: FloatArray, low: FloatArray, high: FloatArray) -> Quantisation:
    reach = np.maximum(np.maximum(high, -low), 1e-5)
    strength = np.maximum(np.abs(weights).max(axis=0), 1e-5)
    smoothing = reach**_SMOOTHING / strength ** (1 - _SMOOTHING)
    smoothing = (smoothing / np.exp(np.log(smoothing).mean())).astype(np.float32)
    return Quantisation(
        low=float((low / smoothing).min()),
        high=float((high / smoothing).max()),
        smoothing=smoothing,
    )
