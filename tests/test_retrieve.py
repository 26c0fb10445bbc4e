"""What is found, and why: fusion, languages in one index, filters."""

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag import Corpus, Filters, QuestionError, Settings
from rag.arrays import FloatArray
from rag.background import Background
from rag.fusion import LANGUAGE_BIAS, UNTOLD, WORDS, fuse
from rag.retrieve import rarest
from rag.store.vectors import VectorIndex
from tests.conftest import WordEmbedder

pytestmark = pytest.mark.each_backend

EVEN = Background({"en": 0.5, "fr": 0.5}, 0.5, 0.1)


def floats(*values: float) -> FloatArray:
    return np.array(values, np.float32)


def test_meaning_is_counted_in_standard_deviations_above_the_background() -> None:
    fused = fuse(floats(0.5, 0.7), floats(0, 0), ["en", "en"], {"en": 1.0}, EVEN)
    assert fused.meaning == pytest.approx([0, 2], abs=1e-5)
    assert fused.words == pytest.approx([0, 0])


def test_a_language_that_is_near_to_everything_loses_most_of_its_lead() -> None:
    background = Background({"en": 0.8, "fr": 0.6}, 0.7, 0.1)
    fused = fuse(floats(0.9, 0.7), floats(0, 0), ["en", "fr"], {"en": 1.0}, background)
    lead = float(fused.meaning[0] - fused.meaning[1])
    assert lead == pytest.approx(2 * (1 - LANGUAGE_BIAS), abs=1e-4)


def test_a_rare_language_is_measured_by_all_of_them() -> None:
    background = Background({"en": 0.8}, 0.7, 0.1)
    fused = fuse(floats(0.8), floats(0), ["is"], {"en": 1.0}, background)
    assert fused.meaning == pytest.approx([1], abs=1e-4)


def test_a_passage_that_cannot_share_words_is_given_a_part_of_what_the_best_has() -> None:
    fused = fuse(floats(0.7, 0.7, 0.7), floats(0.4, 0.1, 0), ["en", "en", "fr"], {"en": 1.0}, EVEN)
    assert fused.untold == pytest.approx([0, 0, WORDS * UNTOLD * 0.4], abs=1e-5)
    assert np.argsort(-fused.total).tolist() == [0, 2, 1]


def test_nothing_is_given_where_no_passage_shares_the_words() -> None:
    fused = fuse(floats(0.7, 0.6), floats(0, 0), ["en", "fr"], {"en": 1.0}, EVEN)
    assert fused.words == pytest.approx([0, 0])


def test_one_language_is_ranked_alike_whatever_the_question_is_taken_for() -> None:
    cosines, shares = floats(0.7, 0.6, 0.5), floats(0.1, 0.3, 0.2)
    orders = {
        tuple(np.argsort(-fuse(cosines, shares, ["fr"] * 3, languages, EVEN).total).tolist())
        for languages in ({"fr": 1.0}, {"en": 1.0}, {"fr": 0.3, "es": 0.7})
    }
    assert len(orders) == 1


def test_vector_search_among_some_keys_agrees_with_brute_force() -> None:
    random = np.random.default_rng(3)
    rows = random.standard_normal((300, 16)).astype(np.float16).astype(np.float32)
    keys = random.permutation(1000)[:300].astype(np.int64)
    index = VectorIndex.empty(16).changed(keys[:0], keys, rows)
    query = random.standard_normal(16).astype(np.float32)
    among = keys[::3]
    order = np.argsort(-(rows[::3] @ query))[:10]
    assert [key for key, _ in index.search(query, 10, among)] == among[order].tolist()
    assert len(index.search(query, 1000, among)) == 100
    assert index.search(query, 5, among[:0]) == []


@pytest.fixture
def dated(folder: Path, index: str, words: WordEmbedder) -> Iterator[Corpus]:
    """Five articles about an election: two languages, two sources, dates of every precision."""
    rows = [
        ("a", "en", "Times", "2023-05-06"),
        ("b", "en", "Times", "2024"),
        ("c", "fr", "Le Temps", "2024-06"),
        ("d", "fr", "Le Temps", "2024-06-20"),
        ("e", "en", "", None),
    ]
    lines = [
        json.dumps({"id": i, "lang": lang, "source": source, "date": date}
                   | {"text": f"The election of {i}, article {i}."})
        for i, lang, source, date in rows
    ]  # fmt: skip
    for file in folder.iterdir():
        file.unlink()
    (folder / "rows.jsonl").write_text("\n".join(lines) + "\n")
    with Corpus(folder, index, Settings(), words) as corpus:
        corpus.sync()
        yield corpus


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(), "abcde"),
        (Filters(languages=("fr",)), "cd"),
        (Filters(languages=("fr", "en")), "abcde"),
        (Filters(sources=("Times",)), "ab"),
        (Filters(documents=("a", "d")), "ad"),
        (Filters(since="2024"), "bcd"),
        (Filters(since="2024-06-15"), "bcd"),
        (Filters(since="2024-07"), "b"),
        (Filters(until="2023"), "a"),
        (Filters(until="2024-06-19"), "abc"),
        (Filters(since="2024", until="2024-06", languages=("fr",)), "cd"),
        (Filters(languages=("de",)), ""),
    ],
)
def test_filters(dated: Corpus, filters: Filters, found: str) -> None:
    for question in ("Who won the election?", "zzz"):
        hits = dated.search(question, top_k=10, filters=filters)
        assert sorted(hit.document.id for hit in hits) == sorted(found)


