"""As many passages as are wanted: the real ones of the public sets, then mixtures of two.

A mixture is the first half of one passage and the second half of another in the same
language, in text, terms and vector alike: words are as frequent as in real text, no two
passages are equal, and vectors lie where those of real passages do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.sets import open_set
from rag.arrays import FloatArray
from rag.store import Entry, layout
from rag.store.catalog import connect
from rag.store.vectors import unpack
from rag.types import Document, Span

SETS = (
    "piaf_fr",
    "abstain_piaf_fr",
    "belebele_en_de",
    "xquad_en_es_de",
    "scifact_en",
    "ntrex_news",
    "service_public_fr",
)
_NOISE = 0.01  # in each of 384 dimensions: a length of 0.2


@dataclass(frozen=True)
class Passages:
    """Real passages, each once, in a random order that is always the same.

    Attributes:
        texts: Whole, without a title.
        terms: As they were analysed.
        languages: Of each.
        vectors: Unit rows.
    """

    texts: Sequence[str]
    terms: Sequence[str]
    languages: Sequence[str]
    vectors: FloatArray

    def batch(self, numbers: range) -> tuple[list[Entry], FloatArray]:
        """Articles of one passage each, and their vectors; the real ones come first."""
        random = np.random.default_rng(numbers.start)
        entries, rows = [], []
        for number in numbers:
            first = number % len(self.texts)
            text, terms, row = self.texts[first], self.terms[first].split(), self.vectors[first]
            if number >= len(self.texts):
                other = self._another(first, random)
                text = text[: len(text) // 2] + self.texts[other][len(self.texts[other]) // 2 :]
                more = self.terms[other].split()
                terms = terms[: len(terms) // 2] + more[len(more) // 2 :]
                row = row + self.vectors[other]
                row = row / np.linalg.norm(row)
                row = row + random.standard_normal(len(row), np.float32) * _NOISE
            entries.append(article(number, text, terms, self.languages[first]))
            rows.append(row / np.linalg.norm(row))
        return entries, np.vstack(rows)

    def _another(self, first: int, random: np.random.Generator) -> int:
        while True:
            other = int(random.integers(len(self.texts)))
            if self.languages[other] == self.languages[first]:
                return other


def real_passages(sets: Sequence[str] = SETS) -> Passages:
    """All passages of the sets, which are embedded if they never were."""
    found = {text: (terms, *rest) for name in sets for text, terms, *rest in _stored(name)}
    texts = sorted(found, key=lambda text: hashlib.sha256(text.encode()).digest())
    terms, languages, vectors = zip(*(found[text] for text in texts), strict=True)
    return Passages(texts, terms, languages, unpack(vectors, len(vectors[0]) // 2))


def _stored(name: str) -> Iterator[tuple[str, str, str, bytes]]:
    """Text, terms, language and vector of each passage in the index of a set."""
    with open_set(name) as corpus:
        catalog = layout.current_catalog(corpus.index)
        assert catalog
        yield from connect(catalog).execute(
            'SELECT substr(text, start + 1, "end" - start), terms, language, vectors.vector '
            "FROM chunks JOIN documents ON documents.key = document "
            "JOIN vectors ON vectors.key = chunks.vector"
        )


def article(number: int, text: str, terms: Sequence[str], language: str, source: str = "") -> Entry:
    """One of one passage, as a sync would store it."""
    digest = hashlib.sha256(text.encode())
    document = Document(
        id=f"{number}",
        text=text,
        title="",
        language=language,
        date=None,
        authors=(),
        source=source,
        path="passages.jsonl",
        sha256=digest.hexdigest(),
    )
    key = hashlib.sha256(f"{number}".encode()).digest()
    return Entry(document, key, [(Span(0, len(text)), key, terms)])
