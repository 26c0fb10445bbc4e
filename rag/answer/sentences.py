"""The sentences of the passages, each with what speaks for it as an answer.

A reader (rag/embed/reader.py) has read each passage for the question. It says for every
token whether an answer begins or ends with it, so a sentence is seen in its context: one
that says "he" may answer a question about the man of the sentence before.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import regex

from rag.arrays import FloatArray
from rag.cite import Quote
from rag.embed.reader import Reader, Reading
from rag.language import (
    analyze,
    is_heading,
    opens_with_pronoun,
    sentence_spans_within,
    stripped,
    whole_words,
)
from rag.language.calendar import spelled_date
from rag.language.stops import is_abbreviation
from rag.questions import MARKS
from rag.retrieve import Retrieval
from rag.types import SearchResult, Span, Untimely

#: Passages that are read.
MAX_PASSAGES = 5

#: Of a question that goes on from another, as "and where?", passages with less than this part of
#: the best score are not read: any place answers that, whatever it is of.
_ABOUT_IT = 0.75

#: Longest answer within a sentence, in tokens.
_ANSWER_TOKENS = 30

#: Spans that the tightest words of a sentence are chosen from.
_LIKELY_SPANS = 50

#: A sentence of so few characters says little alone: "No."
_SHORT_CHARS = 12
#: A question mark is among so many characters at the end: "?", "? »", "?**".
_MARKS_CHARS = 4

_OPENING = {")": "(", "]": "[", "»": "«", "”": "“", "’": "‘", "」": "「", "』": "『", "）": "（"}
_STOPPED = regex.compile(r"(?<![\p{L}\p{M}])(\p{L}[\p{L}\p{M}]+|[\p{N}%]+)\.$")  # no initial

_NEVER = -30.0  # a logit: no token, no answer

IntArray: TypeAlias = npt.NDArray[np.int64]


class Features(NamedTuple):
    """What speaks for a sentence, in the scales of the ranking model.

    More of them (words of the sentence itself, of its neighbours, its length, the kind of
    thing that is asked for) add nothing to these: docs/answers-tried.md.
    """

    share: float  #: logarithm of its part in all answers begun and ended in the passages
    cover: float  #: share of the question's idf that its passage, title and date hold
    meaning: float  #: of the passage, in standard deviations (rag/fusion.py)
    is_shared: float  #: probability that it is in the question's language


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that may answer.

    Attributes:
        quote: Its place, and the tightest answer within it.
        text: Its words.
        holds: Logit that its passage holds an answer.
        total: Logarithm of what the reader gives to all beginnings of answers in the passages,
            times that for ends.
        features: What speaks for it.
        opens_section: Whether a heading stands before it.
        leans: Whether it opens with a pronoun, which the sentence before explains.
        leads: Whether it says little without the next one: a question of an interview, "No."
        untimely: What speaks against the day of its passage.
    """

    quote: Quote
    text: str
    holds: float
    total: float
    features: Features
    opens_section: bool = False
    leans: bool = False
    leads: bool = False
    untimely: Untimely = ""


def sentences(retrieval: Retrieval, reader: Reader) -> list[Sentence]:
    """The sentences of the first passages, in the order of the passages and of the text."""
    results = retrieval.results[:MAX_PASSAGES]
    if retrieval.asked:
        least = _ABOUT_IT * results[0].score if results else 0.0
        results = tuple(takewhile(lambda result: result.score >= least, results))
    readings = reader.read(
        retrieval.subject or retrieval.asked or retrieval.question,
        [(each.document.title, each.chunk.text) for each in results],
    )
    everything = _log_sums(readings)
    seen: set[tuple[str, Span]] = set()
    found: list[Sentence] = []
    for position, (result, reading) in enumerate(zip(results, readings, strict=True)):
        passage = _Passage(position, result, reading, retrieval, everything)
        found.extend(passage.sentences(seen))
    return found


