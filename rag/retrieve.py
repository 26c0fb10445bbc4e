"""Question -> passages: a dense and a lexical leg, and what both are worth together.

Each leg proposes chunks. All that is proposed is then looked at by both: rag/fusion.py
says what nearness in meaning and in words is worth in which language.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import SupportsIndex

import numpy as np

from rag.arrays import FloatArray
from rag.background import Background, BackgroundPassages, Beside, background
from rag.embed import Embedder, Reranker
from rag.errors import QuestionError
from rag.fusion import BM25_PART, Fused, fuse
from rag.language import analyze, question_languages, unquoted
from rag.period import ANY_TIME, asks_for_latest, period_of, today
from rag.publishers import Publishers
from rag.questions import QuestionEmbedder
from rag.recent import Recent
from rag.settings import MAX_TOP_K, Settings
from rag.store import Backend, Reader
from rag.store.terms import split_terms, term_text
from rag.types import Explanation, Filters, LegScore, SearchResult, Untimely, Wish

#: How many chunks each leg proposes; with 100 no nDCG@10 in docs/retrieval.md is another.
CANDIDATES = 50

#: How many chunks are known by their words; the best of them are proposed.
_LEXICAL_DEPTH = 500

#: The words of a question are looked up from the rarest on, until so many passages hold one:
#: BM25 takes 3 microseconds for each. What frequent words say is in the share of words held.
POSTINGS = 3_000

#: How deep the dense leg looks where languages must be made comparable first.
_MANY_LANGUAGES_DEPTH, _MANY_LANGUAGES_SHARE = 1000, 0.01

#: How many passages a cross-encoder, if one is set, puts in its own order.
RERANKED = 20

#: Where the latest is asked for, passages within so many standard deviations of the best are as
#: near as that.
_AS_NEAR = 1.0

#: Of how many passages, the best, the whole article is looked at where days are asked for.
_TOLD = 20

#: Standard deviations of meaning that an untimely passage loses.
_LOSES: Mapping[Untimely, float] = {"": 0.0, "older": _AS_NEAR, "other": 2.0}

_MIN_LANGUAGE_PROBABILITY = 0.1

#: So sure is a few words' language taken to be theirs, not that of what they go on from.
_SURE_OF_LANGUAGE = 0.9
#: Up to this, another language that it may be in is as good.
_MOST_UNSURE = 0.5

# A question is not remembered if the articles that it found have more text than this.
_RECENT_CHARS = 1_000_000


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The passages for a question, and what was learned about it on the way.

    Attributes:
        languages: Probability of each language the question may be in.
        idf: Inverse document frequency of its analysed terms, by term.
        results: Best first.
        searched: How many passages there were to choose from: all, or the few that the
            filters let through.
        tokens: How many the question has for the embedding model.
        is_filtered: Whether filters chose among the passages.
        asked: A follow-up question as it was asked; empty if `question` is what was asked.
        subject: What was searched for if not a fact but a subject is asked for: `the tram` of
            "Tell me about the tram"; empty if everything there is.
        wish: What of it; None if a fact is asked for.
        is_of_days: Whether days are named, or the latest is asked for.
        asks_nothing: Whether it asks nothing of articles: then there are no results.
        names_sources: Whether the source of each quote is asked for.
        counted: How many articles there are, if that is asked for.
        parts: What was found for each of the questions that it consists of, of `results` alone;
            empty for a single one.
    """

    question: str
    languages: Mapping[str, float]
    idf: Mapping[str, float]
    results: tuple[SearchResult, ...]
    searched: int
    tokens: int
    is_filtered: bool = False
    asked: str = ""
    subject: str = ""
    wish: Wish | None = None
    is_of_days: bool = False
    asks_nothing: bool = False
    names_sources: bool = False
    counted: int | None = None
    parts: tuple[Retrieval, ...] = ()

    @property
    def language(self) -> str:
        """The most probable language of what was asked, also if it goes on from a question in
        another; that of the first passage if none is probable ("2024?"), or a name is all that
        was said.
        """
        if self.results and self.subject == self.question.strip():
            return self.results[0].document.language
        said = unquoted(self.asked or self.question)
        alone = self.languages
        if said != self.question:
            alone = question_languages(said, self.languages)
        code = _most_probable(alone)
        if alone[code] >= _SURE_OF_LANGUAGE:
            return code
        code = _most_probable(self.languages)
        if self.results and self.languages[code] <= _MOST_UNSURE:
            found = self.results[0].document.language
            return found if found in self.languages else code
        return code


