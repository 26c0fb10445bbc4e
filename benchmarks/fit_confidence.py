"""Fits the probability that the articles hold the answer, and shows how far it can be trusted.

    python -m benchmarks.fit_confidence [--write]

Questions with and without an answer come from two sets: French over French and
English over German. With `--write` the coefficients go to rag/answer/calibration.json.
"""

from __future__ import annotations

import datetime
import json
import sys

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from benchmarks.sets import DATA, ROOT, open_set, read_rows
from rag import Corpus
from rag.answer import ExtractiveAnswerer
from rag.answer.confidence import features

SETS = ("abstain_piaf_fr", "abstain_belebele_en_de")
COMMAND = "python -m benchmarks.fit_confidence --write"
Array = npt.NDArray[np.float64]


def collect(name: str) -> tuple[list[dict[str, float]], Array]:
    """Features of every question of a set, and 1 where it has an answer."""
    answers = {row["query_id"]: row["answers"] for row in read_rows(DATA / name / "answers.jsonl")}
    rows, answerable = [], []
    with open_set(name) as corpus:
        for query in read_rows(DATA / name / "queries.jsonl"):
            rows.append(_features(corpus, query["text"]))
            answerable.append(bool(answers[query["id"]]))
    return rows, np.array(answerable, float)


def _features(corpus: Corpus, question: str) -> dict[str, float]:
    chain = corpus.chain()
    retrieval = chain.retriever.search(question)
    assert isinstance(chain.answerer, ExtractiveAnswerer)
    return features(retrieval, chain.answerer.candidates(retrieval))


def report(name: str, probability: Array, answerable: Array) -> None:
    """Prints how well questions are told apart, and a reliability table."""
    said = probability >= 0.5
    print(f"\n{name}: n = {len(answerable)}, AUROC {roc_auc_score(answerable, probability):.3f}")
    print(
        f"  answered {said[answerable == 1].mean():.1%} of those with an answer, "
        f"declined {1 - said[answerable == 0].mean():.1%} of those without"
    )
    error = 0.0
    for low in np.arange(0, 1, 0.2):
        inside = (probability >= low) & (probability < low + 0.2 + 1e-9)
        if inside.any():
            mean, rate = probability[inside].mean(), answerable[inside].mean()
            error += abs(mean - rate) * inside.mean()
            print(
                f"  {low:.1f}-{low + 0.2:.1f}  said {mean:.2f}  true {rate:.2f}  n {inside.sum()}"
            )
    print(f"  expected calibration error {error:.3f}")


def main() -> None:
    """Collects, cross-validates, reports and fits."""
    collected = {name: collect(name) for name in SETS}
    names = list(collected[SETS[0]][0][0])
    x = np.array([[row[n] for n in names] for rows, _ in collected.values() for row in rows])
    y = np.concatenate([answerable for _, answerable in collected.values()])
    scale = x.std(axis=0)
    model = LogisticRegression(C=10.0, max_iter=1000)
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    probability = cross_val_predict(model, x / scale, y, cv=folds, method="predict_proba")[:, 1]
    at = 0
    for name, (rows, answerable) in collected.items():
        report(name, probability[at : at + len(rows)], answerable)
        at += len(rows)
    model.fit(x / scale, y)
    coefficients = {"intercept": float(model.intercept_[0])}
    coefficients |= dict(zip(names, (model.coef_[0] / scale).round(4).tolist(), strict=True))
    print("\n", json.dumps(coefficients, indent=2))
    if "--write" in sys.argv:
        content = {
            "version": 1,
            "date": datetime.date.today().isoformat(),
            "command": COMMAND,
            "sets": {name: len(rows) for name, (rows, _) in collected.items()},
            "coefficients": coefficients,
        }
        file = ROOT / "rag" / "answer" / "calibration.json"
        file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
