"""Question -> passages: a dense and a lexical leg, fused by what each can know.

The dense leg compares meanings across languages. The lexical leg compares words,
which says much where question and passage share a language and nothing where
they do not; its weight for a passage is therefore the probability that they do.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rag.embed import Embedder
from rag.errors import QuestionError
from rag.language import analyze, question_languages
from rag.settings import Settings
from rag.store import Reader, Store
from rag.store.vectors import FloatArray
from rag.types import LegScore, SearchResult

#: How many chunks each leg proposes.
CANDIDATES = 100

#: Share of the lexical leg where question and passage certainly share a language.
LEXICAL_WEIGHT = 0.3

_MIN_LANGUAGE_PROBABILITY = 0.1


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The passages for a question, and what was learned about it on the way.

    Attributes:
        vector: The question, unit length, shape (dimension,).
        languages: Probability of each language the question may be in.
        idf: Inverse document frequency of its analysed terms, by term.
        results: Best first.
    """

    question: str
    vector: FloatArray
    languages: Mapping[str, float]
    idf: Mapping[str, float]
    results: tuple[SearchResult, ...]

    @property
    def language(self) -> str:
        """The most probable language of the question."""
        return max(self.languages, key=lambda code: self.languages[code])


class Retriever:
    """Searches a store with an embedding model."""

    def __init__(self, store: Store, embedder: Embedder, settings: Settings) -> None:
        self._store = store
        self._embedder = embedder
        self._settings = settings

    def search(self, question: str, top_k: int | None = None) -> Retrieval:
        """The passages nearest to a question.

        Args:
            top_k: At most so many; None takes the setting.

        Raises:
            QuestionError: The question is empty or too long.
            ValueError: `top_k` is below 1.
            StoreError: The index cannot be used.
        """
        question = self._check(question)
        top_k = self._settings.top_k if top_k is None else top_k
        if top_k < 1:
            raise ValueError(f"top_k must be at least 1, not {top_k}")
        vector = self._embedder.embed_query(question)
        with self._store.reader() as reader:
            languages = question_languages(question, reader.languages)
            terms = _terms(question, languages)
            idf = {term: _idf(df, len(reader)) for term, df in reader.document_frequencies(terms)}
            results = _fuse(reader, vector, languages, list(idf), max(CANDIDATES, top_k), top_k)
        return Retrieval(question, vector, languages, idf, results)

    def _check(self, question: str) -> str:
        question = question.strip()
        if not question:
            raise QuestionError("the question is empty; type one, such as: who was elected?")
        if len(question) > (limit := self._settings.max_question_chars):
            raise QuestionError(
                f"the question has {len(question):,} characters, at most {limit:,} are accepted; "
                "shorten it, or raise the setting max_question_chars"
            )
        return question


def _terms(question: str, languages: Mapping[str, float]) -> list[str]:
    """The question's terms, analysed in each language it may well be in."""
    likely = [code for code, share in languages.items() if share >= _MIN_LANGUAGE_PROBABILITY]
    return list(dict.fromkeys(term for code in likely for term in analyze(question, code)))


def _idf(frequency: int, chunks: int) -> float:
    """BM25's weight of a term that `frequency` of `chunks` hold (Robertson and Zaragoza 2009)."""
    return math.log(1 + (chunks - frequency + 0.5) / (frequency + 0.5))


def _fuse(
    reader: Reader,
    vector: FloatArray,
    languages: Mapping[str, float],
    terms: list[str],
    candidates: int,
    top_k: int,
) -> tuple[SearchResult, ...]:
    dense = dict(reader.dense(vector, candidates))
    lexical = dict(reader.lexical(terms, candidates))
    ranks = {"dense": _ranks(dense), "lexical": _ranks(lexical)}
    low, high = min(dense.values(), default=0.0), max(dense.values(), default=0.0)
    unseen = [key for key in lexical if key not in dense]
    for key, row in zip(unseen, reader.vectors(unseen), strict=True):
        dense[key] = float(row @ vector)
    best_lexical = max(lexical.values(), default=1.0)
    language_of = reader.chunk_languages(list(dense))

    def legs(key: int) -> dict[str, LegScore]:
        weight = LEXICAL_WEIGHT * languages.get(language_of[key], 0.0)
        return {
            "dense": LegScore(ranks["dense"].get(key), dense[key], 1 - weight),
            "lexical": LegScore(ranks["lexical"].get(key), lexical.get(key, 0.0), weight),
        }

    def score(legs: Mapping[str, LegScore]) -> float:
        meaning = (legs["dense"].score - low) / (high - low) if high > low else 1.0
        words = legs["lexical"].score / best_lexical
        return legs["dense"].weight * meaning + legs["lexical"].weight * words

    scored = {key: (score(found := legs(key)), found) for key in dense}
    best = sorted(scored, key=lambda key: (-scored[key][0], key))[:top_k]
    hits = reader.hits(best)
    return tuple(SearchResult(hits[key].document, hits[key].chunk, *scored[key]) for key in best)


def _ranks(scores: Iterable[int]) -> dict[int, int]:
    """Rank from 1 by key, of keys in the order of their scores."""
    return {key: rank for rank, key in enumerate(scores, 1)}
