"""What a person gets: `python -m benchmarks.answers [SET...] [--eager]`, at default settings.

PIAF's first 1,000 questions over its passages; English questions about the articles of
XQuAD that nothing was fitted on, over all its Spanish and German passages; written ones in
42 languages about other articles than the reader has learned from, some without an answer;
and how long an answer takes among the 28,216 passages of service_public_fr. Every question
of the first two has an answer, so one that is declined counts as a miss; `--eager` declines
fewer.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from benchmarks.sets import DATA, open_set, read_rows
from benchmarks.splits import PIAF_TEST, XQUAD, written, xquad
from rag import Corpus, Settings
from rag.cli.evaluate import answers_table
from rag.evaluate import AnswerMeasures, Question, evaluate_answers, read_questions
from rag.evaluate.answers import grade, measure

SETTINGS = Settings(caution="eager" if "--eager" in sys.argv else "balanced")
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
    """Any language over any: news, public-service sheets, invented passages in 42 languages."""
    for part in written(repetitive=True):
        graded, answers = [], []
        with open_set(part.name, SETTINGS, data=part.data) as corpus:
            for asked in part.held_out:
                relevant = dict.fromkeys(asked.answers, 1)
                wordings = tuple(asked.answers.values())
                question = Question("", asked.text, asked.language, relevant, wordings)
                answer = corpus.ask(asked.text, filters=asked.filters)
                graded.append(grade(answer, question))
                answers.append(answer)
        report(f"written, over {part.name}", measure(graded, answers))


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
    runs = {"piaf_fr": piaf_fr, "xquad": xquad_cross, "written": written_questions, "timed": timed}
    for name in [name for name in sys.argv[1:] if name != "--eager"] or runs:
        runs[name]()


if __name__ == "__main__":
    main()
