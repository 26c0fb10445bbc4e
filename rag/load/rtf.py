"""Rich Text -> one document."""

from __future__ import annotations

import re
from collections.abc import Iterator

from striprtf.striprtf import rtf_to_text

from rag.load.article import file_article
from rag.load.body import BodyBuilder
from rag.load.source import Source
from rag.load.text import first_line_title
from rag.types import Document, Failure

_INFO = re.compile(r"\{\\(title|author)\s([^{}]*)\}")
_TIME = re.compile(r"\\creatim\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")
_ENCODING = re.compile(r"\\ansicpg\d+")
_NOTE = re.compile(r"\{(?:\\\*)?\\footnote\b")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_HIDDEN = re.compile(r"\{\\v\b(?!0)[^{}]*\}|\\v\b(?!0)[^{}]*?\\v0\b ?")


def read_rtf(source: Source) -> Iterator[Document | Failure]:
    """Yields a Rich Text file as one document; its notes stand last."""
    raw = source.data.decode("latin-1")
    seen = _HIDDEN.sub(" ", raw)
    text = _rtf_text(_with_notes_last(seen))
    builder = BodyBuilder(hidden=len(raw) - len(seen))
    for line in text.splitlines():
        builder.add(line)
    encoding = _ENCODING.search(raw)
    begin = f"{{\\rtf1{encoding[0] if encoding else ''} "
    info = {key: _rtf_text(f"{begin}{said}}}").strip() for key, said in _INFO.findall(raw)}
    made = _TIME.search(raw)
    metadata = {
        "title": info.get("title") or first_line_title(text),
        "authors": info.get("author"),
        "date": "-".join(part.zfill(2) for part in made.groups()) if made else None,
        "date_certainty": "inferred",
    }
    yield file_article(source, builder.body(), metadata)


def _rtf_text(rtf: str) -> str:
    return str(rtf_to_text(rtf, errors="replace"))


def _with_notes_last(rtf: str) -> str:
    """With each note, which the library leaves out, as a paragraph behind the text."""
    pieces, notes, at = [], [], 0
    for note in _NOTE.finditer(rtf):
        if note.start() >= at:
            pieces.append(rtf[at : note.start()])
            at = _group_end(rtf, note.start())
            notes.append(f"\\par{{{rtf[note.end() : at]}")
    text = "".join((*pieces, rtf[at:]))
    end = max(text.rfind("}"), 0) or len(text)
    return "".join((text[:end], *notes, text[end:]))


def _group_end(rtf: str, start: int) -> int:
    """Where the group ends that begins here."""
    depth = 0
    for brace in _BRACE.finditer(rtf, start):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if not depth:
            return brace.end()
    return len(rtf)
