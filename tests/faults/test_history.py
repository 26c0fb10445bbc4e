"""Whatever happened to a folder, its index is what a build from scratch would be."""

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from rag import Corpus, Settings
from rag.store import Reader
from tests.words import WordEmbedder

NAMES = st.sampled_from(["a.txt", "b.md", "B.md", "deep/c.txt", "deep/d.md", "rows.jsonl"])
TEXTS = ["mill", "iron", "bridge", "harbour", "froze", "monday"]
WORDS = st.lists(st.sampled_from(TEXTS), min_size=1)


def state(corpus: Corpus) -> dict[str, object]:
    """All of an index that a question can depend on, but for the order of its keys."""
    with corpus._parts().store.reader() as reader:
        return dict(_documents(reader))


def _documents(reader: Reader):  # type: ignore[no-untyped-def]
    hits = reader.hits([key for key, _ in reader.dense(_query("mill"), 10_000)])
    lexical = dict(reader.lexical(["mill", "monday"], 10_000))
    for key, hit in hits.items():
        vector = tuple(np.round(reader.vectors([key])[0], 5))
        place = (hit.document.id, hit.chunk.start, hit.chunk.end)
        yield place, (hit.document, hit.terms, vector, round(lexical.get(key, 0.0), 5))


def _query(text: str):  # type: ignore[no-untyped-def]
    return WordEmbedder().embed_query(text)


class Folder(RuleBasedStateMachine):
    """Files come, change, move and go; syncs come in between."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.folder = self.home / "corpus"
        self.words = WordEmbedder()
        self.corpus = Corpus(self.folder, self.home / "index", Settings(), self.words)
        self.is_synced = False

    @initialize()
    def create(self) -> None:
        self.folder.mkdir()

    @rule(name=NAMES, words=WORDS)
    def write(self, name: str, words: list[str]) -> None:
        file = self.folder / name
        file.parent.mkdir(exist_ok=True)
        text = " ".join(words).capitalize() + "."
        rows = "".join(f'{{"id": "{word}", "text": "{text}"}}\n' for word in set(words))
        file.write_text(rows if name.endswith("jsonl") else text)
        self.is_synced = False

    @rule(old=NAMES, new=NAMES)
    def rename(self, old: str, new: str) -> None:
        if (self.folder / old).exists() and old.endswith("jsonl") == new.endswith("jsonl"):
            (self.folder / new).parent.mkdir(exist_ok=True)
            (self.folder / old).rename(self.folder / new)
            self.is_synced = False

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)
        self.is_synced = False

    @rule(name=NAMES, seconds=st.integers(-100_000, 100_000))
    def touch(self, name: str, seconds: int) -> None:
        if (self.folder / name).exists():
            time = (self.folder / name).stat().st_mtime + seconds
            os.utime(self.folder / name, (time, time))

    @rule()
    def another_program(self) -> None:
        self.corpus.close()
        self.corpus = Corpus(self.folder, self.home / "index", Settings(), self.words)

    @rule(rebuild=st.booleans())
    def sync(self, rebuild: bool) -> None:
        before = len(self.words.embedded)
        report = self.corpus.sync(rebuild=rebuild)
        assert report.embedded == len(self.words.embedded) - before
        if rebuild:  # what is not in the folder is not taken over, and may be embedded again
            self.words.embedded = []
        assert len(self.words.embedded) == len(set(self.words.embedded))
        self.is_synced = True

    @invariant()
    def equals_a_build_from_scratch(self) -> None:
        if not self.is_synced:
            return
        scratch = self.home / "scratch"
        shutil.rmtree(scratch, ignore_errors=True)
        with Corpus(self.folder, scratch, Settings(), WordEmbedder()) as corpus:
            corpus.sync()
            assert state(self.corpus) == state(corpus)
        assert self.corpus.verify().problems == ()

    def teardown(self) -> None:
        self.corpus.close()
        shutil.rmtree(self.home)


TestFolder = Folder.TestCase
TestFolder.settings = settings(
    max_examples=int(os.environ.get("FAULTS_EXAMPLES", "10")),
    stateful_step_count=20,
    deadline=None,
)
