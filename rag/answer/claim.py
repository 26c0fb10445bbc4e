"""A sentence to be judged: its facts, and whether they stand where the passages have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
import regex

from rag.answer.compare import (
    agree,
    covers,
    folded_words,
    has_other_unit,
    is_among,
    is_comparable,
    is_place,
    is_small_word,
    is_year,
    kind_of,
    name_runs,
    places,
)
from rag.answer.facts import Fact, facts
from rag.answer.neighbours import Neighbours, beside, is_told_apart
from rag.answer.passage import Passage, Source, nearness_of
from rag.arrays import FloatArray
from rag.embed import Embedder
from rag.language.asking import CAPITALISING, PRONOUNS
from rag.language.numbers import WORD_LANGUAGES

# What taking a foreign name of one word out must bring, and one of several. Of 499 translated
# sentences 5 bring more; of 299 foreign names of several words 67 % do.
_FOREIGN_WORD_GAIN, _FOREIGN_NAME_GAIN = 0.008, 0.004
# What putting a fact right must bring between two languages: exchanged, or replaced.
_EXCHANGE_GAIN, _REPLACEMENT_GAIN = 0.0003, 0.02
# From this nearness on, two names are one in two languages (Red Cross, Cruz Roja). So are 13 of
# the 23 that would replace one in translated sentences, and 5 % of 304 in wrong ones.
_ONE_NAME_NEARNESS = 0.5
_TESTED_AT_MOST = 4

# What stands before a German noun, and rarely before a name: `die alte`, `im`, `seine`.
_DETERMINER = regex.compile(
    r"\b(?:d(?:er|ie|as|e[nms])|(?:k?ein|mein|sein|ihr|unser|dies|jed)(?:e[rnsm]?)?|am|im|vom|zu[rm]|"
    r"beim|ans|ins)\s(?:\p{Ll}+e[nrsm]?\s)?$",
    regex.IGNORECASE,
)

_LONG_WORD = regex.compile(r"\p{L}{3}")

# Number words up to here are not looked for where the language's number words are unknown.
_SMALL_NUMBER = 12


class _Swap(NamedTuple):
    """Facts of a sentence, each with words to put in its place, and what that would show."""

    changes: tuple[tuple[Fact, str], ...]
    reason: str


class Claim:
    """A sentence to be judged: its facts, and how near variants of it come to a source."""

    def __init__(
        self, text: str, language: str, vector: FloatArray, embedder: Embedder, common: float
    ) -> None:
        self._text = text
        self._language = language
        self._vector = vector
        self._embedder = embedder
        self._common = common
        self.facts = name_runs(facts(text, language), text)

    def missing(self, source: Source, passages: Sequence[Passage]) -> Iterator[str]:
        """Facts that stand nowhere in the passages, or in the source with another unit only."""
        doubtful = []
        same = [passage.language == self._language for passage in passages]
        theirs = facts(source.text, source.language)
        for fact in self.facts:
            bare = fact._replace(units=frozenset())
            clashes = any(has_other_unit(fact, other) for other in theirs)
            if any(passage.holds(fact, measured=clashes) for passage in passages):
                continue
            if fact.units and any(passage.holds(bare) for passage in passages):
                yield f"{fact.words!r} has another unit in what it cites"
            elif fact.kind in ("number", "date"):
                may_be_dual = is_small_word(fact) and not all(same)
                if not (may_be_dual or any(_is_unread(fact, passage) for passage in passages)):
                    yield f"{fact.words!r} is not in what it cites"
            elif fact.kind == "name" or (any(same) and is_place(fact)):
                may_be_noun = self._language in CAPITALISING and " " not in fact.words
                if any(same) and not may_be_noun:
                    yield f"{fact.words!r} is not in what it cites"
                elif any(same) or not may_be_noun:
                    doubtful.append(fact)
        yield from self._foreign(doubtful[:_TESTED_AT_MOST], passages)

    def _foreign(self, doubtful: Sequence[Fact], passages: Sequence[Passage]) -> Iterator[str]:
        """Names without which the sentence would be nearer: the others may be translated."""
        if not doubtful:
            return
        without = [self._changed([(fact, "")]) for fact in doubtful]
        rows = np.vstack([passage.vectors for passage in passages])
        cosines = rows @ self._vector
        best = rows[int(cosines.argmax())]
        gains = self._embedder.embed_documents(without) @ best - float(cosines.max())
        for fact, gain in zip(doubtful, gains.tolist(), strict=True):
            if gain > (_FOREIGN_NAME_GAIN if " " in fact.words else _FOREIGN_WORD_GAIN):
                yield f"{fact.words!r} is not in what it cites"

    def _reworded(self, passages: Sequence[Passage]) -> list[Fact]:
        """Lone words, where nouns have capitals, that open it or are its own behind an article."""
        return [
            fact
            for fact in self.facts
            if self._language in CAPITALISING
            and (kind_of(fact), " " in fact.words) == ("name", False)
            and not fact.keys  # die Schweiz
            and (
                fact.kind == "opening"
                or (
                    _DETERMINER.search(self._text[: fact.span.start])
                    and not any(passage.holds(fact) for passage in passages)
                )
            )
        ]

    def misplaced(self, source: Source, passages: Sequence[Passage]) -> Iterator[str]:
        """Facts that the passages hold, but not where the sentence puts them."""
        theirs = name_runs(facts(source.text, source.language), source.text)
        mine = [fact for fact in self.facts if any(p.holds(fact) for p in passages)]
        reworded = self._reworded(passages)
        is_same = source.language == self._language
        swaps = [*self._replacements(theirs, source, reworded)]
        swaps += self._exchanges(mine, theirs, is_same)
        if is_same:  # the neighbouring words tell where a fact belongs
            there = Neighbours(source.text)
            better = [*self._displaced(there, theirs, source, reworded)]
            better += self._better_placed(there, swaps)
            better = [*self._apart(better, theirs)]
        else:
            better = [*self._nearer(swaps, source)]
        yield from dict.fromkeys(swap.reason for swap in better)

    def _apart(self, swaps: Sequence[_Swap], theirs: Sequence[Fact]) -> Iterator[_Swap]:
        """The swaps without those of neighbours that are some in the source, too.

        Where it gives 39,000 tonnes to one and 32,000 to another, both facts of the other
        would stand better in the place of the one's.
        """
        moved = {place for swap in swaps for place, _ in swap.changes}
        together = {
            fact
            for pair in pairwise(self.facts)
            if moved.issuperset(pair) and kind_of(pair[0]) != kind_of(pair[1])
            if any(n + 1 in places(pair[1], theirs) for n in places(pair[0], theirs))
            for fact in pair
        }
        for swap in swaps:
            if not together.issuperset(place for place, _ in swap.changes):
                yield swap

    def _displaced(
        self,
        there: Neighbours,
        theirs: Sequence[Fact],
        source: Source,
        reworded: Sequence[Fact],
    ) -> Iterator[_Swap]:
        """Names beside other words than in the source, where the sentence repeats it."""
        if not there.are_repeated(self._text):
            return
        earlier = folded_words(source.before)
        pronouns = PRONOUNS.get(source.language, frozenset())
        for fact in self.facts:
            if fact.kind != "name" or fact in reworded:
                continue
            if is_among(fact, earlier) and there.follows(beside(self._text, fact)[1], pronouns):
                continue  # "Anna Berg moved" where the source says "She moved"
            if not there.fit(self._text, fact, fact.words) and not any(
                is_told_apart(self._text, fact, source.text, theirs[n], self._language)
                for n in places(fact, theirs)
            ):
                reason = f"{fact.words!r} does not stand there in what it cites"
                yield _Swap(((fact, ""),), reason)

    def _better_placed(self, there: Neighbours, swaps: Sequence[_Swap]) -> Iterator[_Swap]:
        """The swaps that put facts beside the words that they stand beside in the source."""
        for swap in swaps:
            if len(swap.changes) == 2 and all(
                there.prefer(self._text, place, place.words, new) for place, new in swap.changes
            ):
                continue  # both in another order: "12 metres wide and 340 metres long"
            fits = sum(there.fit(self._text, place, place.words) for place, _ in swap.changes)
            if sum(there.fit(self._text, place, new) for place, new in swap.changes) > fits or all(
                there.prefer(self._text, place, new, place.words) for place, new in swap.changes
            ):
                yield swap

    def _nearer(self, swaps: Sequence[_Swap], source: Source) -> Iterator[_Swap]:
        """The swaps that bring the sentence nearer to the source in meaning."""
        tested = swaps[: 2 * _TESTED_AT_MOST]
        if not tested:
            return
        variants = [self._changed(swap.changes) for swap in tested]
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
        if kind_of(fact) != "name":
            return False
        rows = self._embedder.embed_documents([fact.words, other])
        return nearness_of(float(rows[0] @ rows[1]), self._common) > _ONE_NAME_NEARNESS

    def _replacements(
        self, theirs: Sequence[Fact], source: Source, reworded: Sequence[Fact]
    ) -> Iterator[_Swap]:
        """Facts for which the source may have another of the kind that the sentence lacks."""
        is_same = self._language == source.language
        said = folded_words(source.text)
        nouns = CAPITALISING & {self._language, source.language}
        for fact in self.facts:
            if fact in reworded or (nouns and not is_same and " " not in fact.words):
                continue  # no name, more probably
            if _is_unread(fact, source):
                continue
            if not is_same and (
                is_among(fact, said) or any(fact.keys & other.keys for other in theirs)
            ):
                continue
            kinds = _kinds(fact, theirs) if is_same else {fact.kind}
            for other in theirs:
                if other.kind not in kinds or (other.kind == "opening" and not is_same):
                    continue
                if not is_comparable(fact, other):
                    continue
                if not any(covers(other, known) for known in self.facts):
                    reason = f"what it cites has {other.words!r} where it says {fact.words!r}"
                    yield _Swap(((fact, other.words),), reason)

    def _exchanges(
        self, mine: Sequence[Fact], theirs: Sequence[Fact], is_same: bool
    ) -> Iterator[_Swap]:
        """Pairs of facts; between languages only those whose order differs from the source."""
        placed = [(fact, found) for fact in mine if (found := places(fact, theirs))]
        for (one, first), (other, second) in combinations(placed, 2):
            if kind_of(one) != kind_of(other) or agree(one, other) or self._is_date(one, other):
                continue
            is_turned = len(first) == len(second) == 1 and first > second
            alike = one.kind != "number" or is_year(one) == is_year(other)
            if is_same or (is_turned and alike):
                reason = f"{one.words!r} and {other.words!r} seem to be exchanged"
                yield _Swap(((one, other.words), (other, one.words)), reason)

    def _is_date(self, one: Fact, other: Fact) -> bool:
        """Whether they are day and year of one date: `June 3, 2024`, `2024-06-03`."""
        between = self._text[one.span.end : other.span.start]
        return is_year(one) != is_year(other) and not _LONG_WORD.search(between)

    def _changed(self, changes: Sequence[tuple[Fact, str]]) -> str:
        """The sentence with other words in the place of facts, which stand in its order."""
        text = self._text
        for fact, new in reversed(changes):
            text = text[: fact.span.start] + new + text[fact.span.end :]
        return text


def _kinds(fact: Fact, theirs: Sequence[Fact]) -> set[str]:
    """What it may be: a word that opens the sentence is a name if it is one within the source."""
    return {fact.kind, *(theirs[n].kind for n in places(fact, theirs) if fact.kind == "opening")}


def _is_unread(fact: Fact, where: Passage | Source) -> bool:
    """Whether a small number may stand there in words that cannot be read."""
    return (
        fact.kind == "number"
        and where.language not in WORD_LANGUAGES
        and all(isinstance(key, float) and key <= _SMALL_NUMBER for key in fact.keys)
    )
