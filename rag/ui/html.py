"""The pages beside the chat: plain HTML, in the colours that the reader's machine has."""

from __future__ import annotations

from html import escape

_STYLE = """
:root { color-scheme: light dark; background: Canvas; color: CanvasText; }
body { font: 1.1rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }
body { max-width: 44rem; margin: 0 auto; padding: 1rem; }
"""


def html_page(title: str, body: str, *, language: str, style: str = "", head: str = "") -> str:
    """A page of a plain title and an HTML body; its `style` goes over the one that all have."""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{head}'
        f"<title>{escape(' '.join(title.split()))}</title><style>{_STYLE}{style}</style></head>"
        f"<body>{body}</body></html>"
    )
