"""Is a sentence supported by what it cites? Asked here, locally, in any pair of languages.

A sentence is laid beside the sentence of the cited passages that is nearest in meaning.
Its numbers, dates and names must stand in the passages, and in the same roles: where
exchanging two of them would bring the sentence nearer to its source, it is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
import regex

from rag.answer.facts import NOUN_CAPITALS, Fact, facts, folded, look_alike, negations, words
from rag.cite import Quote
from rag.embed import Embedder
from rag.language import analyze, sentence_spans
from rag.language.numbers import WORD_LANGUAGES
from rag.once import once
from rag.store.vectors import FloatArray
from rag.types import SearchResult, Span, Verdict

# Nearness of a sentence to its source: 1 for the same words, 0 for what any two sentences of
# the model have in common. Of 248 translations 99 % were above the lower bound.
_LEAST_NEARNESS, _FAIR_NEARNESS = 0.1, 0.2
_LEAST_COVERAGE = 0.34

# What taking a foreign name out must bring, by whether it has several words. Of 499 translated
# sentences 5 bring more; of 299 foreign names of several words 67 % do.
_FOREIGN_NAME_GAIN = {False: 0.008, True: 0.004}
# What putting a fact right must bring between two languages: exchanged, or replaced.
_EXCHANGE_GAIN, _REPLACEMENT_GAIN = 0.0003, 0.02
# From this nearness on, two names are one in two languages (Red Cross, Cruz Roja). So are 13 of
# the 23 that would replace one in translated sentences, and 5 % of 304 in wrong ones.
_ONE_NAME_NEARNESS = 0.5
_TESTED_AT_MOST = 4

# The elided article before a name: l’Italie.
_ELIDED = regex.compile(r"(?<!\p{L})\p{L}{1,4}[’']$")

# From this share of pairs of neighbouring words on, a sentence repeats its source.
_COPIED = 0.6

# Number words up to here are not looked for where the language's number words are unknown.
_SMALL_NUMBER = 12

# Unrelated sentences, to learn what cosine a model gives to any two.
_UNRELATED = (
    "The cat sleeps on the warm stone wall.",
    "Der Zug nach Norden hat wieder Verspätung.",
    "La recette demande du beurre et de la farine.",
    "El nuevo teléfono tiene una pantalla más grande.",
    "Вчера весь день шёл сильный дождь.",
    "فاز الفريق بالمباراة في الدقيقة الأخيرة.",
)

# Sentences that give orders to a reader's machine are no evidence, whatever they say.
_ORDER = regex.compile(
    r"\b(?:ignore|disregard|forget|override|ignor\w+|oublie\w*|vergiss|missachte\w*|olvid\w+)\b"
    r".{0,60}\b(?:instructions?|prompts?|rules?|above|previous|consignes?|anweisung\w*|regeln|"
    r"instruc\w+|istruzion\w+|reglas|règles)\b"
    r"|\b(?:system prompt|as an ai\b|you are now|language model|assistant)\b"
    r"|^\W*(?:say|answer|reply|respond|output|print|repeat|write|tell the user|"
    r"réponds|répondez|dis|dites|antworte|sage|schreibe|responde|di|escribe)\b[^.]{0,20}"
    r"(?:[:\"“«„]|\bthat\b|\bque\b|\bdass\b)",
    regex.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on a sentence, why, and the spans that carry it, best first."""

    verdict: Verdict
    reasons: tuple[str, ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class _Source:
    """A sentence of a passage."""

    quote: Quote
    text: str
    language: str


class _Swap(NamedTuple):
    """Facts of a sentence, each with words to put in its place, and what that would show."""

    changes: tuple[tuple[Fact, str], ...]
    reason: str


class _Passage:
    """A passage's sentences, their vectors and facts, each worked out when first needed."""

    def __init__(self, position: int, result: SearchResult, embedder: Embedder) -> None:
        self._embedder = embedder
        chunk, document = result.chunk, result.document
        self.language = chunk.language
        sources = []
        for start, end in sentence_spans(chunk.text, chunk.language):
            span = Span(chunk.start + start, chunk.start + end)
            text = chunk.text[start:end]
            sources.append(_Source(Quote(position, span), text, chunk.language))
        self.orders = [source for source in sources if _ORDER.search(source.text)]
        self.sources = [source for source in sources if source not in self.orders]
        context = " · ".join(filter(None, (document.title, document.date, document.source)))
        self.text = "\n".join([context, *(source.text for source in self.sources)])

    @once
    def vectors(self) -> FloatArray:
        """Unit rows, one for each source."""
        return self._embedder.embed_documents([source.text for source in self.sources])

    @once
    def facts(self) -> list[Fact]:
        """Of all sources and of what is known about the document."""
        return facts(self.text, self.language)

    @once
    def words(self) -> list[str]:
        """Folded."""
        return [folded(word) for _, word in words(self.text)]

    @once
    def terms(self) -> frozenset[str]:
        """Analysed."""
        return frozenset(analyze(self.text, self.language))


class SupportCheck:
    """Judges the sentences of one answer by the passages shown with it."""

    def __init__(
        self, passages: Sequence[SearchResult], embedder: Embedder, common: float | None = None
    ) -> None:
        """See `check`; `common` is the model's `common_cosine`, worked out here if not given."""
        self._embedder = embedder
        self._common = common_cosine(embedder) if common is None else common
        self._passages = [_Passage(n, result, embedder) for n, result in enumerate(passages)]

    def check(self, sentence: str, language: str, cited: Sequence[int]) -> Finding:
        """The verdict on a sentence without its markers.

        Args:
            cited: Positions of the passages it cites, from 0; all are looked at if there is none.
        """
        shown = [self._passages[n] for n in cited] if cited else self._passages
        passages = [passage for passage in shown if passage.sources]
        if not passages:
            return Finding("unsupported", ("what it cites says nothing",), ())
        vector = self._embedder.embed_documents([sentence])[0]
        ranked = [_nearest(passage, vector) for passage in passages]
        ranked.sort(key=lambda found: -found[0])
        claim = _Claim(sentence, language, vector, self._embedder, self._common)
        wrong = [*claim.missing(passages), *claim.misplaced(ranked[0][1], passages)]
        best = ranked[0][1]
        nearness = _nearness(ranked[0][0], self._common)
        quotes = tuple(source.quote for _, source in ranked)
        if wrong or nearness < _LEAST_NEARNESS:
            return Finding("unsupported", tuple(wrong) or ("nothing it cites says this",), ())
        doubts = [*_doubts(sentence, language, nearness, best, passages)]
        if not cited:
            quotes = quotes[:1]
        return Finding("weak" if doubts else "supported", tuple(doubts), quotes)


def _nearest(passage: _Passage, vector: FloatArray) -> tuple[float, _Source]:
    cosines = passage.vectors @ vector
    best = int(cosines.argmax())
    return float(cosines[best]), passage.sources[best]


def _nearness(cosine: float, common: float) -> float:
    """From 0, as near as any two sentences, to 1, the same."""
    return (cosine - common) / max(1 - common, 1e-6)


def common_cosine(embedder: Embedder) -> float:
    """The mean cosine of unrelated sentences, which is far from 0 for many models."""
    rows = embedder.embed_documents(_UNRELATED)
    cosines = (rows @ rows.T)[np.triu_indices(len(rows), 1)]
    return float(cosines.mean())


def _doubts(
    sentence: str, language: str, nearness: float, best: _Source, passages: Sequence[_Passage]
) -> Iterator[str]:
    """What speaks against a sentence without proving it wrong."""
    if language == best.language:
        mine, theirs = negations(sentence, language), negations(best.text, language)
        if mine and not theirs:
            yield "it denies what it cites"
        elif theirs and not mine and _retells(sentence, best.text, language):
            yield "what it cites denies it"
        terms = set(analyze(sentence, language))
        held = set().union(*(passage.terms for passage in passages))
        if terms and len(terms & held) / len(terms) < _LEAST_COVERAGE:
            yield "few of its words are in what it cites"
    elif nearness < _FAIR_NEARNESS:
        yield "only loosely like what it cites"


def _retells(sentence: str, source: str, language: str) -> bool:
    """Whether a sentence retells nearly all of its source."""
    told, source_terms = set(analyze(sentence, language)), set(analyze(source, language))
    return len(told & source_terms) >= 0.8 * len(source_terms)


class _Claim:
    """A sentence to be judged: its facts, and how near variants of it come to a source."""

    def __init__(
        self, text: str, language: str, vector: FloatArray, embedder: Embedder, common: float
    ) -> None:
        self._text = text
        self._language = language
        self._vector = vector
        self._embedder = embedder
        self._common = common
        self._facts = [fact for fact in _runs(facts(text, language), text) if fact.kind]

    def missing(self, passages: Sequence[_Passage]) -> Iterator[str]:
        """Facts that stand nowhere in the passages."""
        doubtful = []
        for fact in self._facts:
            if any(_stands(fact, passage) for passage in passages):
                continue
            if fact.kind in ("number", "date"):
                same = all(passage.language == self._language for passage in passages)
                if not same and _is_small_word(fact):
                    continue
                if not _is_unread(fact, passages):
                    yield f"{fact.words!r} is not in what it cites"
            elif fact.kind == "name":
                same = any(passage.language == self._language for passage in passages)
                if same and (" " in fact.words or self._language not in NOUN_CAPITALS):
                    yield f"{fact.words!r} is not in what it cites"
                elif " " in fact.words or self._language not in NOUN_CAPITALS or same:
                    doubtful.append(fact)
        yield from self._foreign(doubtful[:_TESTED_AT_MOST], passages)

    def _foreign(self, doubtful: Sequence[Fact], passages: Sequence[_Passage]) -> Iterator[str]:
        """Names without which the sentence would be nearer: the others may be translated."""
        if not doubtful:
            return
        without = [self._with(fact, "") for fact in doubtful]
        rows = np.vstack([passage.vectors for passage in passages])
        cosines = rows @ self._vector
        best = rows[int(cosines.argmax())]
        gains = self._embedder.embed_documents(without) @ best - float(cosines.max())
        for fact, gain in zip(doubtful, gains.tolist(), strict=True):
            if gain > _FOREIGN_NAME_GAIN[" " in fact.words]:
                yield f"{fact.words!r} is not in what it cites"

    def misplaced(self, source: _Source, passages: Sequence[_Passage]) -> Iterator[str]:
        """Facts that the passages hold, but not where the sentence puts them."""
        theirs = _runs(facts(source.text, source.language), source.text)
        mine = [fact for fact in self._facts if any(_stands(fact, p) for p in passages)]
        is_same = source.language == self._language
        swaps = [*self._replacements(theirs, source), *self._exchanges(mine, theirs, is_same)]
        # In one language the neighbouring words tell where a fact belongs.
        better = self._better_placed(swaps, source) if is_same else self._nearer(swaps, source)
        yield from dict.fromkeys(swap.reason for swap in better)

    def _better_placed(self, swaps: Sequence[_Swap], source: _Source) -> Iterator[_Swap]:
        """The swaps that put facts beside the words that they stand beside in the source."""
        plain = _plain(source.text)
        pairs = set(pairwise(["", *plain, ""]))

        def fit(place: Fact, words: str) -> int:
            before = ["", *_plain(_ELIDED.sub("", self._text[: place.span.start]))][-1]
            after = [*_plain(self._text[place.span.end :]), ""][0]
            inside = _plain(words)
            return ((before, inside[0]) in pairs) + ((inside[-1], after) in pairs)

        mine = set(pairwise(["", *_plain(self._text), ""]))
        if len(mine & pairs) >= _COPIED * len(mine):
            # It repeats the source, but for a name that stands there beside other words.
            for fact in self._facts:
                if fact.kind == "name" and not fit(fact, fact.words):
                    yield _Swap((), f"{fact.words!r} does not stand there in what it cites")
        for swap in swaps:
            now = sum(fit(place, place.words) for place, _ in swap.changes)
            if sum(fit(place, words) for place, words in swap.changes) > now:
                yield swap

    def _nearer(self, swaps: Sequence[_Swap], source: _Source) -> Iterator[_Swap]:
        """The swaps that bring the sentence nearer to the source in meaning."""
        tested = swaps[: 2 * _TESTED_AT_MOST]
        if not tested:
            return
        variants = [self._swapped(swap) for swap in tested]
        rows = self._embedder.embed_documents([source.text, *variants])
        gains = rows[1:] @ rows[0] - float(self._vector @ rows[0])
        for swap, gain in zip(tested, gains.tolist(), strict=True):
            if len(swap.changes) == 2:
                is_better = gain > _EXCHANGE_GAIN
            else:
                is_better = gain > _REPLACEMENT_GAIN and not self._is_one_name(*swap.changes[0])
            if is_better:
                yield swap

    def _is_one_name(self, fact: Fact, other: str) -> bool:
        """Whether a name and one of the source may be the same in two languages."""
        if _kind(fact) != "name":
            return False
        rows = self._embedder.embed_documents([fact.words, other])
        return _nearness(float(rows[0] @ rows[1]), self._common) > _ONE_NAME_NEARNESS

    def _replacements(self, theirs: Sequence[Fact], source: _Source) -> Iterator[_Swap]:
        """Facts for which the source may have another of the kind that the sentence lacks."""
        is_same = self._language == source.language
        nouns = NOUN_CAPITALS & {self._language, source.language}
        for fact in self._facts:
            if not is_same:
                if _is_in(fact, source.text) or any(fact.keys & other.keys for other in theirs):
                    continue
                if nouns and " " not in fact.words:
                    continue  # a noun, more probably
            for other in theirs:
                if other.kind != fact.kind or (other.kind == "opening" and not is_same):
                    continue
                if not any(_covers(other, known) for known in self._facts):
                    reason = f"what it cites has {other.words!r} where it says {fact.words!r}"
                    yield _Swap(((fact, other.words),), reason)

    def _exchanges(
        self, mine: Sequence[Fact], theirs: Sequence[Fact], is_same: bool
    ) -> Iterator[_Swap]:
        """Pairs of facts; between languages only those whose order differs from the source."""
        placed = [(fact, found) for fact in mine if (found := _places(fact, theirs))]
        for (one, first), (other, second) in combinations(placed, 2):
            if _kind(one) != _kind(other) or _agree(one, other):
                continue
            is_turned = len(first) == len(second) == 1 and first > second
            alike = one.kind != "number" or _is_year(one) == _is_year(other)
            if is_same or (is_turned and alike):
                reason = f"{one.words!r} and {other.words!r} seem to be exchanged"
                yield _Swap(((one, other.words), (other, one.words)), reason)

    def _swapped(self, swap: _Swap) -> str:
        """The sentence with a swap made."""
        text = self._text
        for fact, new in reversed(swap.changes):
            text = text[: fact.span.start] + new + text[fact.span.end :]
        return text

    def _with(self, fact: Fact, replacement: str) -> str:
        return self._text[: fact.span.start] + replacement + self._text[fact.span.end :]


def _plain(text: str) -> list[str]:
    """The words and numbers of a text, folded."""
    return [plain for _, word in words(text) if (plain := folded(word))] or [""]


def _covers(one: Fact, other: Fact) -> bool:
    """Whether two facts are one, or the same with a title or a first name more."""
    if _kind(one) != "name":
        return _agree(one, other)
    short, long = sorted((one.words, other.words), key=len)
    return _kind(other) == "name" and _is_in(Fact(one.span, "name", short, frozenset()), long)


def _runs(found: Sequence[Fact], text: str) -> list[Fact]:
    """The facts with neighbouring names as one; a lone word that opens a sentence is none."""
    runs: list[Fact] = []
    for fact in found:
        before = runs[-1] if runs else None
        if (
            before
            and fact.kind == "name"
            and _kind(before) == "name"
            and text[before.span.end : fact.span.start].strip(" .\u00a0") == ""
        ):
            span = Span(before.span.start, fact.span.end)
            keys = before.keys & fact.keys
            runs[-1] = Fact(span, "name", text[span.start : span.end], keys)
        else:
            runs.append(fact)
    return runs


def _kind(fact: Fact) -> str:
    return "name" if fact.kind == "opening" else fact.kind


def _agree(one: Fact, other: Fact) -> bool:
    """Whether two facts may be the same."""
    if _kind(one) != _kind(other):
        return False
    if one.keys & other.keys:
        return True
    return _kind(one) == "name" and _share_a_word(one.words, other.words)


def _share_a_word(one: str, other: str) -> bool:
    theirs = [folded(word) for _, word in words(other)]
    return any(look_alike(folded(word), w) for _, word in words(one) for w in theirs)


def _is_in(fact: Fact, text: str) -> bool:
    """Whether all words of a name stand in a text."""
    theirs = [folded(word) for _, word in words(text)]
    return _kind(fact) == "name" and all(
        any(look_alike(folded(word), w) for w in theirs) for _, word in words(fact.words)
    )


def _places(fact: Fact, theirs: Sequence[Fact]) -> list[int]:
    return [n for n, other in enumerate(theirs) if _agree(fact, other)]


def _stands(fact: Fact, passage: _Passage) -> bool:
    """Whether a fact is anywhere in a passage."""
    if any(_kind(other) == _kind(fact) and fact.keys & other.keys for other in passage.facts):
        return True
    if fact.kind == "date":  # May and Sunday may be a person and a newspaper, in any language
        return folded(fact.words) in passage.words
    return _kind(fact) == "name" and all(
        any(look_alike(folded(word), w) for w in passage.words) for _, word in words(fact.words)
    )


def _is_year(fact: Fact) -> bool:
    return any(isinstance(key, float) and 1000 <= key < 2100 for key in fact.keys)


def _is_small_word(fact: Fact) -> bool:
    """Whether it is a "two" that another language may express by "both" or a dual."""
    return fact.kind == "number" and fact.keys == {2.0} and fact.words.isalpha()


def _is_unread(fact: Fact, passages: Sequence[_Passage]) -> bool:
    """Whether a small number may stand there in words that cannot be read."""
    return fact.kind == "number" and any(
        passage.language not in WORD_LANGUAGES
        and all(isinstance(key, float) and key <= _SMALL_NUMBER for key in fact.keys)
        for passage in passages
    )
