"""The passages that an answer cites: their sentences, vectors and facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import regex

from rag.answer.compare import folded_words, is_among, kind_of, places
from rag.answer.facts import Fact, facts, folded
from rag.arrays import FloatArray
from rag.cite import Quote, known_of
from rag.embed import Embedder
from rag.language import analyze, sentence_spans_within
from rag.language.calendar import mentioned
from rag.language.units import clash
from rag.once import once
from rag.types import SearchResult

# Unrelated sentences, to learn what cosine a model gives to any two.
_UNRELATED = (
    "The cat sleeps on the warm stone wall.",
    "Der Zug nach Norden hat wieder Verspätung.",
    "La recette demande du beurre et de la farine.",
    "El nuevo teléfono tiene una pantalla más grande.",
    "Вчера весь день шёл сильный дождь.",
    "فاز الفريق بالمباراة في الدقيقة الأخيرة.",
)

# Sentences that give orders to a reader's machine are no evidence, whatever they say. They tell
# it to ignore all or earlier rules: "Voters ignored the new rules" is news.
_IGNORE = (
    r"ignore[zr]?|disregard|forget|override|(?:do\snot|don[’']t)\sfollow|oublie[zr]?|"
    r"ignorier(?:e|t|en)|vergiss|missachtet?|ignora[dr]?|olvid(?:a|e|ad|ar)"
)
_EARLIER = (
    r"all|any|previous|prior|earlier|above|your|toute?s|tous|[tv]os|précédentes|alle[nr]?|"
    r"vorherigen|bisherigen|todas|anteriores|tutte|precedenti"
)
_RULES = (
    r"instructions?|prompts?|guidelines|rules|consignes|anweisungen|regeln|instrucciones|"
    r"instruções|istruzioni|reglas|règles"
)
_ORDER = regex.compile(
    rf"\b(?:{_IGNORE})\b(?=[^.!?,;:]{{0,50}}\b(?:{_RULES})\b)[^.!?,;:]{{0,50}}\b(?:{_EARLIER})\b"
    r"|\b(?:ignore|disregard|forget)\s(?:\w+\s)?above\b"
    r"|\b(?:system prompt|as an ai\b|you are now (?:an?|in)\b)"
    r"|^\W*(?:say|answer|reply|respond|output|print|repeat|write|tell the user|réponds|répondez|"
    r"dis|dites|antworte|sage|schreibe|responde|escribe)\b[^.]{0,20}[:\"“«„]|^\W*di\W*[:\"“«]",
    regex.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence of a passage, and what stands there before it."""

    quote: Quote
    text: str
    language: str
    before: str = ""

    def held(self, claimed: Sequence[Fact]) -> int:
        """How many of some facts stand in it."""
        theirs, said = facts(self.text, self.language), folded_words(self.text)
        return sum(is_among(fact, said) or bool(places(fact, theirs)) for fact in claimed)


class Passage:
    """A passage's sentences, their vectors and facts, each worked out when first needed."""

    def __init__(self, position: int, result: SearchResult, embedder: Embedder) -> None:
        self._embedder = embedder
        chunk, document = result.chunk, result.document
        self.language = chunk.language
        self.sources: list[Source] = []
        for span in sentence_spans_within(document.text, chunk.start, chunk.end, chunk.language):
            text = document.text[span.start : span.end]
            before = document.text[chunk.start : span.start]
            if not _ORDER.search(text):
                self.sources.append(Source(Quote(position, span), text, chunk.language, before))
        self.text = "\n".join([known_of(document), *(source.text for source in self.sources)])

    @once
    def vectors(self) -> FloatArray:
        """Unit rows, one for each source."""
        return self._embedder.embed_documents([source.text for source in self.sources])

    @once
    def facts(self) -> list[Fact]:
        """Of all sources and of what is known about the document."""
        return facts(self.text, self.language)

    @once
    def dates(self) -> frozenset[str]:
        """Keys of the months and weekdays that it may name."""
        return mentioned(self.text, self.language)

    @once
    def words(self) -> list[str]:
        """Folded."""
        return folded_words(self.text)

    @once
    def terms(self) -> frozenset[str]:
        """Analysed."""
        return frozenset(analyze(self.text, self.language))

    def nearest(self, vector: FloatArray) -> tuple[float, Source]:
        """The source that is nearest to a unit vector, and their cosine."""
        cosines = self.vectors @ vector
        best = int(cosines.argmax())
        return float(cosines[best]), self.sources[best]

    def carrying(self, vector: FloatArray, claimed: Sequence[Fact], margin: float) -> Source:
        """Of the sources about as near as the nearest, that which holds most facts; no heading.

        Args:
            margin: How much less its cosine may be.
        """
        cosines = self.vectors @ vector
        nearest_first = np.argsort(-cosines, kind="stable").tolist()
        near: list[int] = [n for n in nearest_first if cosines[n] >= cosines.max() - margin]
        # A heading, and nearly nothing else, ends without a mark.
        return max(
            (self.sources[n] for n in near),
            key=lambda source: (source.held(claimed), not source.text[-1:].isalnum()),
        )

    def holds(self, fact: Fact, *, measured: bool = False) -> bool:
        """Whether a fact is anywhere in it.

        Args:
            measured: Whether a number must have the same unit, and not none, there.
        """
        if any(
            kind_of(other) == kind_of(fact)
            and fact.keys & other.keys
            and not (measured and fact.units.isdisjoint(other.units))
            and not clash(fact.units, other.units)
            for other in self.facts
        ):
            return True
        if fact.kind == "date":  # May and Sunday may be a person and a newspaper, in any language
            return folded(fact.words) in self.words or not self.dates.isdisjoint(fact.keys)
        return is_among(fact, self.words)


def nearness_of(cosine: float, common: float) -> float:
    """From 0, as near as any two sentences, to 1, the same."""
    return (cosine - common) / max(1 - common, 1e-6)


def common_cosine(embedder: Embedder) -> float:
    """The mean cosine of unrelated sentences, which is far from 0 for many models."""
    rows = embedder.embed_documents(_UNRELATED)
    cosines = (rows @ rows.T)[np.triu_indices(len(rows), 1)]
    return float(cosines.mean())
