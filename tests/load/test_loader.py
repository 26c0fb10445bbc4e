"""Files are read in limited processes: what one costs, and what it cannot do."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from rag.load import Bounds, Loader, listing, load_file
from rag.load.workers import Worker
from rag.types import Document, Failure, PassingFailure
from tests.load import samples
from tests.load.samples import drawn


def test_a_loader_reads_what_a_file_is_read_as_here(tmp_path: Path) -> None:
    """Through the process and back nothing is lost."""
    files = {"a.html": samples.PAGE.encode(), "b.pdf": samples.pdf(drawn("One.")), "c.md": b"# C\n"}
    files |= {
        "d.zip": samples.packed({"e.md": "# E\n\nF.", "x.png": b"\x89PNG"}),
        "g.eml": samples.MAIL,
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with Loader(tmp_path, processes=2) as loader:
        loader.ahead(sorted(files))
        for name in sorted(files):
            assert list(loader.load(name)) == list(load_file(tmp_path, name))


def test_files_that_were_not_announced_or_come_in_another_order_are_read_too(
    tmp_path: Path,
) -> None:
    for name in "abcd":
        (tmp_path / f"{name}.html").write_text(samples.PAGE)
    with Loader(tmp_path, processes=1) as loader:
        loader.ahead(["a.html", "b.html", "c.html"])
        for name in ("c.html", "d.html", "a.html", "c.html"):
            (found,) = loader.load(name)
            assert isinstance(found, Document)


def test_a_loader_that_is_closed_while_its_processes_start_ends_them(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(samples.PAGE)
    with Loader(tmp_path, processes=1) as loader:
        loader.ahead(["a.html"])
        loader._fill()
    assert [worker._process for worker in loader._all] == [None]


def test_plain_text_starts_no_process(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n")
    (tmp_path / "b.jsonl").write_text('{"text": "b"}\n')
    with Loader(tmp_path) as loader:
        loader.ahead(["a.md", "b.jsonl"])
        assert [type(item) for name in ("a.md", "b.jsonl") for item in loader.load(name)] == [
            Document,
            Document,
        ]
        (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n")
        (failure,) = loader.load("photo.png")
        assert isinstance(failure, Failure)
        assert loader._pool is None


@pytest.mark.parametrize(
    ("name", "data", "bounds", "reason"),
    [
        ("slow.html", "<div>" * 400_000, Bounds(file_timeout_s=0.05), "longer than 0.05 s"),
        ("large.md", "word " * 300_000, Bounds(file_max_mb=1), "larger than 1 MB"),
        ("wordy.md", "word " * 300_000, Bounds(file_max_text_mb=1), "more than 1 MB of text"),
    ],
)
def test_a_file_that_costs_too_much_is_left_out_and_the_next_is_read(
    tmp_path: Path, name: str, data: str, bounds: Bounds, reason: str
) -> None:
    (tmp_path / name).write_text(data)
    (tmp_path / "good.html").write_text(samples.PAGE)
    worker = Worker(tmp_path, bounds)
    try:
        (failure,) = worker.read(name)
        assert isinstance(failure, Failure)
        assert (failure.path, reason in failure.reason) == (name, True), failure.reason
    finally:
        worker.close()
    patient = Worker(tmp_path, Bounds())
    try:
        (good,) = patient.read("good.html")
        assert isinstance(good, Document)
    finally:
        patient.close()


def test_a_bound_of_size_above_that_of_memory_takes_no_memory(tmp_path: Path) -> None:
    (tmp_path / "good.html").write_text(samples.PAGE)
    with Loader(tmp_path, Bounds(file_max_mb=2_000)) as loader:
        (good,) = loader.load("good.html")
    assert isinstance(good, Document)


def test_a_bomb_costs_its_own_process_only(tmp_path: Path) -> None:
    cells = "<table>" + "<tr>" + '<td rowspan="9999">x' * 9_999 + "</tr>" + "<tr></tr>" * 9_999
    (tmp_path / "bomb.html").write_text(f"<html><body>{cells}</table></body></html>")
    (tmp_path / "good.html").write_text(samples.PAGE)
    worker = Worker(tmp_path, Bounds(file_memory_mb=512, file_timeout_s=5))
    try:
        started = time.monotonic()
        (failure,) = worker.read("bomb.html")
        assert isinstance(failure, Failure)
        assert time.monotonic() - started < 60
        (good,) = worker.read("good.html")
        assert isinstance(good, Document)
    finally:
        worker.close()


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("_START_S", 0.0, "not ready in 0 s"),
        ("sys.executable", "/bin/false", "exit code 1"),
        ("sys.executable", "/no/such/file", "No such file or directory"),
    ],
)
def test_where_no_process_starts_it_is_said_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: object, why: str
) -> None:
    (tmp_path / "good.txt").write_text("The bridge reopened.")
    worker = Worker(tmp_path, Bounds(file_timeout_s=60))
    try:
        with monkeypatch.context() as patch:
            patch.setattr(f"rag.load.workers.{name}", value)
            (failure,) = worker.read("good.txt")
        assert isinstance(failure, PassingFailure)
        assert f"({why})" in failure.reason
        assert "(readers)" in failure.reason
        (good,) = worker.read("good.txt")
        assert isinstance(good, Document)
    finally:
        worker.close()


def test_an_archive_that_unpacks_to_far_more_is_left_out(tmp_path: Path) -> None:
    bomb = samples.packed({"a.txt": b"0" * 30_000_000, "b.txt": "The bridge reopened."})
    (tmp_path / "a.zip").write_bytes(bomb)
    left_out, kept = load_file(tmp_path, "a.zip")
    assert left_out == Failure("a.zip/a.txt", "it unpacks to far more than it is: left out")
    assert isinstance(kept, Document)


def test_names_that_lead_out_of_an_archive_and_archives_in_archives_are_left_out(
    tmp_path: Path,
) -> None:
    inner = samples.packed({"x.md": "x"})
    for _ in range(3):
        inner = samples.packed({"inner.zip": inner})
    (tmp_path / "a.zip").write_bytes(
        samples.packed({"../up.md": "up", "/root.md": "root", "deep.zip": inner})
    )
    found = list(load_file(tmp_path, "a.zip"))
    assert [type(item) for item in found] == [Failure] * 3
    assert {item.reason for item in found if isinstance(item, Failure)} == {
        "its name leads out of the archive",
        "an archive inside archives: unpack it",
    }


def test_no_entity_is_expanded_and_no_file_outside_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("the secret")
    entity = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt">]>'
    (tmp_path / "a.xml").write_text(f'<?xml version="1.0"?>{entity}<a>Seen &x; here.</a>')
    (found,) = load_file(tmp_path, "a.xml")
    assert isinstance(found, Document)
    assert "secret" not in found.text


def test_links_pipes_and_devices_are_listed_and_never_opened(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    (corpus / "b").mkdir(parents=True)
    (corpus / "a.md").write_text("a")
    (tmp_path / "outside.md").write_text("outside")
    (corpus / "out.md").symlink_to(tmp_path / "outside.md")
    (corpus / "nowhere.md").symlink_to(tmp_path / "missing.md")
    (corpus / "inside.md").symlink_to(corpus / "a.md")
    (corpus / "b" / "loop").symlink_to(corpus)
    (corpus / "..data").mkdir()
    (corpus / "..data" / "mounted.md").write_text("as Kubernetes mounts it")
    (corpus / "mounted.md").symlink_to("..data/mounted.md")
    (corpus / "self").symlink_to(corpus / "self")
    os.mkfifo(corpus / "pipe.md")
    assert listing(corpus) == [
        "a.md",
        Failure("mounted.md", "a link to something hidden; copy the file here instead"),
        Failure("nowhere.md", "a link that leads nowhere"),
        Failure("out.md", "a link out of the corpus folder; copy the file here instead"),
        Failure("pipe.md", "a pipe, a socket or a device, not a file"),
        Failure("self", "a link that leads nowhere"),
    ]
    for name in ("out.md", "pipe.md"):
        assert list(load_file(corpus, name)) == [Failure(name, "not a regular file")]
