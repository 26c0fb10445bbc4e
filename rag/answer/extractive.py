"""The answer without a language model: the sentences that answer, quoted word for word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.answer.confidence import probability
from rag.answer.phrases import phrases
from rag.cite import Quote, cite
from rag.embed import Embedder
from rag.language import analyze, sentence_spans
from rag.retrieve import Retrieval
from rag.types import Answer, SearchResult, Span, TextDelta, Turn

#: Passages whose sentences are looked at.
MAX_PASSAGES = 5

#: Quotes in one answer at most.
MAX_QUOTES = 3

# A further sentence is quoted if its score comes this near to the best one's.
_FURTHER_QUOTE_MARGIN = 0.1

# Weights of a sentence: nearness to the question, share of the question's words, its passage.
_NEARNESS, _COVERAGE, _PASSAGE = 3.0, 0.5, 0.6

# A question in an article does not answer one, and a line without a stop is mostly a headline.
_QUESTION_PENALTY, _HEADLINE_PENALTY = 1.0, 0.2
_QUESTION_MARKS, _STOPS = "?؟？", '.!…。！۔।॥։;:؛”»"'

_MIN_CONFIDENCE = 0.5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, and what speaks for it.

    Attributes:
        cosine: Nearness of its meaning to the question's.
        coverage: Share of the question's words it holds, weighed by idf, 0 to 1.
        score: Both, and its passage's score; compares the sentences for one question.
    """

    quote: Quote
    cosine: float
    coverage: float
    score: float


class ExtractiveAnswerer:
    """Chooses sentences of the passages by meaning and by words."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def answer(
        self, retrieval: Retrieval, history: Sequence[Turn] = ()
    ) -> Iterator[TextDelta | Answer]:
        """The text in pieces, then the whole answer."""
        say = phrases(retrieval.language)
        candidates = self.candidates(retrieval)
        confidence = probability(retrieval, candidates)
        quotes = _choose(candidates) if confidence >= _MIN_CONFIDENCE else []
        citations = cite(quotes, retrieval.results)
        if citations:
            pieces = [f"{say.quote.format(c.quote)} {c.marker}\n\n" for c in citations]
            pieces[-1] = pieces[-1].rstrip()
        else:
            pieces = [say.declined if retrieval.results else say.empty]
        yield from map(TextDelta, pieces)
        yield Answer(
            question=retrieval.question,
            text="".join(pieces),
            citations=citations,
            abstained=not citations,
            confidence=confidence,
            language=retrieval.language,
            passages=retrieval.results,
        )

    def candidates(self, retrieval: Retrieval) -> list[Candidate]:
        """The sentences of the first passages, best first."""
        quotes = list(_sentences(retrieval.results[:MAX_PASSAGES]))
        if not quotes:
            return []
        words = [
            retrieval.results[quote.passage].document.text[quote.span.start : quote.span.end]
            for quote in quotes
        ]
        cosines = self._embedder.embed_documents(words) @ retrieval.vector
        found = []
        for quote, text, cosine in zip(quotes, words, cosines.tolist(), strict=True):
            passage = retrieval.results[quote.passage]
            coverage = _coverage(text, passage.document.language, retrieval.idf)
            score = _NEARNESS * cosine + _COVERAGE * coverage + _PASSAGE * passage.score
            score -= _penalty(text)
            found.append(Candidate(quote, cosine, coverage, score))
        return sorted(found, key=lambda candidate: -candidate.score)


def _sentences(passages: Sequence[SearchResult]) -> Iterator[Quote]:
    """Each sentence once, though chunks overlap; headings introduce, they do not answer."""
    seen = set()
    for position, passage in enumerate(passages):
        chunk = passage.chunk
        for start, end in sentence_spans(chunk.text, chunk.language):
            span = Span(chunk.start + start, chunk.start + end)
            place = (chunk.document_id, span)
            if place not in seen and not chunk.text.startswith("#", start):
                seen.add(place)
                yield Quote(position, span)


def _coverage(text: str, language: str, idf: Mapping[str, float]) -> float:
    """Share of the question's idf that stands in a text; 0 if no word of it is known."""
    total = sum(idf.values())
    if not total:
        return 0.0
    held = set(analyze(text, language))
    return sum(weight for term, weight in idf.items() if term in held) / total


def _penalty(text: str) -> float:
    """What a sentence loses by its form."""
    last = text.rstrip("”»\"’') \u00a0\u202f")[-1:]
    if last in _QUESTION_MARKS:
        return _QUESTION_PENALTY
    return 0.0 if text[-1] in _STOPS or last in _STOPS else _HEADLINE_PENALTY


def _choose(candidates: Sequence[Candidate]) -> list[Quote]:
    """The best sentence, and those that come near it, in order."""
    if not candidates:
        return []
    least = candidates[0].score - _FURTHER_QUOTE_MARGIN
    near = [candidate.quote for candidate in candidates if candidate.score >= least]
    return near[:MAX_QUOTES]
