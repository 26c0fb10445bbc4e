"""Fits which sentence answers and how probable it is that one does; prints how well.

    python -m benchmarks.fit_answers [--write]

Ranking is fitted on questions that the reader (benchmarks/fit_reader.py) did not learn
from: some of PIAF's, and half of those about the articles of XQuAD that were held out;
PIAF's first 1,000 questions and the other half test it. Confidence is fitted on questions
with and without an answer, French over French, English over German, and three languages
over each other, each over hundreds of passages and over a few (benchmarks/small.py), and, each
counted for a tenth, on held-out questions of benchmarks/written, where the article that seems to
answer leaves it out, or is another one; tested by cross-validation and where it was not fitted on.
With `--write` the coefficients go to rag/answer/ranking.json and confidence.json.
"""

from __future__ import annotations

import datetime
import json
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict

from benchmarks.sets import DATA, ROOT, Keep, open_set, read_rows, remembering_reader
from benchmarks.small import Pool, fitted_pools, small_corpora, tested_pools
from benchmarks.splits import KINDS, XQUAD, XQUAD_LANGUAGES, Kind, Row, piaf, written, xquad
from rag.answer.confidence import Evidence, evidence
from rag.answer.extractive import LEAST_CONFIDENCE
from rag.answer.quotes import quotes_of
from rag.answer.sentences import Features, Sentence, matrix, sentences
from rag.cite import Quote
from rag.corpus import Corpus
from rag.evaluate.answers import auroc, calibration_error
from rag.retrieve import Retrieval
from rag.types import Filters

COMMAND = "python -m benchmarks.fit_answers --write"
#: Counts what both files were fitted with (features, reader, questions), as one: confidence weighs
#: the scores of the ranking. A run that only repeats the last one does not raise it.
VERSION = 8
ABSTAIN_SETS = ("abstain_piaf_fr", "abstain_belebele_en_de")
#: Of a written question, where others count for 1 (docs/answers-tried.md).
WRITTEN_WEIGHT = 0.1
#: The kinds of written questions that confidence is fitted on; the others test it.
FITTED_KINDS: tuple[Kind, ...] = ("", "short", "close")
Array = npt.NDArray[np.float64]


@dataclass
class Case:
    """One question with its sentences, and which of these hold an answer."""

    retrieval: Retrieval
    found: list[Sentence]
    rows: Array
    hits: npt.NDArray[np.bool_]
    answers: dict[str, list[str]]

    def is_hit(self, quote: Quote) -> bool:
        """Whether a quote holds an answer in the language of its document."""
        document = self.retrieval.results[quote.passage].document
        text = document.text[quote.span.start : quote.span.end]
        return holds(text, self.answers, document.language)


def holds(text: str, answers: dict[str, list[str]], language: str) -> bool:
    """Whether a text holds one of the answers in its language, or in any if there is none."""
    return any(answer in text for answer in answers.get(language, answers.get("", [])))


class Asked(NamedTuple):
    """A question, its known answers by language (`""` for any), and what to search."""

    text: str
    answers: dict[str, list[str]]
    filters: Filters | None = None


def cases(corpus: Corpus, asked: Iterable[Asked]) -> Iterator[Case]:
    """The questions as the answerer sees them."""
    chain, reader = corpus.chain(), remembering_reader()
    for question, known, filters in asked:
        retrieval = chain.retriever.search(question, filters=filters)
        found = sentences(retrieval, reader)
        documents = [retrieval.results[s.quote.passage].document for s in found]
        hits = [holds(s.text, known, d.language) for s, d in zip(found, documents, strict=True)]
        yield Case(retrieval, found, matrix(found).astype(float), np.array(hits, bool), known)


def piaf_cases() -> tuple[list[Case], list[Case]]:
    """Test questions of PIAF and those that the ranking is fitted on."""
    split = piaf()

    def asked(questions: Sequence[Row]) -> Iterator[Asked]:
        for question in questions:
            yield Asked(question["text"], {"": split.answers[question["id"]]["answers"]})

    with open_set("piaf_fr") as corpus:
        return list(cases(corpus, asked(split.test))), list(cases(corpus, asked(split.ranking)))


