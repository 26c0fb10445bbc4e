"""An index moved to a folder or a database, interrupted on the way, and compared."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from rag import Corpus, CorruptError, MismatchError, NotFoundError, Settings, StoreError
from rag.address import is_server
from rag.migrate import migrate
from rag.store.store import Store
from tests.test_sync import settle
from tests.words import WordEmbedder

ARTICLES = 300


@pytest.fixture
def addresses(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> tuple[str, str]:
    folder = str(tmp_path / "first")
    return (folder, database) if request.param == "there" else (database, folder)


both_ways = pytest.mark.parametrize("addresses", ["there", "back"], indirect=True)


@pytest.fixture
def filled(folder: Path, addresses: tuple[str, str]) -> tuple[str, str]:
    """A source with articles in it."""
    for number in range(ARTICLES):
        (folder / f"{number}.txt").write_text(f"Article {number}\n\nIt says word{number}.")
    (folder / "cannot.bin").write_bytes(b"\0\0")
    with Corpus(folder, addresses[0], Settings(), WordEmbedder()) as corpus:
        corpus.sync()
    return addresses


def answers(corpus: Corpus) -> list[tuple[str, float]]:
    questions = ("iron bridge", "le pont de fer", "word77", "article 200")
    return [
        (hit.document.id, round(hit.score, 4))
        for question in questions
        for hit in corpus.search(question, top_k=2)
    ]


@both_ways
def test_what_arrives_is_what_was_there(folder: Path, filled: tuple[str, str]) -> None:
    source, target = filled
    moved = migrate(source, target, Settings())
    assert (moved.documents, moved.copied, moved.removed) == (ARTICLES + 3, ARTICLES + 3, 0)
    words = WordEmbedder()
    with (
        Corpus(folder, source, Settings(), WordEmbedder()) as old,
        Corpus(folder, target, Settings(), words) as new,
    ):
        assert answers(new) == answers(old)
        assert new.status().synced_at == old.status().synced_at
        assert new.status().failed == old.status().failed
        report = new.sync()
        assert (report.unchanged, report.embedded) == (ARTICLES + 3, 0)
        assert new.verify().problems == ()


@both_ways
def test_what_failed_before_the_move_is_tried_again_within_other_bounds(
    folder: Path, addresses: tuple[str, str]
) -> None:
    (folder / "large.txt").write_text("The mill burned down. " * 60_000)
    settle(folder)
    source, target = addresses
    with Corpus(folder, source, Settings(file_max_mb=1), WordEmbedder()) as corpus:
        assert len(corpus.sync().failed) == 1
    migrate(source, target, Settings())
    with Corpus(folder, target, Settings(file_max_mb=2), WordEmbedder()) as corpus:
        report = corpus.sync()
        assert (report.failed, report.added) == ((), 1)


def test_a_source_that_is_synced_meanwhile_is_told(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def after_a_sync(store: Store) -> object:
        monkeypatch.undo()
        (corpus.folder / "bridge.txt").write_text("The bridge\n\nIt says something else.")
        corpus.sync()
        return store.remembered()

    corpus.sync()
    source, target = corpus.address, str(tmp_path / "target")
    monkeypatch.setattr(Store, "remembered", after_a_sync)
    with pytest.raises(StoreError, match="synced meanwhile"):
        migrate(source, target, Settings())
    migrate(source, target, Settings())
    with Corpus(corpus.folder, target, Settings(), WordEmbedder()) as new:
        assert "something else" in new.document("bridge.txt").text


class StoppedError(Exception):
    """Ends a move in its middle."""


@both_ways
def test_an_interrupted_move_goes_on_and_follows_what_has_changed(
    folder: Path, filled: tuple[str, str]
) -> None:
    source, target = filled

    def stop(done: int, total: int) -> None:
        if done >= 200:
            raise StoppedError

    with pytest.raises(StoppedError):
        migrate(source, target, Settings(), stop)
    with Corpus(folder, target, Settings(), WordEmbedder()) as half, pytest.raises(NotFoundError):
        half.search("word77")
    (folder / "101.txt").write_text("Article 101\n\nIt says something else.")
    (folder / "100.txt").unlink()
    with Corpus(folder, source, Settings(), WordEmbedder()) as corpus:
        corpus.sync()
        expected = {document.id for document in corpus.documents()}
    moved = migrate(source, target, Settings())
    assert (moved.documents, moved.removed) == (ARTICLES + 2, 1)
    assert 0 < moved.copied < 110
    again = migrate(source, target, Settings())
    assert (again.copied, again.removed) == (0, 0)
    with Corpus(folder, target, Settings(), WordEmbedder()) as corpus:
        assert corpus.search("something else", top_k=1)[0].document.id == "101.txt"
        assert {document.id for document in corpus.documents()} == expected


@both_ways
def test_a_target_of_other_settings_is_left_alone(folder: Path, filled: tuple[str, str]) -> None:
    source, target = filled
    with Corpus(folder, target, Settings(), WordEmbedder("another")) as other:
        other.sync()
    with pytest.raises(MismatchError, match=r"'another'.*'words'"):
        migrate(source, target, Settings())
    with pytest.raises(NotFoundError):
        migrate(f"{source}x" if not is_server(source) else "nowhere", target, Settings())


@pytest.mark.parametrize("addresses", ["there"], indirect=True)
def test_what_arrives_otherwise_is_told(filled: tuple[str, str]) -> None:
    source, target = filled
    migrate(source, target, Settings())
    with psycopg.connect(target) as connection:
        connection.execute("UPDATE documents SET title = 'Other' WHERE id = '77.txt'")
    with pytest.raises(CorruptError, match=r"77\.txt"):
        migrate(source, target, Settings())
