"""Files come into the corpus whole, and nothing there is overwritten unasked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.add import add_files
from rag.cli import app
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
    assert add_files(empty, [outside / "a.md"], replace=True).paths == ("a.md",)
    assert (empty / "a.md").read_text() == "# A\n"
    assert add_files(empty, [empty / "a.md"]).paths == ("a.md",)


def test_what_cannot_be_copied_is_listed(empty: Path, outside: Path) -> None:
    (outside / "large.txt").write_text("x" * 1_000_001)
    added = add_files(empty, [outside / "large.txt", outside / "missing"], max_mb=1)
    assert added.paths == ()
    assert added.failed == (
        Failure(str(outside / "large.txt"), "larger than 1 MB (file_max_mb)"),
        Failure(str(outside / "missing"), "not a regular file"),
    )


@pytest.mark.parametrize("into", ["..", "/tmp", "a/../../b"])
def test_nothing_is_put_outside_the_corpus(empty: Path, outside: Path, into: str) -> None:
    with pytest.raises(ValueError, match="inside the corpus"):
        add_files(empty, [outside / "a.md"], into=into)


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
