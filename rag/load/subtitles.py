"""Subtitles of films -> what is said in them, as running text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from rag.load.article import file_article
from rag.load.encoding import decode
from rag.load.source import Source
from rag.types import Document, Failure

_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_TIME = re.compile(r"^[ \t]*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}[ \t]*-->.*$", re.MULTILINE)
_NOT_SAID = re.compile(r"\s*(?:WEBVTT|NOTE|STYLE|REGION)\b")
_SPEAKER = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]([^<>]+)>")
_MARKS = re.compile(r"</?[a-zA-Z\d][^<>]*>|\{\\[^{}]*\}")


def read_subtitles(source: Source) -> Iterator[Document | Failure]:
    """Yields the words of a SubRip or WebVTT file: sentences go on from one cue to the next."""
    text = " ".join(_lines(decode(source.data, source.id)))
    yield file_article(source, text, {})


def _lines(text: str) -> Iterator[str]:
    """The lines that are said; one that only stays while the next is said comes once."""
    before = ""
    for block in _BLANK_LINE.split(text):
        time = _TIME.search(block)
        if time is None and _NOT_SAID.match(block):
            continue
        for line in _shown(block[time.end() if time else 0 :]).splitlines():
            if line.strip() and line.strip() != before:
                before = line.strip()
                yield before


def _shown(cue: str) -> str:
    """The words of a cue as they are seen; who says them, where that is marked, before them."""
    return unescape(_MARKS.sub("", _SPEAKER.sub(r"\1: ", cue)))
