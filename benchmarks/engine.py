"""Does the fast engine find what torch finds? nDCG@10 of each, and of their mixtures.

`python -m benchmarks.engine [set ...]`

Passages are the chunks of a set's index; their vectors come once from
sentence-transformers on torch in 32 bits and once from OpenVINO in 8 bits. The
search is dense only, so that nothing hides a difference.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.sets import DATA, WORK, read_rows
from rag import Settings
from rag.arrays import FloatArray
from rag.chunk import chunk_document, embedding_text
from rag.embed import SentenceEmbedder, load_embedder
from rag.load import load_file
from rag.types import Document

SETS = ("piaf_fr", "belebele_en_de", "scifact_en")
ENGINES = ("torch", "openvino")
_DEPTH = 10
_CHUNK_TOKENS = 256


def main(names: Sequence[str]) -> None:
    """Prints a line for each set, and for each direction of a parallel set."""
    embedders = {engine: load_embedder(Settings(engine=engine)) for engine in ENGINES}
    print(f"{'set':24} {'n':>5} {'cosine':>8} " + " ".join(f"{a}->{b}" for a, b in _pairs()))
    for name in names or SETS:
        _measure(name, embedders)


def _pairs() -> list[tuple[str, str]]:
    """The engine of the questions, the engine of the passages."""
    return [(asking, answering) for asking in ENGINES for answering in ENGINES]


def _measure(name: str, embedders: dict[str, SentenceEmbedder]) -> None:
    texts, owners = _passages(name, embedders["openvino"])
    queries = read_rows(DATA / name / "queries.jsonl")
    questions = [row["text"] for row in queries]
    passages = {e: _kept(name, e, "passages", embedders[e], texts) for e in ENGINES}
    asked = {e: _kept(name, e, "questions", embedders[e], questions) for e in ENGINES}
    relevant = _relevant(name)
    cosine = float((passages["torch"] * passages["openvino"]).sum(axis=1).mean())
    owner_languages = {row["id"]: row.get("lang", "") for row in _rows(name)}
    languages = sorted(set(owner_languages.values()))
    for language in languages:
        columns = [i for i, owner in enumerate(owners) if owner_languages[owner] == language]
        for asking in sorted({row.get("lang", "") for row in queries}):
            rows = [i for i, row in enumerate(queries) if row.get("lang", "") == asking]
            scores = []
            for of_questions, of_passages in _pairs():
                found = asked[of_questions][rows] @ passages[of_passages][columns].T
                scores.append(
                    _ndcg(
                        found,
                        [owners[i] for i in columns],
                        [relevant.get(queries[i]["id"], {}) for i in rows],
                    )
                )
            direction = f"{name} {asking}->{language}"
            print(f"{direction:24} {len(rows):5} {cosine:8.5f} " + _line(scores), flush=True)


def _line(scores: Sequence[float]) -> str:
    return " ".join(f"{score:.4f} ({score - scores[0]:+.4f})" for score in scores)


def _rows(name: str) -> list[dict[str, str]]:
    return read_rows(DATA / name / "corpus.jsonl")


def _passages(name: str, embedder: SentenceEmbedder) -> tuple[list[str], list[str]]:
    """What is embedded of the set's articles, and the article each belongs to."""
    texts, owners = [], []
    for document in load_file(DATA / name, "corpus.jsonl"):
        assert isinstance(document, Document), document
        for chunk in chunk_document(document, embedder.token_spans, _CHUNK_TOKENS):
            texts.append(embedding_text(document, chunk))
            owners.append(document.id)
    return texts, owners


def _kept(
    name: str, engine: str, what: str, embedder: SentenceEmbedder, texts: list[str]
) -> FloatArray:
    """Vectors, kept between runs for torch only: that is the slow one, and it does not change."""
    file: Path = WORK / name / f"{engine}-{what}.npy"
    if engine == "torch" and file.is_file():
        kept: FloatArray = np.load(file)
        if len(kept) == len(texts):
            return kept
    if what == "passages":
        rows = embedder.embed_documents(texts)
    else:
        rows = np.vstack([embedder.embed_query(text) for text in texts])
    file.parent.mkdir(parents=True, exist_ok=True)
    np.save(file, rows)
    return rows


def _relevant(name: str) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for line in (DATA / name / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, document, grade = line.split("\t")
        if grade.lstrip("-").isdigit():
            found.setdefault(query, {})[document] = float(grade)
    return found


def _ndcg(scores: FloatArray, owners: list[str], relevant: list[dict[str, float]]) -> float:
    """Mean over the questions that have a relevant article here; an article scores by its best."""
    here, values = set(owners), []
    for row, grades in zip(scores, relevant, strict=True):
        grades = {id: grade for id, grade in grades.items() if id in here and grade > 0}
        if not grades:
            continue
        ranked = dict.fromkeys(owners[i] for i in np.argsort(-row)[: 20 * _DEPTH])
        gains = [grades.get(id, 0.0) for id in list(ranked)[:_DEPTH]]
        best = sorted(grades.values(), reverse=True)[:_DEPTH]
        values.append(_dcg(gains) / _dcg(best))
    return float(np.mean(values)) if values else float("nan")


def _dcg(gains: Sequence[float]) -> float:
    return float(sum(gain / np.log2(place + 2) for place, gain in enumerate(gains)))


if __name__ == "__main__":
    main(sys.argv[1:])
