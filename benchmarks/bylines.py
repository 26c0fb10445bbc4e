"""Who wrote an article, where and when it appeared: `python -m benchmarks.bylines [LANGUAGE...]`.

Over the shipped articles, in 32 languages (benchmarks/bylines.jsonl): 240 questions after an
author, a newspaper or a date, 68 of them of the article of the answer before, and 104 that look
like these and ask for what an article says. A large language model that saw the articles, and no
code, wrote them: the first 208, and later the others. With languages, each answer that is not
as it should be is printed.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from benchmarks.sets import ROOT, WORK, read_rows
from rag import Answer, Corpus
from rag.cite import byline
from rag.types import Turn

QUESTIONS = Path(__file__).with_suffix(".jsonl")


def judged(answer: Answer, question: dict[str, Any]) -> str:
    """What an answer is: `right`, `wrong`, `declined` or, of the other kind, `mistaken`."""
    if answer.abstained:
        return "declined"
    first = answer.citations[0].document
    is_told = f"{byline(first, answer.language)} — " in answer.text
    if is_told == (question["wish"] == "fact"):
        return "mistaken"
    return "right" if first.path in question["articles"] else "wrong"


def asked(corpus: Corpus, question: dict[str, Any]) -> Answer:
    """The answer behind the questions before it."""
    history: list[Turn] = []
    for before in question["before"]:
        history += [("user", before), ("assistant", corpus.ask(before, history=history).text)]
    return corpus.ask(question["text"], history=history)


def main() -> None:
    """Prints how many answers of each kind are what."""
    shown = sys.argv[1:]
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    with Corpus.open(ROOT / "corpus", index=WORK / "shipped") as corpus:
        corpus.sync()
        for question in read_rows(QUESTIONS):
            answer = asked(corpus, question)
            verdict = judged(answer, question)
            wish = question["wish"]
            kind = "pointing" if question["before"] and wish != "fact" else wish
            counts[kind][verdict] += 1
            if question["lang"] in shown and verdict != "right":
                print(f"{verdict}: {question['text']} -> {answer.text:.150}")
    for kind, verdicts in counts.items():
        told = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common())
        print(f"{kind:8} {verdicts.total()}: {told}")


if __name__ == "__main__":
    main()
