"""The passages nearest to a subject -> those that present what articles say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.overview import BYLINES
from rag.retrieve import Retrieval
from rag.types import SearchResult, Wish

#: How many passages to choose from.
DEPTH = 20

#: Articles that are presented at most.
ARTICLES = 3

# Articles with this part of the best score are about as near as the best: of these the newest
# are the news.
_AS_NEAR = 0.75


def gathered(found: Retrieval, wish: Wish, top_k: int, *, is_one: bool = False) -> Retrieval:
    """What is handed on to the answer: of each of the best articles its beginning and its best
    passage, then the next ones; of one that is wanted in short its passages alone.

    Where an author or a date is wanted, of articles that tell it, and of the best one whether it
    does or not.

    Args:
        found: For the subject.
        wish: What of it is wanted.
        top_k: Passages at most.
        is_one: Whether it is wanted of one article alone.
    """
    results = found.results
    places_of: dict[str, list[int]] = {}
    for place, result in enumerate(results):
        places_of.setdefault(result.document.id, []).append(place)
    articles = list(places_of.values())
    is_alone = is_one or wish == "summary"
    if is_alone:
        articles = articles[:1]
    elif wish == "news":
        articles = _newest_first(articles, results)
    if wish in BYLINES:
        articles = [
            places
            for places in articles
            if places is articles[0]
            or (results[places[0]].score >= _AS_NEAR and tells(results[places[0]], wish))
        ]
    presenting = (
        place
        for places in articles[:ARTICLES]
        for place in places
        if place == places[0] or is_opening(results[place])
    )
    of_these = [place for places in articles for place in places]
    others = of_these if is_alone or wish in BYLINES else range(len(results))
    chosen = list(dict.fromkeys([*others[:1], *presenting, *others]))
    return replace(found, results=tuple(results[place] for place in sorted(chosen[:top_k])))


def tells(result: SearchResult, wish: Wish) -> bool:
    """Whether what is wanted is known of a passage's article, if that is its author or date."""
    document = result.document
    return bool(document.date if wish == "date" else document.authors or document.source)


def is_opening(result: SearchResult) -> bool:
    """Whether a passage is what its article begins with."""
    return not result.document.text[: result.chunk.start].strip()


def _newest_first(
    articles: Sequence[list[int]], results: Sequence[SearchResult]
) -> list[list[int]]:
    """The articles about as near as the best by their dates, then the others."""
    near = [places for places in articles if results[places[0]].score >= _AS_NEAR]
    near.sort(key=lambda places: results[places[0]].document.date or "", reverse=True)
    return [*near, *articles[len(near) :]]
