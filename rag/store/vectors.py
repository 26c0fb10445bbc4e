"""The dense index: FAISS over the stored vectors, by chunk key.

It is a cache. What is in it is exactly what the catalogue's rows say, so it is
thrown away without regret when its file is missing, damaged or behind.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeAlias

import faiss
import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float32]
KeyArray: TypeAlias = npt.NDArray[np.int64]

#: How a vector is stored in the catalogue: half precision, little-endian.
#: FAISS keeps the same 16 bits, so both hold equal values.
STORED = np.dtype("<f2")

_FILE = "vectors.faiss"


def pack(vector: FloatArray) -> bytes:
    """The stored form of one vector of shape (dimension,)."""
    return vector.astype(STORED).tobytes()


def unpack(rows: Iterable[bytes], dimension: int) -> FloatArray:
    """Stored vectors as rows of shape (n, dimension)."""
    packed = np.frombuffer(b"".join(rows), dtype=STORED)
    return packed.astype(np.float32).reshape(-1, dimension)


class VectorIndex:
    """Inner-product search over unit vectors; built once, then only read.

    Searching and adding at the same time crashes FAISS, so a change makes a new
    index: `changed` copies.
    """

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def empty(cls, dimension: int) -> VectorIndex:
        """An index without vectors."""
        flat = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        return cls(faiss.IndexIDMap2(flat))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Width of a vector."""
        return int(self._index.d)

    @property
    def keys(self) -> KeyArray:
        """Chunk keys of shape (n,), in no order."""
        return faiss.vector_to_array(self._index.id_map).copy()

    def changed(self, removed: KeyArray, added: KeyArray, vectors: FloatArray) -> VectorIndex:
        """A new index without `removed` and with `vectors`, of shape (len(added), dimension)."""
        index = faiss.clone_index(self._index)
        if len(removed):
            index.remove_ids(faiss.IDSelectorBatch(removed))
        if len(added):
            index.add_with_ids(vectors, added)
        return VectorIndex(index)

    def search(self, query: FloatArray, top_k: int) -> list[tuple[int, float]]:
        """The best `(chunk key, cosine)`, best first; fewer than `top_k` if there are fewer."""
        if not len(self):
            return []
        scores, keys = self._index.search(query.reshape(1, -1), min(top_k, len(self)))
        return [(int(key), float(score)) for key, score in zip(keys[0], scores[0], strict=True)]

    def vectors(self, keys: Iterable[int]) -> FloatArray:
        """The rows of chunks that are in the index, shape (n, dimension)."""
        rows = [self._index.reconstruct(int(key)) for key in keys]
        return np.vstack(rows) if rows else np.empty((0, self.dimension), np.float32)

    def save(self, folder: Path) -> str:
        """Writes the index file, all of it or nothing, and returns its SHA-256."""
        data = faiss.serialize_index(self._index).tobytes()
        temporary = folder / f"{_FILE}.{os.getpid()}.tmp"
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(folder / _FILE)
        finally:
            temporary.unlink(missing_ok=True)
        _fsync_folder(folder)
        return hashlib.sha256(data).hexdigest()

    @classmethod
    def load(cls, folder: Path, sha256: str) -> VectorIndex | None:
        """The saved index, or None if there is no file with that SHA-256.

        FAISS files have no checksum and a damaged one can answer wrongly in
        silence, so nothing is parsed before its digest is known to be right.
        """
        try:
            data = (folder / _FILE).read_bytes()
        except OSError:
            return None
        if hashlib.sha256(data).hexdigest() != sha256:
            return None
        return cls(faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8)))


def _fsync_folder(folder: Path) -> None:
    """Makes a rename in `folder` last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