def one_language(row: Row) -> bool:
    """Keeps each passage of XQuAD in one of its languages, told by its group."""
    chosen = XQUAD_LANGUAGES[zlib.crc32(row["group"].encode()) % 3]
    return bool(row["lang"] == chosen)


def one_language_of_half(row: Row) -> bool:
    """The same, of every other passage."""
    return one_language(row) and zlib.crc32(row["group"].encode()) % 2 == 0


def xquad_cases(part: str, keep: Keep) -> tuple[list[Case], Array]:
    """Every other held-out question over a part of the passages, and 1 where that answers it."""
    split = xquad()
    questions = split.held_out[::2]
    answers: dict[str, dict[str, list[str]]] = {}
    for row in split.answers.values():
        group, language = row["query_id"].rsplit(":", 1)
        answers.setdefault(group, {})[language] = row["answers"]
    with open_set(XQUAD, part=part, keep=keep) as corpus:
        kept = {document.id.rsplit(":", 1)[0] for document in corpus.documents()}
        asked = (Asked(question["text"], answers[question["group"]]) for question in questions)
        found = list(cases(corpus, asked))
    return found, np.array([split.passage[q["group"]] in kept for q in questions], float)


def fit_ranking(training: Sequence[Case], penalty: float = 1e-3) -> Array:
    """Weights that give the sentences with an answer the greatest share of probability."""
    kept = [case for case in training if 0 < case.hits.sum() < len(case.hits)]
    rows = np.vstack([case.rows for case in kept])
    hits = np.concatenate([case.hits for case in kept]).astype(float)
    sizes = np.array([len(case.rows) for case in kept])
    starts, owner = np.cumsum(sizes) - sizes, np.repeat(np.arange(len(kept)), sizes)
    scale = rows.std(axis=0) + 1e-9
    scaled = rows / scale

    def loss(weights: Array) -> tuple[float, Array]:
        scores = scaled @ weights
        exp = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
        every, right = np.add.reduceat(exp, starts), np.add.reduceat(exp * hits, starts)
        gradient = scaled.T @ (exp / every[owner] - exp * hits / right[owner]) / len(kept)
        value = -np.log(right / every).mean() + penalty * weights @ weights
        return float(value), gradient + 2 * penalty * weights

    found = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B")
    weights: Array = found.x / scale
    return weights


def report_ranking(name: str, tested: Sequence[Case], weights: Array) -> None:
    """Prints how often the quotes hold an answer."""
    first, three, one, words = [], [], [], []
    for case in tested:
        if not case.found:
            continue
        scores = (case.rows @ weights).astype(np.float32)
        quotes = quotes_of(case.found, scores, margin=np.inf)
        first.append(case.is_hit(quotes[0]))
        three.append(any(case.is_hit(quote) for quote in quotes))
        one.append(bool(case.hits[np.argmax(scores)]))
        for quote in quotes:
            text = case.retrieval.results[quote.passage].document.text
            words.append(len(text[quote.span.start : quote.span.end].split()))
    print(
        f"{name}: n {len(first)}; an answer is in the best sentence {np.mean(one):.1%}, in the "
        f"first quote {np.mean(first):.1%}, in three {np.mean(three):.1%}; "
        f"median quote {np.median(words):.0f} words"
    )


class Told(NamedTuple):
    """Questions with and without an answer.

    Attributes:
        evidence: A row for each.
        answerable: 1 where there is an answer, else 0.
        questions: What was asked.
        weight: How much one of them counts.
    """

    evidence: Array
    answerable: Array
    questions: list[str]
    weight: float = 1.0


