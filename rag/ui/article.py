"""A whole article as a page of its own: escaped text, the quoted place marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from rag.types import Document, Span
from rag.ui.html import highlighted, html_page, one_line, with_headings
from rag.ui.texts import Texts, language_name

_SPAN = re.compile(r"(\d{1,9})-(\d{1,9})")

_STYLE = """
header p, nav { font-size: .9rem; }
main { white-space: pre-wrap; }
mark { background: #ffe58a; color: #1a1a1a; border-radius: .2em; scroll-margin-top: 30vh; }
.note { border: 1px dashed; padding: .5rem .75rem; border-radius: .5rem; }
"""


def spans_at(place: str, length: int) -> list[Span]:
    """The spans that `12-30,44-60` names within a text of that length; what is none is left out."""
    found = [Span(int(first), int(last)) for first, last in _SPAN.findall(place[:1000])]
    return [span for span in found if span.start < span.end <= length]


def article_page(
    document: Document,
    spans: Sequence[Span],
    say: Texts,
    note: str = "",
    focus: Sequence[Span] = (),
) -> str:
    """The article as HTML; the first span carries the id `here`.

    Args:
        document: With its text.
        spans: To mark.
        say: The texts of the page's language.
        note: To be said above the article.
        focus: To stress within the spans.
    """
    about = (
        document.date,
        document.source,
        ", ".join(document.authors),
        language_name(document.language, say),
        document.place(*spans[0]) if spans else _member(document),
        document.url,
        document.path,
    )
    facts = " · ".join(f"<bdi>{one_line(fact)}</bdi>" for fact in about if fact)
    return _page(
        document.name,
        say,
        f'<header><h1 dir="auto">{one_line(document.name)}</h1><p>{facts}</p></header>'
        f"{_note(note)}"
        f'<main dir="auto" lang="{escape(document.language)}">'
        f"{with_headings(highlighted(document.text, spans, 'here', focus))}</main>",
    )


def notice_page(text: str, say: Texts) -> str:
    """A page that only says something."""
    return _page(say["title"], say, f"<main>{_note(text)}</main>")


def _member(document: Document) -> str:
    """Its name in the archive that it lies in; empty if it lies in none."""
    return "".join(place.name for place in document.places if place.kind == "file")


def _note(text: str) -> str:
    return f'<p class="note">{escape(text)}</p>' if text else ""


def _page(title: str, say: Texts, body: str) -> str:
    back = f'<nav><a href="./">{escape(say["article_back"])}</a></nav>'
    return html_page(title, back + body, language=say["code"], style=_STYLE)
