"""How fast an index follows its folder, and what it costs: `python -m benchmarks.index`.

The articles are real (service_public_fr); the vectors of all but the edited ones are
drawn at random, as no step measured here depends on their values. Each figure is
printed beside its bar, with the processor time it took: a busy machine waits, it does
not compute more.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks.sets import DATA, WORK, WrappedEmbedder, read_rows
from rag import Corpus, Settings
from rag.embed import SentenceEmbedder, load_embedder
from rag.embed.e5s1 import FloatArray
from rag.types import SearchResult, Span

SET = "service_public_fr"
HOME = WORK / "index_benchmark"
LARGE = 100_000
T = TypeVar("T")


class DrawnEmbedder(WrappedEmbedder):
    """The default model, but for the vectors of articles that nobody asks for here."""

    def __init__(self, inner: SentenceEmbedder) -> None:
        super().__init__(inner, f"drawn {inner.fingerprint}")
        self.is_real = False
        self.embedded = 0

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        """Unit rows of shape (len(texts), dimension)."""
        self.embedded += len(texts)
        if self.is_real:
            return self._inner.embed_documents(texts)
        drawn = np.random.default_rng(len(texts)).standard_normal((len(texts), self.dimension))
        drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
        rows: FloatArray = drawn.astype(np.float32)
        return rows


def main() -> None:
    if sys.argv[1:2] == ["--open"]:
        return open_once(Path(sys.argv[2]))
    embedder = DrawnEmbedder(load_embedder(Settings()))
    embedder.embed_query("the model is loaded")
    for kind, lay_out in (("rows of one file", as_rows), ("files", as_files)):
        print(f"\n{SET} as {kind}")
        follow(HOME / kind.replace(" ", "-"), lay_out, embedder)
    print(f"\n{LARGE:,} chunks")
    open_large(embedder)
    return None


def follow(home: Path, lay_out: Callable[[Path], None], embedder: DrawnEmbedder) -> None:
    shutil.rmtree(home, ignore_errors=True)
    folder = home / "corpus"
    folder.mkdir(parents=True)
    lay_out(folder)
    with Corpus(folder, home / "index", Settings(), embedder) as corpus:
        report, took = timed(corpus.sync)
        show("first sync, embedding not counted", f"{report.chunks} chunks in {took}")
        time.sleep(2.5)  # files changed just now are read once more
        corpus.sync()
        corpus.search("timbre")
        no_change(corpus, embedder)
        one_edit(corpus, embedder)
        deletions(corpus)


def no_change(corpus: Corpus, embedder: DrawnEmbedder) -> None:
    before = embedder.embedded
    _, took = timed(corpus.sync)
    show("sync without a change", f"{took}", "2 s")
    show("embedded by it", f"{embedder.embedded - before}", "0")


def one_edit(corpus: Corpus, embedder: DrawnEmbedder) -> None:
    embedder.is_real = True
    ids = [document.id for document in corpus.documents()][:3]

    def sync_and_ask(id: str) -> list[SearchResult]:
        corpus.sync()
        return corpus.search(f"Où demander le zébrolin {id} ?", top_k=1)

    for id in ids:
        rewrite(corpus.folder, {id: f"Le zébrolin {id} se demande en mairie."})
        found, took = timed(lambda: sync_and_ask(id))  # noqa: B023
        if found[0].document.id != id:
            raise AssertionError(f"{id} is not found")
        show("one edited article synced and found", f"{took}", "1 s")
    embedder.is_real = False


def deletions(corpus: Corpus) -> None:
    gone = {document.id for document in corpus.documents()}
    gone = set(sorted(gone)[::28][:1000])
    rewrite(corpus.folder, dict.fromkeys(gone))
    report, took = timed(corpus.sync)
    show("1,000 articles deleted", f"{report.removed} in {took}")
    returned = set()
    questions = [row["text"] for row in read_rows(DATA / SET / "queries.jsonl")]
    for question in questions:
        returned |= {hit.document.id for hit in corpus.search(question, top_k=100)} & gone
    show(f"of them returned for {len(questions):,} questions", f"{len(returned)}", "0")


def as_rows(folder: Path) -> None:
    shutil.copyfile(DATA / SET / "corpus.jsonl", folder / "corpus.jsonl")


def as_files(folder: Path) -> None:
    for row in read_rows(DATA / SET / "corpus.jsonl"):
        text = f"# {row.get('title', row['id'])}\n\n{row['text']}\n"
        (folder / f"{row['id']}.md").write_text(text, encoding="utf-8")


def rewrite(folder: Path, texts: dict[str, str | None]) -> None:
    """Gives articles other texts; None deletes."""
    rows = folder / "corpus.jsonl"
    if rows.exists():
        changed = [
            row if row["id"] not in texts else {**row, "text": texts[row["id"]]}
            for row in read_rows(rows)
        ]
        lines = [json.dumps(row, ensure_ascii=False) for row in changed if row["text"]]
        rows.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return
    for id, text in texts.items():
        if text is None:
            (folder / id).unlink()
        else:
            (folder / id).write_text(text, encoding="utf-8")


def open_large(embedder: DrawnEmbedder) -> None:
    embedder.token_spans = words
    folder = HOME / "large" / "corpus"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "corpus.jsonl").exists():
        rows = read_rows(DATA / SET / "corpus.jsonl")
        with (folder / "corpus.jsonl").open("w", encoding="utf-8") as file:
            for number in range(LARGE):
                row = rows[number % len(rows)]
                text = f"{row['text'][:900]} {number}"
                file.write(json.dumps({**row, "id": f"{number}", "text": text}) + "\n")
    with Corpus(folder, HOME / "large" / "index", Settings(), embedder) as corpus:
        report, took = timed(corpus.sync)
        show("sync, embedding not counted", f"{report.chunks} chunks in {took}")
        show("sync without a change", f"{timed(corpus.sync)[1]}")
    for _ in range(2):
        subprocess.run([sys.executable, "-m", __spec__.name, "--open", folder.parent], check=True)


def words(text: str) -> list[Span]:
    """Where the words are: quicker than the model's tokens, and about as many."""
    return [Span(*match.span()) for match in re.finditer(r"\w+", text)]


def open_once(home: Path) -> None:
    from rag.store import Store

    def no_fingerprint():  # type: ignore[no-untyped-def]
        raise AssertionError("not needed")

    before = memory_mb()
    store = Store(home / "index", no_fingerprint)

    def chunks() -> int:
        with store.reader(check=False) as reader:
            return len(reader)

    opened, took = timed(chunks)
    show("opened by another process", f"{opened} chunks in {took}", "1 s")
    show("a generation that is open already", f"{timed(chunks)[1]}")
    show("memory that takes", f"{memory_mb() - before:.0f} MB of {memory_mb():.0f} MB, no model")
    embedder = load_embedder(Settings())
    vector = embedder.embed_query("Où demander un timbre ?")
    with store.reader(check=False) as reader:
        _, took = timed(lambda: reader.dense(vector, 100))
    show("nearest 100 of all", f"{took}")
    show("memory with the model", f"{memory_mb():.0f} MB")


def memory_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1e3


def timed(work: Callable[[], T]) -> tuple[T, str]:
    started, used = time.monotonic(), time.process_time()
    done = work()
    seconds, used = time.monotonic() - started, time.process_time() - used
    return done, f"{seconds:.2f} s (processor {used:.2f} s)"


def show(what: str, value: str, bar: str = "") -> None:
    print(f"  {what:<38} {value:>46}{f'   (bar: {bar})' if bar else ''}", flush=True)


if __name__ == "__main__":
    main()
