"""Passages -> an answer that quotes them."""

from rag.answer.extractive import ExtractiveAnswerer

__all__ = ["ExtractiveAnswerer"]
