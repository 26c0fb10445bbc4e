"""A folder before and after a day of edits, its index before, and what must hold afterwards."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from rag import Corpus, Settings
from rag.errors import NotFoundError
from rag.sync import IN_FLIGHT
from tests.conftest import ROOT
from tests.faults.child import BATCH, LoggingEmbedder
from tests.words import WordEmbedder

ARTICLES = 160


class Scene:
    """An index that is behind its folder, and everything that is known about both."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.folder, self.index = home / "corpus", home / "index"
        self._before = home / "before"
        self._write(lambda number: f"Word{number} was said on Monday.", range(ARTICLES))
        with self.open() as corpus:
            corpus.sync()
            self.old = contents(corpus)
        self.index.rename(self._before)
        shutil.rmtree(self.folder)
        self._write(lambda number: f"Word{number} was said on Friday.", range(9, ARTICLES + 4))
        (self.folder / "moved.txt").rename(self.folder / "there.txt")
        with Corpus(self.folder, home / "scratch", Settings(), WordEmbedder()) as corpus:
            self.needed = corpus.sync().embedded
            self.new = contents(corpus)

    def _write(self, text, numbers) -> None:  # type: ignore[no-untyped-def]
        self.folder.mkdir()
        rows = [
            json.dumps({"id": f"{number}", "text": text(number), "lang": "en", "title": "Said"})
            for number in numbers
        ]
        (self.folder / "rows.jsonl").write_text("\n".join(rows) + "\n")
        front_matter = "---\nlanguage: en\n---\n"
        (self.folder / "moved.txt").write_text(f"{front_matter}This one is moved.")

    def reset(self) -> None:
        """The index as it was before the edits."""
        shutil.rmtree(self.index, ignore_errors=True)
        self.log.unlink(missing_ok=True)
        shutil.copytree(self._before, self.index)

    @property
    def log(self) -> Path:
        """Where the child processes note what they embed."""
        return self._home / "index.log"

    def command(self, *options: str) -> list[str]:
        """A sync in a process of its own."""
        script = [sys.executable, "-m", "tests.faults.child"]
        return [*script, str(self.folder), str(self.index), *options]

    def run(self, command: list[str]) -> int:
        """The exit code; negative if it was killed."""
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
        return done.returncode

    def open(self, fingerprint: str = "words") -> Corpus:
        """The corpus, seen by a new program."""
        return Corpus(self.folder, self.index, Settings(), WordEmbedder(fingerprint))

    def check_readable(self, fingerprint: str = "words") -> None:
        """Whatever happened, readers see articles as they were or as they are, whole."""
        known = {*self.old.items(), *self.new.items()}
        with self.open(fingerprint) as corpus:
            assert set(contents(corpus).items()) <= known
            for hit in corpus.search("What was said on Friday?", top_k=400):
                document, chunk = hit.document, hit.chunk
                assert (document.id, document.text) in known
                assert document.text[chunk.start : chunk.end] == chunk.text

    def check_recovered(self, *options: str) -> None:
        """The next sync ends in the state that a build from scratch has, embedding little twice."""
        embedder = LoggingEmbedder(self.log, "other words" if options else "words")
        with Corpus(self.folder, self.index, Settings(), embedder) as corpus:
            corpus.sync(rebuild=bool(options))
        with self.open(embedder.fingerprint) as corpus:
            self._check_new(corpus)
        embedded = len(self.log.read_text().splitlines())
        assert embedded <= self.needed + IN_FLIGHT * BATCH < 2 * self.needed

    def check_repaired(self) -> None:
        """A damaged index is mended by the one command that its error names."""
        with self.open() as corpus:
            assert corpus.verify(repair=True).repaired
            self._check_new(corpus)

    def _check_new(self, corpus: Corpus) -> None:
        assert corpus.verify().problems == ()
        assert contents(corpus) == self.new
        hits = corpus.search("What was said on Friday?", top_k=1000)
        assert {hit.document.id: hit.document.text for hit in hits} == self.new


def contents(corpus: Corpus) -> dict[str, str]:
    """Texts by id; nothing if nothing was synced."""
    try:
        return {document.id: document.text for document in corpus.documents()}
    except NotFoundError:
        return {}
