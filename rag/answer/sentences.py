"""The sentences of the passages, each with what speaks for it as an answer.

Passage and question are encoded once each; a sentence is then seen through its tokens'
vectors, which know their context. So a sentence that says "he" is near to a question
about the man of the sentence before, and no sentence is embedded by itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np

from rag.answer.expressions import expressions
from rag.answer.question import Kind, plain, question_kind
from rag.cite import Quote
from rag.embed import Embedder
from rag.language import analyze, sentence_spans
from rag.retrieve import Retrieval
from rag.store.vectors import FloatArray
from rag.types import SearchResult, Span

# A question in an article does not answer one, and a line without a stop is mostly a headline.
_QUESTION_MARKS, _STOPS = "?؟？", '.!…。！۔।॥։;:؛”»"'
_CLOSING = "”»\"’') \u00a0\u202f"


#: The first seven features: those that come of the vectors.
_OfTokens: TypeAlias = tuple[float, float, float, float, float, float, float]


class Features(NamedTuple):
    """What is known of a sentence, in the scales of the ranking model.

    Token nearness compares the question's tokens with the sentence's, each with its
    best counterpart. Coverage is the share of the question's idf that a text holds.
    """

    context: float  #: cosine of the question with the mean of the sentence's tokens
    tokens: float  #: token nearness, mean
    weakest: float  #: token nearness of the question's least matched token
    elsewhere: float  #: how much nearer the rest of the passage is, mean
    passage_tokens: float  #: token nearness of the whole passage, mean
    reverse: float  #: of the sentence's tokens to the question's, mean
    peak: float  #: of the nearest pair of tokens
    cover: float  #: coverage by the sentence
    cover_title: float  #: by sentence and title
    cover_before: float  #: by sentence and the one before
    cover_around: float  #: by sentence, both neighbours and title
    cover_passage: float  #: by the passage
    cover_passage_title: float  #: by passage and title
    meaning: float  #: of the passage, in standard deviations (rag/fusion.py)
    words: float  #: of the passage, likewise
    rank: float  #: of the passage, from 0
    length: float  #: logarithm of the number of words
    is_shared: float  #: probability that it is in the question's language
    is_first: float  #: opens its passage
    is_question: float  #: ends in a question mark
    is_headline: float  #: has no full stop
    match: float  #: holds a new expression of the kind that is asked for
    mismatch: float  #: the kind is known and it holds none


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that may answer: its place, its words and its features."""

    quote: Quote
    text: str
    features: Features


def sentences(retrieval: Retrieval, embedder: Embedder, max_passages: int) -> list[Sentence]:
    """The sentences of the first passages, in the order of the passages and of the text."""
    question = _Question(retrieval, embedder)
    seen: set[tuple[str, Span]] = set()
    found: list[Sentence] = []
    for position, result in enumerate(retrieval.results[:max_passages]):
        found.extend(_Passage(position, result, question, embedder).sentences(seen))
    return found


class _Question:
    """What the question is compared by."""

    def __init__(self, retrieval: Retrieval, embedder: Embedder) -> None:
        self.vector = retrieval.vector
        self.languages = retrieval.languages
        self.tokens = _unit(embedder.token_vectors(retrieval.question)[1])
        self.kind = question_kind(retrieval.question)
        self._plain = plain(retrieval.question)
        self._idf: Mapping[str, float] = retrieval.idf
        self._total = sum(retrieval.idf.values()) or 1.0

    def coverage(self, terms: set[str]) -> float:
        """Share of the question's idf among some terms, 0 to 1."""
        return sum(self._idf[term] for term in terms & self._idf.keys()) / self._total

    def is_new(self, words: str) -> bool:
        """Whether some words say more than the question does already."""
        return not all(word in self._plain for word in plain(words).split())


