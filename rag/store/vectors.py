"""The dense index: FAISS over the stored vectors, by chunk key.

It is a cache. What is in it is exactly what the catalogue's rows say, so it is
thrown away without regret when its file is missing, damaged or behind.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

# Before the import, which reads it: threads that wait actively starve each other
# where another program wants the cores too.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import faiss
import numpy as np

from rag.arrays import FloatArray, KeyArray
from rag.store.layout import write_file

#: How a vector is stored in the catalogue: half precision, little-endian.
#: The flat index keeps the same 16 bits, so both hold equal values.
STORED = np.dtype("<f2")

#: More vectors than this are searched in parts: a flat search takes 35 ms a million.
FLAT_MAX = 500_000

# Every fourth list is looked into. Of the nearest 10 of 100,000 real passages that finds 0.96;
# of 1,024 lists 32 found 0.83.
_PROBED = 4
_TRAINING_ROWS_PER_LIST = 64  # FAISS asks for 39 to 256
_GROWTH = 4  # an index in parts is cut anew when it has grown so much


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
    index: `changed` copies. Up to `FLAT_MAX` vectors every one is compared, in half
    precision; beyond, the nearest of many lists, in eight bits.
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

    @classmethod
    def in_lists(cls, keys: KeyArray, vectors: FloatArray) -> VectorIndex:
        """An index in parts over rows of shape (len(keys), dimension); training takes minutes."""
        lists = list_count(len(keys))
        index = faiss.index_factory(vectors.shape[1], f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
        sample = np.random.default_rng(0).permutation(len(keys))
        index.train(vectors[sample[: lists * _TRAINING_ROWS_PER_LIST]])
        # Its own ids are the keys: in an IDMap2 they would be wrong after a removal.
        index.add_with_ids(vectors, keys)
        return cls(index)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Width of a vector."""
        return int(self._index.d)

    @property
    def lists(self) -> int:
        """In how many parts it is; 0 if it is flat, and so exact."""
        return int(self._index.nlist) if isinstance(self._index, faiss.IndexIVF) else 0

    @property
    def keys(self) -> KeyArray:
        """Chunk keys of shape (n,), in no order."""
        if not self.lists:
            return faiss.vector_to_array(self._index.id_map).copy()
        parts = self._index.invlists
        return np.concatenate(
            [
                faiss.rev_swig_ptr(parts.get_ids(part), parts.list_size(part))
                for part in range(self.lists)
                if parts.list_size(part)
            ]
            or [np.empty(0, np.int64)]
        )

    def rows(self, keys: KeyArray) -> FloatArray:
        """The vectors of chunks in a flat index, shape (len(keys), dimension)."""
        rows = [self._index.reconstruct(int(key)) for key in keys]
        return np.vstack(rows) if rows else np.empty((0, self.dimension), np.float32)

    def changed(self, removed: KeyArray, added: KeyArray, vectors: FloatArray) -> VectorIndex:
        """A new index without `removed` and with `vectors`, of shape (len(added), dimension)."""
        index = faiss.clone_index(self._index)
        if len(removed):
            index.remove_ids(faiss.IDSelectorBatch(removed))
        if len(added):
            index.add_with_ids(vectors, added)
        return VectorIndex(index)

    def search(
        self, query: FloatArray, top_k: int, among: KeyArray | None = None
    ) -> list[tuple[int, float]]:
        """The best `(chunk key, cosine)`, best first; fewer than `top_k` if there are fewer.

        Args:
            among: Keys to choose from; None takes all.
        """
        count = len(self) if among is None else min(len(self), len(among))
        if not count:
            return []
        parameters: Any = faiss.SearchParametersIVF() if self.lists else faiss.SearchParameters()
        if self.lists:
            parameters.nprobe = max(1, self.lists // _PROBED) if among is None else self.lists
        selector = None if among is None else _selector(among)
        parameters.sel = selector  # a pointer: the name keeps the object alive
        scores, keys = self._index.search(
            query.reshape(1, -1), min(top_k, count), params=parameters
        )
        found = zip(keys[0].tolist(), scores[0].tolist(), strict=True)
        return [(key, score) for key, score in found if key >= 0]

    def save(self, file: Path) -> str:
        """Writes the index file, all of it or nothing, and returns its SHA-256."""
        data = memoryview(faiss.serialize_index(self._index))  # type: ignore[arg-type]
        write_file(file, data)
        return hashlib.sha256(data).hexdigest()

    @classmethod
    def load(cls, file: Path, sha256: str) -> VectorIndex | None:
        """The saved index, or None if there is no file with that SHA-256.

        FAISS files have no checksum and a damaged one can answer wrongly in
        silence, so nothing is parsed before its digest is known to be right.
        """
        try:
            data = file.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(data).hexdigest() != sha256:
            return None
        return cls(faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8)))


def _selector(keys: KeyArray) -> Any:
    """One bit a key: testing it costs a search next to nothing."""
    chosen = np.zeros(int(keys.max()) + 1, bool)
    chosen[keys] = True
    make: Any = faiss.IDSelectorBitmap  # takes an array, whatever its signature says
    return make(np.packbits(chosen, bitorder="little"))


def list_count(rows: int) -> int:
    """Parts for so many vectors: about four times their square root, a power of two."""
    return 1 << max(1, round(math.log2(4 * math.sqrt(max(1, rows)))))


def fits(index: VectorIndex, rows: int, flat_max: int) -> bool:
    """Whether an index is of the kind that so many vectors should have.

    An index in parts becomes flat again far below the limit only, so that a corpus
    at the limit does not change its kind with every sync.
    """
    if not index.lists:
        return rows <= flat_max
    return rows > flat_max // 2 and list_count(rows) <= _GROWTH * index.lists
