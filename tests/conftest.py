"""What the tests share: a tiny corpus, a tiny embedder, the real model where it matters."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from pytest_socket import disable_socket, enable_socket

from rag import Corpus, Settings
from rag.embed import Embedder, load_embedder
from rag.store.vectors import FloatArray
from rag.types import Span

os.environ["HF_HUB_OFFLINE"] = "1"

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the public data sets in ../shared are not on this machine"
)


class WordEmbedder:
    """An instant embedder that is right about words: a text's vector adds up its words' own.

    It counts what it embeds, so that tests can tell what was embedded again.
    """

    dimension = 64
    max_tokens = 512

    def __init__(self, fingerprint: str = "words") -> None:
        self.fingerprint = fingerprint
        self.embedded: list[str] = []

    def token_spans(self, text: str) -> list[Span]:
        return [Span(*match.span()) for match in re.finditer(r"\w+|[^\w\s]", text)]

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        self.embedded.extend(texts)
        rows = [self.embed_query(text) for text in texts]
        return np.vstack(rows) if rows else np.empty((0, self.dimension), np.float32)

    def embed_query(self, text: str) -> FloatArray:
        vector = sum((_word_vector(word) for word in re.findall(r"\w+", text.lower())), _ZERO)
        return (vector / max(float(np.linalg.norm(vector)), 1e-6)).astype(np.float32)

    def token_vectors(self, text: str) -> tuple[list[Span], FloatArray]:
        spans = self.token_spans(text)
        rows = [_word_vector(text[start:end].lower()) for start, end in spans]
        return spans, np.vstack(rows) if rows else np.empty((0, self.dimension), np.float32)

    def warm(self) -> None:
        """Nothing to load."""


_ZERO = np.full(WordEmbedder.dimension, 1e-3)


def _word_vector(word: str) -> FloatArray:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "little")
    return np.random.default_rng(seed).standard_normal(WordEmbedder.dimension).astype(np.float32)


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
