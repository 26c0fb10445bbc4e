"""Files that cannot be read: tried again when they, or the bounds, change, and not before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag import Corpus, Settings
from rag.load import Loader
from rag.plan import make_plan
from rag.store import Stamp
from rag.types import Failure, PassingFailure
from tests.load import samples
from tests.test_sync import settle
from tests.words import WordEmbedder

pytestmark = pytest.mark.each_backend


class CountingLoader(Loader):
    """Notes what it is asked for."""

    def __init__(self, folder: Path, **options: object) -> None:
        super().__init__(folder)
        self.asked: list[str] = []

    def load(self, path):  # type: ignore[no-untyped-def]
        self.asked.append(path)
        return super().load(path)


def asked(corpus: Corpus) -> tuple[list[str], list[Failure]]:
    """Which files the next sync would read, and what it would list."""
    known, stamps, failures = corpus._parts().store.remembered()
    with CountingLoader(corpus.folder) as loader:
        plan = make_plan(corpus.folder, known, stamps, failures, loader)
    return loader.asked, plan.failed


def test_what_failed_is_listed_again_without_being_read_again(corpus: Corpus) -> None:
    rows = [json.dumps({"id": "a", "text": "One."}), "no row", json.dumps({"text": "Two."})]
    (corpus.folder / "rows2.jsonl").write_text("\n".join(rows))
    (corpus.folder / "scan.pdf").write_bytes(samples.pdf(""))
    members: dict[str, str | bytes] = {"x.md": "# X\n\nThree.", "y.png": b"\x89PNG"}
    (corpus.folder / "many.zip").write_bytes(samples.packed(members))
    settle(corpus.folder)
    first = corpus.sync()
    assert [failure.path for failure in first.failed] == [
        *("many.zip/y.png", "rows2.jsonl:2", "scan.pdf")
    ]
    assert asked(corpus) == ([], [*first.failed])
    again = corpus.sync()
    assert (again.failed, again.unchanged) == (first.failed, first.added)
    (corpus.folder / "scan.pdf").write_bytes(samples.pdf(samples.drawn("It can be read now.")))
    assert asked(corpus)[0] == ["scan.pdf"]
    assert [failure.path for failure in corpus.sync().failed] == ["many.zip/y.png", "rows2.jsonl:2"]


def test_a_row_without_words_is_named_by_its_place(corpus: Corpus) -> None:
    (corpus.folder / "rows2.jsonl").write_text('{"id": "a", "text": "..."}\n')
    settle(corpus.folder)
    failed = (Failure("rows2.jsonl:1", "there is no text in it"),)
    assert corpus.sync().failed == failed
    assert corpus.sync().failed == failed
    (corpus.folder / "rows.jsonl").write_text('{"id": "a", "text": "The mill burned down."}\n')
    corpus.sync()
    (corpus.folder / "rows.jsonl").unlink()
    assert corpus.sync().removed == 1


def test_other_bounds_are_another_try(folder: Path, index: str, words: WordEmbedder) -> None:
    (folder / "large.txt").write_text("The mill burned down. " * 60_000)
    settle(folder)
    with Corpus(folder, index, Settings(file_max_mb=1), words) as corpus:
        (failure,) = corpus.sync().failed
        assert failure == Failure("large.txt", "larger than 1 MB (file_max_mb)")
        assert asked(corpus) == ([], [failure])
    with Corpus(folder, index, Settings(file_max_mb=2), words) as corpus:
        report = corpus.sync()
        assert (report.failed, report.added) == ((), 1)


def test_what_may_pass_is_tried_each_time(tmp_path: Path) -> None:
    class Busy(Loader):
        def load(self, path):  # type: ignore[no-untyped-def]
            yield PassingFailure(path, "reading it takes longer than 10 s (file_timeout_s)")

    (tmp_path / "a.html").write_text("<p>a</p>")
    settle(tmp_path)
    with Busy(tmp_path) as loader:
        plan = make_plan(tmp_path, {}, {}, [], loader)
    assert (len(plan.failed), plan.stamps) == (1, {})


def test_a_failure_of_a_file_that_looks_different_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n")
    stamps = {"a.md": Stamp(1, 2, 3, 4, 0)}
    with Loader(tmp_path) as loader:
        plan = make_plan(tmp_path, {}, stamps, [Failure("a.md", "was broken")], loader)
    assert (plan.failed, plan.added) == ([], {"a.md"})
