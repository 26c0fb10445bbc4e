"""Which questions the reader learns from, which the ranking does, and which test both.

Nothing is tested on a question that it was fitted on, nor the reader on a passage that
it was.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from benchmarks.sets import DATA, ROOT, read_rows
from rag.types import Filters

#: PIAF's first questions test, XQuAD's articles of one in three do.
PIAF_TEST = 1000
XQUAD, XQUAD_LANGUAGES = "xquad_en_es_de", ("en", "es", "de")

Row = dict[str, Any]


@dataclass(frozen=True)
class Piaf:
    """The questions of PIAF.

    Attributes:
        reader: What the reader learns from: neither asked nor about a passage elsewhere here.
        ranking: What the ranking is fitted on. abstain_piaf_fr holds them, too.
        test: The first thousand.
        answers: By question.
    """

    reader: list[Row]
    ranking: list[Row]
    test: list[Row]
    answers: dict[str, Row]


def piaf() -> Piaf:
    """The questions by their use."""
    folder = DATA / "piaf_fr"
    answers = {row["query_id"]: row for row in read_rows(folder / "answers.jsonl")}
    questions = read_rows(folder / "queries.jsonl")
    abstain = {row["text"] for row in read_rows(DATA / "abstain_piaf_fr" / "queries.jsonl")}
    test, rest = questions[:PIAF_TEST], questions[PIAF_TEST:]
    tested = {answers[question["id"]]["corpus_id"] for question in test}
    return Piaf(
        [
            question
            for question in rest
            if question["text"] not in abstain
            and answers[question["id"]]["corpus_id"] not in tested
        ],
        [question for question in rest if question["text"] in abstain],
        test,
        answers,
    )


@dataclass(frozen=True)
class Xquad:
    """The questions of XQuAD, the same in three languages.

    Attributes:
        reader: What the reader learns from.
        held_out: About other articles.
        answers: By question, each in the language of the question.
        passage: Of a question's group, the group of its passage.
    """

    reader: list[Row]
    held_out: list[Row]
    answers: dict[str, Row]
    passage: dict[str, str]


def xquad() -> Xquad:
    """The questions by their use."""
    folder = DATA / XQUAD
    answers = {row["query_id"]: row for row in read_rows(folder / "answers.jsonl")}
    article = {
        row["group"]: row["article"].rsplit(":", 1)[0] for row in read_rows(folder / "corpus.jsonl")
    }
    passage = {
        question.rsplit(":", 1)[0]: row["corpus_id"].rsplit(":", 1)[0]
        for question, row in answers.items()
    }
    questions = read_rows(folder / "queries.jsonl")

    def is_held_out(question: Row) -> bool:
        return zlib.crc32(article[passage[question["group"]]].encode()) % 3 == 0

    return Xquad(
        [question for question in questions if not is_held_out(question)],
        [question for question in questions if is_held_out(question)],
        answers,
        passage,
    )


#: Questions that were written for the reader, and some of the passages: see its README.
WRITTEN = ROOT / "benchmarks" / "written"
#: What is behind the dot in the name of a file: nothing; `twins`, pairs of nearly the same words,
#: one with an answer and one without; `short`, as people type who try a program for the first time;
#: `close`, about articles of which each passage could be taken for another, and each sentence.
Kind = Literal["", "twins", "short", "close"]
KINDS: tuple[Kind, ...] = get_args(Kind)
#: Sets whose passages belong together, by threes or fives that tell of one thing: questions are
#: asked of these alone.
_TOGETHER = "related", "encyclopedia"
_REPETITIVE = "service_public_fr"
#: Of how many languages a passage of a parallel set is read for a question that it answers.
WRITTEN_LANGUAGES = 2


class HeldOut(NamedTuple):
    """A written question about an article that the reader has not learned from.

    Attributes:
        passage: Which one it is about; of a parallel set, its group.
        answers: By passage that answers; empty if none does.
        filters: What to ask.
    """

    text: str
    language: str
    passage: str
    answers: dict[str, str]
    filters: Filters | None


@dataclass(frozen=True)
class Written:
    """Written questions about the passages of a set.

    Attributes:
        name, data: The set and the folder that it is in.
        kind: Of the questions.
        reader: What the reader learns from: each question with its answers, as in the sets,
            and where to look for them.
        held_out: The questions about one in eight articles.
    """

    name: str
    data: Path
    kind: Kind
    reader: list[tuple[Row, Row, Filters | None]]
    held_out: list[HeldOut]


def written(kind: Kind = "", *, repetitive: bool = False) -> Iterator[Written]:
    """The questions of benchmarks/written, a set after the other.

    Args:
        kind: Which of them.
        repetitive: Those about service_public_fr, too, whose sheets repeat each other, so that
            another one often answers.
    """
    chosen = random.Random(0)
    for file in sorted(WRITTEN.glob("*.jsonl")):
        if file.stem.partition(".")[2] == kind and (repetitive or file.stem != _REPETITIVE):
            yield written_about(file.stem, chosen)


def written_about(stem: str, chosen: random.Random) -> Written:
    """The written questions about one set.

    Args:
        stem: Of the file: the set, and the kind behind a dot.
        chosen: Chooses the languages of a passage that are read for a question.
    """
    name, _, after = stem.partition(".")
    (kind,) = (known for known in KINDS if known == after)
    data = WRITTEN if (WRITTEN / name).is_dir() else DATA
    versions: dict[str, list[Row]] = {}
    beside: dict[str, list[str]] = {}
    for row in read_rows(data / name / "corpus.jsonl"):
        versions.setdefault(row.get("group", row["id"]), []).append(row)
        beside.setdefault(row.get("article", row["id"]), []).append(row["id"])
    part = Written(name, data, kind, [], [])
    for question in read_rows(WRITTEN / f"{stem}.jsonl"):
        every = versions[question["passage"]]
        article = every[0].get("article", question["passage"])
        asked = Filters(documents=tuple(beside[article])) if name in _TOGETHER else None
        if zlib.crc32(article.encode()) % 8 == 0:
            known = {
                row["id"]: question["answers"][row["lang"]]
                for row in every
                if row["lang"] in question["answers"]
            }
            part.held_out.append(
                HeldOut(question["text"], question["lang"], question["passage"], known, asked)
            )
            continue
        most = WRITTEN_LANGUAGES if question["answers"] and not kind else 1
        for row in chosen.sample(every, min(most, len(every))):
            answers = [question["answers"][row["lang"]]] if question["answers"] else []
            known = {
                "corpus_id": row["id"],
                "answers": answers,
                "answer_starts": [row["text"].index(answer) for answer in answers],
            }
            where = Filters(languages=(row["lang"],)) if len(every) > 1 else asked
            part.reader.append((question, known, where))
    return part
