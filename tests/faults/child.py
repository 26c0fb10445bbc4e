"""One sync in a process of its own, to be killed: `python -m tests.faults.child FOLDER INDEX`.

It writes a line to INDEX.log for each text that it embeds, so that what was embedded
twice can be counted whatever becomes of it.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import rag.sync
from rag import Corpus, Settings
from rag.arrays import FloatArray
from rag.errors import RagError
from tests.words import WordEmbedder

#: Fewer texts than a batch has, so that some of a folder's batches are stored before a kill.
BATCH = 40


class LoggingEmbedder(WordEmbedder):
    """Leaves a trace of what it embeds; is killed in a batch, if one is named."""

    def __init__(self, log: Path, fingerprint: str, last_batch: int = 0) -> None:
        super().__init__(fingerprint)
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._batches_left = last_batch

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        self._batches_left -= 1
        if self._batches_left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        lines = "".join(f"{text!r}\n" for text in texts)
        os.write(self._log, lines.encode())
        return super().embed_documents(texts)


def main() -> int:
    rag.sync.BATCH = BATCH
    folder, index, *options = sys.argv[1:]
    rebuild = "--rebuild" in options
    numbers = dict(option.split("=") for option in options if "=" in option)
    if "--largest-file" in numbers:
        size = int(numbers["--largest-file"])
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    last_batch = int(numbers.get("--killed-in-batch", 0))
    fingerprint = "other words" if rebuild else "words"
    embedder = LoggingEmbedder(Path(f"{index}.log"), fingerprint, last_batch)
    with Corpus(Path(folder), Path(index), Settings(), embedder) as corpus:
        try:
            corpus.sync(rebuild=rebuild)
        except RagError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
