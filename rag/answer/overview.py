"""Articles on a subject -> the quotes that present it: what they begin with, or say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.quotes import MARGIN, MAX_QUOTES, beside, grown, span_of, spoken_runs
from rag.answer.sentences import Sentence
from rag.arrays import FloatArray
from rag.cite import Quote
from rag.gathering import is_opening
from rag.retrieve import Retrieval

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
    runs = _Presentation(found, scores, retrieval).runs(margin)[:MAX_QUOTES]
    return [Quote(found[first].quote.passage, span_of(found, first, last)) for first, last in runs]


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


class _Presentation:
    """The sentences of some articles, and which of them present these.

    A run of sentences is the places of its first and its last.
    """

    def __init__(self, found: Sequence[Sentence], scores: FloatArray, retrieval: Retrieval) -> None:
        self._found, self._scores = found, scores
        self._subject, self._wish = retrieval.subject, retrieval.wish
        #: Of each sentence.
        self._results = [retrieval.results[sentence.quote.passage] for sentence in found]
        self._spoken = spoken_runs(found)

    def runs(self, margin: float) -> list[tuple[int, int]]:
        """Of each article that presents the subject one; of one in short, some."""
        articles = self._articles()
        if articles and self._wish == "summary":
            return self._in_short(articles[0].places)
        if articles and self._subject:
            articles = _on_subject(articles, margin)
        if self._wish == "news":
            articles.sort(key=lambda article: article.date, reverse=True)
        said: dict[str, tuple[int, int]] = {}
        for article in articles:
            run = self._run(article.places)
            said.setdefault(self._found[run[0]].text, run)  # a copy says no more
        return list(said.values())

    def _articles(self) -> list[_Article]:
        """The articles, the nearest first."""
        places_of: dict[str, list[int]] = {}
        for place, result in enumerate(self._results):
            places_of.setdefault(result.document.id, []).append(place)
        articles = [
            _Article(
                places,
                date=self._results[places[0]].document.date or "",
                nearness=max(self._results[place].score for place in places),
                meaning=max(self._found[place].features.meaning for place in places),
                share=max(self._found[place].features.share for place in places),
                score=float(self._scores[places].max()),
            )
            for places in places_of.values()
        ]
        return sorted(articles, key=lambda article: -article.nearness)

    def _run(self, places: Sequence[int]) -> tuple[int, int]:
        """What presents an article: its beginning, or what says most of the subject."""
        best = max(places, key=lambda place: float(self._scores[place]))
        first = next((place for place in places if is_opening(self._results[place])), None)
        if first is not None:
            last = self._opening_end(first)
            least = self._scores[best] - MARGIN
            if not self._subject or self._scores[first : last + 1].max() >= least:
                return first, last
        return grown(self._found, self._scores, best, set(), self._spoken)

    def _opening_end(self, first: int) -> int:
        """The last sentence of a beginning, as long as that is short enough."""
        last = first
        while last + 1 in beside(self._found, first, last):
            start, end = span_of(self._found, first, last + 1)
            if end - start > _OPENING_CHARS:
                break
            last += 1
        return last

    def _in_short(self, places: Sequence[int]) -> list[tuple[int, int]]:
        """What an article begins with and its best sentences, in the order of its text."""
        runs = [self._run(places)]
        taken = set(range(runs[0][0], runs[0][1] + 1))
        for best in sorted(places, key=lambda place: -self._scores[place]):
            if best not in taken and len(runs) < MAX_QUOTES:
                runs.append(grown(self._found, self._scores, best, taken, self._spoken))
                taken.update(range(runs[-1][0], runs[-1][1] + 1))
        return sorted(runs, key=lambda run: self._found[run[0]].quote.span)
