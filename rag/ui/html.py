"""Text as HTML, which leaves escaped; and the plain pages beside the chat."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from rag.types import Span

# In the colours that the reader's machine has.
_STYLE = """
:root { color-scheme: light dark; background: Canvas; color: CanvasText; }
body { font: 1.1rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }
body { max-width: 44rem; margin: 0 auto; padding: 1rem; }
"""

_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+)$", re.MULTILINE)


def html_page(title: str, body: str, *, language: str, style: str = "", head: str = "") -> str:
    """A page of a plain title and an HTML body; its `style` goes over the one that all have."""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{head}'
        f"<title>{escape(' '.join(title.split()))}</title><style>{_STYLE}{style}</style></head>"
        f"<body>{body}</body></html>"
    )


def one_line(text: str) -> str:
    """Text as HTML in which runs of white space are one space; no-break spaces stay."""
    return escape(_SPACES.sub(" ", text).strip())


def with_headings(html: str) -> str:
    """Escaped text in which the headings of a Markdown article are shown as such."""
    return _HEADING.sub(r"<strong>\1</strong>", html)


def highlighted(
    text: str, spans: Iterable[Span], first_id: str = "", focus: Sequence[Span] = ()
) -> str:
    """Text as HTML with the spans marked; what two spans share is marked once.

    Args:
        text: Plain.
        spans: In characters of it.
        first_id: HTML id of the first mark.
        focus: What to stress within the marks.
    """
    pieces, at = [], 0
    for span in sorted(spans):
        if span.end <= at:
            continue
        first = max(at, span.start)
        name, first_id = f' id="{first_id}"' if first_id else "", ""
        marked = _stressed(text, Span(first, span.end), focus)
        pieces += [escape(text[at:first]), f"<mark{name}>{marked}</mark>"]
        at = span.end
    return "".join((*pieces, escape(text[at:])))


def _stressed(text: str, within: Span, focus: Iterable[Span]) -> str:
    """A slice of a text as HTML, what is in focus of it in bold."""
    pieces, at = [], within.start
    for span in sorted(focus):
        start, end = max(at, span.start), min(span.end, within.end)
        if start < end:
            pieces += [escape(text[at:start]), f"<b>{escape(text[start:end])}</b>"]
            at = end
    return "".join((*pieces, escape(text[at : within.end])))
