"""How fast an index follows its folder, and what it costs: `python -m benchmarks.index`.

The articles are real (service_public_fr), and so are their vectors, which are computed
once ever and remembered; those of edited articles are computed while the clock runs. The
100,000 chunks are the same texts several times over, with vectors drawn at random, as no
step measured with them depends on their values. Each figure is printed beside its target,
with the processor time it took: a busy machine waits, it does not compute more.
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

from benchmarks.machine import memory_mb
from benchmarks.sets import DATA, WORK, WrappedEmbedder, read_rows, remembering
from rag import Corpus, Settings
from rag.arrays import FloatArray
from rag.embed import Embedder, SentenceEmbedder, load_embedder
from rag.types import SearchResult, Span

SET = "service_public_fr"
HOME = WORK / "index_benchmark"
LARGE, GONE, ASKED = 100_000, 1_000, 500
T = TypeVar("T")


class DrawnEmbedder(WrappedEmbedder):
    """The default model, but for the vectors of articles that nobody asks for here."""

    def __init__(self, inner: SentenceEmbedder) -> None:
        super().__init__(inner, f"drawn {inner.fingerprint}")
        self.token_spans = words

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        """Unit rows of shape (len(texts), dimension)."""
        drawn = np.random.default_rng(len(texts)).standard_normal((len(texts), self.dimension))
        drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
        rows: FloatArray = drawn.astype(np.float32)
        return rows


def main() -> None:
    if sys.argv[1:2] == ["--open"]:
        open_once(Path(sys.argv[2]))
        return
    embedder = remembering(Settings())
    embedder.embed_documents([f"The model is loaded {time.time()}."])
    for kind, lay_out in (("rows of one file", as_rows), ("files", as_files)):
        print(f"\n{SET} as {kind}")
        follow(HOME / kind.replace(" ", "-"), lay_out, embedder)
    print(f"\n{LARGE:,} chunks")
    open_large(DrawnEmbedder(load_embedder(Settings())))


def follow(home: Path, lay_out: Callable[[Path], None], embedder: Embedder) -> None:
    shutil.rmtree(home, ignore_errors=True)
    folder = home / "corpus"
    folder.mkdir(parents=True)
    lay_out(folder)
    with Corpus(folder, home / "index", Settings(), embedder) as corpus:
        report, took = timed(corpus.sync)
        show("first sync, vectors remembered", f"{report.chunks} chunks in {took}")
        time.sleep(2.5)  # files changed just now are read once more
        corpus.sync()
        corpus.search("timbre")
        no_change(corpus)
        one_edit(corpus)
        deletions(corpus)


def no_change(corpus: Corpus) -> None:
    report, took = timed(corpus.sync)
    show("sync without a change", f"{took}", "2 s")
    show("embedded by it", f"{report.embedded} of {report.chunks}", "0")


def one_edit(corpus: Corpus) -> None:
    ids = [document.id for document in corpus.documents()][:3]

    def sync_and_ask(id: str) -> list[SearchResult]:
        corpus.sync()
        return corpus.search(f"Où demander le zébrolin {id} ?", top_k=1)

    for id in ids:
        rewrite(corpus.folder, {id: f"Le zébrolin {id} se demande en mairie ({time.time()})."})
        found, took = timed(lambda: sync_and_ask(id))  # noqa: B023
        if found[0].document.id != id:
            raise AssertionError(f"{id} is not found")
        show("one edited article synced and found", f"{took}", "1 s")


def deletions(corpus: Corpus) -> None:
    """Deletes articles that questions ask for, and asks these before and after."""
    gone, questions = asked_for(corpus)
    before = returned(corpus, questions, gone)
    rewrite(corpus.folder, dict.fromkeys(gone))
    report, took = timed(corpus.sync)
    show(f"{GONE:,} articles deleted", f"{report.removed} in {took}")
    after = returned(corpus, questions, gone)
    show(f"of them in {len(questions)} answers, before and after", f"{before}, {after}", "0 after")


def asked_for(corpus: Corpus) -> tuple[set[str], list[str]]:
    """Ids of articles, and questions that some of them answer."""
    ids = {Path(document.id).stem: document.id for document in corpus.documents()}
    texts = {row["id"]: row["text"] for row in read_rows(DATA / SET / "queries.jsonl")}
    gone, questions = dict[str, None](), dict[str, None]()
    for line in (DATA / SET / "qrels.tsv").read_text().splitlines():
        query, document, *_ = line.split("\t")
        if document in ids and query in texts and len(gone) < GONE:
            gone[ids[document]] = None
            questions[texts[query]] = None
    gone |= dict.fromkeys([id for id in ids.values() if id not in gone][: GONE - len(gone)])
    return set(gone), list(questions)[:ASKED]


def returned(corpus: Corpus, questions: Sequence[str], ids: set[str]) -> int:
    """How many of the articles are among the first 100 passages for any of the questions."""
    found = set()
    for question in questions:
        found |= {hit.document.id for hit in corpus.search(question, top_k=100)} & ids
    return len(found)


def as_rows(folder: Path) -> None:
    shutil.copyfile(DATA / SET / "corpus.jsonl", folder / "corpus.jsonl")


def as_files(folder: Path) -> None:
    for row in read_rows(DATA / SET / "corpus.jsonl"):
        title = json.dumps(row.get("title", row["id"]), ensure_ascii=False)  # YAML too
        text = f"---\ntitle: {title}\nlanguage: {row['lang']}\n---\n{row['text']}"
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
        time.sleep(2.5)
        corpus.sync()
        show("sync without a change", f"{timed(corpus.sync)[1]}")
    for _ in range(2):
        subprocess.run([sys.executable, "-m", __spec__.name, "--open", folder.parent], check=True)


def words(text: str) -> list[Span]:
    """Where the words are: quicker than the model's tokens, and about as many."""
    return [Span(*match.span()) for match in re.finditer(r"\w+", text)]


