"""Honest silence over a few passages: `python -m benchmarks.small`, at default settings.

Corpora of 1 to 60 passages are taken out of a set: a passage with those nearest to it, as of
someone who collects articles about one thing, or with any others. Questions about these have
an answer. Those about the passages that would have come next have none, and nor have those
that were written about a passage which leaves the answer out. Nothing was fitted on these.
"""

from __future__ import annotations

import itertools
import json
import random
import tempfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.sets import DATA, read_rows, remembering
from benchmarks.splits import XQUAD, Row, piaf, written, xquad
from rag import Corpus, Settings
from rag.answer.extractive import LEAST_CONFIDENCE
from rag.arrays import FloatArray
from rag.embed import Embedder
from rag.evaluate import read_questions
from rag.evaluate.answers import auroc, calibration_error

SIZES = (1, 3, 8, 20, 60)
#: Questions asked of corpora of one size and kind, at least.
ASKED = 60
#: Of one corpus, at most: with an answer, without one, and about what a passage leaves out.
WITH, WITHOUT, LEFT_OUT = 4, 4, 2
#: From so many of the passages that come next, at least, the questions without an answer are.
NEXT = 6


class PoolQuestion(NamedTuple):
    """A question about a passage, which may leave the answer out."""

    text: str
    passage: str
    is_answered: bool = True


@dataclass(frozen=True)
class Pool:
    """What small corpora are taken from."""

    name: str
    passages: Sequence[Row]
    questions: Sequence[PoolQuestion]


@dataclass(frozen=True)
class Small:
    """A small corpus and what it is asked.

    Attributes:
        answered: Questions that its passages answer.
        unanswered: Questions about other passages.
        left_out: Questions about what its passages leave out.
    """

    corpus: Corpus
    passages: int
    answered: list[PoolQuestion]
    unanswered: list[PoolQuestion]
    left_out: list[PoolQuestion]


def fitted_pools() -> Iterator[Pool]:
    """French over French, English over German, three languages over each other.

    The questions are those that the confidence is fitted on over large corpora, too.
    """
    split = piaf()
    yield _piaf("piaf_fr", split.ranking)
    rows = read_rows(DATA / "belebele_en_de" / "corpus.jsonl")
    rows = [row for row in rows if row["lang"] == "de"]
    known = {row["id"] for row in rows}
    questions = [
        PoolQuestion(question.text, (known & question.relevant.keys()).pop())
        for question in read_questions(DATA / "belebele_en_de")
        if question.language == "en"
    ]
    yield Pool("belebele_en_de", rows, questions)
    parallel = xquad()
    rows = _one_version(read_rows(DATA / XQUAD / "corpus.jsonl"))
    of_group = {row["group"]: row["id"] for row in rows}
    questions = [
        PoolQuestion(question["text"], of_group[parallel.passage[question["group"]]])
        for question in parallel.held_out[::2]
    ]
    yield Pool(XQUAD, rows, questions)


def tested_pools() -> Iterator[Pool]:
    """PIAF's first questions, and written ones about articles that the reader does not know."""
    yield _piaf("piaf_fr", piaf().test)
    for part in written():
        rows = _one_version(read_rows(part.data / part.name / "corpus.jsonl"))
        of_group = {row.get("group", row["id"]): row["id"] for row in rows}
        questions = [
            PoolQuestion(each.text, passage, bool(each.answers))
            for each in part.held_out
            for passage in [of_group[each.passage]]
            if not each.answers or passage in each.answers
        ]
        yield Pool(part.name, rows, questions)


def _piaf(name: str, questions: Sequence[Row]) -> Pool:
    answers = piaf().answers
    asked = [PoolQuestion(q["text"], answers[q["id"]]["corpus_id"]) for q in questions]
    return Pool(name, read_rows(DATA / "piaf_fr" / "corpus.jsonl"), asked)


