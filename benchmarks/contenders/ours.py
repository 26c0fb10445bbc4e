"""This project, at default settings: a sync, and the search that answers are made of."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from benchmarks.contenders.turns import DEPTH, take_turns
from rag import Corpus, Settings
from rag.embed import load_embedder


class Ours:
    """A corpus whose folder holds the one file."""

    package = "corpus-chat"
    setup = "default settings"

    def __init__(self, _: Path) -> None:
        self._settings = Settings(threads=int(os.environ.get("OMP_NUM_THREADS", 0)))
        self._embedder = load_embedder(self._settings)
        self._embedder.embed_documents(["The model is loaded."])
        self._embedder.embed_query("Is it?")

    def index(self, corpus: Path, home: Path) -> None:
        """A first sync."""
        folder = home / "corpus"
        folder.mkdir(parents=True)
        shutil.copy(corpus, folder)
        self._corpus = Corpus(folder, home / "index", self._settings, self._embedder)
        self._corpus.sync()

    def again(self) -> bool:
        """A sync that finds nothing new."""
        return not self._corpus.sync().embedded

    def search(self, question: str) -> list[str]:
        """By both legs and their fusion."""
        return [hit.document.id for hit in self._corpus.search(question, top_k=DEPTH)]


if __name__ == "__main__":
    take_turns(Ours)
