"""Measures the check of generated sentences: which wrong ones it flags, and which faithful ones.

    python -m benchmarks.support [N] [--show]

Takes N sentences of each public set and of the shipped articles (default 40), as they are
or shortened, and translations of sentences; makes wrong ones of them by exchanging one
fact. Flagged is what is not `supported`. With `--show` it prints what it got wrong.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Sequence

from benchmarks.claims import (
    Claim,
    faithful_same_language,
    faithful_sample,
    faithful_translations,
    names,
    swapped,
)
from rag import Settings
from rag.answer.passage import common_cosine
from rag.answer.support import SupportCheck
from rag.embed import Embedder, load_embedder
from rag.types import Chunk, Document, SearchResult

SETS = ("piaf_fr", "xquad_en_es_de", "ntrex_news")
_SWAPS_A_SENTENCE = 2


def passage(text: str, language: str) -> SearchResult:
    """A text as the passage that was shown."""
    about = {"title": "", "date": None, "authors": (), "source": "", "path": "", "sha256": ""}
    document = Document(id="x", text=text, language=language, **about)  # type: ignore[arg-type]
    return SearchResult(document, Chunk("x", 0, len(text), text, language), 1.0)


def measure(
    label: str, claims: Sequence[Claim], embedder: Embedder, rng: random.Random, *, show: bool
) -> None:
    """Prints the shares flagged, in all and by what was done to the sentences."""
    common = common_cosine(embedder)
    foreign = names(claims)
    seen, flagged = Counter[str](), Counter[str]()
    for one in claims:
        wrong = [*swapped(one, rng, foreign)]
        rng.shuffle(wrong)
        for claim in (one, *wrong[:_SWAPS_A_SENTENCE]):
            check = SupportCheck(
                [passage(claim.evidence, claim.evidence_language)], embedder, common
            )
            finding = check.check(claim.text, claim.language, [0])
            seen[claim.kind] += 1
            flagged[claim.kind] += finding.verdict != "supported"
            if show and (claim.kind == "faithful") == (finding.verdict != "supported"):
                print(f"  {claim.kind}, {finding.verdict} {finding.reasons}: {claim.text}")
    swaps, caught = (counts.total() - counts["faithful"] for counts in (seen, flagged))
    print(f"{label}: {caught} of {swaps} wrong sentences flagged, {caught / max(swaps, 1):.1%}")
    for kind, count in seen.most_common():
        print(f"  {kind}: {flagged[kind]} of {count}, {flagged[kind] / count:.1%}")


def main() -> None:
    """Measures within one language and between two."""
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    each, show = (numbers or [40])[0], "--show" in sys.argv
    rng = random.Random(7)
    embedder = load_embedder(Settings())
    same = [claim for name in SETS for claim in faithful_same_language(name, each, rng)]
    same += rng.sample([*faithful_sample(rng)], each)
    measure("one language", same, embedder, rng, show=show)
    translated = [*faithful_translations(2 * each, rng)]
    measure("two languages", translated, embedder, rng, show=show)


if __name__ == "__main__":
    main()
