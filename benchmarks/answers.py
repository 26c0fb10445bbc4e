"""What a person gets: `python -m benchmarks.answers [SET...] [--eager]`, at default settings.

PIAF's first 1,000 questions over its passages; English questions about the articles of
XQuAD that nothing was fitted on, over all its Spanish and German passages; written ones in
some fifty languages about other articles than the reader has learned from, some without an answer;
two questions about one passage of either asked at once; what people ask of a few articles who
try such a program for the first time (benchmarks/newcomers); and how long an answer takes among
the 28,216 passages of service_public_fr. Every question of the first two has an answer, so
one that is declined counts as a miss; `--eager` declines fewer.
"""

from __future__ import annotations

import random
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from benchmarks.sets import DATA, ROOT, open_set, read_rows
from benchmarks.splits import KINDS, PIAF_TEST, XQUAD, piaf, written, xquad
from rag import Corpus, Settings
from rag.cli.evaluate import answers_table
from rag.evaluate import AnswerMeasures, Question, evaluate_answers, read_questions
from rag.evaluate.answers import grade, measure
from rag.types import Filters

SETTINGS = Settings(caution="eager" if "--eager" in sys.argv else "balanced")
#: A question and wordings of its answer.
Known: TypeAlias = tuple[str, Sequence[str]]

NEWCOMERS = ROOT / "benchmarks" / "newcomers"
TIMED_SET, TIMED, WARM_UP = "service_public_fr", 200, 5


def piaf_fr() -> None:
    """French over French."""
    with open_set("piaf_fr", SETTINGS) as corpus:
        questions = read_questions(DATA / "piaf_fr")[:PIAF_TEST]
        report("piaf_fr", evaluate_answers(corpus.ask, questions))


def xquad_cross() -> None:
    """English over Spanish and German; either passage answers."""
    split, passages = xquad(), ("es", "de")
    questions = []
    for row in split.held_out:
        if row["lang"] == "en":
            found = [split.answers[f"{row['group']}:{language}"] for language in passages]
            relevant = {each["corpus_id"]: 1 for each in found}
            wordings = tuple(words for each in found for words in each["answers"])
            questions.append(Question(row["id"], row["text"], "en", relevant, wordings))
    with open_set(
        XQUAD, SETTINGS, part="-es-de", keep=lambda row: row["lang"] in passages
    ) as corpus:
        report("xquad, English over Spanish and German", evaluate_answers(corpus.ask, questions))


def written_questions() -> None:
    """Any language over any: news, public-service sheets, invented passages in many languages."""
    every = [part for kind in KINDS for part in written(kind, repetitive=True)]
    for part in [part for part in every if part.held_out]:
        graded, answers = [], []
        with open_set(part.name, SETTINGS, data=part.data) as corpus:
            for asked in part.held_out:
                relevant = dict.fromkeys(asked.answers, 1)
                wordings = tuple(asked.answers.values())
                question = Question("", asked.text, asked.language, relevant, wordings)
                answer = corpus.ask(asked.text, filters=asked.filters)
                graded.append(grade(answer, question))
                answers.append(answer)
        report(f"{part.kind or 'written'}, over {part.name}", measure(graded, answers))


def newcomers() -> None:
    """Short and vague questions over fourteen articles in many languages, two in five in vain."""
    for folder in sorted(path for path in NEWCOMERS.iterdir() if path.is_dir()):
        with open_set(folder.name, SETTINGS, data=NEWCOMERS) as corpus:
            report(folder.name, evaluate_answers(corpus.ask, read_questions(folder)))


def pairs() -> None:
    """Two questions at once, as "Who was it? When was it?"; how often the quotes answer both."""
    french, parallel = piaf(), xquad()
    by_passage: dict[str, list[Known]] = defaultdict(list)
    for row in french.test:
        known = french.answers[row["id"]]
        by_passage[known["corpus_id"]].append((row["text"], known["answers"]))
    report_pairs("piaf_fr", list(by_passage.values()), None)
    for language in ("es", "de"):
        by_passage.clear()
        for row in parallel.held_out:
            if row["lang"] == "en":
                known = parallel.answers[f"{row['group']}:{language}"]
                by_passage[known["corpus_id"]].append((row["text"], known["answers"]))
        some = list(by_passage.values())
        report_pairs(XQUAD, some, Filters(languages=(language,)))


def report_pairs(name: str, asked: Sequence[Sequence[Known]], filters: Filters | None) -> None:
    """Prints what becomes of two questions about each passage of a set."""
    chosen, answered, quotes = random.Random(0), [], 0
    with open_set(name, SETTINGS) as corpus:
        for questions in asked:
            if len(questions) > 1:
                both = chosen.sample(questions, 2)
                answer = corpus.ask(" ".join(text for text, _ in both), filters=filters)
                quoted = " ".join(citation.quote for citation in answer.citations)
                answered.append([any(words in quoted for words in known) for _, known in both])
                quotes += len(answer.citations)
    print(
        f"{name} {filters.languages if filters else ''}: {len(answered)} pairs, both answered "
        f"{np.all(answered, axis=1).mean():.1%}, one {np.any(answered, axis=1).mean():.1%}, "
        f"{quotes / len(answered):.2f} quotes"
    )


def report(name: str, measures: AnswerMeasures) -> None:
    print(f"{name}:", *answers_table(measures), sep="\n")


def timed() -> None:
    """Question to answer, with the model's own embedding of the question."""
    questions = read_rows(DATA / TIMED_SET / "queries.jsonl")[: TIMED + WARM_UP]
    with open_set(TIMED_SET) as kept, Corpus.open(kept.folder, index=kept.index) as corpus:
        seconds = []
        for question in questions:
            began = time.perf_counter()
            corpus.ask(question["text"])
            seconds.append(time.perf_counter() - began)
    middle, late = np.percentile(seconds[WARM_UP:], [50, 95]) * 1000
    print(f"{TIMED_SET}: {TIMED} answers, median {middle:.0f} ms, 95th percentile {late:.0f} ms")


def main() -> None:
    """Runs what is named, or all."""
    runs = {
        "piaf_fr": piaf_fr,
        "xquad": xquad_cross,
        "written": written_questions,
        "pairs": pairs,
        "newcomers": newcomers,
        "timed": timed,
    }
    for name in [name for name in sys.argv[1:] if name != "--eager"] or runs:
        runs[name]()


if __name__ == "__main__":
    main()
