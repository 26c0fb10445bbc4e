"""`rag sync --dry-run`, `rag status` and `rag verify`: none of them embeds anything."""

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from rag import Corpus
from rag.cli.commands import app


def rag(corpus: Corpus, *arguments: str) -> Result:
    where = ["--corpus", str(corpus.folder), "--index", str(corpus.index)]
    return CliRunner().invoke(app, [*arguments, *where])


def test_a_dry_run_prints_the_plan(corpus: Corpus) -> None:
    (corpus.folder / "photo.jpeg").write_bytes(b"\xff\xd8")
    done = rag(corpus, "sync", "--dry-run")
    assert done.exit_code == 3
    first, *_ = done.stdout.splitlines()
    assert first == "+ bridge.txt"
    assert "3 to add, 0 to update, 0 to remove (0 of these renamed), 0 unchanged" in done.stdout
    assert "photo.jpeg" in done.stdout
    (corpus.folder / "photo.jpeg").unlink()
    assert rag(corpus, "sync", "--dry-run").exit_code == 0
    plan = json.loads(rag(corpus, "sync", "--dry-run", "--json").stdout)
    assert plan["added"] == ["bridge.txt", "harbour", "pont.md"]
    assert not corpus.index.exists()


def test_status_tells_what_is_there(corpus: Corpus) -> None:
    corpus.sync()
    done = rag(corpus, "status")
    assert done.exit_code == 0
    for line in ("documents   3 (en 2, fr 1)", "passages    3", "model       words", "flat"):
        assert line in done.stdout
    assert json.loads(rag(corpus, "status", "--json").stdout)["syncing"] is None


def test_verify_finds_and_mends(corpus: Corpus, tmp_path: Path) -> None:
    corpus.sync()
    assert rag(corpus, "verify").stdout == "the index is whole\n"
    corpus.close()
    file = corpus.index / "vectors.1.faiss"
    file.write_bytes(file.read_bytes()[:-1])
    done = rag(corpus, "verify")
    assert done.exit_code == 1
    assert "rag verify --repair" in done.stdout
    assert json.loads(rag(corpus, "verify", "--json").stdout)["problems"]
