"""The dense index against brute force, flat and in lists, and the change from one to the other."""

from pathlib import Path

import numpy as np
import pytest

from rag import Settings
from rag.arrays import FloatArray, KeyArray
from rag.store import Fingerprint, Store, VectorIndex
from rag.store.vectors import fits, list_count
from rag.sync import sync
from tests.words import WordEmbedder

random = np.random.default_rng(7)


def unit_rows(count: int, dimension: int = 32) -> FloatArray:
    # Around some centres, as texts are: in lists nothing is found among evenly spread vectors.
    centres = random.standard_normal((20, dimension))
    rows = centres[random.integers(20, size=count)] + 0.4 * random.standard_normal(
        (count, dimension)
    )
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float16).astype(np.float32)


def keys_of(count: int) -> KeyArray:
    return random.permutation(10 * count)[:count].astype(np.int64)


def build(is_flat: bool, keys: KeyArray, rows: FloatArray) -> VectorIndex:
    if is_flat:
        return VectorIndex.empty(rows.shape[1]).changed(keys[:0], keys, rows)
    return VectorIndex.in_lists(keys, rows)


@pytest.mark.parametrize("is_flat", [True, False])
def test_it_finds_what_brute_force_finds(is_flat: bool, tmp_path: Path) -> None:
    rows, keys = unit_rows(5_000), keys_of(5_000)
    index = build(is_flat, keys[:4_000], rows[:4_000])
    index = index.changed(keys[:1_000], keys[4_000:], rows[4_000:])
    sha256 = index.save(tmp_path / "vectors")
    loaded = VectorIndex.load(tmp_path / "vectors", sha256)
    assert loaded
    rows, keys = rows[1_000:], keys[1_000:]
    assert set(loaded.keys) == set(keys)
    assert loaded.lists == (0 if is_flat else list_count(4_000))
    found = 0
    for query in unit_rows(50):
        best = keys[np.argsort(-(rows @ query))[:10]].tolist()
        near = loaded.search(query, 10)
        score_of = dict(zip(keys.tolist(), (rows @ query).tolist(), strict=True))
        assert all(abs(score - score_of[key]) < 0.02 for key, score in near)
        found += len({key for key, _ in near} & set(best))
    assert found >= (500 if is_flat else 490)


def test_it_changes_its_kind_far_from_the_limit_only() -> None:
    rows, keys = unit_rows(400), keys_of(400)
    flat, lists = build(True, keys, rows), build(False, keys, rows)
    assert fits(flat, 400, 400)
    assert not fits(flat, 401, 400)
    assert fits(lists, 300, 400)
    assert not fits(lists, 200, 400)
    assert not fits(lists, 400 * 100, 400)


def test_an_index_in_lists_after_growth_and_flat_after_shrinking(folder: Path) -> None:
    words = WordEmbedder()
    index = folder.parent / "index"
    fingerprint = Fingerprint(words.fingerprint, str(words.dimension), "1", "1")
    query = words.embed_query("word77")

    def follow() -> tuple[str, int]:
        sync(folder, Store(index, lambda: fingerprint, flat_max=100), words, Settings())
        fresh = Store(index, lambda: fingerprint, flat_max=100)
        for store in (held, fresh):
            with store.reader() as reader:
                hits = reader.hits([reader.dense(query, 1)[0][0]])
                assert "word77" in next(iter(hits.values())).chunk.text
                keys = [key for key, _ in reader.dense(query, 40)][::-3]
                exact = reader.vectors(keys) @ query
                np.testing.assert_allclose(reader.cosines(query, keys), exact, atol=1e-3)
        return fresh.status().vector_index, fresh.status().chunks

    held = Store(index, lambda: fingerprint, flat_max=100)
    for number in range(60, 100):
        (folder / f"{number}.txt").write_text(f"word{number}")
    assert follow() == ("flat", 43)
    for number in range(100, 200):
        (folder / f"{number}.txt").write_text(f"word{number}")
    assert follow() == (f"in {list_count(143)} lists", 143)
    (folder / "150.txt").unlink()
    assert follow() == (f"in {list_count(143)} lists", 142)
    for number in range(100, 200):
        (folder / f"{number}.txt").unlink(missing_ok=True)
    assert follow() == ("flat", 43)
