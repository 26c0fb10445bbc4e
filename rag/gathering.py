"""The passages nearest to a subject -> those that present what articles say of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    articles: dict[str, list[SearchResult]] = {}
    for result in found.results:
        articles.setdefault(result.document.id, []).append(result)
    order = _newest_first(list(articles.values())) if wish == "news" else list(articles.values())
    wanted = _wanted(order[:1] if wish == "summary" else order[:ARTICLES])
    others = order[0] if wish == "summary" and order else found.results
    places = {id(result): place for place, result in enumerate(found.results)}
    chosen = dict.fromkeys(places[id(result)] for result in (*found.results[:1], *wanted, *others))
    kept = sorted(list(chosen)[:top_k])
    return replace(found, results=tuple(found.results[place] for place in kept))


def is_opening(result: SearchResult) -> bool:
    """Whether a passage is what its article begins with."""
    return not result.document.text[: result.chunk.start].strip()


def _wanted(articles: Sequence[Sequence[SearchResult]]) -> Iterator[SearchResult]:
    for passages in articles:
        yield passages[0]
        yield from (result for result in passages if is_opening(result))


def _newest_first(articles: Sequence[list[SearchResult]]) -> list[list[SearchResult]]:
    """The articles about as near as the best by their dates, then the others."""
    near = [each for each in articles if each[0].score >= _AS_NEAR]
    others = [each for each in articles if each[0].score < _AS_NEAR]
    near.sort(key=lambda each: each[0].document.date or "", reverse=True)
    return near + others
