"""How near a question is to passages that nobody asked for, and what stands beside a few."""

from __future__ import annotations

from importlib.resources import as_file, files

import numpy as np
import pytest
from safetensors import safe_open

from rag.arrays import FloatArray, KeyArray
from rag.background import (
    VECTORS,
    AboutNothing,
    BackgroundPassages,
    Beside,
    background,
    passages_about_nothing,
)
from rag.embed import Embedder
from rag.language import analyze
from rag.store.languages import LanguageIndex, Sample
from tests.words import WordEmbedder

LINES = files("rag").joinpath("passages.txt").read_text("utf-8").splitlines()
CODES = [line.partition(" ")[0] for line in LINES]
A_LANGUAGE = CODES.count("en")
NOTHING = Beside({}, 0.0)


def samples(embedder: WordEmbedder, **chunks: int) -> dict[str, Sample]:
    """So many chunks in each language."""
    return {
        name: Sample(embedder.embed_documents([f"{name} {n}" for n in range(count)]), count)
        for name, count in chunks.items()
    }


def test_the_background_is_the_mean_of_each_language_a_rare_one_drawn_to_that_of_all() -> None:
    rows = np.eye(4, dtype=np.float32)
    chunks = [(key, "en" if key <= 30 else "fr") for key in range(1, 61)] + [(61, "is")]
    vector_of = {key: rows[0 if key <= 30 else 1 if key <= 60 else 2] for key, _ in chunks}

    def vectors(keys: KeyArray) -> FloatArray:
        return np.vstack([vector_of[int(key)] for key in keys])

    index = LanguageIndex(chunks, vectors)
    assert index.languages == {"en", "fr", "is"}
    assert index.of([1, 61, 40]) == ["en", "is", "fr"]
    found = background(np.array([0.9, 0.6, 0.3, 0], np.float32), index.samples, NOTHING)
    overall = (0.9 + 0.6 + 0.3 / 20) / (1 + 1 + 1 / 20)
    en, fr, rare = (
        (30 * 0.9 + 5 * overall) / 35,
        (30 * 0.6 + 5 * overall) / 35,
        (0.3 + 5 * overall) / 6,
    )
    assert found.mean == pytest.approx({"en": en, "fr": fr, "is": rare})
    assert found.overall == pytest.approx(overall)
    off = (0.9 - en) ** 2 + (0.6 - fr) ** 2 + (0.3 - rare) ** 2 / 20
    assert found.spread == pytest.approx((off / 2.05) ** 0.5, abs=1e-6)


def test_a_passage_alone_is_measured_by_those_beside_it() -> None:
    query, alone = np.array([1, 0], np.float32), np.array([[0.8, 0.6]], np.float32)
    others = AboutNothing(np.array([[0.1, 0.9], [0.3, 0.9]], np.float32), [frozenset()] * 2)
    found = background(query, {"en": Sample(alone, 1)}, Beside({"en": others}, 40))
    mean = (0.8 + 20 * 0.1 + 20 * 0.3) / 41
    assert found.mean == pytest.approx({"en": mean})
    variance = ((0.8 - mean) ** 2 + 20 * (0.1 - mean) ** 2 + 20 * (0.3 - mean) ** 2) / 41
    assert found.spread == pytest.approx(variance**0.5)
    assert background(query, {"en": Sample(alone, 1)}, NOTHING).spread == pytest.approx(0)


def test_no_passages_have_no_background() -> None:
    assert background(np.array([1, 0], np.float32), {}, NOTHING).mean == {}


def test_the_more_there_are_the_less_those_beside_them_count() -> None:
    passages, words = BackgroundPassages(WordEmbedder()), WordEmbedder()
    weights = [passages.beside(samples(words, fr=count)).weight for count in (1, 50, 150, 199)]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] < 1
    assert len(set(weights)) == 4


def test_nothing_is_embedded_beside_many() -> None:
    words = WordEmbedder()
    beside = BackgroundPassages(words).beside(samples(WordEmbedder(), fr=150, en=50))
    assert beside == NOTHING
    assert words.embedded == []


def test_passages_are_embedded_once_and_of_the_most_frequent_languages_only() -> None:
    words = WordEmbedder()
    passages = BackgroundPassages(words)
    many = samples(WordEmbedder(), it=1, fr=9, de=8, en=7, es=6)
    assert passages.beside(many).passages.keys() == {"fr", "de", "en", "es"}
    assert passages.beside(many).weight > 0
    assert len(words.embedded) == 4 * A_LANGUAGE


@pytest.mark.parametrize(
    ("language", "taken"), [("nb", "no"), ("yue", "zh"), ("xx", "en"), ("und", "en")]
)
def test_a_language_without_passages_has_those_of_another(language: str, taken: str) -> None:
    passages, words = BackgroundPassages(WordEmbedder()), WordEmbedder()
    one, other = (passages.beside(samples(words, **{name: 3})) for name in (language, taken))
    assert np.array_equal(one.passages[language].vectors, other.passages[taken].vectors)


def test_vectors_by_the_default_model_are_those_that_it_gives(embedder: Embedder) -> None:
    with as_file(files("rag").joinpath(VECTORS)) as file, safe_open(file, "np") as kept:
        assert kept.metadata()["fingerprint"] == embedder.fingerprint
        assert set(kept.keys()) == passages_about_nothing().keys()
        for language, texts in passages_about_nothing().items():
            assert kept.get_tensor(language).shape == (len(texts), embedder.dimension)
        for language in ("fr", "ja"):
            vectors = embedder.embed_documents(passages_about_nothing()[language])
            assert (kept.get_tensor(language) * vectors).sum(axis=1).min() > 0.995


def test_a_word_of_every_day_is_frequent_beside_a_corpus_and_a_name_is_not() -> None:
    beside = BackgroundPassages(WordEmbedder()).beside(samples(WordEmbedder(), en=2))

    def frequency(words: str) -> float:
        return max(map(beside.frequency, analyze(words, "en")))

    assert frequency("month") > 0
    assert frequency("Valmorin") == 0
    assert frequency("month") <= beside.chunks


def test_every_language_that_questions_are_told_in_has_as_many_passages() -> None:
    questions = files("rag").joinpath("questions.txt").read_text("utf-8").splitlines()
    assert list(dict.fromkeys(CODES)) == sorted(set(CODES))
    assert set(CODES) >= {line.partition(" ")[0] for line in questions}
    assert {CODES.count(code) for code in CODES} == {A_LANGUAGE}
    assert len(set(LINES)) == len(LINES)


def test_passages_are_short_enough_to_be_embedded_in_a_moment() -> None:
    assert max(map(len, LINES)) < 400
