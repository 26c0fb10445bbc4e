"""Faithful sentences, and the same ones with one fact exchanged, from the public sets.

Made without looking at how the check finds facts: names are runs of capitalised
words inside a sentence, numbers are digits, dates are the months and weekdays below.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import regex

from benchmarks.sets import DATA, ROOT, read_rows
from rag.language import sentence_spans


@dataclass(frozen=True)
class Claim:
    """A sentence, what it cites, and what was done to it (`faithful`, `number`, `name`, ...)."""

    text: str
    language: str
    evidence: str
    evidence_language: str
    kind: str = "faithful"

    @property
    def is_crosslingual(self) -> bool:
        """Whether sentence and evidence are in two languages."""
        return self.language != self.evidence_language


_DATES = {
    "en": "January February April June July August September October November December "
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "fr": "janvier février mars avril juin juillet août septembre octobre novembre décembre "
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "de": "Januar Februar April Juni Juli August September Oktober November Dezember "
    "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "es": "enero febrero abril junio julio agosto septiembre octubre noviembre diciembre "
    "lunes martes miércoles jueves viernes sábado domingo",
}
_NUMBER = regex.compile(r"(?<![\p{L}\d.,])\d+(?:[.,]\d+)*(?![\d\p{L}])")
_NAME = regex.compile(r"(?<=\p{Ll}[ ,] ?)(?:\p{Lu}[\p{L}’'-]{2,})(?: \p{Lu}[\p{L}’'-]{2,})*")
_WORDS = {code: words.split() for code, words in _DATES.items()}
_DATE = {
    code: regex.compile(rf"(?<!\p{{L}})(?:{'|'.join(words)})(?!\p{{L}})")
    for code, words in _WORDS.items()
}


def faithful_same_language(name: str, limit: int, rng: random.Random) -> Iterator[Claim]:
    """Sentences of a set, as they are or shortened, over the passage they come from."""
    rows = read_rows(DATA / name / "corpus.jsonl")
    for row in rng.sample(rows, min(limit, len(rows))):
        sentences = _sentences(row["text"], row["lang"])
        if sentences:
            sentence = rng.choice(sentences)
            if rng.random() < 0.5:
                sentence = _shortened(sentence)
            yield Claim(sentence, row["lang"], row["text"], row["lang"])


def faithful_translations(limit: int, rng: random.Random) -> Iterator[Claim]:
    """Sentences of parallel passages, over the passage in another language."""
    rows = [*read_rows(DATA / "ntrex_news" / "corpus.jsonl")]
    rows += read_rows(DATA / "xquad_en_es_de" / "corpus.jsonl")
    groups: dict[str, dict[str, str]] = {}
    for row in rows:
        group, code = row["id"].rsplit(":", 1)
        if code in _DATES:
            groups.setdefault(group, {})[code] = row["text"]
    for group in rng.sample(sorted(groups), min(limit, len(groups))):
        claimed, cited = rng.sample(sorted(groups[group]), 2)
        if sentences := _sentences(groups[group][claimed], claimed):
            yield Claim(rng.choice(sentences), claimed, groups[group][cited], cited)


def faithful_sample(rng: random.Random) -> Iterator[Claim]:
    """The sentences of the articles that come with the project, each over its own article."""
    for file in sorted((ROOT / "corpus").glob("*.md")):
        text = file.read_text("utf-8").split("---\n", 2)[2].strip()
        language = regex.search(r"^language: (\w+)", file.read_text("utf-8"), regex.MULTILINE)
        code = language[1] if language else "en"
        for sentence in _sentences(text, code):
            yield Claim(sentence if rng.random() < 0.5 else _shortened(sentence), code, text, code)


def swapped(claim: Claim, rng: random.Random, foreign: Sequence[str]) -> Iterator[Claim]:
    """The claim with one fact made wrong, in each of the ways that it allows.

    Args:
        foreign: Names of other articles.
    """
    yield from _exchanged(claim, "numbers exchanged", [*_NUMBER.finditer(claim.text)], rng)
    yield from _exchanged(claim, "names exchanged", [*_names(claim)], rng)
    if found := [*_NUMBER.finditer(claim.text)]:
        match = rng.choice(found)
        yield _put(claim, "number", match, _other_number(match[0], claim.text, rng))
    if found := [*_names(claim)]:
        match = rng.choice(found)
        yield _put(claim, "foreign name", match, rng.choice(foreign))
        near = {m[0] for m in _NAME.finditer(claim.evidence)}
        near = {n for n in near if n not in claim.text and match[0] not in n and n not in match[0]}
        if near and not claim.is_crosslingual:
            yield _put(claim, "name of the passage", match, rng.choice(sorted(near)))
    words = _WORDS.get(claim.language, [])
    if words and (found := [*_DATE[claim.language].finditer(claim.text)]):
        match = rng.choice(found)
        cut = len(words) - 7
        same = words[:cut] if match[0] in words[:cut] else words[cut:]
        yield _put(claim, "date", match, rng.choice([word for word in same if word != match[0]]))


def names(claims: Sequence[Claim]) -> list[str]:
    """Names of two or more words that stand in the sentences."""
    found = {match[0] for claim in claims for match in _names(claim)}
    return sorted(name for name in found if " " in name)


def _names(claim: Claim) -> Iterator[regex.Match[str]]:
    for match in _NAME.finditer(claim.text):
        # German nouns are capitalised too: there only runs of two are taken for names.
        is_date = claim.language in _DATE and _DATE[claim.language].search(match[0])
        if not is_date and (claim.language != "de" or " " in match[0]):
            yield match


def _sentences(text: str, language: str) -> list[str]:
    spans = sentence_spans(text, language)
    found = [text[start:end] for start, end in spans]
    return [s for s in found if 40 <= len(s) <= 400 and s[-1] in '.!»”"' and s[0] != "#"]


def _shortened(sentence: str) -> str:
    """Without what follows its last comma, if enough remains."""
    head, comma, _ = sentence.rpartition(", ")
    return f"{head}." if comma and len(head.split()) >= 6 else sentence


def _exchanged(
    claim: Claim, kind: str, found: list[regex.Match[str]], rng: random.Random
) -> Iterator[Claim]:
    pairs = [(a, b) for a in found for b in found if a.start() < b.start() and a[0] != b[0]]
    if pairs:
        a, b = rng.choice(pairs)
        text = claim.text
        text = text[: a.start()] + b[0] + text[a.end() : b.start()] + a[0] + text[b.end() :]
        yield replace(claim, text=text, kind=kind)


def _put(claim: Claim, kind: str, match: regex.Match[str], new: str) -> Claim:
    text = claim.text[: match.start()] + new + claim.text[match.end() :]
    return replace(claim, text=text, kind=kind)


def _other_number(digits: str, text: str, rng: random.Random) -> str:
    """The digits with one of them changed, so that the form stays."""
    while True:
        at = rng.choice([i for i, c in enumerate(digits) if c.isdigit()])
        new = digits[:at] + rng.choice("123456789") + digits[at + 1 :]
        if new != digits and new not in text:
            return new
