"""An index that one may only read, as on a mounted share."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Corpus, Settings, StoreError
from tests.words import WordEmbedder


@pytest.fixture(params=["whole", "copied with an empty journal"])
def read_only(request: pytest.FixtureRequest, corpus: Corpus) -> Iterator[Path]:
    """The index of the three articles, where nothing can be written."""
    corpus.sync()
    corpus.close()
    index = corpus.folder.parent / "index"
    if request.param != "whole":
        (index / "catalog.1.sqlite-wal").touch()
    if os.geteuid():
        index.chmod(0o555)
        yield index
        index.chmod(0o755)
        return
    mount = ["mount", "--bind", str(index), str(index)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("root may write everywhere, and may not mount here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(index)], check=True)
        yield index
    finally:
        subprocess.run(["umount", str(index)], check=True)


def test_it_is_searched_and_looked_at(folder: Path, read_only: Path) -> None:
    with Corpus(folder, read_only, Settings(), WordEmbedder()) as corpus:
        assert corpus.search("harbour", top_k=1)[0].document.id == "harbour"
        assert corpus.status().documents == 3
        assert len(list(corpus.documents())) == 3
        with pytest.raises(StoreError, match="cannot write"):
            corpus.sync()
