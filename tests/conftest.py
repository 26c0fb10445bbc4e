"""What the tests share: a tiny corpus, a tiny embedder, the real model where it matters."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_socket import disable_socket, enable_socket

from rag import Corpus, Settings
from rag.embed import Embedder, load_embedder
from tests.words import WordEmbedder

os.environ["HF_HUB_OFFLINE"] = "1"

__all__ = ["ROOT", "SHARED", "WordEmbedder", "needs_shared"]

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the public data sets in ../shared are not on this machine"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--faults-full", action="store_true", help="tests/faults: every point, not a sample"
    )


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test reaches beyond this machine; those with a server of their own may use loopback."""
    if request.node.get_closest_marker("loopback"):
        yield
        return
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The default model."""
    return load_embedder(Settings())


@pytest.fixture(scope="session")
def sample(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """The articles that come with the project, synced with the default model."""
    index = tmp_path_factory.mktemp("sample") / "index"
    with Corpus(ROOT / "corpus", index, Settings(), embedder) as corpus:
        corpus.sync()
        yield corpus


@pytest.fixture
def words() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus folder with three short articles."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "bridge.txt").write_text(
        "The bridge reopens\n\nThe iron bridge reopened on Monday. It had been closed for a year.\n"
    )
    (folder / "pont.md").write_text(
        "---\ntitle: Le pont rouvre\ndate: 2024-06-20\nlanguage: fr\nsource: La Gazette\n---\n"
        "Le pont de fer a rouvert lundi. Il était fermé depuis un an.\n"
    )
    (folder / "rows.jsonl").write_text(
        '{"id": "harbour", "title": "Harbour", "text": "The harbour froze.", "lang": "en"}\n'
    )
    return folder


@pytest.fixture
def corpus(folder: Path, words: WordEmbedder) -> Iterator[Corpus]:
    """The three articles, not yet synced, with the tiny embedder."""
    with Corpus(folder, folder.parent / "index", Settings(), words) as corpus:
        yield corpus