def _one_version(rows: Sequence[Row]) -> list[Row]:
    """Each passage of a parallel set in one of its languages, told by its group."""
    versions: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        versions[str(row.get("group", row["id"]))].append(row)
    return [some[zlib.crc32(group.encode()) % len(some)] for group, some in versions.items()]


def small_corpora(pool: Pool) -> Iterator[Small]:
    """Corpora of every size and kind, each until enough is asked of them."""
    settings = Settings()
    embedder = remembering(settings)
    vectors = embedder.embed_documents([row["text"] for row in pool.passages])
    about: dict[int, list[PoolQuestion]] = defaultdict(list)
    place = {row["id"]: number for number, row in enumerate(pool.passages)}
    for question in pool.questions:
        about[place[question.passage]].append(question)
    chosen = random.Random(zlib.crc32(pool.name.encode()))
    for size, is_near in itertools.product(SIZES, (True, False)):
        asked = 0
        while asked < ASKED:
            order = _order(chosen, sorted(about), vectors, is_near=is_near)
            there = [question for each in order[:size] for question in about.get(each, ())]
            after = [each for each in order[size:] if each in about][: max(size, NEXT)]
            unanswered = [each for place in after for each in about[place]]
            parts = (
                ([each for each in there if each.is_answered], WITH),
                ([each for each in unanswered if each.is_answered], WITHOUT),
                ([each for each in there if not each.is_answered], LEFT_OUT),
            )
            questions = [chosen.sample(some, min(most, len(some))) for some, most in parts]
            if not questions[0]:
                continue
            asked += len(questions[0]) + len(questions[1])
            with _corpus([pool.passages[each] for each in order[:size]], embedder) as corpus:
                yield Small(corpus, size, *questions)


def _order(
    chosen: random.Random, asked_about: Sequence[int], vectors: FloatArray, *, is_near: bool
) -> list[int]:
    """Passages from one that is asked about, the nearest to it first or in any order."""
    first = chosen.choice(asked_about)
    if is_near:
        found: list[int] = np.argsort(-(vectors @ vectors[first]), kind="stable").tolist()
        return found
    others = [each for each in range(len(vectors)) if each != first]
    chosen.shuffle(others)
    return [first, *others]


@contextmanager
def _corpus(rows: Sequence[Row], embedder: Embedder) -> Iterator[Corpus]:
    """A synced corpus of some passages."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "corpus")
        folder.mkdir()
        lines = "".join(f"{json.dumps(row)}\n" for row in rows)
        (folder / "rows.jsonl").write_text(lines, encoding="utf-8")
        with Corpus(folder, Path(name, "index"), Settings(), embedder) as corpus:
            corpus.sync()
            yield corpus


def report(size: int, answered: FloatArray, unanswered: FloatArray, left_out: FloatArray) -> None:
    """Prints a line of the confidences over corpora of one size."""
    least = LEAST_CONFIDENCE[Settings().caution]
    both = np.concatenate([answered, unanswered])
    truth = np.repeat([True, False], [len(answered), len(unanswered)])
    line = (
        f"  {size} passages: answered {(answered >= least).mean():.1%} of {len(answered)}, "
        f"declined {(unanswered < least).mean():.1%} of {len(unanswered)}, "
        f"AUROC {auroc(both, truth):.3f}, "
        f"calibration error {calibration_error(both, truth):.3f}"
    )
    if len(left_out):
        line += f"; declined {(left_out < least).mean():.1%} of {len(left_out)} left out"
    print(line)


def main() -> None:
    """Prints a table for each pool."""
    for pool in tested_pools():
        print(pool.name)
        for size, found in itertools.groupby(small_corpora(pool), lambda small: small.passages):
            said: tuple[list[float], ...] = ([], [], [])
            for small in found:
                parts = (small.answered, small.unanswered, small.left_out)
                for confidences, questions in zip(said, parts, strict=True):
                    confidences += [small.corpus.ask(each.text).confidence for each in questions]
            report(size, *map(np.array, said))


if __name__ == "__main__":
    main()