class _Passage:
    """One passage, and what it shares with the question."""

    def __init__(
        self, position: int, result: SearchResult, question: _Question, embedder: Embedder
    ) -> None:
        self._position, self._result, self._question = position, result, question
        chunk = result.chunk
        spans, vectors = embedder.token_vectors(chunk.text)
        self._token_spans = np.array(spans, np.int64).reshape(-1, 2)
        self._vectors = vectors
        self._nearness = question.tokens @ _unit(vectors).T
        #: Nearness of each of the question's tokens to the passage, if both have any.
        self._whole = self._nearness.max(axis=1) if self._nearness.size else np.zeros(0, np.float32)
        self._language = result.document.language
        self._title = set(analyze(result.document.title, self._language))
        terms = set(analyze(chunk.text, self._language))
        self._cover = question.coverage(terms)
        self._cover_title = question.coverage(terms | self._title)
        self._spans = [
            span
            for span in sentence_spans(chunk.text, chunk.language)
            if not chunk.text.startswith("#", span.start)  # a heading introduces
        ]

    def sentences(self, seen: set[tuple[str, Span]]) -> Iterator[Sentence]:
        """Each sentence that is not in `seen` yet: chunks overlap."""
        chunk = self._result.chunk
        texts = [chunk.text[start:end] for start, end in self._spans]
        terms = [set(analyze(text, self._language)) for text in texts]
        nothing: set[str] = set()
        for n, (span, text) in enumerate(zip(self._spans, texts, strict=True)):
            place = Span(chunk.start + span.start, chunk.start + span.end)
            if (chunk.document_id, place) in seen:
                continue
            seen.add((chunk.document_id, place))
            before = terms[n - 1] if n else nothing
            after = terms[n + 1] if n + 1 < len(terms) else nothing
            yield Sentence(
                Quote(self._position, place),
                text,
                self._features(span, text, terms[n], before, after, is_first=n == 0),
            )

    def _features(
        self,
        span: Span,
        text: str,
        terms: set[str],
        before: set[str],
        after: set[str],
        *,
        is_first: bool,
    ) -> Features:
        question, explanation = self._question, self._result.explanation
        coverage, kind = question.coverage, question.kind
        answers = any(question.is_new(text[start:end]) for start, end in expressions(text, kind))
        last = text.rstrip(_CLOSING)[-1:]
        return Features(
            *self._by_tokens(span),
            cover=coverage(terms),
            cover_title=coverage(terms | self._title),
            cover_before=coverage(terms | before),
            cover_around=coverage(terms | before | after | self._title),
            cover_passage=self._cover,
            cover_passage_title=self._cover_title,
            meaning=explanation.meaning if explanation else 0.0,
            words=explanation.words if explanation else 0.0,
            rank=float(self._position),
            length=math.log1p(len(text.split())),
            is_shared=question.languages.get(self._language, 0.0),
            is_first=float(is_first),
            is_question=float(last in tuple(_QUESTION_MARKS)),
            is_headline=float(not (text[-1] in _STOPS or last in _STOPS)),
            match=float(answers),
            mismatch=float(kind is not Kind.OTHER and not answers),
        )

    def _by_tokens(self, span: Span) -> _OfTokens:
        """The features from `context` to `peak`."""
        starts, ends = self._token_spans.T
        inside = (starts < span.end) & (ends > span.start)
        if not inside.any() or not len(self._question.tokens):
            return 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        mean = self._vectors[inside].mean(axis=0)
        context = float(mean @ self._question.vector) / max(float(np.linalg.norm(mean)), 1e-9)
        here = self._nearness[:, inside]
        best = here.max(axis=1)
        return (
            context,
            float(best.mean()),
            float(best.min()),
            float((self._whole - best).mean()),
            float(self._whole.mean()),
            float(here.max(axis=0).mean()),
            float(here.max()),
        )


def _unit(rows: FloatArray) -> FloatArray:
    """Rows of length 1, shape unchanged."""
    norms: FloatArray = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    unit: FloatArray = rows / norms
    return unit


def matrix(found: Sequence[Sentence]) -> FloatArray:
    """Their features as rows of shape (n, len(Features._fields))."""
    return np.array([sentence.features for sentence in found], np.float32).reshape(
        -1, len(Features._fields)
    )
