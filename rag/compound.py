"""A question that asks several things -> the questions in it, and what is found for each.

"Who chaired the session and when was it held?" is two questions: one sentence seldom
answers both, and the reader looks for one answer. A part that leans on the first is
understood as a follow-up to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

import regex

from rag.followup import content_words, likely_languages
from rag.language import sentence_spans
from rag.language.asking import (
    INTERROGATIVES,
    JOINING_INTERROGATIVES,
    OPENERS,
    PREFIXED_OPENERS,
    PRONOUNS,
    function_words,
)
from rag.questions import MARKS
from rag.retrieve import Retrieval
from rag.types import SearchResult

#: Parts at most; what asks more is taken as one question.
MAX_PARTS = 3

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_ENDING = regex.compile(r"[\s\p{P}]+$")


def parts(question: str) -> list[str]:
    """The questions that one consists of, in their order; itself alone if it is a single one."""
    found = [part for asked in _questions(question) for part in _coordinated(asked)]
    return found if len(found) <= MAX_PARTS else [question]


def _questions(text: str) -> list[str]:
    """A text cut behind each question in it; what only states goes with the question behind."""
    spans = sentence_spans(text, min(likely_languages(text)))
    ends = [span.end for span in spans if MARKS.intersection(text[span.start : span.end])]
    if len(ends) < 2 or ends[-1] != spans[-1].end:
        return [text]
    return [text[start:end].strip() for start, end in zip([0, *ends], ends, strict=False)]


def _coordinated(question: str) -> list[str]:
    """A question cut before each "and when"; one that is no question without the rest is not."""
    words, languages = list(_WORD.finditer(question)), sorted(likely_languages(question))
    for place in range(len(words) - 1, 0, -1):
        for language in languages:
            start = _opening(words, place, language)
            first = question[: words[place].start()].rstrip(" ,;，、،")
            second = question[start:].strip()
            if start >= 0 and _stand_apart(first, second, language):
                ending = _ENDING.search(question)
                return [*_coordinated(first + (ending[0] if ending else "")), second]
    return [question]


def _opening(words: Sequence[regex.Match[str]], place: int, language: str) -> int:
    """Where a question begins behind the conjunction at a place; -1 if there is none."""
    asking = INTERROGATIVES.get(language, frozenset())
    word = words[place][0].lower()
    prefix = PREFIXED_OPENERS.get(language)
    if prefix and word.startswith(prefix) and word[len(prefix) :] in asking:
        return words[place].start() + len(prefix)
    behind = [each[0].lower() for each in words[place + 1 : place + 3]]
    if word not in OPENERS.get(language, ()) or asking.isdisjoint(behind):
        return -1
    # "and when", "and in which": at most one preposition.
    opens = behind[0] in function_words(language) - PRONOUNS.get(language, frozenset())
    opens = opens and behind[0] not in JOINING_INTERROGATIVES
    return words[place + 1].start() if opens else -1


def _stand_apart(first: str, second: str, language: str) -> bool:
    """Whether what is before a conjunction is a question by itself, and what is behind it another.

    "In which year and in which city was she born?" is one, "Was she paid, and how much?" has
    one answer, and in "the city where she was born and where she died" the words relate.
    """
    asking = INTERROGATIVES.get(language, frozenset())
    words, behind = (_WORD.findall(each.lower()) for each in (first, second))
    relating = {*words[2:]} & {*behind[:2]} & asking
    content = content_words(first, language)
    is_whole = content > 1 or (content == 1 and content_words(second, language) <= 1)
    asks = not asking.isdisjoint(words[:-1]) and words[-1] not in asking
    return is_whole and asks and not relating


def joined(whole: Retrieval, found: Sequence[Retrieval]) -> Retrieval:
    """The retrieval of a question with those of its parts, over the same passages.

    There are as many as before: the best of each part in turn, and of the question.
    """
    turns = zip_longest(*(each.results for each in (*found, whole)))
    every = {place_of(result): result for turn in turns for result in turn if result}
    kept = dict(list(every.items())[: len(whole.results)])
    some = tuple(
        replace(each, results=tuple(one for one in each.results if place_of(one) in kept))
        for each in found
    )
    return replace(whole, results=tuple(kept.values()), parts=some)


def place_of(result: SearchResult) -> tuple[str, int]:
    """What tells a passage from all others."""
    return result.chunk.document_id, result.chunk.start
