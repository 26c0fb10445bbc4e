"""Both backends hold the same articles: whatever is asked, they say the same."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator

import numpy as np
import pytest

from rag import Filters, Settings
from rag.arrays import FloatArray
from rag.postgres import PostgresStore
from rag.store import Backend, Entry, Fingerprint, Reader, Store
from rag.types import Document, Span
from tests.postgres.server import Server

WIDTH, ARTICLES = 32, 400
FINGERPRINT = Fingerprint("made up", str(WIDTH), "1", "1")
WORDS = [f"w{number}" for number in range(60)] + ["l'été", "2,5", "a-b", "日本"]
FILTERS = (
    None,
    Filters(languages=("fr",)),
    Filters(languages=("fr", "de"), since="2024"),
    Filters(sources=("Times", "Le Temps"), until="2024-06"),
    Filters(since="2024-06-15", until="2025"),
    Filters(documents=("a7", "a8", "none")),
    Filters(languages=("xx",)),
)


def entry(number: int, dice: random.Random) -> tuple[Entry, FloatArray]:
    """An article of one to three chunks, with their vectors."""
    text, chunks, rows = "", [], []
    for _ in range(dice.randrange(1, 4)):
        said = dice.choices(WORDS, range(len(WORDS), 0, -1), k=dice.randrange(1, 30))
        start = len(text)
        text += " ".join(said) + " "
        row = np.random.default_rng(dice.randrange(300)).standard_normal(WIDTH)
        rows.append((row / np.linalg.norm(row)).astype(np.float32))
        digest = hashlib.sha256(rows[-1].tobytes()).digest()[:16]
        chunks.append((Span(start, len(text) - 1), digest, said))
    document = Document(
        id=f"a{number}",
        text=text,
        title=dice.choice(["", "Ünïted", "a_title", "100 %"]),
        language=dice.choice(["en", "en", "fr", "de"]),
        date=dice.choice([None, "2023", "2024", "2024-06", "2024-06-20", "2025-01-01"]),
        authors=tuple(dice.sample(["A. Writer", "Another"], dice.randrange(3))),
        source=dice.choice(["", "Times", "Le Temps"]),
        path=f"{number}.txt",
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
    return Entry(document, document.id.encode(), chunks), np.vstack(rows)


def fill(store: Backend) -> None:
    """Articles that come, change and go, a batch a transaction."""
    dice = random.Random(5)
    with store.writer() as writer:
        for first in range(0, ARTICLES, 50):
            made = [entry(dice.randrange(ARTICLES), dice) for _ in range(50)]
            for each, rows in made:
                writer.add_vectors([digest for _, digest, _ in each.chunks], rows)
            with writer.transaction():
                writer.remove([f"a{dice.randrange(ARTICLES)}" for _ in range(10)])
                for each, _ in made:
                    writer.put(each)
                writer.next_generation()
            assert writer.chunk_count() > first // 2


@pytest.fixture(scope="module")
def readers(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Reader, Reader]]:
    embedded = Store(tmp_path_factory.mktemp("same"), lambda: FINGERPRINT)
    with server.schema() as address:
        served = PostgresStore(address, lambda: FINGERPRINT, Settings())
        for store in (embedded, served):
            fill(store)
        assert served.verify() == embedded.verify() == ((), ())
        with embedded.reader() as one, served.reader() as other:
            yield one, other
        served.close()
        embedded.close()


def questions() -> Iterator[FloatArray]:
    for seed in range(20):
        row = np.random.default_rng(seed).standard_normal(WIDTH).astype(np.float32)
        yield row / np.linalg.norm(row)


def named(reader: Reader, found: list[tuple[int, float]]) -> list[tuple[str, int, float]]:
    """What was found, by document and start: keys are each backend's own."""
    hits = reader.hits([key for key, _ in found])
    places = [(hits[key].chunk, score) for key, score in found]
    return sorted(
        [(chunk.document_id, chunk.start, round(score, 5)) for chunk, score in places],
        key=lambda row: (-row[2], row),
    )


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_the_nearest_are_the_same(readers: tuple[Reader, Reader], filters: Filters | None) -> None:
    for query in questions():
        one, other = (named(reader, reader.dense(query, 1_000, filters)) for reader in readers)
        assert [row[:2] for row in one] == [row[:2] for row in other]
        scores = [[score for _, _, score in found] for found in (one, other)]
        assert scores[0] == pytest.approx(scores[1], abs=1e-4)
        few = [score for _, score in readers[1].dense(query, 7, filters)]
        assert few == pytest.approx([score for _, _, score in one[:7]], abs=1e-3)


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_words_weigh_the_same(readers: tuple[Reader, Reader], filters: Filters | None) -> None:
    for terms in (["w0"], ["w0", "w59", "w30"], WORDS, ["unknown"], ["a-b", "2,5", "w3"], []):
        one, other = (named(reader, reader.lexical(terms, 1_000, filters)) for reader in readers)
        assert one == other
    first, second = (reader.document_frequencies([*WORDS, "unknown"]) for reader in readers)
    assert first == second


def test_languages_and_their_samples_are_the_same(readers: tuple[Reader, Reader]) -> None:
    one, other = readers
    assert one.languages == other.languages
    assert len(one) == len(other)
    first, second = one.samples(), other.samples()
    assert first.keys() == second.keys()
    for language, sample in first.items():
        assert sample.chunks == second[language].chunks
        assert np.array_equal(sample.vectors, second[language].vectors)


def test_documents_chunks_and_vectors_are_the_same(readers: tuple[Reader, Reader]) -> None:
    one, other = readers
    after = ""
    while page := one.documents(after, 30):
        assert other.documents(after, 30) == page
        after = page[-1].id
        assert other.document(after) == page[-1]
    assert other.documents(after, 30) == []
    assert other.document("none") is None
    query = next(questions())
    shown = []
    for reader in readers:
        keys = [key for key, _ in reader.dense(query, 1_000)]
        hits = reader.hits(keys)
        assert [hits[key].document.id for key in keys] == reader.document_ids(keys)
        assert [hits[key].document.language for key in keys] == reader.chunk_languages(keys)
        assert [hits[key].terms for key in keys] == reader.terms(keys)
        rows = reader.vectors(keys).tolist()
        np.testing.assert_allclose(reader.cosines(query, keys), np.array(rows) @ query, atol=1e-3)
        assert reader.cosines(query, []).shape == (0,)
        shown.append(
            sorted(
                (hits[key].document.id, hits[key].chunk.start, hits[key].terms, row)
                for key, row in zip(keys, rows, strict=True)
            )
        )
    assert shown[0] == shown[1]
