"""One worker in a process of its own, to be killed: `python -m tests.faults.worker ADDRESS`."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rag import Corpus, Settings
from rag.arrays import FloatArray
from tests.words import WordEmbedder


class SlowEmbedder(WordEmbedder):
    """Takes its time, as a model does, so that it is killed at its work."""

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        time.sleep(0.1)
        return super().embed_documents(texts)


def main() -> None:
    with Corpus(Path("none"), sys.argv[1], Settings(), SlowEmbedder()) as corpus:
        for _ in corpus.work():
            pass


if __name__ == "__main__":
    main()
