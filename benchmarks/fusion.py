"""What other constants of rag/fusion.py would give: `python -m benchmarks.fusion [SET...]`.

For each set and pair of languages: nDCG@10 of the dense leg, of BM25, and of their fusion
by the weight of words and by how much of the words' share is BM25's, the rest being the
share of the question's words that a passage holds. Columns are the weights 3, 4, 5, 6 and 8.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.retrieval import SETS, questions
from benchmarks.sets import open_set
from rag import fusion
from rag.arrays import FloatArray
from rag.evaluate import Question, evaluation_pairs, languages, score
from rag.retrieve import Retriever
from rag.types import Filters

WEIGHTS, BM25_PARTS = (3.0, 4.0, 5.0, 6.0, 8.0), (1.0, 0.67, 0.5, 0.33, 0.0)
#: Searches a set and pair of languages; all questions where there are fewer.
AT_MOST = 700


@dataclass
class Searched:
    """A question, its search, and the document of each candidate."""

    question: Question
    search: Any  # rag.retrieve keeps its class to itself
    documents: list[str]

    def ranking(self, worth: FloatArray) -> list[str]:
        """Documents by what their best candidate is worth."""
        order = np.argsort(-worth, kind="stable")
        return list(dict.fromkeys(self.documents[place] for place in order))

    def fused(self, weight: float, bm25_part: float) -> FloatArray:
        """What the candidates are worth under other constants."""
        search = self.search
        shares = bm25_part * search._bm25_shares + (1 - bm25_part) * search._coverage
        found = search._fuse(search._cosines, shares, search._languages)
        total: FloatArray = found.meaning + weight / fusion.WORDS * found.words
        return total


def searched(
    retriever: Retriever, chosen: Sequence[Question], filters: Filters | None
) -> Iterator[Searched]:
    """The candidates of the questions, evenly thinned out."""
    for question in chosen[:: -(-len(chosen) // AT_MOST)]:
        with retriever._searching(question.text, 0, filters) as search:
            yield Searched(question, search, search._reader.document_ids(search._keys))


def ndcg(found: Sequence[Searched], worth: Callable[[Searched], FloatArray]) -> float:
    """Mean nDCG@10 of the rankings by what candidates are worth."""
    run = {each.question.id: each.ranking(worth(each)) for each in found}
    return score([each.question for each in found], run)["nDCG@10"].mean


def main() -> None:
    """Prints a table for each pair of languages of the sets that are named, else of all."""
    for name in sys.argv[1:] or SETS:
        with open_set(name) as corpus:
            retriever = corpus.retriever().retriever
            known = languages(corpus.documents())
            for asked, passages, chosen in evaluation_pairs(questions(name, None), known):
                filters = None if passages == "*" else Filters(languages=(passages,))
                found = list(searched(retriever, chosen, filters))
                dense = ndcg(found, lambda each: each.search._cosines)
                words = ndcg(found, lambda each: each.search._bm25)
                print(f"{name} {asked} -> {passages}: dense {dense:.4f}, BM25 {words:.4f}")
                for part in BM25_PARTS:
                    row = (ndcg(found, lambda e: e.fused(w, part)) for w in WEIGHTS)  # noqa: B023
                    print(f"  BM25's part {part:.2f} ", *(f"{value:.4f}" for value in row))


if __name__ == "__main__":
    main()