class Retriever:
    """Searches a store with an embedding model."""

    def __init__(self, store: Backend, embedder: Embedder, settings: Settings) -> None:
        self.store = store
        self._dimension = embedder.dimension
        self._token_spans = embedder.token_spans
        self._questions = QuestionEmbedder(embedder)
        #: Passages shown for a question.
        self.top_k = settings.top_k
        self._passages = BackgroundPassages(embedder)
        self._settings = settings
        self._reranker = Reranker(name) if (name := settings.reranker_model) else None
        self._recent: Recent[object, Retrieval] = Recent(settings.recent_questions)
        self._publishers: Recent[object, Publishers] = Recent(1)

    def check(self, question: str, filters: Filters | None) -> str:
        """The question without space around it.

        Raises:
            QuestionError: It is empty, too long or no text, or `filters` are no `Filters`.
        """
        if not isinstance(filters, Filters | None):
            raise QuestionError(f"filters are Filters(languages=['fr']), not {filters!r:.100}")
        if not isinstance(question, str):
            raise QuestionError(f"a question is text, not {question!r:.100}")
        question = question.strip()
        if not question:
            raise QuestionError("the question is empty; type one, such as: who was elected?")
        if len(question) > (limit := self._settings.max_question_chars):
            raise QuestionError(
                f"the question has {len(question):,} characters, at most {limit:,} are accepted; "
                "shorten it, or raise the setting max_question_chars"
            )
        return question

    def search(
        self, question: str, top_k: int | None = None, filters: Filters | None = None
    ) -> Retrieval:
        """The passages nearest to a question.

        Args:
            top_k: At most so many; None takes the setting.
            filters: Which documents to search.

        Raises:
            QuestionError: The question is empty or too long, or `filters` are no `Filters`.
            ValueError: `top_k` is below 1 or above `MAX_TOP_K`.
            StoreError: The index cannot be used.
        """
        if not isinstance(top_k, SupportsIndex | None):
            raise QuestionError(f"top_k is a whole number, not {top_k!r:.100}")
        top_k = self.top_k if top_k is None else top_k
        if not 1 <= top_k <= MAX_TOP_K:
            raise ValueError(f"top_k must be at least 1 and at most {MAX_TOP_K}, not {top_k}")
        question = self.check(question, filters)
        with self.store.reader() as reader:
            asked = (reader.generation, question, top_k, filters, today())
            if known := self._recent.get(asked):
                return known
            wanted = max(RERANKED, top_k) if self._reranker else top_k
            # Where there is nothing to find, the tokenizer need not be loaded.
            tokens = len(self._token_spans(question)) if len(reader) else 0
            retrieval = self._begun(reader, question, wanted, filters).retrieval(wanted, tokens)
        if self._reranker:
            results = _reranked(self._reranker, question, retrieval.results[:RERANKED])
            results = (results + retrieval.results[RERANKED:])[:top_k]
            retrieval = replace(retrieval, results=results)
        if sum(len(found.document.text) for found in retrieval.results) <= _RECENT_CHARS:
            self._recent.keep(asked, retrieval)
        return retrieval

    def newest(
        self, question: str, filters: Filters | None = None, *, counts: bool = False
    ) -> Retrieval:
        """What the newest articles begin with, for a question about whatever there is.

        Args:
            filters: Which documents to choose from.
            counts: Whether it asks how many these are.

        Raises:
            QuestionError: The question is empty or too long, or `filters` are no `Filters`.
            StoreError: The index cannot be used.
        """
        question = self.check(question, filters)
        with self.store.reader() as reader:
            keys = reader.newest(self.top_k, filters)
            hits = reader.hits(keys)
            return Retrieval(
                question=question,
                languages=question_languages(question, reader.languages),
                idf={},
                results=tuple(
                    SearchResult(hits[key].document, hits[key].chunk, 1.0) for key in keys
                ),
                searched=len(reader),
                tokens=0,
                is_filtered=filters not in (None, Filters()),
                wish="news",
                counted=reader.count(filters) if counts else None,
            )

    def publishers(self) -> Publishers:
        """The sources and authors of the articles, read once a generation."""
        with self.store.reader(search=False) as reader:
            known = self._publishers.get(reader.generation)
            if known is None:
                known = Publishers(reader.sources(), reader.authors())
                self._publishers.keep(reader.generation, known)
            return known

    def rankings(
        self, question: str, depth: int, filters: Filters | None = None
    ) -> dict[str, list[str]]:
        """Ids of documents by leg, `fused` and, where a model is set, `reranked`, best first.

        A document stands where its best chunk stands.

        Args:
            depth: Chunks looked at in each ranking.
            filters: Which documents to search.
        """
        with self._searching(question, depth, filters) as search:
            found = search.rankings(depth)
        if self._reranker:
            results = self.search(question, depth, filters).results
            found["reranked"] = list(dict.fromkeys(result.document.id for result in results))
        return found

    @contextmanager
    def _searching(self, question: str, wanted: int, filters: Filters | None) -> Iterator[_Search]:
        question = self.check(question, filters)
        with self.store.reader() as reader:
            yield self._begun(reader, question, wanted, filters)

    def _begun(
        self, reader: Reader, question: str, wanted: int, filters: Filters | None
    ) -> _Search:
        languages = question_languages(question, reader.languages)
        if len(reader):
            vector = self._questions.embed(question, _most_probable(languages))
        else:  # nothing to find, so nothing for the model to do
            vector = np.zeros(self._dimension, np.float32)
        samples = reader.samples()
        beside = self._passages.beside(samples)
        seen = background(vector, samples, beside)
        depth = max(CANDIDATES, wanted)
        return _Search(reader, question, languages, vector, filters, depth, beside, seen)


