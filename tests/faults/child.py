"""One sync in a process of its own, to be killed: `python -m tests.faults.child FOLDER INDEX`.

It writes a line to INDEX.log for each text that it embeds, so that what was embedded
twice can be counted whatever becomes of it.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Sequence
from pathlib import Path

from rag import Corpus, Settings
from rag.errors import RagError
from rag.store.vectors import FloatArray
from tests.words import WordEmbedder


class LoggingEmbedder(WordEmbedder):
    """Leaves a trace of what it embeds."""

    def __init__(self, log: Path, fingerprint: str) -> None:
        super().__init__(fingerprint)
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        lines = "".join(f"{text!r}\n" for text in texts)
        os.write(self._log, lines.encode())
        return super().embed_documents(texts)


def main() -> int:
    folder, index, *options = sys.argv[1:]
    rebuild = "--rebuild" in options
    for option in options:
        if option.startswith("--largest-file="):
            size = int(option.partition("=")[2])
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    embedder = LoggingEmbedder(Path(f"{index}.log"), "other words" if rebuild else "words")
    with Corpus(Path(folder), Path(index), Settings(), embedder) as corpus:
        try:
            corpus.sync(rebuild=rebuild)
        except RagError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
