"""How good retrieval is: each leg and their fusion, per pair of languages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import ir_measures

from rag.evaluate.questions import ANY, Estimate, Question, estimate
from rag.types import Document, Filters

#: By the names that ir-measures gives them.
MEASURES = ("nDCG@10", "RR@10", "R@1", "R@5", "R@10", "R@100")

_DEPTH = 200  # chunks; enough for 100 documents


@dataclass(frozen=True, slots=True)
class Measured:
    """What one leg scores on some of the questions.

    Attributes:
        questions: Their language; `*` for all.
        passages: Language that was searched; `*` for the whole corpus.
        leg: `dense`, `lexical`, `fused`, or `reranked` if a model for that is set.
        count: How many questions.
        scores: By the name of the measure.
    """

    questions: str
    passages: str
    leg: str
    count: int
    scores: Mapping[str, Estimate]


OnQuestion = Callable[[int, int], None]


class Ranking(Protocol):
    """What can be measured: `corpus.retriever()`, or the `Retriever` behind it."""

    def rankings(
        self, question: str, depth: int, filters: Filters | None = None
    ) -> dict[str, list[str]]:
        """Ids of documents by leg, best first; each ranking of so many chunks."""


def evaluate(
    retriever: Ranking,
    questions: Sequence[Question],
    documents: Mapping[str, str],
    on_question: OnQuestion = lambda _done, _total: None,
) -> list[Measured]:
    """Measures each leg and their fusion: over everything, then per pair of languages.

    A pair keeps the questions of one language, the passages of another, and what is
    relevant among these.

    Args:
        documents: Language by document id.
        on_question: Told how many searches are done, of how many.
    """
    pairs = list(evaluation_pairs(questions, documents))
    total = sum(len(chosen) for _, _, chosen in pairs)
    done = 0
    measured = []
    for asked, searched, chosen in pairs:
        filters = None if searched == ANY else Filters(languages=(searched,))
        runs: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
        for question in chosen:
            for leg, ids in retriever.rankings(question.text, _DEPTH, filters).items():
                runs[leg][question.id] = ids
            on_question(done := done + 1, total)
        for leg, run in runs.items():
            scores = score(chosen, run)
            measured.append(Measured(asked, searched, leg, len(chosen), scores))
    return measured


def score(questions: Sequence[Question], run: Mapping[str, Sequence[str]]) -> dict[str, Estimate]:
    """The measures of one ranking of document ids per question."""
    qrels = {question.id: dict(question.relevant) for question in questions}
    scores = {
        query: {id: float(-rank) for rank, id in enumerate(ids)} for query, ids in run.items()
    }
    values: dict[str, list[float]] = {name: [] for name in MEASURES}
    measures = [ir_measures.parse_measure(name) for name in MEASURES]
    for metric in ir_measures.iter_calc(measures, qrels, scores):
        values[str(metric.measure)].append(metric.value)
    return {name: estimate(some) for name, some in values.items()}


def languages(documents: Iterator[Document]) -> dict[str, str]:
    """Language by document id."""
    return {document.id: document.language for document in documents}


def evaluation_pairs(
    questions: Sequence[Question], documents: Mapping[str, str]
) -> Iterator[tuple[str, str, list[Question]]]:
    """Language of questions, language of passages, and the questions with what is left."""
    whole = [kept for q in questions if (kept := _within(q, documents, ANY))]
    yield ANY, ANY, whole
    asked = sorted({question.language for question in whole})
    searched = sorted({documents[id] for question in whole for id in question.relevant})
    if len(asked) * len(searched) == 1:
        return
    for language in asked:
        own = [question for question in whole if language in (ANY, question.language)]
        if language != ANY:  # all of them over everything come first
            yield language, ANY, own
        for other in searched:
            if chosen := [kept for q in own if (kept := _within(q, documents, other))]:
                yield language, other, chosen


def _within(question: Question, documents: Mapping[str, str], language: str) -> Question | None:
    relevant = {
        id: grade
        for id, grade in question.relevant.items()
        if id in documents and language in (ANY, documents[id])
    }
    return replace(question, relevant=relevant) if relevant else None
