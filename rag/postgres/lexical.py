"""The words of an index and BM25 over them, as the full-text index of the embedded store has it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from psycopg import Connection

from rag.postgres.schema import WORD_CHARS
from rag.store.terms import term_text

#: k1 and b of SQLite's full-text index (https://sqlite.org/fts5.html#the_bm25_function), and
#: what it takes for the weight of a term that half of the chunks or more hold.
_K1, _B, _LEAST_IDF = 1.2, 0.75, 1e-6

_SEARCH: Final = """
SELECT chunk, sum(weight * count / (count + %s + %s * length)) AS score
FROM unnest(%s::integer[], %s::float8[]) AS asked (word, weight) JOIN postings USING (word)
{among} GROUP BY chunk ORDER BY score DESC, chunk LIMIT %s
"""


class Word(NamedTuple):
    """A word of the index, and how many chunks hold it."""

    id: int
    chunks: int


def words_of(connection: Connection[Any], terms: Iterable[str]) -> dict[str, Word]:
    """Those of the terms that the index knows, by term."""
    spelled = {term: term_text([term])[:WORD_CHARS] for term in terms}
    rows = connection.execute(
        "SELECT term, id, chunks FROM words WHERE term = ANY(%s)", (list(spelled.values()),)
    )
    found = {term: Word(*word) for term, *word in rows}
    return {term: found[text] for term, text in spelled.items() if text in found}


def search(
    connection: Connection[Any],
    words: Sequence[Word],
    chunks: int,
    mean_length: float,
    top_k: int,
    among: tuple[str, list[Any]],
) -> list[tuple[int, float]]:
    """The chunks that hold one of the words as `(key, BM25)`, best first.

    Args:
        chunks: How many there are.
        mean_length: In terms.
        among: SQL for the keys of the chunks to choose from, and its values; "" for all.
    """
    condition, values = among
    query = _SEARCH.format(among=f"WHERE chunk IN ({condition})" if condition else "")
    weights = [(_K1 + 1) * _idf(word.chunks, chunks) for word in words]
    per_term = _K1 * _B / mean_length
    asked = (_K1 * (1 - _B), per_term, [word.id for word in words], weights)
    rows = connection.execute(query, (*asked, *values, top_k))
    return [(int(key), float(score)) for key, score in rows]


def _idf(frequency: int, chunks: int) -> float:
    return max(math.log((chunks - frequency + 0.5) / (frequency + 0.5)), _LEAST_IDF)