def told(found: Sequence[Case], answerable: Array, weights: Array, weight: float = 1.0) -> Told:
    """The evidence for every question that any passage was found for."""
    kept = [place for place, case in enumerate(found) if case.found]
    rows = []
    for case in (found[place] for place in kept):
        scores = (case.rows @ weights).astype(np.float32)
        rows.append(evidence(case.found, scores, case.retrieval))
    questions = [found[place].retrieval.question for place in kept]
    return Told(np.array(rows), answerable[kept], questions, weight)


def abstain_cases(name: str) -> tuple[list[Case], Array]:
    """The questions of a set, and 1 where it has an answer."""
    folder = DATA / name
    answers = {row["query_id"]: row["answers"] for row in read_rows(folder / "answers.jsonl")}
    questions = read_rows(folder / "queries.jsonl")
    with open_set(name) as corpus:
        found = list(cases(corpus, (Asked(q["text"], {"": answers[q["id"]]}) for q in questions)))
    return found, np.array([bool(answers[q["id"]]) for q in questions], float)


def written_cases(kind: Kind) -> tuple[list[Case], Array]:
    """Held-out questions of benchmarks/written, and 1 where there is an answer.

    Where there is none, the article that the question is about is there and leaves it out. Those
    that are short and have one are also asked of other articles.

    Args:
        kind: Which of them.
    """
    found: list[Case] = []
    for part in written(kind):
        asked = [Asked(q.text, {"": [*q.answers.values()]}, q.filters) for q in part.held_out]
        if kind == "short":
            answered = [each for each in asked if each.answers[""] and each.filters]
            middle = len(answered) // 2
            for each, other in zip(answered, answered[middle:] + answered[:middle], strict=True):
                asked.append(Asked(each.text, {"": []}, other.filters))
        with open_set(part.name, data=part.data) as corpus:
            found += cases(corpus, asked)
    return found, np.array([bool(case.answers[""]) for case in found], float)


def small_cases(pool: Pool) -> tuple[list[Case], Array]:
    """Questions over corpora of a few passages, and 1 where these hold the answer."""
    found: list[Case] = []
    truth: list[float] = []
    for small in small_corpora(pool):
        for questions, answer in ((small.answered, 1.0), (small.unanswered, 0.0)):
            asked = [Asked(each.text, {}) for each in questions]
            found += cases(small.corpus, asked)
            truth += [answer] * len(asked)
    return found, np.array(truth)


def report_confidence(name: str, probability: Array, answerable: Array) -> None:
    """Prints how well questions are told apart, and a reliability table."""
    said = probability >= LEAST_CONFIDENCE["balanced"]
    print(f"\n{name}: n {len(answerable)}, AUROC {auroc(probability, answerable == 1):.3f}")
    print(
        f"  answered {said[answerable == 1].mean():.1%} of those with an answer, "
        f"declined {1 - said[answerable == 0].mean():.1%} of those without"
    )
    for low in np.arange(0, 1, 0.1):
        inside = (probability >= low) & (probability < low + 0.1 + 1e-9)
        if inside.any():
            mean, rate = probability[inside].mean(), answerable[inside].mean()
            print(f"  {low:.1f}  said {mean:.2f}  true {rate:.2f}  n {inside.sum()}")
    error = calibration_error(probability, answerable == 1)
    print(f"  expected calibration error {error:.3f}")


