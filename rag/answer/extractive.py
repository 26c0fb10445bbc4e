"""The answer without a language model: the sentences that answer, quoted word for word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from typing import TypeAlias

import numpy as np

from rag.answer.confidence import evidence, probability
from rag.answer.linear import linear_model
from rag.answer.overview import overview_quotes
from rag.answer.phrases import Phrases, phrases, quoted
from rag.answer.quotes import EAGER_MARGIN, MARGIN, MAX_QUOTES, quotes_of
from rag.answer.sentences import Features, Sentence, matrix, sentences
from rag.arrays import FloatArray
from rag.cite import Quote, byline, cite, defused, label
from rag.compound import place_of
from rag.embed.reader import Reader
from rag.gathering import tells
from rag.overview import BYLINES
from rag.retrieve import Retrieval
from rag.settings import Settings
from rag.types import Answer, Citation, TextDelta, Turn

# What a sentence loses in that logarithm whose article is of other days than are asked for, or
# older than another where the latest is asked for.
_UNTIMELY = 3.0
# What is left of the probability that the articles hold the answer, if they are of other days.
_OF_OTHER_DAYS = 1 / 3

#: Least confidence for an answer, by the setting `caution`. `balanced` declines more than seven
#: of ten questions without an answer, and answers more than 85 % of the others, on each set that
#: it was chosen on; on others it may decline fewer (docs/answers.md).
LEAST_CONFIDENCE = {"cautious": 0.6, "balanced": 0.4, "eager": 0.2}

#: With less confidence than this, an answer says first that it is not sure.
_SURE = LEAST_CONFIDENCE["cautious"]

#: Sentences in the order of passages and text, and the ranking score of each.
Ranked: TypeAlias = tuple[list[Sentence], FloatArray]


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the questions that are asked at once, as it was read; mostly the only one.

    Attributes:
        confidence: Probability that the articles hold the answer.
    """

    retrieval: Retrieval
    ranked: Ranked
    confidence: float

    @property
    def question(self) -> str:
        """As a sentence."""
        asked = self.retrieval.asked or self.retrieval.question
        return asked[:1].upper() + asked[1:]

    def cited(self, whole: Retrieval, margin: float) -> tuple[Citation, ...]:
        """What answers it, of the passages for the whole question."""
        places = {place_of(result): place for place, result in enumerate(whole.results)}
        quotes = (
            replace(quote, passage=places[place_of(self.retrieval.results[quote.passage])])
            for quote in self._quotes(margin)
        )
        return cite(list(quotes), whole.results)

    def _quotes(self, margin: float) -> list[Quote]:
        if self.retrieval.wish:
            return overview_quotes(*self.ranked, self.retrieval, margin=margin)
        return quotes_of(*self.ranked, margin=margin)


