"""Texts -> float32 unit rows; the only importer of sentence-transformers."""

from rag.embed.embedder import Embedder, SentenceEmbedder, load_embedder
from rag.embed.rerank import Reranker

__all__ = ["Embedder", "Reranker", "SentenceEmbedder", "load_embedder"]