def fit_confidence(collected: dict[str, dict[str, Told]]) -> tuple[float, Array]:
    """Intercept and weights; prints the tests.

    Args:
        collected: By where the questions are from, by name.
    """
    every = [(name, each) for sets in collected.values() for name, each in sets.items()]
    rows = np.vstack([each.evidence for _, each in every])
    answerable = np.concatenate([each.answerable for _, each in every])
    questions = [question for _, each in every for question in each.questions]
    weights = _weights([each for _, each in every])
    scale = rows.std(axis=0) + 1e-9
    model = LogisticRegression(C=1.0, max_iter=5000)
    # A question is asked of more than one corpus: all of them are fitted on, or none.
    folds = StratifiedGroupKFold(10, shuffle=True, random_state=0)
    probability = cross_val_predict(
        model,
        rows / scale,
        answerable,
        groups=questions,
        cv=folds,
        params={"sample_weight": weights},
        method="predict_proba",
    )[:, 1]
    at = 0
    for name, each in every:
        report_confidence(name, probability[at : at + len(each.questions)], each.answerable)
        at += len(each.questions)
    for source, sets in collected.items():
        others = [
            each for other in collected if other != source for each in collected[other].values()
        ]
        model.fit(
            np.vstack([each.evidence for each in others]) / scale,
            np.concatenate([each.answerable for each in others]),
            _weights(others),
        )
        for name, each in sets.items():
            unseen = model.predict_proba(each.evidence / scale)[:, 1]
            report_confidence(f"{name}, fitted on the other sources", unseen, each.answerable)
    model.fit(rows / scale, answerable, weights)
    return float(model.intercept_[0]), model.coef_[0] / scale


def _weights(every: Sequence[Told]) -> Array:
    return np.concatenate([np.full(len(each.questions), each.weight) for each in every])


def write(name: str, intercept: float, weights: dict[str, float], sets: dict[str, int]) -> None:
    """Writes coefficients with where they come from."""
    content = {
        "version": VERSION,
        "date": datetime.date.today().isoformat(),
        "command": COMMAND,
        "sets": sets,
        "intercept": intercept,
        "weights": {feature: round(float(weight), 4) for feature, weight in weights.items()},
    }
    file = ROOT / "rag" / "answer" / f"{name}.json"
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Fits, reports, and writes if asked to."""
    piaf_test, piaf_training = piaf_cases()
    mixed, _ = xquad_cases("-one-language", one_language)
    trained = [*piaf_training, *mixed[1::2]]
    weights = fit_ranking(trained)
    report_ranking("PIAF, unseen questions", piaf_test, weights)
    report_ranking("XQuAD each in one language, unseen questions", mixed[::2], weights)
    others = fit_ranking(mixed[1::2])
    report_ranking("PIAF, fitted on XQuAD", piaf_test, others)
    others = fit_ranking(piaf_training)
    report_ranking("XQuAD each in one language, fitted on PIAF", mixed[::2], others)
    ranking = dict(zip(Features._fields, weights, strict=True))
    large = [(name, abstain_cases(name)) for name in ABSTAIN_SETS]
    half = f"half of {XQUAD}, each passage in one language"
    large.append((half, xquad_cases("-half", one_language_of_half)))
    collected = {
        pool.name: {
            name: told(*found, weights),
            f"few passages of {pool.name}": told(*small_cases(pool), weights),
        }
        for (name, found), pool in zip(large, fitted_pools(), strict=True)
    }
    collected["written"] = {
        f"written, {kind or 'mixed'}": told(*written_cases(kind), weights, WRITTEN_WEIGHT)
        for kind in FITTED_KINDS
    }
    intercept, coefficients = fit_confidence(collected)
    confidence = dict(zip(Evidence._fields, coefficients, strict=True))
    print(json.dumps({"ranking": ranking, "confidence": confidence}, indent=1))
    if "--write" in sys.argv:
        sets = {"piaf_fr": len(piaf_training), XQUAD: len(trained) - len(piaf_training)}
        write("ranking", 0.0, ranking, sets)
        sizes = {
            name: len(each.questions) for sets in collected.values() for name, each in sets.items()
        }
        write("confidence", intercept, confidence, sizes)

    def test(name: str, found: list[Case], truth: Array) -> None:
        tested = told(found, truth, weights)
        logits = tested.evidence @ coefficients + intercept
        report_confidence(name, 1 / (1 + np.exp(-logits)), tested.answerable)

    for pool in tested_pools():
        test(f"few passages of {pool.name}, unseen questions", *small_cases(pool))
    for kind in KINDS:
        if kind not in FITTED_KINDS:
            test(f"written, {kind}, held out", *written_cases(kind))


if __name__ == "__main__":
    main()
