"""Document -> chunks: spans first, the text is the slice.

Sentences are packed up to a token budget of the embedding model. A chunk opens
with the last sentence of the one before it, so that a pronoun keeps its noun,
and ends in a heading only where there is nothing else.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from itertools import pairwise

from rag.language import is_heading, sentence_spans, stripped
from rag.load import file_title
from rag.types import Chunk, Document, Span

#: Stored with an index: raise it when the same document would be cut differently.
CHUNKER_VERSION = "5"

#: Cuts a text into the tokens of a model: the span of each, in order.
TokenSpans = Callable[[str], list[Span]]

_TITLE_MAX_CHARS = 200
_OVERLAP_SHARE = 4  # the repeated sentence may take a quarter of a chunk


def chunk_document(document: Document, token_spans: TokenSpans, max_tokens: int) -> list[Chunk]:
    """Overlapping chunks in order; every non-space character is in at least one.

    Args:
        document: Its `language` decides where sentences end.
        token_spans: Tokenizer of the embedding model.
        max_tokens: Largest chunk, at least 1.
    """
    text, tokens = document.text, token_spans(document.text)
    if len(tokens) <= max_tokens:  # most news in brief: no need to look for sentences
        whole = stripped(text, 0, len(text))
        spans = [whole] if whole.start < whole.end else []
    else:
        starts = _token_starts(text, tokens)
        pieces = [
            piece
            for sentence in sentence_spans(text, document.language)
            for piece in _cut(text, sentence, starts, max_tokens)
        ]
        spans = _pack(text, pieces, starts, max_tokens)
    return [
        Chunk(document.id, start, end, text[start:end], document.language) for start, end in spans
    ]


def embedding_text(document: Document, chunk: Chunk) -> str:
    """What is embedded for a chunk: the document's title as context, then the chunk.

    A title that is only the file's name is left out: a renamed file is the same article.
    """
    title = document.title[:_TITLE_MAX_CHARS]
    if title == file_title(document.path):
        title = ""
    return f"{title}\n{chunk.text}" if title else chunk.text


def _token_starts(text: str, tokens: list[Span]) -> list[int]:
    """Where the tokens begin; white space that opens one is part of no sentence."""
    return [end - len(text[start:end].lstrip()) for start, end in tokens]


def _tokens(span: Span, starts: list[int]) -> int:
    return max(1, bisect_left(starts, span.end) - bisect_left(starts, span.start))


def _cut(text: str, sentence: Span, starts: list[int], max_tokens: int) -> list[Span]:
    """The sentence, in pieces at white space, else at tokens, if it exceeds the budget."""
    first, last = bisect_left(starts, sentence.start), bisect_left(starts, sentence.end)
    if last - first <= max_tokens:
        return [sentence]
    cuts = [sentence.start]
    while last - first > max_tokens:
        first += max_tokens
        space = text.rfind(" ", cuts[-1], starts[first])
        cut = space + 1 if space > cuts[-1] else starts[first]
        if cut <= cuts[-1]:  # several tokens share one character
            continue
        cuts.append(cut)
        first = bisect_left(starts, cut)
    cuts.append(sentence.end)
    return [
        span
        for start, end in pairwise(cuts)
        if (span := stripped(text, start, end)).start < span.end
    ]


def _pack(text: str, pieces: list[Span], starts: list[int], max_tokens: int) -> list[Span]:
    """Runs of pieces within the budget, of about equal size, each as one span."""
    sizes = [_tokens(piece, starts) for piece in pieces]
    total = sum(sizes)
    # Equal shares instead of full chunks and a rest: a chunk of one sentence finds little.
    target = total / -(-total // max_tokens) if total else 0
    chunks: list[Span] = []
    first = new = 0  # a chunk opens with the piece `first`; those from `new` on are in none yet
    while first < len(pieces):
        last = _last_piece(sizes, first, target, max_tokens)
        if last + 1 < len(pieces):
            last = _before_headings(text, pieces, new, last)
        chunks.append(Span(pieces[first].start, pieces[last].end))
        if last + 1 == len(pieces):
            break
        repeats = (
            last > first
            and sizes[last] <= max_tokens // _OVERLAP_SHARE
            and sizes[last] + sizes[last + 1] <= max_tokens
        )
        new = last + 1
        first = last if repeats else new
    return chunks


def _last_piece(sizes: list[int], first: int, target: float, max_tokens: int) -> int:
    """Index of the last piece of the chunk that opens at `first`."""
    last, tokens = first, sizes[first]
    while last + 1 < len(sizes) and tokens < target and tokens + sizes[last + 1] <= max_tokens:
        last += 1
        tokens += sizes[last]
    return last


def _before_headings(text: str, pieces: list[Span], new: int, last: int) -> int:
    """Index of the last piece that is no heading; `last` where there are only headings."""
    kept = last
    while kept >= new and is_heading(text, pieces[kept].start):
        kept -= 1
    return kept if kept >= new else last