def _reranked(
    reranker: Reranker, question: str, results: Sequence[SearchResult]
) -> tuple[SearchResult, ...]:
    """The results in the cross-encoder's order; it is one more leg, and the only one that counts.

    Each place keeps its score: the scores of two scales do not compare.
    """
    if not results:
        return ()
    texts = [f"{found.document.title}\n{found.chunk.text}".strip() for found in results]
    scores = reranker.scores(question, texts)
    order = sorted(range(len(results)), key=lambda place: (-scores[place], place))
    return tuple(
        replace(
            results[place],
            score=results[rank - 1].score,
            legs={**results[place].legs, "reranker": LegScore(rank, scores[place], 1.0)},
        )
        for rank, place in enumerate(order, 1)
    )


def _most_probable(languages: Mapping[str, float]) -> str:
    """The most probable language; English of several that are so."""
    return max(languages, key=lambda code: (languages[code], code == "en"))


def _terms(question: str, languages: Iterable[str]) -> list[str]:
    """The question's terms, analysed in each of some languages."""
    terms = (term for code in languages for term in analyze(question, code))
    return list(dict.fromkeys(terms))


def _likely(languages: Mapping[str, float]) -> list[str]:
    """The languages that a question may well be in, the most probable first."""
    # A number may be in any of so many languages that none is likely.
    least = min(_MIN_LANGUAGE_PROBABILITY, max(languages.values()))
    likely = [code for code, share in languages.items() if share >= least]
    return sorted(likely, key=lambda code: -languages[code])


def rarest(frequencies: Mapping[str, int], postings: int) -> list[str]:
    """Terms, rarest first, as long as no more than so many passages hold them, all added up.

    The first that any passage holds is one of them, however many do.
    """
    terms = sorted(frequencies, key=lambda term: frequencies[term])
    totals = accumulate(frequencies[term] for term in terms)
    return [
        term
        for term, total in zip(terms, totals, strict=True)
        if total <= postings or total == frequencies[term]
    ]


def _idf(frequency: float, chunks: float) -> float:
    """BM25's weight of a term that `frequency` of `chunks` hold (Robertson and Zaragoza 2009)."""
    return math.log(1 + (chunks - frequency + 0.5) / (frequency + 0.5))


