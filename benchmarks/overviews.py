"""Requests for a subject: `python -m benchmarks.overviews [CORPUS...]`.

Over the corpora of newcomers: what there is on something, its news, an article in short, as
people ask for it in 32 languages; two of five name what no article treats. A quote is right if it
is of an article that treats the subject. benchmarks/newcomers/README.md tells who wrote them.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.sets import open_set, read_rows
from rag import Answer, Corpus
from rag.overview import overview_of

FOLDER = Path(__file__).parent / "newcomers"


def measured(corpus: Corpus, requests: list[dict[str, Any]]) -> Counter[str]:
    """What is counted, by name, over the requests of one corpus."""
    counts: Counter[str] = Counter()
    for request in requests:
        right = set(request["articles"])
        counts["of a subject there is" if right else "of none"] += 1
        counts["understood"] += overview_of(request["text"]) is not None
        answer = corpus.ask(request["text"])
        if right:
            counts.update(shown(answer, right))
        else:
            counts["declined"] += answer.abstained
    return counts


def shown(answer: Answer, right: set[str]) -> Counter[str]:
    """What is counted of an answer that should present some articles."""
    quoted = [citation.document.id for citation in answer.citations]
    return Counter(
        {
            "answered": not answer.abstained,
            "first right": quoted[:1] != [] and quoted[0] in right,
            "quotes": len(quoted),
            "quotes right": sum(each in right for each in quoted),
            "articles quoted": len(right & {*quoted}),
            "articles": min(len(right), 3),
        }
    )


def main() -> None:
    """Prints a line for each corpus, and one for all."""
    names = sys.argv[1:] or sorted(path.parent.name for path in FOLDER.glob("*/requests.jsonl"))
    total: Counter[str] = Counter()
    for name in names:
        with open_set(name, data=FOLDER) as corpus:
            counts = measured(corpus, read_rows(FOLDER / name / "requests.jsonl"))
        print(line(name, counts), flush=True)
        total += counts
    print(line("all", total))


def line(name: str, counts: Counter[str]) -> str:
    """The shares that the counts amount to."""
    there, none = counts["of a subject there is"], counts["of none"]
    return (
        f"{name:8} {there + none} requests, {counts['understood']} understood; "
        f"of {there} on what there is: answered {counts['answered'] / there:.1%}, "
        f"first quote right {counts['first right'] / there:.1%}, "
        f"quotes right {counts['quotes right'] / max(counts['quotes'], 1):.1%} "
        f"({counts['quotes']}), articles quoted "
        f"{counts['articles quoted'] / counts['articles']:.1%}; "
        f"of {none} on nothing: declined {counts['declined'] / none:.1%}"
    )


if __name__ == "__main__":
    main()
