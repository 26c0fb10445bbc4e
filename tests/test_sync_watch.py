"""A folder that is followed: what happens in it is found a moment later."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import watchfiles

from rag import Corpus, NotFoundError, Settings
from rag.arrays import FloatArray
from rag.watch import Follower
from tests.conftest import ROOT, WordEmbedder


@pytest.fixture
def followed(corpus: Corpus) -> Iterator[tuple[Corpus, Follower]]:
    corpus.sync()
    with Follower(corpus) as follower:
        eventually(lambda: follower.last is not None)
        yield corpus, follower


def eventually(is_so: Callable[[], bool], within_s: float = 5.0) -> float:
    started = time.monotonic()
    while not is_so():
        assert time.monotonic() - started < within_s
        time.sleep(0.02)
    return time.monotonic() - started


def holds(corpus: Corpus, word: str) -> bool:
    return any(word in hit.chunk.text for hit in corpus.search(word))


def test_an_edit_is_found_within_two_seconds(followed: tuple[Corpus, Follower]) -> None:
    corpus, _ = followed
    file = corpus.folder / "bridge.txt"
    file.write_text("The bridge reopens\n\nA zeppelin landed on it.\n")
    assert eventually(lambda: holds(corpus, "zeppelin")) < 2.0 + 1.0  # a busy machine
    file.unlink()
    eventually(lambda: not holds(corpus, "zeppelin"))


def test_an_atomic_save_is_one_edit(followed: tuple[Corpus, Follower]) -> None:
    corpus, follower = followed
    generation = corpus.status().generation
    draft = corpus.folder / ".bridge.txt.part"
    draft.write_text("The bridge reopens\n\nA zeppelin landed on it.\n")
    (corpus.folder / "bridge.txt").rename(corpus.folder / "bridge.txt~")
    draft.rename(corpus.folder / "bridge.txt")
    eventually(lambda: holds(corpus, "zeppelin"))
    report = follower.last
    assert report is not None
    assert not isinstance(report, Exception)
    assert corpus.status().generation == generation + 1


def test_a_folder_that_goes_and_comes_back(followed: tuple[Corpus, Follower]) -> None:
    corpus, follower = followed
    away = corpus.folder.parent / "away"
    corpus.folder.rename(away)
    eventually(lambda: isinstance(follower.last, NotFoundError))
    assert holds(corpus, "harbour")
    (away / "mill.txt").write_text("The mill burned down.")
    away.rename(corpus.folder)
    eventually(lambda: holds(corpus, "mill"))


def test_another_process_that_syncs_is_no_reason_to_stop(
    followed: tuple[Corpus, Follower],
) -> None:
    corpus, _ = followed
    index = corpus.folder.parent / "index"
    with Corpus(corpus.folder, index, Settings(), WordEmbedder()) as other:
        for number in range(5):
            (corpus.folder / f"{number}.txt").write_text(f"Article {number} tells of word{number}.")
            other.sync(wait_s=10)
    (corpus.folder / "last.txt").write_text("The mill burned down.")
    eventually(lambda: holds(corpus, "mill"))


def test_where_nothing_tells_of_changes_it_looks_for_them(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = watchfiles.watch

    def without_inotify(*paths: Path, **options: Any) -> Iterator[Any]:
        if not options.get("force_polling"):
            raise OSError("OS file watch limit reached")
        yield from watch(*paths, **options)

    monkeypatch.setattr(watchfiles, "watch", without_inotify)
    with Follower(corpus) as follower:
        eventually(lambda: follower.last is not None)
        (corpus.folder / "mill.txt").write_text("The mill burned down.")
        eventually(lambda: holds(corpus, "mill"), 10.0)


class Failing(WordEmbedder):
    """Has no memory left for its first batch."""

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        if not self.embedded:
            self.embedded.extend(texts)
            raise MemoryError("no memory left")
        return super().embed_documents(texts)


def test_a_sync_that_crashes_is_logged_and_the_next_one_goes_on(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Corpus(folder, folder.parent / "index", Settings(), Failing()) as corpus:
        with Follower(corpus) as follower:
            eventually(lambda: "no memory left" in caplog.text)
            (folder / "mill.txt").write_text("The mill burned down.")
            eventually(lambda: follower.last is not None)
        assert holds(corpus, "mill")


def test_a_corpus_below_the_folder_of_its_index_is_followed(folder: Path) -> None:
    corpus = Corpus(folder, folder.parent, Settings(), WordEmbedder())
    with corpus, Follower(corpus) as follower:
        eventually(lambda: follower.last is not None)
        (folder / "mill.txt").write_text("The mill burned down.")
        eventually(lambda: holds(corpus, "mill"))


def test_a_link_that_leads_to_another_folder_is_followed_there(
    folder: Path, tmp_path: Path
) -> None:
    link, release = tmp_path / "current", tmp_path / "release"
    link.symlink_to(folder)
    release.mkdir()
    (release / "mill.txt").write_text("The mill burned down.")
    corpus = Corpus(link, tmp_path / "index", Settings(), WordEmbedder())
    with corpus, Follower(corpus) as follower:
        eventually(lambda: follower.last is not None)
        (tmp_path / "new").symlink_to(release)
        (tmp_path / "new").rename(link)
        eventually(lambda: holds(corpus, "mill"))
        (release / "fire.txt").write_text("A zeppelin landed on it.")
        eventually(lambda: holds(corpus, "zeppelin"))


class Gated(WordEmbedder):
    """Embeds its first batch at once, and waits before the second."""

    def __init__(self) -> None:
        super().__init__()
        self.batches = 0
        self.is_reached, self.may_go = threading.Event(), threading.Event()

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        self.batches += 1
        if self.batches == 2:
            self.is_reached.set()
            assert self.may_go.wait(60)
        return super().embed_documents(texts)


def test_to_stop_waits_for_the_batches_at_work_only(folder: Path) -> None:
    (folder / "book.txt").write_text(" ".join(f"Word{n} was said." for n in range(8_000)))
    gated, index = Gated(), folder.parent / "index"
    with Corpus(folder, index, Settings(chunk_tokens=32), gated) as corpus:
        with Follower(corpus) as follower:
            assert gated.is_reached.wait(60)
            threading.Timer(0.2, gated.may_go.set).start()
        assert gated.batches <= 4  # two at work, and those that wait for them
        assert follower.last is None
    words = WordEmbedder()
    with Corpus(folder, index, Settings(chunk_tokens=32), words) as corpus:
        corpus.sync()
        assert not set(words.embedded) & set(gated.embedded)
        assert corpus.verify().problems == ()


@pytest.mark.parametrize(
    ("options", "first", "then"),
    [
        ([], "3 added", "0 added, 0 updated, 1 removed"),
        (["--json"], '{"added": 3', '{"added": 0, "updated": 0, "removed": 1'),
    ],
)
def test_the_command_line_follows_until_it_is_ended(
    folder: Path, options: list[str], first: str, then: str
) -> None:
    index = folder.parent / "index"
    command = [sys.executable, "-m", "rag", "sync", "--watch"]
    command += ["--corpus", str(folder), "--index", str(index), *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline().startswith(first)
        (folder / "pont.md").unlink()
        assert process.stdout.readline().startswith(then)
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(20) == 130
