"""A contender's process: it does one thing at a time, when it is its turn, and says how it went.

Lines of JSON come in and go out: `{"do": "index", "corpus": FILE, "home": FOLDER}`,
`{"do": "again"}` and `{"do": "search", "questions": [...]}`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from benchmarks.machine import memory_mb

#: Passages a leg is asked for, as the measure looks at ten. Ensembles that add up ranks, such as
#: LangChain's, put what is deep in both legs before what is first in one: deeper would be unfair.
DEPTH = 10

#: What e5 is trained with; a contender that knows the model's own prompts uses those.
PROMPTS = ("query: ", "passage: ")


class Contender(Protocol):
    """One way to search a corpus; its model is loaded when it exists."""

    #: The distribution whose version it is known by.
    package: str

    #: What was set.
    setup: str

    def index(self, corpus: Path, home: Path) -> None:
        """From a JSON Lines file of articles to an index that is saved in a folder and open."""

    def again(self) -> bool:
        """The same unchanged file once more, skipping what is known; False if it cannot."""

    def search(self, question: str) -> list[str]:
        """Ids of articles, best first, an article as often as passages of it are found."""


def read_articles(corpus: Path) -> list[tuple[str, str]]:
    """Ids and texts, each with its title before it, if it has one."""
    with corpus.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [(row["id"], f"{row.get('title', '')}\n{row['text']}".strip()) for row in rows]


def take_turns(make: Callable[[Path], Contender]) -> None:
    """Does what the lines of standard input say, until they end; the model's folder is given."""
    with _quiet() as answer:
        contender = make(Path(sys.argv[1]))
        package = contender.package
        answer({"setup": f"{package} {version(package)}, {contender.setup}"})
        for line in sys.stdin:
            answer(_turn(contender, json.loads(line)))


def _turn(contender: Contender, order: dict[str, Any]) -> dict[str, Any]:
    started, used = time.perf_counter(), time.process_time()
    done: dict[str, Any] = {}
    match order["do"]:
        case "index":
            contender.index(Path(order["corpus"]), Path(order["home"]))
            done["peak_mb"] = memory_mb(what="VmHWM")
        case "again":
            done["skipped"] = contender.again()
        case "search":
            done |= _search(contender, order["questions"])
    seconds, processor = time.perf_counter() - started, time.process_time() - used
    return {"took_s": seconds, "processor_s": processor, **done}


def _search(contender: Contender, questions: Sequence[str]) -> dict[str, Any]:
    seconds, processor, found = [], [], []
    for question in questions:
        started, used = time.perf_counter(), time.process_time()
        ids = contender.search(question)
        seconds.append(time.perf_counter() - started)
        processor.append(time.process_time() - used)
        found.append(list(dict.fromkeys(ids)))
    return {"question_s": seconds, "question_processor_s": processor, "found": found}


@contextmanager
def _quiet() -> Iterator[Callable[[dict[str, Any]], None]]:
    """Gives a way to answer; what libraries print goes to standard error instead."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)

        def answer(what: dict[str, Any]) -> None:
            print(json.dumps(what), file=answers, flush=True)

        yield answer
