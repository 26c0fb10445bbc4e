"""Markers and spans: pure functions that tie each word quoted to its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import regex

from rag.language.calendar import spelled_date
from rag.types import CheckedSentence, Citation, Document, SearchResult, Span, Verdict

#: How a sentence that the check doubts is marked where answers are shown.
FLAGS: Mapping[Verdict, str] = {"supported": "", "weak": "≈", "unsupported": "⚠"}

# `[1]`, and what language models make of it: `[1, 2]`, `[1-3]`, `【1】`, `[^1]`, `[passage 1]`,
# `[passage 1, passage 2]`, `[1, p. 2]`, `[1: The Courier]`, `\[1\]`, `(see passage 1)`.
# Four digits are a year, other words than these the text's own: `[article 3]`.
_NUMBER = r"(?:\s+(?:number|no\.?))?\s*[:=#]?\s*"
_SHOWN = r"passages?|sources?|quellen?|fuentes?|fontes?|bron"
_NAMED = rf"(?:{_SHOWN}|documents?|docs?|refs?){_NUMBER}"
_BETWEEN = r"\s*[,;、，،–-]\s*|\s+(?:and|et|und|y|e|en|og|och|i|и)\s+|\s+و\s*"
_MARKER = regex.compile(
    rf"(?<![ \t\u00a0])[ \t\u00a0]*+(?:\\?[\[【［](?=[^\]】］\n]{{1,40}}[\]】］])(?:\^|{_NAMED})?"
    rf"|[(（](?:\p{{L}}+\.?\s)?(?:{_SHOWN}){_NUMBER})"
    rf"(\d{{1,3}}(?:(?:{_BETWEEN})(?:{_NAMED})?\d{{1,3}})*)"
    r"(?:\s*+[†,:;]\s*+(?!\d)[^\]】］\n]{0,40})?\\?[\]】］)）]",
    regex.IGNORECASE,
)
_NO_MARKER = str.maketrans("[【［(（]】］)）", "‹" * 5 + "›" * 5)
_RANGE = regex.compile(r"(\d+)\s*[–-]\s*(\d+)|(\d+)")
#: What may become a marker is held back until it is one, or too long for one.
_BEGUN = regex.compile(r"[ \t\u00a0]*(?:\\|\\?[\[【［][^\]】］\n]{0,40}|[(（][^\])）\n]{0,40})?$")


@dataclass(frozen=True, slots=True)
class Quote:
    """A span of a passage's document, chosen for an answer.

    Attributes:
        passage: Position of the passage among those shown, from 0.
        span: In characters of the document's text.
        focus: What of it answers most tightly, likewise.
    """

    passage: int
    span: Span
    focus: Span | None = None


def marker(passage: int) -> str:
    """How an answer refers to the passage at a position, counted from 0: `[1]` is the first."""
    return f"[{passage + 1}]"


def cite(quotes: Sequence[Quote], passages: Sequence[SearchResult]) -> tuple[Citation, ...]:
    """One citation for each quote; its words are the slice, so they cannot differ."""
    citations = []
    for quote in quotes:
        document = passages[quote.passage].document
        words = document.text[quote.span.start : quote.span.end]
        citations.append(Citation(marker(quote.passage), document, *quote.span, words, quote.focus))
    return tuple(citations)


def reference(document: Document, start: int, end: int, language: str = "en") -> str:
    """Where a span is from, as people cite it: `The bridge reopens, 20 June 2024, p. 3`.

    Args:
        language: The date is spelled in it. A date that the file does not state has a `~`.
    """
    about = (document.name, _dated(document, language), document.place(start, end))
    return ", ".join(filter(None, about))


def byline(document: Document, language: str = "en") -> str:
    """Who wrote and published a document, and when, in one line; a marker in it is none."""
    return defused(_line(*document.authors, document.source, _dated(document, language)))


def label(document: Document, start: int, end: int, language: str = "en") -> str:
    """As `reference`, with publisher and file behind it, in one line."""
    return _line(reference(document, start, end, language), document.source, document.path)


def known_of(document: Document) -> str:
    """What a language model is told of a document besides its text, and may say."""
    about = (document.title, document.date, document.source, *document.authors)
    return " · ".join(filter(None, about))


def _line(*about: str) -> str:
    return " ".join(", ".join(filter(None, about)).split())


def _dated(document: Document, language: str) -> str:
    date = spelled_date(document.date, language)
    return f"~ {date}" if document.date_certainty == "inferred" else date


def markers(text: str) -> list[int]:
    """Positions, from 0, of the passages that a text refers to, each once, in order."""
    return list(dict.fromkeys(n for match in _MARKER.finditer(text) for n in _positions(match[1])))


def without_markers(text: str) -> str:
    """The text with every marker taken out."""
    return _MARKER.sub("", text)


def defused(text: str) -> str:
    """The text with every marker in brackets that make none."""
    return _MARKER.sub(lambda match: match[0].translate(_NO_MARKER), text)


def known_markers(text: str, passages: int) -> tuple[str, int]:
    """The text with markers of shown passages as `[1]`, and how many others were taken out.

    Args:
        passages: How many passages were shown.
    """
    dropped = 0

    def known(match: regex.Match[str]) -> str:
        nonlocal dropped
        named = _positions(match[1])
        kept = [n for n in named if 0 <= n < passages]
        dropped += len(named) - len(kept)
        # None where the text begins anew, nor within brackets of the model's own: `([1])`.
        space = "" if text[: match.start()][-1:] in ("", *"\n]([") else " "
        return space + "".join(map(marker, kept)) if kept else ""

    return _MARKER.sub(known, text), dropped


def marker_begun(text: str) -> int:
    """Where the end of a growing text may still become a marker; its length if nowhere."""
    begun = _BEGUN.search(text)
    return begun.start() if begun else len(text)


def leading_markers(text: str) -> int:
    """Where a text that begins with markers goes on behind them; 0 if it does not."""
    end = 0
    while match := _MARKER.match(text, end):
        end = match.end()
    return end


def _positions(numbers: str) -> list[int]:
    """The positions that `1, 3-5` names; a range of more than ten is no range."""
    found: list[int] = []
    for match in _RANGE.finditer(numbers):
        first = int(match[1] or match[3])
        last = int(match[2] or match[3])
        found += range(first - 1, last) if first <= last < first + 10 else (first - 1, last - 1)
    return found


def flagged(text: str, sentences: Sequence[CheckedSentence]) -> str:
    """A text with the flags of its doubted sentences behind them."""
    pieces, at = [], 0
    for sentence in sentences:
        flag = FLAGS[sentence.verdict]
        pieces += [text[at : sentence.end], f" {flag}" if flag else ""]
        at = sentence.end
    return "".join((*pieces, text[at:]))
