"""The answer without a language model: the sentences that answer, quoted word for word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from typing import TypeAlias

import numpy as np
import regex

from rag.answer.confidence import evidence, probability
from rag.answer.linear import linear_model
from rag.answer.phrases import Phrases, phrases
from rag.answer.sentences import Features, Sentence, matrix, sentences
from rag.arrays import FloatArray
from rag.cite import Quote, cite
from rag.compound import place_of
from rag.courtesies import is_courtesy
from rag.embed.reader import Reader
from rag.retrieve import Retrieval
from rag.settings import Settings
from rag.types import Answer, Citation, Span, TextDelta, Turn

#: Quotes in one answer at most.
MAX_QUOTES = 3

#: A quote takes in its neighbours up to this length: about eighty words.
MAX_QUOTE_CHARS = 500

# How far behind the best sentence of a quote its neighbour may be, and behind the first
# quote's that of another quote: a logarithm of odds. docs/answers-tried.md has what others bring.
_MARGIN = 2.0
# The same of another quote, for who would rather see one too many.
_EAGER_MARGIN = 3.0

# What a sentence loses in that logarithm whose article is of other days than are asked for, or
# older than another where the latest is asked for.
_UNTIMELY = 3.0
# What is left of the probability that the articles hold the answer, if they are of other days.
_OF_OTHER_DAYS = 1 / 3

# The marks that may open a quotation, and those that close it then.
_CLOSING = {
    "«": "»",
    "»": "«",
    "„": "“”",
    "“": "”",
    "”": "”",
    '"': '"',
    "「": "」",
    "『": "』",
}
# Behind a space or a bracket, and before a word: a French "« non »" has a space on both sides.
_QUOTATION_MARK = regex.compile(
    r"""(?P<opens>[「『„]|(?<![^\s(\[—–:'’])(?:«|["“”»](?=[\p{L}\p{N}¿¡…])))|["“”»«」』]"""
)

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
            for quote in quotes_of(*self.ranked, margin=margin)
        )
        return cite(list(quotes), whole.results)


class ExtractiveAnswerer:
    """Chooses sentences of the passages by what a reader and their words say."""

    def __init__(self, reader: Reader, settings: Settings) -> None:
        self._reader = reader
        self._least_confidence = LEAST_CONFIDENCE[settings.caution]
        self._margin = _EAGER_MARGIN if settings.caution == "eager" else _MARGIN

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
        said = [_nothing(retrieval, say)] if abstained else self._pieces(parts, shares, say)
        pieces = list(said)
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
        self, parts: Sequence[_Part], shares: Sequence[Sequence[Citation]], say: Phrases
    ) -> Iterator[str]:
        """What is said of each question, in paragraphs."""
        dated = _dates_differ([citation for share in shares for citation in share])
        for part, share in zip(parts, shares, strict=True):
            if self._is_answered(part.confidence):
                doubt = say.unsure if share and part.confidence < _SURE else ""
            else:
                doubt = say.unanswered
            if doubt:
                yield f"{part.question} {doubt}" if len(parts) > 1 else doubt
            for citation in share:
                yield quotation(citation, say, dated=dated)

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


def quotes_of(
    found: Sequence[Sentence], scores: FloatArray, *, margin: float = _MARGIN
) -> list[Quote]:
    """The best sentence and what else may answer, each with the neighbours it needs.

    Args:
        found: Sentences in the order of passages and text.
        scores: Their ranking scores, whose softmax is the probability of each to hold the
            answer (benchmarks/fit_answers.py).
        margin: How far behind the first quote's best sentence a further quote's may be.
    """
    quotes: list[Quote] = []
    said: set[str] = set()
    taken: set[int] = set()
    spoken = _spoken(found)
    order = np.argsort(-scores, kind="stable").tolist()
    for best in order:
        if len(quotes) == MAX_QUOTES or scores[best] < scores[order[0]] - margin:
            break
        # A copy says no more, and another article may disagree.
        if best in taken or found[best].text in said:
            continue
        if found[best].untimely and not found[order[0]].untimely:
            continue
        first, last = _grown(found, scores, best, taken)
        for begin, end in spoken:
            wider = min(first, begin), max(last, end)
            if begin <= last and first <= end and _fits(found, *wider, taken):
                first, last = wider
        # What touches a quote and was too much for it is no quote of its own either.
        taken.update(range(first, last + 1), _beside(found, first, last))
        span = Span(found[first].quote.span.start, found[last].quote.span.end)
        quotes.append(replace(found[best].quote, span=span))
        said.add(found[best].text)
    return quotes


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
    if retrieval.searched and is_courtesy(retrieval.question):
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
    return f"{say.quote.format(citation.quote)}{date} {citation.marker}"


def _grown(
    found: Sequence[Sentence], scores: FloatArray, best: int, taken: set[int]
) -> tuple[int, int]:
    """The run of sentences around the best one, as places of its first and last.

    It is of one section, goes back from a pronoun to what that stands for, and keeps what
    leads to the next sentence with that.
    """
    first = last = best
    least = scores[best] - _MARGIN

    def joins(place: int) -> bool:
        names = place < first and (found[first].leans or found[place].leads)
        names = names or (place > last and found[last].leads)
        return (names or scores[place] >= least) and _fits(
            found, min(first, place), max(last, place), taken
        )

    while neighbours := [place for place in _beside(found, first, last) if joins(place)]:
        place = max(neighbours, key=lambda place: float(scores[place]))
        first, last = min(first, place), max(last, place)
    return first, last


def _fits(found: Sequence[Sentence], first: int, last: int, taken: set[int]) -> bool:
    """Whether a run is short enough for a quote, and none of it is quoted already."""
    length = found[last].quote.span.end - found[first].quote.span.start
    return length <= MAX_QUOTE_CHARS and taken.isdisjoint(range(first, last + 1))


def _spoken(found: Sequence[Sentence]) -> list[tuple[int, int]]:
    """Quotations of several sentences: places of the first and the last of each."""
    runs: list[tuple[int, int]] = []
    closing, begin = "", 0
    for place, sentence in enumerate(found):
        before = found[max(0, place - 1)]
        if sentence.opens_section or sentence.quote.passage != before.quote.passage:
            closing = ""
        for mark in _QUOTATION_MARK.finditer(sentence.text):
            if not closing and mark["opens"]:
                closing, begin = _CLOSING[mark[0]], place
            elif mark[0] in closing:
                closing = ""
                if begin < place:
                    runs.append((begin, place))
    return runs


def _beside(found: Sequence[Sentence], first: int, last: int) -> list[int]:
    """Places of the sentences before and behind a run that are of its passage and section."""
    return [
        place
        for place in (first - 1, last + 1)
        if 0 <= place < len(found)
        and found[place].quote.passage == found[first].quote.passage
        and not found[max(place, first)].opens_section
    ]
