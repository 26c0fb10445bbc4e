"""Beside the peers: the same articles, questions and model, in one run, a process each.

    python -m benchmarks.peers [--questions 500] [--rounds 5] [--threads N]

LangChain, txtai and Haystack are put together as their documentation does, with the same
model as a local sentence-transformers folder on torch, and e5's prefixes: see
benchmarks/contenders. `make bench` installs them where nothing else finds them. The
contenders take turns, so that a busy machine slows all of them alike; ratios are medians
over the rounds. Where other programs want the cores too, `--threads 1` gives each contender
one: threads that wait for each other are slowed most, and torch's have more to wait for.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

import numpy as np

from benchmarks.sets import DATA, ROOT, read_rows
from rag import Settings
from rag.embed.resolve import model_folder
from rag.evaluate import Question, read_questions, score

OURS, BASELINE = "this project", "LangChain"
_CONTENDERS = {
    OURS: "ours",
    BASELINE: "with_langchain",
    "txtai": "with_txtai",
    "Haystack": "with_haystack",
}
_PEERS_PYTHON = ROOT / ".venv" / "peers" / "bin" / "python"
#: For all alike. On a busy machine threads that wait actively would slow torch many times.
_ENVIRONMENT = {
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_WAIT_POLICY": "PASSIVE",
}


@dataclass
class Seen:
    """What was seen of one contender.

    Attributes:
        indexed: How long it took from the file to a saved and open index, and what memory.
        asked: By round: how long each question took, and ids of articles for each.
        again_s: An index brought up to date without a change, each try; none if it cannot.
    """

    indexed: dict[str, float] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    again_s: list[float] = field(default_factory=list)


class Process:
    """A contender, and what it answers."""

    def __init__(self, module: str, model: Path) -> None:
        python = sys.executable if module == "ours" else str(_PEERS_PYTHON)
        self._module = module
        self._said = TemporaryFile("w+")  # noqa: SIM115  # it lives as long as the process
        self._process = subprocess.Popen(
            [python, "-m", f"benchmarks.contenders.{module}", str(model)],
            cwd=ROOT,
            env=os.environ | _ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )
        self.setup = str(self._answer()["setup"])

    def __call__(self, do: str, **order: Any) -> dict[str, Any]:
        """Its answer to an order."""
        assert self._process.stdin
        print(json.dumps({"do": do, **order}), file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        if line := self._process.stdout.readline():
            answer: dict[str, Any] = json.loads(line)
            return answer
        self._said.seek(0)
        code = self._process.wait()
        raise RuntimeError(f"{self._module} ended with {code}: {self._said.read()}")

    def close(self) -> None:
        """Ends it."""
        self._process.communicate()
        self._said.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=500, help="of each set, at most")
    parser.add_argument("--articles", type=int, default=None, help="of each set, at most")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", help="of each, all cores unless told")
    parser.add_argument("--peers", nargs="*", default=list(_CONTENDERS)[1:], help="beside this")
    options = parser.parse_args()
    if options.peers and not _PEERS_PYTHON.exists():
        sys.exit("the peers are not installed; run `make .venv/peers`")
    if options.threads:
        os.environ["OMP_NUM_THREADS"] = options.threads
    setups: dict[str, str] = {}
    for title, part in (("PIAF", piaf), ("Belebele EN->DE", belebele)):
        articles, questions = part()
        articles = articles[: options.articles]
        questions = _about(questions, articles)
        questions = questions[:: -(-len(questions) // options.questions)]
        rounds = [questions[number :: options.rounds] for number in range(options.rounds)]
        with contenders([OURS, *options.peers]) as processes:
            seen = measure(processes, articles, rounds)
            setups = {name: process.setup for name, process in processes.items()}
        asked = [question for some in rounds for question in some]
        title = f"{title}, {len(articles)} articles, {len(asked)} questions"
        print(*table(title, asked, seen), sep="\n", flush=True)
    print(*(f"- {name}: {setup}." for name, setup in setups.items()), sep="\n")


def piaf() -> tuple[list[dict[str, Any]], list[Question]]:
    """French over French."""
    return read_rows(DATA / "piaf_fr" / "corpus.jsonl"), read_questions(DATA / "piaf_fr")


def belebele() -> tuple[list[dict[str, Any]], list[Question]]:
    """English questions over the German passages."""
    folder = DATA / "belebele_en_de"
    articles = [row for row in read_rows(folder / "corpus.jsonl") if row["lang"] == "de"]
    return articles, [question for question in read_questions(folder) if question.language == "en"]


def _about(questions: Sequence[Question], articles: Sequence[Mapping[str, Any]]) -> list[Question]:
    """The questions that these articles answer."""
    ids = {row["id"] for row in articles}
    kept = [
        replace(each, relevant={id: grade for id, grade in each.relevant.items() if id in ids})
        for each in questions
    ]
    return [question for question in kept if question.relevant]


@contextmanager
def contenders(names: Sequence[str]) -> Iterator[dict[str, Process]]:
    """A process each, with its model loaded."""
    model = model_folder(Settings().embedding_model)
    with ExitStack() as stack:
        processes = {}
        for name in names:
            processes[name] = Process(_CONTENDERS[name], model)
            stack.callback(processes[name].close)
        yield processes


def measure(
    processes: Mapping[str, Process],
    articles: Sequence[Mapping[str, Any]],
    rounds: Sequence[Sequence[Question]],
) -> dict[str, Seen]:
    """Everything about each of them, in turns."""
    seen = {name: Seen() for name in processes}
    with TemporaryDirectory() as work:
        corpus = Path(work) / "corpus.jsonl"
        lines = [json.dumps(row, ensure_ascii=False) for row in articles]
        corpus.write_text("\n".join(lines) + "\n", encoding="utf-8")
        for name, process in processes.items():
            home = Path(work) / name
            seen[name].indexed = process("index", corpus=str(corpus), home=str(home))
        for some in rounds:
            for name, process in processes.items():
                texts = [question.text for question in some]
                seen[name].asked.append(process("search", questions=texts))
                again = process("again")
                seen[name].again_s += [again["took_s"]] if again["skipped"] else []
    return seen


def table(title: str, questions: Sequence[Question], seen: Mapping[str, Seen]) -> Iterator[str]:
    """The figures as Markdown; in parentheses how many times those of this project."""
    columns = (
        "indexed | processor time | peak memory | no change "
        "| question | p95 | processor time | nDCG@10"
    )
    yield f"| {title} | {columns} |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for name, each in seen.items():
        ours = seen[OURS]
        cells = [*_indexing(each, ours), *_asking(each, ours), _quality(each, questions)]
        yield f"| {name} | {' | '.join(cells)} |"
    yield ""


def _indexing(each: Seen, ours: Seen) -> Iterator[str]:
    for cost in ("took_s", "processor_s"):
        yield f"{each.indexed[cost]:.1f} s ({each.indexed[cost] / ours.indexed[cost]:.1f})"
    yield f"{each.indexed['peak_mb']:,.0f} MB"
    known = statistics.median(ours.again_s)
    anew = f"anew ({each.indexed['took_s'] / known:.0f})"
    if each.again_s:
        again = statistics.median(each.again_s)
        yield f"{again:.3f} s ({again / known:.2f}), {anew}"
    else:
        yield anew


def _asking(each: Seen, ours: Seen) -> Iterator[str]:
    for cost in ("question_s", "question_processor_s"):
        times = statistics.median(
            statistics.median(theirs[cost]) / statistics.median(own[cost])
            for theirs, own in zip(each.asked, ours.asked, strict=True)
        )
        every = [seconds * 1000 for asked in each.asked for seconds in asked[cost]]
        yield f"{statistics.median(every):.1f} ms ({times:.1f})"
        if cost == "question_s":
            yield f"{np.percentile(every, 95):.1f} ms"


def _quality(each: Seen, questions: Sequence[Question]) -> str:
    found = [ids for asked in each.asked for ids in asked["found"]]
    run = {question.id: ids for question, ids in zip(questions, found, strict=True)}
    ndcg = score(questions, run)["nDCG@10"]
    return f"{ndcg.mean:.4f} [{ndcg.low:.3f}, {ndcg.high:.3f}]"


if __name__ == "__main__":
    main()
