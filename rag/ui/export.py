"""A conversation as text to take away: Markdown to read, JSON to compute with."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from rag.cite import flagged, label
from rag.types import Answer
from rag.ui.conversation import Exchange
from rag.ui.message import markdown_text
from rag.ui.texts import Texts
from rag.wire import answer_json

#: In a paragraph, where Markdown would go on in the same line.
_LINE_END = re.compile(r"(?<!\n)\n(?!\n)")


def with_citations(answer: Answer, say: Texts) -> str:
    """An answer as plain text, below it each place quoted, or what comes nearest to an answer."""
    return "\n\n".join((flagged(answer.text, answer.sentences), *_places(answer, say))).strip()


def as_markdown(exchanges: Sequence[Exchange], say: Texts) -> str:
    """The conversation to read: each question a heading, each answer with its places."""
    parts = [f"# {markdown_text(say['conversation'])}"]
    for exchange in exchanges:
        parts.append(f"## {markdown_text(' '.join(exchange.question.split()))}")
        if exchange.answer:
            said = markdown_text(with_citations(exchange.answer, say))
            parts.append(_LINE_END.sub("\\\\\n", said))
        elif exchange.error:
            parts.append(markdown_text(exchange.error))
    return "\n\n".join(parts) + "\n"


def file_of(text: str, kind: str, folder: Path) -> str:
    """The path of a new file with that text in a folder, to be offered for download."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=folder, prefix="conversation-", suffix=kind, delete=False
    ) as file:
        file.write(text)
    return file.name


def as_json(exchanges: Sequence[Exchange]) -> str:
    """The conversation to compute with; an answer as HTTP gives it."""
    rows = [
        {
            "question": exchange.question,
            "searched": exchange.searched,
            "filters": asdict(exchange.options.filters),
            "answer": answer_json(exchange.answer) if exchange.answer else None,
            "error": exchange.error,
        }
        for exchange in exchanges
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def _places(answer: Answer, say: Texts) -> Iterator[str]:
    lines = []
    for citation in answer.shown:
        start, end = citation.start, citation.end
        where = label(citation.document, start, end, say["code"])
        place = say["characters"].format(start=start, end=end)
        lines.append(f"{citation.marker} {where}, {place}")
        if answer.abstained:
            lines.append(citation.quote)
    if lines:
        yield "\n".join(lines)
