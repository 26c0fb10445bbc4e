"""Document -> what is stored of it, and the texts whose vectors it needs. Needs no index."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import NamedTuple

from rag.chunk import chunk_document, embedding_text
from rag.embed import Embedder
from rag.language import analyze, detect_language
from rag.plan import content_digest
from rag.settings import Settings
from rag.store import Entry
from rag.types import UNDETERMINED, Document, Span

#: Tokens of the model's input kept free for the title, the prompt and special tokens.
_RESERVED_TOKENS = 72


class Prepared(NamedTuple):
    """A document ready to be stored, once the vectors of `texts` are, which are by digest."""

    entry: Entry
    texts: dict[bytes, str]


def prepare(document: Document, embedder: Embedder, max_tokens: int) -> Prepared:
    """Finds the language of a document, cuts it into chunks and analyses their words.

    Args:
        embedder: Counts tokens, and is part of what a vector is known by; embeds nothing.
        max_tokens: Largest chunk.
    """
    digest = content_digest(document)
    if document.language == UNDETERMINED:
        document = replace(document, language=detect_language(document.text))
    title = analyze(document.title, document.language)
    texts, chunks = {}, []
    for chunk in chunk_document(document, embedder.token_spans, max_tokens):
        text = embedding_text(document, chunk)
        known_by = _vector_digest(embedder, text)
        texts[known_by] = text
        terms = title + analyze(chunk.text, chunk.language)
        chunks.append((Span(chunk.start, chunk.end), known_by, terms))
    return Prepared(Entry(document, digest, chunks), texts)


def max_chunk_tokens(embedder: Embedder, settings: Settings) -> int:
    """Largest chunk: as set, within what the model can read."""
    return max(1, min(settings.chunk_tokens, embedder.max_tokens - _RESERVED_TOKENS))


def _vector_digest(embedder: Embedder, text: str) -> bytes:
    """What a vector is remembered by: the model and the text it was made of."""
    return hashlib.sha256(f"{embedder.fingerprint}\0{text}".encode()).digest()[:16]