class _Search:
    """One question's candidates, and what is known of them, in one order."""

    def __init__(
        self,
        reader: Reader,
        question: str,
        languages: Mapping[str, float],
        vector: FloatArray,
        filters: Filters | None,
        wanted: int,
        beside: Beside,
        background: Background,
    ) -> None:
        self._reader = reader
        self._question = question
        self._vector = vector
        self._question_languages = languages
        self._background = background
        self._is_filtered = filters not in (None, Filters())
        self._likely = _likely(languages)
        terms = _terms(question, self._likely)
        #: How the index writes each term.
        self._written = {term: term_text([term]) for term in terms}
        self._frequencies = dict(reader.document_frequencies(terms))
        chunks = len(reader)
        self._idf = {
            term: _idf(count + beside.frequency(term), chunks + beside.chunks)
            for term, count in self._frequencies.items()
        }
        dense = self._dense(filters, wanted)
        self._period = period_of(question, self._likely)
        self._asks_for_latest = asks_for_latest(question, self._likely)
        telling = rarest(self._frequencies, POSTINGS)
        bm25 = dict(reader.lexical(telling, max(_LEXICAL_DEPTH, wanted), filters))
        #: Chunks in the order of each leg.
        self._orders = {"dense": list(dense), "lexical": list(bm25)[:wanted]}
        self._ranks = {leg: _ranks(keys) for leg, keys in self._orders.items()}
        self._searched = chunks if len(dense) >= wanted else len(dense)
        of_these_days = self._of_these_days(filters, wanted)
        if self._period.is_relative and not of_these_days:
            self._period = ANY_TIME  # "this year" is said of times long past, too
        proposed = dict.fromkeys([*self._orders["lexical"], *of_these_days])
        unseen = [key for key in proposed if key not in dense]
        dense |= zip(unseen, reader.cosines(vector, unseen).tolist(), strict=True)
        self._keys = list(dense)
        self._languages = reader.chunk_languages(self._keys)
        self._cosines = np.array(list(dense.values()), np.float32)
        self._bm25 = np.array([bm25.get(key, 0.0) for key in self._keys], np.float32)
        greatest = np.float32(_greatest_bm25(self._frequencies, chunks))
        self._terms = reader.terms(self._keys)
        self._bm25_shares, self._coverage = self._bm25 / greatest, self._held()
        shares = BM25_PART * self._bm25_shares + (1 - BM25_PART) * self._coverage
        self._shares = shares.astype(np.float32)
        self._fused = self._fuse(self._cosines, self._shares, self._languages)
        self._untimely = self._days()
        lost = np.array([_LOSES[each] for each in self._untimely], np.float32)
        self._total = self._fused.total - lost
        keys = np.array(self._keys, np.int64)
        self._best_first: list[int] = np.lexsort((keys, -self._total)).tolist()

    def _held(self) -> FloatArray:
        """Share of the question's terms that each chunk holds, 0 to 1.

        A term weighs its idf squared, as in the cosine of two tf-idf vectors.
        """
        weights = [(f" {self._written[term]} ", idf**2) for term, idf in self._idf.items()]
        texts = [f" {terms} " for terms in self._terms]
        held = [sum([weight for term, weight in weights if term in text]) for text in texts]
        return np.array(held, np.float32) / np.float32(sum(dict(weights).values()) or 1.0)

    def _of_these_days(self, filters: Filters | None, wanted: int) -> Collection[int]:
        """The chunks nearest in meaning of the days that the question names."""
        within = self._period.within(filters, days_later=1)
        return self._dense(within, wanted) if within else ()

    def _days(self) -> Sequence[Untimely]:
        """What speaks against the day of each chunk."""
        if self._period:
            return self._of_other_days()
        if self._asks_for_latest:
            return self._older()
        return [""] * len(self._keys)

    def _older(self) -> list[Untimely]:
        """Which chunks, of those that are as near as the best, are not the newest."""
        near = self._fused.total >= self._fused.total.max(initial=0.0) - _AS_NEAR
        dates = self._reader.dates(self._keys)
        of_near = [(date or "") * bool(is_near) for date, is_near in zip(dates, near, strict=True)]
        newest = max(of_near, default="")
        return ["older" if "" < date < newest else "" for date in of_near]

    def _of_other_days(self) -> list[Untimely]:
        """Which chunks are known to be of other days than the question names."""
        dates = self._reader.dates(self._keys)
        terms = [frozenset(split_terms(terms)) for terms in self._terms]
        passages = zip(dates, terms, self._languages, strict=True)
        excluded = [self._period.excludes(*each) for each in passages]
        # Of the best it is asked whether their articles tell of these days elsewhere.
        best = [place for place in np.argsort(-self._fused.total)[:_TOLD] if excluded[place]]
        hits = self._reader.hits([self._keys[place] for place in best])
        for place in best:
            document = hits[self._keys[place]].document
            excluded[place] = not self._period.may_be_told_in(document.text, document.language)
        return ["other" if is_excluded else "" for is_excluded in excluded]

    def _fuse(self, cosines: FloatArray, shares: FloatArray, languages: Sequence[str]) -> Fused:
        return fuse(cosines, shares, languages, self._question_languages, self._background)

    def _dense(self, filters: Filters | None, wanted: int) -> dict[int, float]:
        """The chunks nearest in meaning, best first, with their cosines."""
        reader = self._reader
        if len((filters and filters.languages) or reader.languages) <= 1:
            return dict(reader.dense(self._vector, wanted, filters))
        share = int(len(reader) * _MANY_LANGUAGES_SHARE)
        depth = max(wanted, _MANY_LANGUAGES_DEPTH, share)
        found = reader.dense(self._vector, depth, filters)
        languages = reader.chunk_languages([key for key, _ in found])
        cosines = np.array([cosine for _, cosine in found], np.float32)
        meaning = self._fuse(cosines, np.zeros_like(cosines), languages).meaning
        return dict(found[place] for place in np.argsort(-meaning, kind="stable")[:wanted])

    def retrieval(self, top_k: int, tokens: int) -> Retrieval:
        """What is handed on to the answer; the question has so many tokens."""
        return Retrieval(
            question=self._question,
            languages=self._question_languages,
            idf=self._idf,
            results=self._results(top_k),
            searched=self._searched,
            tokens=tokens,
            is_filtered=self._is_filtered,
            is_of_days=bool(self._period) or self._asks_for_latest,
        )

    def rankings(self, depth: int) -> dict[str, list[str]]:
        """Document ids by leg and fused."""
        orders = {**self._orders, "fused": [self._keys[place] for place in self._best_first]}
        return {
            leg: list(dict.fromkeys(self._reader.document_ids(keys[:depth])))
            for leg, keys in orders.items()
        }

    def _results(self, top_k: int) -> tuple[SearchResult, ...]:
        total = self._total
        order = self._best_first[:top_k]
        hits = self._reader.hits([self._keys[place] for place in order])
        best = max(float(total.max(initial=0.0)), 1e-9)
        found = []
        for place in order:
            document, chunk, terms = hits[self._keys[place]]
            score = max(0.0, float(total[place]) / best)
            explanation = self._explain(place, terms)
            found.append(SearchResult(document, chunk, score, self._legs(place), explanation))
        return tuple(found)

    def _legs(self, place: int) -> dict[str, LegScore]:
        key, fused = self._keys[place], self._fused
        meaning, words = max(0.0, float(fused.meaning[place])), float(fused.words[place])
        weight = words / (meaning + words) if words else 0.0
        cosine, bm25 = float(self._cosines[place]), float(self._bm25[place])
        return {
            "dense": LegScore(self._ranks["dense"].get(key), cosine, 1 - weight),
            "lexical": LegScore(self._ranks["lexical"].get(key), bm25, weight),
        }

    def _explain(self, place: int, terms: str) -> Explanation:
        held = set(terms.split())
        language = self._languages[place]
        return Explanation(
            question_languages=self._question_languages,
            language=language,
            background=self._background.mean.get(language, self._background.overall),
            spread=self._background.spread,
            meaning=float(self._fused.meaning[place]),
            share=float(self._shares[place]),
            words=float(self._fused.words[place]),
            untold=float(self._fused.untold[place]),
            untimely=self._untimely[place],
            matched=tuple(sorted(term for term, text in self._written.items() if text in held)),
        )


def _greatest_bm25(frequencies: Mapping[str, int], chunks: int) -> float:
    """What a passage would get that repeats every term of the question for ever."""
    # The full-text index weighs a term that more than half of the chunks hold with next
    # to nothing, and its k1 is 1.2 (https://sqlite.org/fts5.html#the_bm25_function).
    weights = (
        math.log((chunks - frequency + 0.5) / (frequency + 0.5))
        for frequency in frequencies.values()
    )
    return 2.2 * sum(max(weight, 1e-6) for weight in weights) or 1.0


def _ranks(keys: Sequence[int]) -> dict[int, int]:
    """Rank from 1 by key, of keys from the best on."""
    return {key: rank for rank, key in enumerate(keys, 1)}
