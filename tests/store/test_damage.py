"""Every file of an index damaged in every way: the same answers, or a clear error and its cure."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from rag import Corpus, CorruptError, Settings, StoreError
from rag.store.seal import write_seal
from rag.store.vectors import VectorIndex
from tests.conftest import WordEmbedder
from tests.store.damages import DAMAGES

QUESTIONS = ("iron bridge", "le pont de fer", "harbour froze", "article 57 tells of word57")

#: One bit of a catalogue: what it is in, and what it makes of that.
FLIPPED = {
    "a vector is a number": (b"\x00\x2c\x82\x0c", b"\x00\x2c\x02\x0c"),
    "the generation is no text": (b"\x0fgeneration", b"\x0egeneration"),
    "the schema is no UTF-8": (b"path TEXT NOT NULL", b"path\xa0TEXT NOT NULL"),
}


def answers(corpus: Corpus) -> list[tuple[str, str, float]]:
    return [
        (hit.document.title, hit.chunk.text, round(hit.score, 6))
        for question in QUESTIONS
        for hit in corpus.search(question, top_k=5)
    ]


@pytest.fixture
def synced(corpus: Corpus) -> Corpus:
    for number in range(60):
        (corpus.folder / f"{number}.txt").write_text(
            f"Article {number}\n\nIt tells of word{number}."
        )
    corpus.sync()
    return corpus


def reopen(corpus: Corpus) -> Corpus:
    index = corpus.folder.parent / "index"
    return Corpus(corpus.folder, index, Settings(), WordEmbedder())


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", ["catalog.1.sqlite", "catalog.1.seal", "vectors.1.faiss"])
def test_damage_is_never_silent_and_repair_mends_it(synced: Corpus, name: str, damage: str) -> None:
    before = answers(synced)
    synced.close()
    file = synced.folder.parent / "index" / name
    file.write_bytes(DAMAGES[damage](file.read_bytes()))
    with reopen(synced) as corpus:
        if name == "vectors.1.faiss":
            assert answers(corpus) == before
        else:
            with pytest.raises(CorruptError, match="rag verify --repair"):
                answers(corpus)
            with pytest.raises(CorruptError, match="rag verify --repair"):
                corpus.sync()
        assert corpus.verify().problems
        assert corpus.verify(repair=True).repaired
        assert corpus.verify().problems == ()
        assert answers(corpus) == before


@pytest.mark.parametrize("is_sealed", [True, False])
@pytest.mark.parametrize("flipped", FLIPPED)
def test_a_bit_that_changes_the_kind_of_a_value_is_mended(
    synced: Corpus, flipped: str, is_sealed: bool
) -> None:
    before = answers(synced)
    synced.close()
    index, (was, becomes) = synced.folder.parent / "index", FLIPPED[flipped]
    data = (index / "catalog.1.sqlite").read_bytes()
    assert was in data
    (index / "catalog.1.sqlite").write_bytes(data.replace(was, becomes, 1))
    if not is_sealed:
        (index / "catalog.1.seal").unlink()
    with reopen(synced) as corpus:
        assert corpus.verify().problems
        assert corpus.verify(repair=True).repaired
        assert corpus.verify().problems == ()
        assert answers(corpus) == before


@pytest.mark.parametrize("name", ["catalog.1.seal", "vectors.1.faiss", "writer.lock"])
def test_a_missing_file_changes_nothing(synced: Corpus, name: str) -> None:
    before = answers(synced)
    synced.close()
    (synced.folder.parent / "index" / name).unlink()
    with reopen(synced) as corpus:
        assert answers(corpus) == before
        assert corpus.sync().embedded == 0
        assert corpus.verify().problems == ()


def test_what_cannot_be_read_is_told(corpus: Corpus) -> None:
    corpus.sync()
    with (
        Corpus(corpus.folder, corpus.folder / "bridge.txt", Settings(), WordEmbedder()) as file,
        pytest.raises(StoreError, match=r"cannot read .*bridge\.txt.*--index"),
    ):
        file.status()
    (corpus.index / "catalog.1.seal").unlink()
    (corpus.index / "catalog.1.seal").mkdir()
    with reopen(corpus) as opened, pytest.raises(StoreError, match=r"cannot read .*seal"):
        opened.status()


def test_rows_of_the_faiss_file_that_are_others_are_mended(synced: Corpus) -> None:
    before = answers(synced)
    synced.close()
    file, catalog = synced.index / "vectors.1.faiss", synced.index / "catalog.1.sqlite"
    vectors = VectorIndex.load(file, hashlib.sha256(file.read_bytes()).hexdigest())
    assert vectors
    rows = np.roll(vectors.rows(vectors.keys), 1, axis=0)
    sha256 = vectors.changed(vectors.keys, vectors.keys, rows).save(file)
    with closing(sqlite3.connect(catalog)) as connection, connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'faiss'", (sha256,))
    write_seal(catalog)
    with reopen(synced) as corpus:
        assert corpus.verify(repair=True).repaired
        assert corpus.verify().problems == ()
        assert file.exists()
    with reopen(synced) as corpus:
        assert answers(corpus) == before


def test_a_missing_catalogue_is_built_again(synced: Corpus) -> None:
    before = answers(synced)
    synced.close()
    (synced.folder.parent / "index" / "catalog.1.sqlite").unlink()
    with reopen(synced) as corpus:
        assert corpus.sync().added == 63
        assert answers(corpus) == before


def test_files_of_another_index_are_not_mixed_in(synced: Corpus, tmp_path: Path) -> None:
    before = answers(synced)
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    for number in range(63):
        (other_folder / f"{number}.txt").write_text(f"Other {number}\n\nIt is about noun{number}.")
    with Corpus(other_folder, tmp_path / "there", Settings(), WordEmbedder()) as other:
        other.sync()
    synced.close()
    index = synced.folder.parent / "index"
    vectors = (tmp_path / "there" / "vectors.1.faiss").read_bytes()
    (index / "vectors.1.faiss").write_bytes(vectors)
    with reopen(synced) as corpus:
        assert answers(corpus) == before
    catalog = (tmp_path / "there" / "catalog.1.sqlite").read_bytes()
    (index / "catalog.1.sqlite").write_bytes(catalog)
    with reopen(synced) as corpus:
        with pytest.raises(CorruptError):
            answers(corpus)
        corpus.verify(repair=True)
        assert answers(corpus) == before


def test_a_repair_embeds_only_what_is_damaged_too(synced: Corpus) -> None:
    synced.close()
    file = synced.folder.parent / "index" / "catalog.1.sqlite"
    data = file.read_bytes()
    place = data.index(b"word31")
    file.write_bytes(data[:place] + b"fork31" + data[place + 6 :])
    with reopen(synced) as corpus:
        report = corpus.verify(repair=True).repaired
        assert report
        assert report.embedded == 0
        assert "word31" in corpus.document("31.txt").text
