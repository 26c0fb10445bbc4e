"""Articles on a subject -> the quotes that present it: what they begin with, or say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.quotes import MARGIN, MAX_QUOTES, beside, grown
from rag.answer.sentences import Sentence
from rag.arrays import FloatArray
from rag.cite import Quote
from rag.gathering import is_opening
from rag.retrieve import Retrieval
from rag.types import Span

# Articles whose passages have less than these parts of the best score, or of the best meaning,
# or whose sentences have less than that of the best share, are of something else.
_LEAST_NEARNESS, _LEAST_MEANING, _SHARE_MARGIN = 0.5, 0.6, 3.0

# An article is presented by its first sentences, up to so many characters.
_OPENING_CHARS = 300


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
    articles = _articles(found, scores, retrieval)
    if not articles:
        return []
    if retrieval.wish == "summary":
        runs = _in_short(found, scores, articles[0].places, retrieval)
    else:
        if retrieval.subject:
            articles = _on_subject(articles, margin)
        if retrieval.wish == "news":
            articles.sort(key=lambda article: article.date, reverse=True)
        said: dict[str, tuple[int, int]] = {}
        for article in articles:
            run = _run(found, scores, article.places, retrieval)
            said.setdefault(found[run[0]].text, run)  # a copy says no more
        runs = list(said.values())
    return [
        Quote(
            found[first].quote.passage,
            Span(found[first].quote.span.start, found[last].quote.span.end),
        )
        for first, last in runs[:MAX_QUOTES]
    ]


@dataclass(frozen=True, slots=True)
class _Article:
    """The sentences of an article, and the best that its passages and they have.

    Attributes:
        nearness: Score of a passage, 1 for the best of all.
        meaning: Of a passage, in standard deviations.
        share: Logarithm of a sentence's part in all answers.
        score: Ranking score of a sentence.
    """

    places: list[int]
    date: str
    nearness: float
    meaning: float
    share: float
    score: float


def _articles(
    found: Sequence[Sentence], scores: FloatArray, retrieval: Retrieval
) -> list[_Article]:
    """The articles, the nearest first."""
    places_of: dict[str, list[int]] = {}
    for place, sentence in enumerate(found):
        document = retrieval.results[sentence.quote.passage].document
        places_of.setdefault(document.id, []).append(place)
    articles = []
    for places in places_of.values():
        sentences = [found[place] for place in places]
        results = [retrieval.results[sentence.quote.passage] for sentence in sentences]
        articles.append(
            _Article(
                places,
                date=results[0].document.date or "",
                nearness=max(result.score for result in results),
                meaning=max(sentence.features.meaning for sentence in sentences),
                share=max(sentence.features.share for sentence in sentences),
                score=float(scores[places].max()),
            )
        )
    return sorted(articles, key=lambda article: -article.nearness)


def _on_subject(articles: Sequence[_Article], margin: float) -> list[_Article]:
    """Those that are near in all, or, which an article in another language may be alone, by
    what its words mean.
    """
    score = max(article.score for article in articles) - margin
    meaning = max(article.meaning for article in articles) * _LEAST_MEANING
    share = max(article.share for article in articles) - _SHARE_MARGIN
    return [
        article
        for article in articles
        if (article.score >= score and article.nearness >= _LEAST_NEARNESS)
        or (article.meaning >= meaning and article.share >= share)
    ]


def _run(
    found: Sequence[Sentence], scores: FloatArray, places: Sequence[int], retrieval: Retrieval
) -> tuple[int, int]:
    """The first and the last of the sentences that present an article."""
    best = max(places, key=lambda place: float(scores[place]))
    first = next((n for n in places if _opens(found[n], retrieval)), None)
    if first is not None:
        last = _opening_end(found, first)
        is_near = scores[first : last + 1].max() >= scores[best] - MARGIN
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
