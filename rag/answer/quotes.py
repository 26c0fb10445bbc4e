"""Sentences that may answer, ranked -> the quotes of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import regex

from rag.answer.sentences import Sentence
from rag.arrays import FloatArray
from rag.cite import Quote
from rag.types import Span

#: Quotes in one answer at most.
MAX_QUOTES = 3

#: A quote takes in its neighbours up to this length: about eighty words.
MAX_QUOTE_CHARS = 500

#: How far behind the best sentence of a quote its neighbour may be, and behind the first
#: quote's that of another quote: a logarithm of odds. docs/answers-tried.md has what others bring.
MARGIN = 2.0
#: The same of another quote, for who would rather see one too many.
EAGER_MARGIN = 3.0

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


def quotes_of(
    found: Sequence[Sentence], scores: FloatArray, *, margin: float = MARGIN
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
    spoken = spoken_runs(found)
    order = np.argsort(-scores, kind="stable").tolist()
    for best in order:
        if len(quotes) == MAX_QUOTES or scores[best] < scores[order[0]] - margin:
            break
        # A copy says no more, and another article may disagree.
        if best in taken or found[best].text in said:
            continue
        if found[best].untimely and not found[order[0]].untimely:
            continue
        first, last = grown(found, scores, best, taken, spoken)
        # What touches a quote and was too much for it is no quote of its own either.
        taken.update(range(first, last + 1), beside(found, first, last))
        quotes.append(replace(found[best].quote, span=span_of(found, first, last)))
        said.add(found[best].text)
    return quotes


def grown(
    found: Sequence[Sentence],
    scores: FloatArray,
    best: int,
    taken: set[int],
    spoken: Sequence[tuple[int, int]],
) -> tuple[int, int]:
    """The run of sentences around the best one, as places of its first and last.

    It is of one section, goes back from a pronoun to what that stands for, keeps what leads to
    the next sentence with that, and takes in what somebody says as a whole.

    Args:
        taken: Places of what is quoted already.
        spoken: What `spoken_runs` gives for all sentences.
    """
    first = last = best
    least = scores[best] - MARGIN

    def joins(place: int) -> bool:
        names = place < first and (found[first].leans or found[place].leads)
        names = names or (place > last and found[last].leads)
        return (names or scores[place] >= least) and _fits(
            found, min(first, place), max(last, place), taken
        )

    while neighbours := [place for place in beside(found, first, last) if joins(place)]:
        place = max(neighbours, key=lambda place: float(scores[place]))
        first, last = min(first, place), max(last, place)
    for begin, end in spoken:
        wider = min(first, begin), max(last, end)
        if begin <= last and first <= end and _fits(found, *wider, taken):
            first, last = wider
    return first, last


def span_of(found: Sequence[Sentence], first: int, last: int) -> Span:
    """What a run of sentences takes up in its document."""
    return Span(found[first].quote.span.start, found[last].quote.span.end)


def _fits(found: Sequence[Sentence], first: int, last: int, taken: set[int]) -> bool:
    """Whether a run is short enough for a quote, and none of it is quoted already."""
    start, end = span_of(found, first, last)
    return end - start <= MAX_QUOTE_CHARS and taken.isdisjoint(range(first, last + 1))


def spoken_runs(found: Sequence[Sentence]) -> list[tuple[int, int]]:
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


def beside(found: Sequence[Sentence], first: int, last: int) -> list[int]:
    """Places of the sentences before and behind a run that are of its passage and section."""
    return [
        place
        for place in (first - 1, last + 1)
        if 0 <= place < len(found)
        and found[place].quote.passage == found[first].quote.passage
        and not found[max(place, first)].opens_section
    ]
