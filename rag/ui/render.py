"""Answers and passages as page content. Everything that comes in is data and leaves escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from rag.cite import FLAGS, flagged
from rag.types import Answer, CheckedSentence, Citation, SearchResult, Span

_MARKDOWN_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+)$", re.MULTILINE)
_MARKER = re.compile(r"\\\[(\d+)\\\]")


def source_id(turn: int, number: int) -> str:
    """The HTML id of a passage; unique on a page, because old turns stay on it."""
    return f"src-{turn}-{number}"


def markdown_text(text: str) -> str:
    """Text as Markdown that shows exactly it: no markup, link, image or HTML can come of it.

    CommonMark lets every ASCII punctuation character be escaped by a backslash.
    """
    return _MARKDOWN_PUNCTUATION.sub(r"\\\1", text)


def message(
    text: str,
    turn: int,
    passages: int,
    sentences: Sequence[CheckedSentence] = (),
    notice: str = "",
) -> str:
    """An answer's text as Markdown, each marker `[n]` of a shown passage a link to it.

    Sentences of a language model that the check doubts carry a flag, and say why below.
    """

    def link(match: re.Match[str]) -> str:
        number = int(match[1])
        if not 1 <= number <= passages:
            return match[0]
        return f"[{match[0]}](#{source_id(turn, number)})"

    shown = _MARKER.sub(link, markdown_text(flagged(text, sentences)))
    reasons = [
        f"{FLAGS[sentence.verdict]} {markdown_text('; '.join(sentence.reasons))}"
        for sentence in sentences
        if FLAGS[sentence.verdict]
    ]
    above = f"*{markdown_text(notice)}*" if notice else ""
    return "\n\n".join(filter(None, (above, shown, "\\\n".join(reasons))))


def sources(
    turn: int, question: str, passages: Sequence[SearchResult], answer: Answer | None = None
) -> str:
    """The passages of one turn as HTML; the quoted spans are highlighted once they are known."""
    citations = answer.citations if answer else ()
    cards = (
        _card(source_id(turn, number), number, passage, citations)
        for number, passage in enumerate(passages, 1)
    )
    state = "nearest" if answer and answer.abstained else "found"
    return (
        f'<section class="turn {state}"><h3 dir="auto">{_one_line(question)}</h3>'
        f"{''.join(cards)}</section>"
    )


def _card(id: str, number: int, passage: SearchResult, citations: Iterable[Citation]) -> str:
    document, chunk = passage.document, passage.chunk
    spans = [
        Span(max(citation.start, chunk.start), min(citation.end, chunk.end))
        for citation in citations
        if citation.marker == f"[{number}]"
    ]
    about = " · ".join(filter(None, (document.date, document.source, document.language)))
    name = _one_line(document.name)
    return (
        f'<article class="source{" cited" if spans else ""}" id="{id}" tabindex="0">'
        f"<header><b>[{number}] <bdi>{name}</bdi></b> "
        f"<small><bdi>{_one_line(about)}</bdi></small></header>"
        f'<p dir="auto" lang="{escape(document.language)}">'
        f"{_highlighted(document.text, chunk.start, chunk.end, spans)}</p></article>"
    )


def _highlighted(text: str, start: int, end: int, spans: Iterable[Span]) -> str:
    """`text[start:end]` as HTML with the spans marked; overlapping spans become one mark."""
    pieces, at = [], start
    for span in sorted(spans):
        if span.end <= at:
            continue
        first = max(at, span.start)
        pieces += [escape(text[at:first]), f"<mark>{escape(text[first : span.end])}</mark>"]
        at = span.end
    return _one_block("".join((*pieces, escape(text[at:end]))))


def _one_line(text: str) -> str:
    return escape(" ".join(text.split()))


def _one_block(html: str) -> str:
    """HTML without line ends, which would let the Markdown component go on parsing in it.

    Headings of a Markdown article are shown as such; all other markup stays as it is.
    """
    return _HEADING.sub(r"<strong>\1</strong>", html).replace("\n", "&#10;")
