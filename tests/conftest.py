"""What the tests share: a tiny corpus, a tiny embedder, the real model where it matters."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pytest_socket import disable_socket, enable_socket, socket_allow_hosts

from rag import Corpus, Settings
from rag.embed import Embedder, load_embedder
from rag.load import listing
from tests.postgres.server import Server
from tests.words import WordEmbedder

os.environ["HF_HUB_OFFLINE"] = "1"

__all__ = ["ROOT", "SHARED", "SHIPPED", "WordEmbedder", "needs_shared"]

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
#: The files of the articles that come with the project, in its folder `corpus`.
SHIPPED = [path for path in listing(ROOT / "corpus") if isinstance(path, str)]

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the public data sets in ../shared are not on this machine"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--faults-full", action="store_true", help="tests/faults: every point, not a sample"
    )


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test reaches beyond this machine; those with a server of their own may use loopback."""
    if request.node.get_closest_marker("loopback"):
        monkeypatch.setattr(socket.socket, "connect", socket.socket.connect)  # put back behind it
        socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What is marked `each_backend` runs with an index in a folder, and with one in a database."""
    marker = metafunc.definition.get_closest_marker("each_backend")
    embedded = metafunc.definition.get_closest_marker("embedded")
    if marker and not embedded and "index" in metafunc.fixturenames:
        metafunc.parametrize("index", ["embedded", "postgres"], indirect=True)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server with pgvector, on a socket."""
    server = Server()
    try:
        server.create()
        server.start()
        with psycopg.connect(server.address) as connection:
            connection.execute("CREATE EXTENSION vector")
        yield server
    finally:
        server.remove()


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """The address of an index that is not there yet, on the server."""
    with server.schema() as address:
        yield address


@pytest.fixture
def index(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an index that is not there yet."""
    if getattr(request, "param", "") == "postgres":
        address: str = request.getfixturevalue("database")
        return address
    return str(tmp_path / "index")


@pytest.fixture
def corpus(folder: Path, index: str, words: WordEmbedder) -> Iterator[Corpus]:
    """The three articles, not yet synced, with the tiny embedder."""
    with Corpus(folder, index, Settings(), words) as corpus:
        yield corpus
