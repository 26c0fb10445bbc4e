"""The passages nearest to a subject -> those that present what articles say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.retrieve import Retrieval
from rag.types import SearchResult, Wish

#: How many passages to choose from.
DEPTH = 20

#: Articles that are presented at most.
ARTICLES = 3

# Articles with this part of the best score are about as near as the best: of these the newest
# are the news.
_AS_NEAR = 0.75


def gathered(found: Retrieval, wish: Wish, top_k: int) -> Retrieval:
    """What is handed on to the answer: of each of the best articles its beginning and its best
    passage, then the next ones; of one that is wanted in short its passages alone.

    Args:
        found: For the subject.
        wish: What of it is wanted.
        top_k: Passages at most.
    """
    results = found.results
    places_of: dict[str, list[int]] = {}
    for place, result in enumerate(results):
        places_of.setdefault(result.document.id, []).append(place)
    articles = list(places_of.values())
    others: Sequence[int] = range(len(results))
    if wish == "summary":
        articles = articles[:1]
        others = [place for places in articles for place in places]
    elif wish == "news":
        articles = _newest_first(articles, results)
    presenting = (
        place
        for places in articles[:ARTICLES]
        for place in places
        if place == places[0] or is_opening(results[place])
    )
    chosen = list(dict.fromkeys([*others[:1], *presenting, *others]))
    return replace(found, results=tuple(results[place] for place in sorted(chosen[:top_k])))


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
