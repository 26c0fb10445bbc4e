"""Does the fast engine find what torch finds? nDCG@10 of each, and of their mixtures.

`python -m benchmarks.engine [set ...]`

Passages are the chunks of a set's index; their vectors come once from
sentence-transformers on torch in 32 bits and once from OpenVINO in 8 bits. The
search is dense only, so that nothing hides a difference.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.sets import DATA, WORK
from rag import Settings
from rag.arrays import FloatArray
from rag.chunk import chunk_document, embedding_text
from rag.embed import SentenceEmbedder, load_embedder
from rag.evaluate import evaluation_pairs, read_questions, score
from rag.load import load_file
from rag.types import Document

SETS = ("piaf_fr", "belebele_en_de", "scifact_en")
ENGINES = ("torch", "openvino")
#: The engine of the questions, the engine of the passages.
PAIRS = tuple(itertools.product(ENGINES, ENGINES))
_DEPTH = 200  # chunks, whose articles are ranked
_CHUNK_TOKENS = 256


def main(names: Sequence[str]) -> None:
    """Prints a line for each set, and for each direction of a parallel set."""
    embedders = {engine: load_embedder(Settings(engine=engine)) for engine in ENGINES}
    print(f"{'set':24} {'n':>5} {'cosine':>8} " + " ".join(f"{a}->{b}" for a, b in PAIRS))
    for name in names or SETS:
        _measure(name, embedders)


def _measure(name: str, embedders: dict[str, SentenceEmbedder]) -> None:
    articles, texts = zip(*_passages(name, embedders["openvino"]), strict=True)
    questions = read_questions(DATA / name)
    wordings = [question.text for question in questions]
    passages = {e: _kept(name, e, "passages", embedders[e], texts) for e in ENGINES}
    asked = {e: _kept(name, e, "questions", embedders[e], wordings) for e in ENGINES}
    cosine = float((passages["torch"] * passages["openvino"]).sum(axis=1).mean())
    place = {question.id: number for number, question in enumerate(questions)}
    owners = np.array([article.id for article in articles])
    languages = {article.id: article.language for article in articles}
    for asking, answering, chosen in evaluation_pairs(questions, languages):
        rows = [place[question.id] for question in chosen]
        columns = [n for n, each in enumerate(articles) if answering in ("*", each.language)]
        scores = []
        for of_questions, of_passages in PAIRS:
            cosines = asked[of_questions][rows] @ passages[of_passages][columns].T
            found = owners[columns][np.argsort(-cosines)[:, :_DEPTH]].tolist()
            run = {q.id: list(dict.fromkeys(ids)) for q, ids in zip(chosen, found, strict=True)}
            scores.append(score(chosen, run)["nDCG@10"].mean)
        direction = f"{name} {asking}->{answering}"
        print(f"{direction:24} {len(rows):5} {cosine:8.5f} " + _line(scores), flush=True)


def _line(scores: Sequence[float]) -> str:
    return " ".join(f"{score:.4f} ({score - scores[0]:+.4f})" for score in scores)


def _passages(name: str, embedder: SentenceEmbedder) -> Iterator[tuple[Document, str]]:
    """The article of each passage, and what is embedded of it."""
    for document in load_file(DATA / name, "corpus.jsonl"):
        assert isinstance(document, Document), document
        for chunk in chunk_document(document, embedder.token_spans, _CHUNK_TOKENS):
            yield document, embedding_text(document, chunk)


def _kept(
    name: str, engine: str, what: str, embedder: SentenceEmbedder, texts: Sequence[str]
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


if __name__ == "__main__":
    main(sys.argv[1:])
