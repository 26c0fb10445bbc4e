"""An instant embedder for tests where the model does not matter."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from rag.arrays import FloatArray
from rag.types import Span


class WordEmbedder:
    """An instant embedder that is right about words: a text's vector adds up its words' own.

    It counts what it embeds, so that tests can tell what was embedded again.
    """

    dimension = 64
    max_tokens = 512

    def __init__(self, fingerprint: str = "words") -> None:
        self.fingerprint = fingerprint
        self.embedded: list[str] = []

    def token_spans(self, text: str) -> list[Span]:
        return [Span(*match.span()) for match in re.finditer(r"\w+|[^\w\s]", text)]

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        self.embedded.extend(texts)
        rows = [self.embed_query(text) for text in texts]
        return np.vstack(rows) if rows else np.empty((0, self.dimension), np.float32)

    def embed_query(self, text: str) -> FloatArray:
        vector = sum((_word_vector(word) for word in re.findall(r"\w+", text.lower())), _ZERO)
        return (vector / max(float(np.linalg.norm(vector)), 1e-6)).astype(np.float32)


_ZERO = np.full(WordEmbedder.dimension, 1e-3)


def _word_vector(word: str) -> FloatArray:
    seed = int.from_bytes(hashlib.sha256(word.encode("utf-8", "replace")).digest()[:8], "little")
    return np.random.default_rng(seed).standard_normal(WordEmbedder.dimension).astype(np.float32)
