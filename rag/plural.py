"""Numbers with their words, for what is said in English; the page's texts are in rag/ui/texts."""

from __future__ import annotations


def counted(count: int, one: str, more: str = "") -> str:
    """`1 article`, `3 articles`; `more` is the plural of what takes more than an s."""
    return f"{count} {one if count == 1 else more or f'{one}s'}"
