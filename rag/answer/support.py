"""Is a sentence supported by what it cites? Asked here, locally, in any pair of languages.

A sentence is laid beside the sentence of the cited passages that is nearest in meaning.
Its numbers, dates and names must stand in the passages, and in the same roles: where
exchanging two of them would bring the sentence nearer to its source, it is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from rag.answer.claim import Claim
from rag.answer.compare import folded_words
from rag.answer.facts import behind_negation, negations
from rag.answer.passage import Passage, Source, common_cosine, nearness_of
from rag.cite import Quote
from rag.embed import Embedder
from rag.language import analyze
from rag.language.words import UNSPACED
from rag.types import SearchResult, Verdict

# Nearness of a sentence to its source: 1 for the same words, 0 for what any two sentences of
# the model have in common. Of 248 translations 99 % were above the lower bound, and 120 of 120
# above what a sentence needs that cites nothing; of 28 courtesies and refusals laid beside five
# passages each, most are not.
_LEAST_NEARNESS, _FAIR_NEARNESS, _SURE_NEARNESS = 0.1, 0.2, 0.35
# How much less near a sentence may be that is cited since it holds more of what is claimed.
_NEARLY = 0.2
_LEAST_COVERAGE = 0.34

# Where a clause ends, if it says no word of what the next does.
_CLAUSE_END = regex.compile(
    r"[;:,()—–]\s|\s(?:and|but|that|et|mais|und|aber|y|pero|ma|maar)\s", regex.IGNORECASE
)
# With these, folded, a negation limits what is said: `not until June`, `ne coûte que 3 euros`.
_LIMITS = frozenset(
    {
        *("until", "before", "only", "than", "but", "just", "more", "less", "fewer"),
        *("que", "qu", "seulement", "avant", "plus", "moins"),
        *("nur", "erst", "als", "bevor", "vor", "mehr", "weniger"),
        *("hasta", "antes", "solo", "mas", "menos"),
        *("che", "finche", "prima", "soltanto", "piu", "meno"),
        *("ate", "mais", "so", "tot", "alleen", "meer", "minder", "dan"),
    }
)
_RETOLD = 0.75

# Between marks that no word or sentence before has ended; without spaces no word is told.
_MARKS = '"“”„«»'
_QUOTATION = regex.compile(
    rf"(?<=^|[\s(’'—–-])[{_MARKS}]([^{_MARKS}{UNSPACED}\n]+)[{_MARKS}]", regex.MULTILINE
)
_PUT_IN = regex.compile(r"\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on a sentence, why, and the spans that carry it, best first."""

    verdict: Verdict
    reasons: tuple[str, ...]
    quotes: tuple[Quote, ...]


class SupportCheck:
    """Judges the sentences of one answer by the passages shown with it."""

    def __init__(
        self, passages: Sequence[SearchResult], embedder: Embedder, common: float | None = None
    ) -> None:
        """See `check`; `common` is the model's `common_cosine`, worked out here if not given."""
        self._embedder = embedder
        self._common = common_cosine(embedder) if common is None else common
        self._passages = [Passage(n, result, embedder) for n, result in enumerate(passages)]

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
        ranked = [(*passage.nearest(vector), passage) for passage in passages]
        ranked.sort(key=lambda found: -found[0])
        claim = Claim(sentence, language, vector, self._embedder, self._common)
        best = ranked[0][1]
        wrong = [*claim.missing(best, passages), *claim.misplaced(best, passages)]
        nearness = nearness_of(ranked[0][0], self._common)
        counted = [fact for fact in claim.facts if fact.kind in ("number", "date")]
        tells_same = best.held(counted) > 0  # however far a short sentence is
        if wrong or (nearness < _LEAST_NEARNESS and not tells_same):
            return Finding("unsupported", tuple(wrong) or ("nothing it cites says this",), ())
        margin = _NEARLY * (1 - self._common)
        carrying = [passage.carrying(vector, claim.facts, margin) for *_, passage in ranked]
        quotes = tuple(source.quote for source in carrying)
        doubts = [*_doubts(sentence, language, best, passages)]
        is_like = nearness >= (_FAIR_NEARNESS if cited else _SURE_NEARNESS)
        is_sure = is_like or (cited and (tells_same or language == best.language))
        if not is_sure:
            doubts.append("only loosely like what it cites")
        if not cited:
            quotes = quotes[:1]
        return Finding("weak" if doubts else "supported", tuple(doubts), quotes)


def _doubts(
    sentence: str, language: str, best: Source, passages: Sequence[Passage]
) -> Iterator[str]:
    """What its words say against a sentence, without proving it wrong."""
    if language == best.language:
        mine, theirs = negations(sentence, language), negations(best.text, language)
        if mine and not (theirs and _tells_of(sentence, best.text, language)):
            yield "it denies what it cites"
        elif theirs and not mine and _is_denied(sentence, best.text, language):
            yield "what it cites denies it"
        words = {word for passage in passages for word in passage.words}
        if any(not _quoted(quote).issubset(words) for quote in _QUOTATION.findall(sentence)):
            yield "it quotes words that are not in what it cites"
        terms = set(analyze(sentence, language))
        held = set().union(*(passage.terms for passage in passages))
        if terms and len(terms & held) / len(terms) < _LEAST_COVERAGE:
            yield "few of its words are in what it cites"


def _quoted(quotation: str) -> set[str]:
    """The words of a quotation, folded, without `[what was put in]`."""
    found = folded_words(_PUT_IN.sub("", quotation))
    return {word for word in found if word and not word.isdigit()}


def _tells_of(sentence: str, source: str, language: str) -> bool:
    """Whether a sentence is about what its source is about."""
    told = set(analyze(sentence, language))
    return len(told & set(analyze(source, language))) >= _LEAST_COVERAGE * len(told)


def _is_denied(sentence: str, source: str, language: str) -> bool:
    """Whether a sentence retells nearly all of a clause of its source that denies."""
    told, said = set(analyze(sentence, language)), set(folded_words(sentence))
    for clause in _CLAUSE_END.split(source):
        denied = behind_negation(clause, language)
        if denied is None or not said.issuperset(_LIMITS.intersection(folded_words(denied))):
            continue
        terms = set(analyze(clause, language))
        # Of one word alone it is not known what is denied.
        whole = terms if len(terms) > 1 else set(analyze(source, language))
        if told & terms and len(told & whole) >= _RETOLD * len(whole):
            return True
    return False
