"""Reading, embedding and storing go on at the same time, and what holds of a sync holds still."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from rag import Corpus, NotFoundError, Settings
from rag.arrays import FloatArray
from rag.sync import BATCH, Progress
from rag.types import Span
from tests.conftest import WordEmbedder

MANY = 3 * BATCH


class Watching(WordEmbedder):
    """Embeds a batch only when something has happened meanwhile; gives up after a while."""

    def __init__(self, until: Callable[[int], bool]) -> None:
        super().__init__()
        self.sizes: list[int] = []
        self.happened: list[bool] = []
        self.prepared: set[str] = set()
        self._until = until
        self._lock = threading.Lock()

    def token_spans(self, text: str) -> list[Span]:
        self.prepared.add(text)
        return super().token_spans(text)

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        with self._lock:
            self.sizes.append(len(texts))
            batch = len(self.sizes)
        deadline = time.monotonic() + 20
        while not (happened := self._until(batch)) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.happened.append(happened)
        return super().embed_documents(texts)


def write_many(folder: Path, count: int = MANY) -> None:
    for number in range(count):
        (folder / f"{number:04}.txt").write_text(f"Article {number}\n\nIt says word{number}.")


def ids(corpus: Corpus) -> set[str]:
    """Ids of the indexed articles; none if nothing was synced."""
    try:
        return {document.id for document in corpus.documents()}
    except NotFoundError:
        return set()


def test_two_batches_are_embedded_at_the_same_time(folder: Path) -> None:
    write_many(folder)
    embedder = Watching(lambda batch: batch != 1 or len(embedder.sizes) > 1)
    with Corpus(folder, folder.parent / "index", Settings(), embedder) as corpus:
        assert corpus.sync().added == MANY + 3
    assert embedder.happened == [True] * 4


def test_a_batch_is_prepared_while_the_one_before_is_embedded(folder: Path) -> None:
    write_many(folder)
    embedder = Watching(lambda batch: len(embedder.prepared) > min(batch * BATCH, MANY))
    with Corpus(folder, folder.parent / "index", Settings(), embedder) as corpus:
        assert corpus.sync().added == MANY + 3
    assert embedder.happened == [True] * 4


def test_a_batch_is_stored_while_the_next_one_is_embedded(folder: Path) -> None:
    write_many(folder)
    index = folder.parent / "index"
    with Corpus(folder, index, Settings(), WordEmbedder()) as reader:

        def is_stored(batch: int) -> bool:
            return batch == 1 or len(ids(reader)) >= (batch - 1) * BATCH

        embedder = Watching(is_stored)
        with Corpus(folder, index, Settings(), embedder) as corpus:
            corpus.sync()
    assert embedder.happened == [True] * 4


def test_what_is_gone_leaves_before_the_first_batch_is_done(folder: Path) -> None:
    index = folder.parent / "index"
    with Corpus(folder, index, Settings(), WordEmbedder()) as reader:
        reader.sync()
        (folder / "rows.jsonl").unlink()
        write_many(folder)
        embedder = Watching(lambda _: "harbour" not in ids(reader))
        with Corpus(folder, index, Settings(), embedder) as corpus:
            assert corpus.sync().removed == 1
    assert all(embedder.happened)


def test_a_renamed_article_is_never_missing(folder: Path) -> None:
    """Its new name is the last that is read, and the last that comes."""
    index = folder.parent / "index"
    with Corpus(folder, index, Settings(), WordEmbedder()) as reader:
        reader.sync()
        write_many(folder)
        (folder / "bridge.txt").rename(folder / "zzz.txt")
        (folder / "rows.jsonl").unlink()
        seen = []

        def look(_: int) -> bool:
            if is_read := "harbour" not in ids(reader):
                seen.append({"bridge.txt", "zzz.txt"} & ids(reader))
            return is_read

        with Corpus(folder, index, Settings(), Watching(look)) as corpus:
            report = corpus.sync()
        assert (report.added, report.removed) == (MANY + 1, 2)
        assert seen == [{"bridge.txt"}] * 3
        assert {"bridge.txt", "zzz.txt"} & ids(reader) == {"zzz.txt"}


def test_long_articles_and_repeated_texts_make_batches_of_one_size(folder: Path) -> None:
    write_many(folder, BATCH // 2)
    book = " ".join(f"Word{n} was said." for n in range(8 * BATCH))
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(book)
    embedder = Watching(lambda _: True)
    with Corpus(folder, folder.parent / "index", Settings(chunk_tokens=16), embedder) as corpus:
        report = corpus.sync()
        assert corpus.verify().problems == ()
    assert len(embedder.embedded) == len(set(embedder.embedded)) == report.embedded
    assert report.chunks > report.embedded
    assert embedder.sizes[:-1] == [BATCH] * (len(embedder.sizes) - 1)


def test_progress_tells_the_time_left_before_all_is_read(folder: Path) -> None:
    write_many(folder)
    told: list[Progress] = []
    # The first two batches are at once done: the folder is not read to its end by then.
    embedder = Watching(lambda batch: batch < 3 or len(embedder.prepared) == MANY + 3)
    with Corpus(folder, folder.parent / "index", Settings(), embedder) as corpus:
        corpus.sync(on_progress=told.append)
    first = next(one for one in told if one.phase == "indexing" and one.documents)
    assert first.documents_total is None
    assert first.seconds_left
    assert (told[-1].documents, told[-1].documents_total) == (MANY + 3, MANY + 3)
    assert told[-1].seconds_left == 0


def test_an_embedder_that_fails_ends_the_sync(folder: Path) -> None:
    class Failing(WordEmbedder):
        def embed_documents(self, texts: Sequence[str]) -> FloatArray:
            raise MemoryError

    with (
        Corpus(folder, folder.parent / "index", Settings(), Failing()) as corpus,
        pytest.raises(MemoryError),
    ):
        corpus.sync()
    assert not [thread for thread in threading.enumerate() if "embedder" in thread.name]
