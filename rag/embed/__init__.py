"""Texts -> float32 unit rows; the only importer of sentence-transformers."""

from rag.embed.embedder import Embedder, SentenceEmbedder, load_embedder

__all__ = ["Embedder", "SentenceEmbedder", "load_embedder"]