class _Passage:
    """One passage, as the reader saw it."""

    def __init__(
        self,
        position: int,
        result: SearchResult,
        reading: Reading,
        retrieval: Retrieval,
        everything: float,
    ) -> None:
        """Of a reading; `everything` is what `_log_sums` gives for all passages."""
        self._position, self._chunk, self._reading = position, result.chunk, reading
        self._text = result.document.text
        self._everything = everything
        self._tokens = np.array(reading.tokens, np.int64).reshape(-1, 2)
        language, explanation = result.document.language, result.explanation
        self._cover = _coverage(retrieval, _told(result), language)
        self._meaning = explanation.meaning if explanation else 0.0
        self._untimely: Untimely = explanation.untimely if explanation else ""
        self._is_shared = retrieval.languages.get(language, 0.0)

    def sentences(self, seen: set[tuple[str, Span]]) -> Iterator[Sentence]:
        """Each sentence that is not in `seen` yet: chunks overlap."""
        chunk, text = self._chunk, self._text
        introduces = False
        for span in sentence_spans_within(text, chunk.start, chunk.end, chunk.language):
            is_introduced, introduces = introduces, is_heading(text, span.start)
            if introduces or (chunk.document_id, span) in seen:
                continue
            seen.add((chunk.document_id, span))
            asks = _is_question_of_its_own(text, span)
            inside = self._inside(Span(span.start - chunk.start, span.end - chunk.start))
            yield Sentence(
                Quote(self._position, span, self._tightest(inside)),
                text[span.start : span.end],
                self._reading.holds,
                self._everything,
                Features(self._share(inside), self._cover, self._meaning, self._is_shared),
                is_introduced or asks,
                opens_with_pronoun(text[span.start : span.end], chunk.language),
                asks or span.end - span.start <= _SHORT_CHARS,
                self._untimely,
            )

    def _inside(self, span: Span) -> IntArray:
        """Places of the tokens that stand, at least in part, within a span of the chunk."""
        starts, ends = self._tokens.T
        return np.flatnonzero((starts < span.end) & (ends > span.start) & (ends > starts))

    def _tightest(self, inside: IntArray) -> Span | None:
        """The best answer made of some tokens, in characters of the document.

        It is not the likeliest span but the one that shares most with the likely ones: the
        greatest mean F1 of tokens with them, each as often as it is likely.
        """
        if not len(inside):
            return None
        size = len(inside)
        logits = self._reading.starts[inside][:, None] + self._reading.ends[inside]
        forward = ~np.tri(size, k=-1, dtype=bool)
        short = np.tri(size, k=_ANSWER_TOKENS - 1, dtype=bool)
        allowed = np.where(forward & short, logits, -np.inf).ravel()
        likely = np.argsort(-allowed, kind="stable")[:_LIKELY_SPANS]
        likely = likely[np.isfinite(allowed[likely])]
        first, last = np.divmod(likely, size)
        shared = np.minimum(last[:, None], last) - np.maximum(first[:, None], first) + 1
        length = last - first + 1
        overlap = 2 * np.maximum(shared, 0) / (length[:, None] + length)
        best = int((overlap @ np.exp(allowed[likely] - allowed[likely[0]])).argmax())
        start, end = self._tokens[inside[first[best]], 0], self._tokens[inside[last[best]], 1]
        span = whole_words(self._chunk.text, *stripped(self._chunk.text, int(start), int(end)))
        is_last = span.end >= self._tokens[inside[-1], 1]
        span = trimmed(self._chunk.text, span, is_last, self._chunk.language)
        return Span(self._chunk.start + span.start, self._chunk.start + span.end)

    def _share(self, inside: IntArray) -> float:
        """Logarithm of what beginnings and ends of answers in some tokens are of all."""
        if not len(inside):
            return _NEVER
        starts, ends = self._reading.starts[inside], self._reading.ends[inside]
        return _log_sum(starts) + _log_sum(ends) - self._everything


def trimmed(text: str, span: Span, is_last: bool, language: str) -> Span:
    """An answer without the stop behind it, and with the mark that closes one it opens.

    Args:
        is_last: Whether it ends its sentence.
    """
    said, behind = text[span.start : span.end], text[span.end : span.end + 1]
    opening = _OPENING.get(behind)
    if opening and said.count(opening) > said.count(behind):
        return Span(span.start, span.end + 1)
    kept = said.rstrip(",;:")
    if (
        is_last
        and (word := _STOPPED.search(kept))
        and not is_abbreviation(word[1].lower(), language)
    ):
        kept = kept[:-1]
    return Span(span.start, span.start + len(kept)) if kept else span


def _is_question_of_its_own(text: str, span: Span) -> bool:
    """Whether a sentence is a line of its own that asks, as in an interview."""
    begin, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end)
    around = text[begin : span.start] + text[span.end : end]
    asks = MARKS.intersection(text[span.end - _MARKS_CHARS : span.end])
    return end >= 0 and bool(asks) and not around.strip(" *_–—-")


def _told(result: SearchResult) -> str:
    """What a passage says, its title and the day that it is of included."""
    document = result.document
    date = spelled_date(document.date, document.language)
    return f"{document.title} {date} {result.chunk.text}"


def _coverage(retrieval: Retrieval, text: str, language: str) -> float:
    """Share of the question's idf among the terms of a text, 0 to 1."""
    idf = retrieval.idf
    held = sum(idf[term] for term in idf.keys() & set(analyze(text, language)))
    return held / (sum(idf.values()) or 1.0)


def _log_sums(readings: Sequence[Reading]) -> float:
    """Logarithm of all that the readings give to beginnings, times that for ends."""
    if not any(len(reading.starts) for reading in readings):
        return 0.0
    starts = np.concatenate([reading.starts for reading in readings])
    return _log_sum(starts) + _log_sum(np.concatenate([reading.ends for reading in readings]))


def _log_sum(logits: FloatArray) -> float:
    """Logarithm of the sum of exponentials."""
    greatest = float(logits.max())
    return greatest + math.log(float(np.exp(logits - greatest).sum()))


def matrix(found: Sequence[Sentence]) -> FloatArray:
    """Their features as rows of shape (n, len(Features._fields))."""
    return np.array([sentence.features for sentence in found], np.float32).reshape(
        -1, len(Features._fields)
    )
