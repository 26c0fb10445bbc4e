"""Questions about days: `python -m benchmarks.days`.

News that come every month and never say which: only the dates of the articles tell them apart.
Asked of a month ("in March 2025"), in the language of the articles and in another; of the latest;
of a year without an article, which is to be declined. Beside them stand articles that tell of
other days than their own, and people of whom a newer article says something else: there the
date must not count. benchmarks/days.json has the texts; everything in them is invented.
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from rag import Answer, Corpus

FIRST_YEAR, FIRST_MONTH, MONTHS = 2024, 7, 12
YEAR_WITHOUT = 2019


class Asked(NamedTuple):
    """A question, and words of the article that answers it; both are empty if none does."""

    kind: str
    text: str
    document: str = ""
    words: str = ""


def in_month(data: dict[str, Any], language: str, year: int, month: int) -> str:
    """`in March 2025`."""
    names = data["months"][language]
    said: str = names["in"].format(month=names["names"][month - 1], year=year)
    return said


def monthly(data: dict[str, Any]) -> Iterator[tuple[dict[str, str], list[Asked]]]:
    """Each article of the series, and what is asked of it."""
    for number, series in enumerate(data["series"]):
        ways = {"month": series, "month, another language": series["crossed"]}
        for place in range(MONTHS):
            more, month = divmod(FIRST_MONTH - 1 + place, MONTHS)
            year, month, words = (
                FIRST_YEAR + more,
                month + 1,
                f"{3107 + 411 * number + 613 * place}",
            )
            row = {key: series[key] for key in ("lang", "title")}
            row |= {"id": f"{number}-{place}", "text": series["text"].format(n=words)}
            row["date"] = f"{year}-{month:02}-{3 + 2 * place:02}"
            asked = []
            for kind, way in ways.items():
                then, never = (
                    way["month"].format(d=in_month(data, way["lang"], which, month))
                    for which in (year, YEAR_WITHOUT)
                )
                asked.append(Asked(kind, then, row["id"], words))
                if place % 3 == 0:
                    asked.append(Asked(f"{kind}, of a year without articles", never))
            if place == MONTHS - 1:
                asked.append(Asked("latest", series["latest"], row["id"], words))
            yield row, asked


def others(data: dict[str, Any]) -> Iterator[tuple[dict[str, str], list[Asked]]]:
    """Each article whose date must not count, and what is asked of it."""
    for number, other in enumerate(data["others"]):
        row = {key: other[key] for key in ("lang", "date", "title", "text")} | {"id": f"o{number}"}
        kind, question = "other days than the article's", other.get("question", "")
        yield row, [Asked(kind, question, row["id"], other["answer"])] if question else []


def is_right(answer: Answer, asked: Asked) -> bool:
    """Whether the first quote answers or, where nothing does, there is none."""
    if not asked.document:
        return answer.abstained
    first = answer.citations[:1]
    return any(each.document.id == asked.document and asked.words in each.quote for each in first)


def main() -> None:
    """Prints how many of each kind are answered, and rightly."""
    data = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    rows, questions = zip(*monthly(data), *others(data), strict=True)
    outcomes: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work, "corpus")
        folder.mkdir()
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        (folder / "news.jsonl").write_text("\n".join(lines), "utf-8")
        with Corpus.open(folder, index=Path(work, "index")) as corpus:
            corpus.sync()
            for asked in [each for some in questions for each in some]:
                answer = corpus.ask(asked.text)
                outcomes[asked.kind].append((answer.abstained, is_right(answer, asked)))
    for kind, found in sorted(outcomes.items()):
        declined, right = (sum(column) for column in zip(*found, strict=True))
        print(f"{kind}: {len(found)} questions, {right} right, {declined} declined")


if __name__ == "__main__":
    main()
