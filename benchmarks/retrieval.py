"""Retrieval quality on the public sets, beside the published numbers.

    python -m benchmarks.retrieval [SET ...] [--limit N]

For each set: nDCG@10 of each leg and of the default, per pair of languages, beside what
was published. Where the same passage exists in several languages and all are searched: how
often it is among the first three and ten, per language of question and passage.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from benchmarks.sets import DATA, open_set
from rag.evaluate import Measured, Question, evaluate, languages, read_questions
from rag.retrieve import Retriever

SETS = (
    "piaf_fr",
    "scifact_en",
    "xquad_en_es_de",
    "belebele_en_de",
    "ntrex_news",
    "service_public_fr",
)

#: Among how many passages the right one is looked for, of so many that are ranked.
FIRST, DEPTH = (3, 10), 100

#: Published nDCG@10 by set, languages of questions and passages, and leg.
PUBLISHED = {
    ("scifact_en", "*", "*", "lexical"): (0.6874, "bm25s"),
    ("scifact_en", "*", "*", "dense"): (0.6758, "multilingual-e5-small fp32"),
    ("belebele_en_de", "en", "en", "dense"): (0.9482, "multilingual-e5-small"),
    ("belebele_en_de", "de", "de", "dense"): (0.9247, "multilingual-e5-small"),
    ("belebele_en_de", "en", "de", "dense"): (0.8705, "multilingual-e5-small"),
    ("belebele_en_de", "de", "en", "dense"): (0.8660, "multilingual-e5-small"),
    ("belebele_en_de", "en", "en", "lexical"): (0.9155, "BM25"),
    ("belebele_en_de", "de", "de", "lexical"): (0.8212, "BM25"),
    ("xquad_en_es_de", "en", "en", "lexical"): (0.9649, "BM25"),
    ("xquad_en_es_de", "de", "de", "lexical"): (0.9252, "BM25"),
    ("xquad_en_es_de", "es", "es", "lexical"): (0.9517, "BM25"),
    ("xquad_en_es_de", "en", "en", "dense"): (0.9802, "multilingual-e5-base"),
    ("xquad_en_es_de", "de", "de", "dense"): (0.9584, "multilingual-e5-base"),
    ("xquad_en_es_de", "es", "es", "dense"): (0.9722, "multilingual-e5-base"),
}


def questions(name: str, limit: int | None) -> list[Question]:
    """The questions of a set, evenly thinned out; of service_public_fr every second, 700 in all."""
    found = read_questions(DATA / name)
    if name == "service_public_fr":
        found = found[::2][:700]
    step = 1 if limit is None else max(1, len(found) // limit)
    return found[::step][:limit]


def lines(name: str, measured: Sequence[Measured]) -> Iterator[str]:
    """One line a pair of languages: the legs, the default, and whether it is at the better leg."""
    by_leg = {(row.questions, row.passages, row.leg): row for row in measured}
    for asked, searched in dict.fromkeys((row.questions, row.passages) for row in measured):
        rows = {leg: by_leg[asked, searched, leg] for leg in ("dense", "lexical", "fused")}
        value = {leg: row.scores["nDCG@10"] for leg, row in rows.items()}
        better = max(value["dense"].mean, value["lexical"].mean)
        verdict = "at or above" if value["fused"].mean >= better else "BELOW"
        yield (
            f"{name:18} {asked:>3} -> {searched:3} n {rows['fused'].count:5}  "
            f"dense {value['dense'].mean:.4f}  BM25 {value['lexical'].mean:.4f}  "
            f"default {value['fused'].mean:.4f} "
            f"[{value['fused'].low:.3f}, {value['fused'].high:.3f}]  {verdict} the better leg"
        )
        for leg in ("dense", "lexical"):
            if published := PUBLISHED.get((name, asked, searched, leg)):
                number, by = published
                difference = value[leg].mean - number
                yield f"{'':18}   {leg}: published {number:.4f} ({by}), here {difference:+.4f}"


def pooled(
    retriever: Retriever, asked: Sequence[Question], known: Mapping[str, str]
) -> Iterator[str]:
    """For each pair of languages, how often the right passage is among the first of all."""
    places: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for question in asked:
        ranking = retriever.rankings(question.text, DEPTH)["fused"]
        rank = {id: place for place, id in enumerate(ranking)}
        for id in question.relevant:
            places[question.language, known[id]].append(rank.get(id, DEPTH))
    for (question_language, language), found in sorted(places.items()):
        shares = (f"{np.mean(np.array(found) < first):.3f}" for first in FIRST)
        yield f"  all searched, {question_language} -> {language}: first 3, 10: {', '.join(shares)}"


def main() -> None:
    """Measures the sets that are named, else all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=SETS)
    parser.add_argument("--limit", type=int)
    arguments = parser.parse_args()
    for name in arguments.sets:
        with open_set(name) as corpus:
            known, retriever = languages(corpus.documents()), corpus.retriever().retriever
            asked = questions(name, arguments.limit)
            print("\n".join(lines(name, evaluate(retriever, asked, known))), flush=True)
            if len(set(known.values())) > 1:
                print("\n".join(pooled(retriever, asked[::3], known)), flush=True)


if __name__ == "__main__":
    main()