def open_once(home: Path) -> None:
    look_into(home / "index")
    embedder = DrawnEmbedder(load_embedder(Settings()))
    with Corpus(home / "corpus", home / "index", Settings(), embedder) as corpus:
        serve_once(corpus)


def look_into(index: Path) -> None:
    from rag.store import Store

    def no_fingerprint():  # type: ignore[no-untyped-def]
        raise AssertionError("not needed")

    before = memory_mb()
    store = Store(index, no_fingerprint)

    def chunks() -> int:
        with store.reader(check=False) as reader:
            return len(reader)

    opened, took = timed(chunks)
    show("opened by another process", f"{opened} chunks in {took}", "1 s")
    show("a generation that is open already", f"{timed(chunks)[1]}")
    show("memory that takes", f"{memory_mb() - before:.0f} MB of {memory_mb():.0f} MB, no model")


def serve_once(corpus: Corpus) -> None:
    """What `rag serve` holds in memory once it has answered some questions."""
    from rag.ui.server import build_app

    build_app(corpus)
    page = memory_mb()
    corpus.warm()
    model = memory_mb()
    for row in read_rows(DATA / SET / "queries.jsonl")[:20]:
        corpus.ask(row["text"])
    parts = f"page {page:.0f}, model {model - page:.0f}, questions {memory_mb() - model:.0f}"
    show("memory of a serving process", f"{memory_mb():.0f} MB ({parts})")


def timed(work: Callable[[], T]) -> tuple[T, str]:
    started, used = time.monotonic(), time.process_time()
    done = work()
    seconds, used = time.monotonic() - started, time.process_time() - used
    return done, f"{seconds:.2f} s (processor {used:.2f} s)"


def show(what: str, value: str, target: str = "") -> None:
    print(f"  {what:<38} {value:>46}{f'   (target: {target})' if target else ''}", flush=True)


if __name__ == "__main__":
    main()
