"""Articles on a subject -> the quotes that present it: what they begin with, or say of it."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.quotes import MARGIN, MAX_QUOTES, beside, grown
from rag.answer.sentences import Sentence
from rag.arrays import FloatArray
from rag.cite import Quote
from rag.gathering import is_opening
from rag.retrieve import Retrieval
from rag.types import Span

# An article whose passages have less than this part of the best score is of something else.
_LEAST_SCORE = 0.5

# An article is presented by its first sentences, up to so many characters,
_OPENING_CHARS = 300
# if one of these is at most so far behind its best sentence: a logarithm of odds.
_OPENING_MARGIN = 3.0


def overview_quotes(
    found: Sequence[Sentence],
    scores: FloatArray,
    retrieval: Retrieval,
    *,
    margin: float = MARGIN,
) -> list[Quote]:
    """One quote of each of the best articles or, of one in short, its best ones in their order.

    Args:
        found: Sentences in the order of passages and text.
        scores: Their ranking scores, read for the subject.
        retrieval: What they were found by.
        margin: How far behind the best sentence of all the best one of an article may be.
    """
    places_of: dict[str, list[int]] = {}
    for place, sentence in enumerate(found):
        document = retrieval.results[sentence.quote.passage].document
        places_of.setdefault(document.id, []).append(place)
    articles = list(places_of.values())
    if not articles:
        return []
    if retrieval.subject:
        articles.sort(key=lambda places: -scores[places].max())
        least = scores.max() - margin
        articles = [
            places
            for places in articles
            if scores[places].max() >= least and _nearness(found, places, retrieval) >= _LEAST_SCORE
        ]
    if retrieval.wish == "summary":
        runs = _in_short(found, scores, articles[0], retrieval)
    else:
        runs = [_run(found, scores, places, retrieval) for places in articles]
    quotes = [
        Quote(
            found[first].quote.passage,
            Span(found[first].quote.span.start, found[last].quote.span.end),
        )
        for first, last in runs
    ]
    if retrieval.wish == "news":
        quotes.sort(key=lambda quote: _date(retrieval, quote), reverse=True)
    return quotes[:MAX_QUOTES]


def _nearness(found: Sequence[Sentence], places: Sequence[int], retrieval: Retrieval) -> float:
    """The best score of an article's passages."""
    return max(retrieval.results[found[place].quote.passage].score for place in places)


def _date(retrieval: Retrieval, quote: Quote) -> str:
    return retrieval.results[quote.passage].document.date or ""


def _run(
    found: Sequence[Sentence], scores: FloatArray, places: Sequence[int], retrieval: Retrieval
) -> tuple[int, int]:
    """The first and the last of the sentences that present an article."""
    best = max(places, key=lambda place: float(scores[place]))
    first = next((n for n in places if _opens(found[n], retrieval)), None)
    if first is not None:
        last = _opening_end(found, first)
        is_near = scores[first : last + 1].max() >= scores[best] - _OPENING_MARGIN
        if is_near or not retrieval.subject:
            return first, last
    return grown(found, scores, best, set())


def _opens(sentence: Sentence, retrieval: Retrieval) -> bool:
    return is_opening(retrieval.results[sentence.quote.passage])


def _opening_end(found: Sequence[Sentence], first: int) -> int:
    """The last sentence of a beginning, as long as that is short enough."""
    last, start = first, found[first].quote.span.start
    while last + 1 in beside(found, first, last):
        if found[last + 1].quote.span.end - start > _OPENING_CHARS:
            break
        last += 1
    return last


def _in_short(
    found: Sequence[Sentence], scores: FloatArray, places: Sequence[int], retrieval: Retrieval
) -> list[tuple[int, int]]:
    """What an article begins with and its best sentences, in the order of its text."""
    runs = [_run(found, scores, places, retrieval)]
    taken = set(range(runs[0][0], runs[0][1] + 1))
    for best in sorted(places, key=lambda place: -scores[place]):
        if best not in taken and len(runs) < MAX_QUOTES:
            runs.append(grown(found, scores, best, taken))
            taken.update(range(runs[-1][0], runs[-1][1] + 1))
    return sorted(runs, key=lambda run: found[run[0]].quote.span)