def test_a_filter_is_part_of_the_search_not_applied_after_it(dated: Corpus) -> None:
    (hit,) = dated.search("election article a", top_k=1, filters=Filters(documents=("e",)))
    assert hit.document.id == "e"
    assert {leg.rank for leg in hit.legs.values()} == {1}


def test_filters_reach_every_way_to_ask(dated: Corpus) -> None:
    filters = Filters(documents=("d",))
    assert [p.document.id for p in dated.ask("election", filters=filters).passages] == ["d"]
    (first, *_) = dated.stream("election", filters=filters)
    assert [p.document.id for p in first.results] == ["d"]  # type: ignore[union-attr]
    (found,) = dated.retriever(filters=filters).invoke("election")
    assert found.metadata["id"] == "d"
    answer = dated.chain().invoke({"question": "election", "filters": filters})
    assert [p.document.id for p in answer.passages] == ["d"]


@pytest.mark.parametrize(
    "date",
    [
        *("yesterday", "24", "2024-6", "2024-06-20T10:00"),
        *("2024-13", "2024-99-99", "2024-02-31", "0000"),
    ],
)
def test_a_date_is_written_as_iso_8601(date: str) -> None:
    with pytest.raises(ValueError, match="2024-06"):
        Filters(since=date)


def test_filters_are_brought_to_the_form_of_what_is_stored() -> None:
    given = Filters(languages=["FR", "de-CH", "pt_BR"], since=datetime.date(2024, 6, 20), until="")  # type: ignore[arg-type]
    assert given == Filters(languages=("fr", "de", "pt"), since="2024-06-20")
    assert hash(given)
    assert Filters(languages=["und"]).languages == ("und",)


@pytest.mark.parametrize("field", ["languages", "sources", "documents"])
def test_a_filter_is_a_list_of_texts(field: str) -> None:
    for value in ("fr", [7], 7, None, iter([7])):
        with pytest.raises(QuestionError, match=field):
            Filters(**{field: value})  # type: ignore[arg-type]
    given: Any = (text for text in ["fr", "de"])
    assert getattr(Filters(**{field: given}), field) == ("fr", "de")


def test_a_filter_of_a_language_is_its_code() -> None:
    with pytest.raises(ValueError, match="such as fr, not 'French'"):
        Filters(languages=["French"])


def test_a_number_is_among_the_words_that_matched(
    folder: Path, index: str, words: WordEmbedder
) -> None:
    (folder / "rate.txt").write_text("Rates\n\nThe bank set its rate to 2.5 percent.\n")
    with Corpus(folder, index, Settings(), words) as corpus:
        corpus.sync()
        (hit,) = corpus.search("a rate of 2.5 percent", top_k=1)
    assert hit.explanation is not None
    assert set(hit.explanation.matched) == {"rate", "2.5", "percent"}


def test_a_number_finds_its_passage_among_articles_of_many_languages(
    tmp_path: Path, words: WordEmbedder
) -> None:
    folder = tmp_path / "languages"
    folder.mkdir()
    for number, language in enumerate(
        ("ca", "cs", "el", "fi", "hi", "id", "ko", "pl", "tr", "uk", "vi")
    ):
        row = {"id": language, "text": f"xx {1800 + number} yy.", "lang": language}
        (folder / f"{language}.jsonl").write_text(json.dumps(row))
    with Corpus(folder, str(tmp_path / "i"), Settings(), words) as corpus:
        corpus.sync()
        (hit,) = corpus.search("1807", top_k=1)
    assert hit.explanation is not None
    assert (hit.document.id, hit.explanation.matched) == ("pl", ("1807",))


def test_every_result_explains_its_place(dated: Corpus) -> None:
    hits = dated.search("Which election was in article c?", top_k=5)
    assert hits[0].score == 1
    best = hits[0].explanation
    assert best is not None
    assert set(best.matched) >= {"elect", "articl"}
    totals = [e.meaning + e.words for hit in hits if (e := hit.explanation)]
    assert totals == sorted(totals, reverse=True)
    for hit in hits:
        assert sum(leg.weight for leg in hit.legs.values()) == pytest.approx(1)
        explained = hit.explanation
        assert explained is not None
        assert explained.language == hit.document.language
        assert 0 <= explained.share <= 1
        assert hit.score == pytest.approx(max(0, explained.meaning + explained.words) / totals[0])


def test_the_rarest_words_are_looked_up_until_many_passages_hold_one() -> None:
    frequencies = {"is": 10_000, "tax": 2_000, "zebrolin": 0, "vehicle": 900}
    assert rarest(frequencies, 3_000) == ["zebrolin", "vehicle", "tax"]
    assert rarest({"is": 10_000, "tax": 4_000, "zebrolin": 0}, 3_000) == ["zebrolin", "tax"]
    assert rarest({}, 3_000) == []
