"""Files come into the corpus whole, and nothing there is overwritten unasked."""

from __future__ import annotations

import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.add import Added, add_files
from rag.cli.commands import app
from rag.types import Failure


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.md").write_text("# A\n")
    (folder / "deep" / "b.md").write_text("# B\n")
    (folder / ".hidden.md").write_text("# H\n")
    (folder / "deep" / "link.md").symlink_to(folder / "a.md")
    return folder


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    return tmp_path / "corpus"


def test_files_and_folders_are_copied_without_what_is_hidden(empty: Path, outside: Path) -> None:
    added = add_files(empty, [outside, outside / "a.md"], into="news")
    assert added.paths == ("news/outside/a.md", "news/outside/deep/b.md", "news/a.md")
    assert added.failed == ()
    assert (empty / "news" / "a.md").read_text() == "# A\n"
    assert not [file for file in empty.rglob("*") if file.name.startswith(".")]


def test_a_file_that_is_there_is_not_copied_again_and_another_of_its_name_gets_a_number(
    empty: Path, outside: Path
) -> None:
    (empty / "a.md").write_text("# Another\n")
    for _ in range(2):
        assert add_files(empty, [outside / "a.md"]).paths == ("a (2).md",)
    assert (empty / "a.md").read_text() == "# Another\n"
    assert add_files(empty, [empty / "a.md"]).paths == ("a.md",)


@pytest.mark.parametrize("has_links", [True, False])
def test_of_two_files_of_a_name_added_at_the_same_time_none_is_lost(
    empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    def no_links(name: Path, copy: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    if not has_links:
        monkeypatch.setattr(Path, "hardlink_to", no_links)
    exists = Path.exists

    def late(path: Path) -> bool:  # what both see before either has renamed its copy
        return exists(path) and path.parent != empty

    monkeypatch.setattr(Path, "exists", late)
    texts = [f"Article {number}." for number in range(8)]
    for number, text in enumerate(texts):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "a.md").write_text(text)
    with ThreadPoolExecutor(len(texts)) as pool:
        files = [tmp_path / str(number) / "a.md" for number in range(len(texts))]
        added = list(pool.map(lambda file: add_files(empty, [file]), files))
    assert sorted(file.read_text() for file in empty.iterdir()) == texts
    assert [(empty / path).read_text() for one in added for path in one.paths] == texts


def test_what_cannot_be_copied_is_listed(empty: Path, outside: Path) -> None:
    (outside / "large.txt").write_text("x" * 1_000_001)
    added = add_files(empty, [outside / "large.txt", outside / "missing"], max_mb=1)
    assert added.paths == ()
    assert added.failed == (
        Failure(str(outside / "large.txt"), "larger than 1 MB (file_max_mb)"),
        Failure(str(outside / "missing"), "No such file or directory"),
    )


def test_where_the_corpus_cannot_be_written_to_the_file_is_not_blamed(
    empty: Path, outside: Path
) -> None:
    (empty / "outside").write_text("Where the folder would be.")
    added = add_files(empty, [outside / "a.md", outside])
    assert added.paths == ("a.md",)
    assert [reason.partition(": ")[0] for _, reason in added.failed] == [
        *["cannot be copied into the corpus"] * 2
    ]


@pytest.mark.parametrize("into", ["..", "/tmp", "a/../../b"])
def test_nothing_is_put_outside_the_corpus(empty: Path, outside: Path, into: str) -> None:
    with pytest.raises(ValueError, match="inside the corpus"):
        add_files(empty, [outside / "a.md"], into=into)


def test_a_folder_is_called_by_its_own_name(
    empty: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(outside / "deep")
    assert add_files(empty, [Path("..")]).paths == ("outside/a.md", "outside/deep/b.md")
    assert not (empty.parent / "a.md").exists()


def test_the_corpus_and_the_index_are_not_copied_into_the_corpus(
    empty: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(outside)
    empty.rename(outside / "corpus")
    (outside / "index").mkdir()
    (outside / "index" / "catalog.1.sqlite").touch()
    for _ in range(2):
        added = add_files(Path("corpus"), [Path(".")], index=Path("index"))
        assert added.paths == ("outside/a.md", "outside/deep/b.md")
    reason = "a folder of the corpus or of the index"
    for folder in (Path("corpus"), Path("corpus/outside"), Path("index")):
        added = add_files(Path("corpus"), [folder], index=Path("index"))
        assert added == Added((), (Failure(str(folder.resolve()), reason),))


def test_nothing_is_put_where_a_link_leads_out_of_the_corpus(empty: Path, outside: Path) -> None:
    (empty / "outside").symlink_to(empty.parent)
    added = add_files(empty, [outside])
    assert added.paths == ()
    assert [Path(failure.path).name for failure in added.failed] == ["a.md", "b.md"]
    assert not (empty.parent / "a.md").exists()


def test_what_no_sync_would_read_is_not_copied(empty: Path, outside: Path) -> None:
    (outside / "x.txt~").write_text("A copy.")
    foreign = Path(os.fsdecode(os.fsencode(outside) + b"/caf\xe9.txt"))
    foreign.write_text("A café.")
    added = add_files(empty, [outside / ".hidden.md", outside / "x.txt~", foreign])
    assert added.paths == ()
    assert [failure.path for failure in added.failed] == [
        *(str(outside / name) for name in (".hidden.md", "x.txt~", "caf\\xe9.txt"))
    ]
    with pytest.raises(ValueError, match="is hidden"):
        add_files(empty, [outside / "a.md"], into="news/.x")
    assert not list(empty.iterdir())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_cannot_be_looked_into_is_listed(empty: Path, outside: Path) -> None:
    (outside / "deep").chmod(0)
    added = add_files(empty, [outside])
    (outside / "deep").chmod(0o755)
    assert added == Added(("outside/a.md",), (Failure(str(outside / "deep"), "Permission denied"),))


def test_the_command_copies_and_lists_what_it_left_out(empty: Path, outside: Path) -> None:
    (outside / "deep" / "link.md").unlink()
    options = ["--corpus", str(empty), "--index", str(empty.parent / "index"), "--json"]
    done = CliRunner().invoke(app, ["add", str(outside), *options])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["copied"], said["added"]) == (["outside/a.md", "outside/deep/b.md"], 2)
    (outside / "photo.png").write_bytes(b"\x89PNG\r\n")
    done = CliRunner().invoke(app, ["add", str(outside / "photo.png"), *options])
    assert done.exit_code == 3
    assert json.loads(done.stdout)["failed"] == [
        {"path": "photo.png", "reason": "a PNG image, not an article"}
    ]


def test_a_folder_in_the_corpus_may_be_named_by_its_whole_path(
    outside: Path, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(empty.parent)
    added = add_files(Path("corpus"), [outside / "a.md"], into=str(empty / "x" / ".." / "news"))
    assert added == Added(("news/a.md",), ())