class ExtractiveAnswerer:
    """Chooses sentences of the passages by what a reader and their words say."""

    def __init__(self, reader: Reader, settings: Settings) -> None:
        self._reader = reader
        self._least_confidence = LEAST_CONFIDENCE[settings.caution]
        self._margin = EAGER_MARGIN if settings.caution == "eager" else MARGIN

    def answer(
        self, retrieval: Retrieval, history: Sequence[Turn] = ()
    ) -> Iterator[TextDelta | Answer]:
        """The text in pieces, then the whole answer.

        Of several questions at once each is quoted or, if others are answered, named as one
        without an answer.
        """
        say = phrases(retrieval.language)
        parts = [self._part(each) for each in retrieval.parts or (retrieval,)]
        confidence = max(part.confidence for part in parts)
        abstained = not self._is_answered(confidence)
        margin = np.inf if abstained else self._margin
        shares = _shared_out(
            [
                part.cited(retrieval, margin)
                if abstained or self._is_answered(part.confidence)
                else ()
                for part in parts
            ]
        )
        citations = tuple(chain.from_iterable(shares))
        if abstained:
            pieces = [_nothing(retrieval, say)]
        else:
            pieces = list(self._pieces(retrieval, parts, shares, say))
        pieces[:-1] = [f"{piece}\n\n" for piece in pieces[:-1]]
        yield from map(TextDelta, pieces)
        yield Answer(
            question=retrieval.question,
            text="".join(pieces),
            citations=() if abstained else citations,
            abstained=abstained,
            confidence=confidence,
            language=retrieval.language,
            passages=retrieval.results,
            nearest=citations if abstained else (),
        )

    def _pieces(
        self,
        whole: Retrieval,
        parts: Sequence[_Part],
        shares: Sequence[Sequence[Citation]],
        say: Phrases,
    ) -> Iterator[str]:
        """What is said of each question, in paragraphs."""
        if whole.counted is not None:
            yield say.counted.format(whole.counted)
        dated = any(part.retrieval.wish == "news" or part.retrieval.is_of_days for part in parts)
        dated = dated or _dates_differ([citation for share in shares for citation in share])
        for part, share in zip(parts, shares, strict=True):
            if self._is_answered(part.confidence):
                doubt = say.unsure if share and part.confidence < _SURE else ""
            else:
                doubt = say.unanswered
            if doubt:
                yield f"{part.question} {doubt}" if len(parts) > 1 else doubt
            for citation in share:
                about = ""
                document, language = citation.document, part.retrieval.language
                if whole.names_sources:
                    about = defused(label(document, citation.start, citation.end, language))
                elif part.retrieval.wish in BYLINES:
                    about = byline(document, language)
                said = quotation(citation, say, dated=dated and not about)
                yield f"{about} — {said}" if about else said

    def _is_answered(self, confidence: float) -> bool:
        return confidence >= self._least_confidence

    def _part(self, retrieval: Retrieval) -> _Part:
        ranked = self.ranked(retrieval)
        return _Part(retrieval, ranked, self._confidence(retrieval, ranked))

    def _confidence(self, retrieval: Retrieval, ranked: Ranked) -> float:
        """Probability that the articles hold the answer.

        "And where?" tells the reader what to look for but not of whom: its word counts
        half, that of the whole question the other half.
        """
        if not ranked[0]:
            return 0.0
        if retrieval.wish in BYLINES and not tells(retrieval.results[0], retrieval.wish):
            return 0.0
        if retrieval.wish and not retrieval.subject:  # whatever there is, is what is asked for
            return float(retrieval.searched > 0)
        said = _probability(ranked, retrieval)
        if not retrieval.asked:
            return said
        return (said + _probability(self.ranked(replace(retrieval, asked="")), retrieval)) / 2

    def ranked(self, retrieval: Retrieval) -> Ranked:
        """The sentences of the first passages, in their order, and the ranking score of each."""
        found = sentences(retrieval, self._reader)
        scores = linear_model("ranking", Features._fields)(matrix(found))
        untimely = np.array([bool(sentence.untimely) for sentence in found], np.float32)
        return found, scores - _UNTIMELY * untimely


def _probability(ranked: Ranked, retrieval: Retrieval) -> float:
    """That the passages answer; less if what answers best is of other days than are asked for."""
    found, scores = ranked
    is_of_other_days = found[int(scores.argmax())].untimely == "other"
    said = probability(evidence(found, scores, retrieval))
    return said * _OF_OTHER_DAYS if is_of_other_days else said


def _shared_out(cited: Sequence[Sequence[Citation]]) -> list[list[Citation]]:
    """The citations of an answer out of those for each part: the best of each before any further.

    What is quoted for one part is not quoted again for another: the longer one serves both.
    """
    shares: list[list[Citation]] = [[] for _ in cited]
    for turn in zip_longest(*cited):
        for share, citation in zip(shares, turn, strict=True):
            if not citation or _serves(citation, [each for each in shares if each is not share]):
                continue
            if sum(map(len, shares)) < MAX_QUOTES:
                share.append(citation)
    return shares


def _serves(citation: Citation, shares: Sequence[list[Citation]]) -> bool:
    """Whether a quote is in others' shares, where it takes the place of a part of itself."""
    for share in shares:
        for place, other in enumerate(share):
            if _holds(citation, other):
                share[place] = replace(citation, focus=other.focus)
                return True
            if _holds(other, citation):
                return True
    return False


def _holds(one: Citation, other: Citation) -> bool:
    """Whether the words of another citation are among those of one."""
    is_same = one.document.id == other.document.id
    return is_same and one.start <= other.start and other.end <= one.end


def _nothing(retrieval: Retrieval, say: Phrases) -> str:
    """What is said in place of an answer."""
    if retrieval.results:
        return say.declined
    if retrieval.searched and retrieval.asks_nothing:
        return say.unasked
    return say.unmatched if retrieval.is_filtered else say.empty


def _dates_differ(citations: Sequence[Citation]) -> bool:
    """Whether articles of different days are quoted: then each quote says its day."""
    return len({citation.document.date for citation in citations}) > 1


def quotation(citation: Citation, say: Phrases, *, dated: bool) -> str:
    """A quote, the date of its article if asked for, and its marker."""
    document = citation.document
    about = "~ " if document.date_certainty == "inferred" else ""
    date = f" ({about}{document.date})" if dated and document.date else ""
    return f"{quoted(citation.quote, say)}{date} {citation.marker}"
