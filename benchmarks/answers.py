"""What a person gets: `python -m benchmarks.answers` asks PIAF's first 1,000 questions.

The whole pipeline at its default settings. A declined question counts as one whose
answer is not quoted, although each has one.
"""

from __future__ import annotations

import numpy as np

from benchmarks.sets import DATA, open_set, read_rows

SET, QUESTIONS = "piaf_fr", 1000


def main() -> None:
    """Asks and prints."""
    folder = DATA / SET
    answers = {row["query_id"]: row["answers"] for row in read_rows(folder / "answers.jsonl")}
    questions = read_rows(folder / "queries.jsonl")[:QUESTIONS]
    first, cited, declined, counts, words, inexact = [], [], [], [], [], 0
    with open_set(SET) as corpus:
        for question in questions:
            answer = corpus.ask(question["text"])
            hits = [
                any(known in citation.quote for known in answers[question["id"]])
                for citation in answer.citations
            ]
            first.append(any(hits[:1]))
            cited.append(any(hits))
            declined.append(answer.abstained)
            counts.append(len(hits))
            for citation in answer.citations:
                source = citation.document.text[citation.start : citation.end]
                inexact += source != citation.quote
                words.append(len(citation.quote.split()))
    print(
        f"{SET}: n {len(questions)}; the answer is in the first quote {np.mean(first):.1%}, in any "
        f"quote {np.mean(cited):.1%}; declined {np.mean(declined):.1%}; {np.mean(counts):.2f} "
        f"quotes a question, median {np.median(words):.0f} words, {inexact} not exact"
    )


if __name__ == "__main__":
    main()
