"""A sync that workers share: what they leave in the index is what one sync leaves."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from typer.testing import CliRunner, Result

from rag import Corpus, LockedError, NotFoundError, Settings, StoreError
from rag.cli.commands import app
from rag.postgres import PostgresStore
from rag.store import Stored
from rag.work import work
from tests.words import WordEmbedder


@pytest.fixture
def served(folder: Path, database: str, words: WordEmbedder) -> Iterator[Corpus]:
    """The three articles, in a database that does not know of them yet."""
    with Corpus(folder, database, Settings(), words) as corpus:
        yield corpus


def indexed(corpus: Corpus) -> list[Stored]:
    """All that is kept of the documents."""
    with corpus.retriever().retriever.store.reader() as reader:
        return reader.stored("", 1_000)


def ids(corpus: Corpus) -> set[str]:
    return {document.id for document in corpus.documents()}


def test_what_workers_index_is_what_a_sync_indexes(served: Corpus, tmp_path: Path) -> None:
    served.enqueue()
    assert (served.status().documents, served.status().waiting) == (0, 3)
    assert served.search("harbour") == []
    with Corpus(tmp_path / "no folder", served.address, Settings(), WordEmbedder()) as worker:
        assert [done.documents for done in worker.work()] == [3]
        assert list(worker.work()) == []
    with Corpus(served.folder, tmp_path / "index", Settings(), WordEmbedder()) as alone:
        alone.sync()
        assert all(
            one.equals(two) for one, two in zip(indexed(alone), indexed(served), strict=True)
        )
    assert served.verify().problems == ()
    assert served.sync().unchanged == 3


def test_edits_renames_and_what_is_gone(served: Corpus, words: WordEmbedder) -> None:
    served.sync()
    words.embedded.clear()
    (served.folder / "bridge.txt").rename(served.folder / "iron.txt")
    (served.folder / "pont.md").unlink()
    (served.folder / "rows.jsonl").write_text('{"id": "harbour", "text": "The harbour thawed."}')
    plan = served.enqueue()
    assert (plan.added, plan.updated) == ({"iron.txt"}, {"harbour"})
    assert ids(served) == {"bridge.txt", "harbour"}  # found by its old name until it has the new
    assert [tuple(done) for done in served.work()] == [(2, 1)]
    assert ids(served) == {"iron.txt", "harbour"}
    assert words.embedded == ["The harbour thawed."]
    assert served.search("thawed", top_k=1)[0].document.id == "harbour"
    assert served.verify().problems == ()


def test_a_renamed_article_that_was_indexed_meanwhile_takes_the_place_of_the_old(
    served: Corpus,
) -> None:
    served.sync()
    store = served.retriever().retriever.store
    with store.queue(fill=True) as queue:
        assert queue.replace({"not waiting": "bridge.txt"}) == set()
        document = served.document("bridge.txt")
        queue.add([replace(document, id="iron.txt", path="iron.txt")])
        assert queue.replace({"iron.txt": "bridge.txt"}) == {"bridge.txt"}


def test_what_is_queued_twice_is_indexed_as_it_is_last(served: Corpus) -> None:
    served.enqueue()
    (served.folder / "bridge.txt").write_text("The bridge was painted green.")
    served.enqueue()
    assert served.status().waiting == 3
    assert sum(done.documents for done in served.work()) == 3
    assert "painted" in served.document("bridge.txt").text


def test_a_sync_does_what_waits_itself(served: Corpus) -> None:
    served.enqueue()
    assert served.sync().added == 3
    assert list(served.work()) == []
    assert served.status().waiting == 0


def test_a_worker_that_fails_leaves_what_it_has_taken_to_the_next(served: Corpus) -> None:
    class Broken(WordEmbedder):
        def embed_documents(self, texts):  # type: ignore[no-untyped-def]
            raise ZeroDivisionError

    served.enqueue()
    with (
        Corpus(served.folder, served.address, Settings(), Broken()) as broken,
        pytest.raises(ZeroDivisionError),
    ):
        list(broken.work())
    assert (served.status().documents, served.status().waiting) == (0, 3)
    assert sum(done.documents for done in served.work()) == 3


def test_workers_work_at_the_same_time_and_one_text_is_stored_once(served: Corpus) -> None:
    text = "The same words in two articles."
    for number in range(40):
        (served.folder / f"{number}.txt").write_text(f"{text * 100} {number // 20}")
    served.enqueue()
    meeting = threading.Barrier(2, timeout=20)
    # Whatever the server is told to do with others.
    strict = "-cdefault_transaction_isolation=serializable -cidle_in_transaction_session_timeout=50"
    address = f"{served.address}%20{quote(strict)}"

    class Meeting(WordEmbedder):
        """Embeds its first batch only when the other does so, too, and not at once."""

        def embed_documents(self, texts):  # type: ignore[no-untyped-def]
            with suppress(threading.BrokenBarrierError):
                meeting.wait()
                meeting.abort()
                time.sleep(0.2)
            return super().embed_documents(texts)

    done: list[int] = []

    def work() -> None:
        with Corpus(served.folder, address, Settings(), Meeting()) as worker:
            done.extend(each.documents for each in worker.work())

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == served.status().documents == 43
    assert served.verify().problems == ()


def test_who_syncs_alone_keeps_workers_out_and_they_it(served: Corpus) -> None:
    served.enqueue()
    store = served.retriever().retriever.store
    with Corpus(served.folder, served.address, Settings(), WordEmbedder()) as other:
        with store.writer(), pytest.raises(LockedError, match="--wait"):
            list(other.work())
        with store.queue() as queue:
            with pytest.raises(LockedError, match="--wait"):
                other.sync()
            with store.queue(fill=True):
                assert not queue.is_done()
                with pytest.raises(LockedError, match="--wait"):
                    other.enqueue()
        assert other.sync().added == 3


def test_the_commands(folder: Path, database: str) -> None:
    def rag(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--index", database])

    (folder / "photo.jpeg").write_bytes(b"\xff\xd8")
    where = ("--corpus", str(folder))
    assert rag("sync", "--queue", "--rebuild", *where).exit_code == 2
    queued = rag("sync", "--queue", *where)
    assert queued.exit_code == 3  # the picture
    assert "3 articles wait for `rag worker`, 0 removed, 0 unchanged" in queued.stdout
    assert "waiting     3 articles, for `rag worker`" in rag("status", *where).stdout
    done = rag("worker", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["documents"] == 3
    assert rag("worker").stdout.startswith("0 articles indexed, 0 passages embedded")
    assert "waiting" not in rag("status", *where).stdout


def test_a_worker_that_watches_waits_for_the_first_queue(folder: Path, database: str) -> None:
    command = [sys.executable, "-m", "rag", "worker", "--watch", "--index", database]
    with (
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as worker,
        Corpus(folder, database, Settings()) as corpus,
    ):
        assert worker.stderr
        assert worker.stdout
        try:
            assert "run `rag sync` first" in worker.stderr.readline()
            corpus.enqueue()
            assert worker.stdout.readline().startswith("3 articles indexed")
            worker.terminate()
            assert worker.wait(20) == 130
            assert "another worker takes what was not done" in worker.stderr.read()
        finally:
            worker.kill()


def test_before_anything_was_queued_there_is_nothing_to_do(served: Corpus) -> None:
    with pytest.raises(NotFoundError, match="rag sync"):
        list(served.work())


def test_an_index_in_a_folder_has_no_queue(folder: Path, tmp_path: Path) -> None:
    with Corpus(folder, tmp_path / "index", Settings(), WordEmbedder()) as corpus:
        for use in (corpus.enqueue, lambda: list(corpus.work())):
            with pytest.raises(StoreError, match="postgresql://"):
                use()


def test_the_vector_index_is_made_when_nothing_waits_any_more(served: Corpus) -> None:
    served.enqueue()
    fingerprint = served.retriever().retriever.store._fingerprint  # type: ignore[attr-defined]
    store = PostgresStore(served.address, fingerprint, Settings(), exact_max=2)
    list(work(store, WordEmbedder(), Settings()))
    assert store.status().vector_index == "HNSW"
    assert store.verify() == ((), ())
    store.close()


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_queue_that_was_made_by_an_earlier_version_is_brought_up_to_date(
    served: Corpus, database: str, rebuild: bool
) -> None:
    served.sync()
    with psycopg.connect(database) as connection:
        connection.execute("DROP TABLE queue; DELETE FROM migrations WHERE version > 1")
    if rebuild:
        served.sync(rebuild=True)
    (served.folder / "new.txt").write_text("A lighthouse was built.")
    served.enqueue()
    assert sum(done.documents for done in served.work()) == 1
