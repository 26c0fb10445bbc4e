"""A follow-up question and the conversation -> a question that stands by itself.

"And where?" is searched together with the question it goes on from. A question that
stands by itself is left as it is: what was said before must not pollute it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import regex

from rag.language import analyze, question_languages
from rag.language.words import ASIDES, CAPITALISING, OPENERS, PRONOUNS, UNSPACED_OPENERS
from rag.questions import MARKS, questions_about_nothing
from rag.types import Turn

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_CAPITALISED = r"(?<=\S[\s'’(«\"]+)\p{Lu}\p{L}+"
_NAME, _NAME_OR_NUMBER = regex.compile(_CAPITALISED), regex.compile(rf"{_CAPITALISED}|\d+")

# The greatest number of content words of a question that leans on the one before.
_BARE, _WITH_PRONOUN, _WITH_OPENER = 1, 2, 3
# The least number of words of a whole question.
_WHOLE = 3
# The longest question that leans by how it begins, where words are written without spaces.
_UNSPACED_CHARS = 16
# So much of the earlier question is enough to know what it is about.
_BASE_CHARS = 500
_LIKELY = 0.2


def standalone(question: str, history: Sequence[Turn]) -> str:
    """What to search for: the question, with the one it goes on from behind it if it needs one."""
    before = [text for speaker, text in history if speaker == "user" and text.strip()]
    if not before or not _leans(question, before[-1]):
        return question
    base = next(
        (text for text, earlier in _backwards(before) if not earlier or not _leans(text, earlier)),
        before[0],
    )
    return f"{question.strip()} {base.strip()[:_BASE_CHARS]}"


def _backwards(questions: Sequence[str]) -> list[tuple[str, str]]:
    """Each question with the one before it, the newest first."""
    return list(zip(reversed(questions), [*reversed(questions[:-1]), ""], strict=True))


def _leans(question: str, before: str) -> bool:
    """Whether a question cannot be understood without the one before."""
    languages = _languages(question, before)
    content = min(len(_content(question, language)) for language in languages)
    words = _WORD.findall(question.casefold())
    if question.startswith(UNSPACED_OPENERS) and len(question) <= _UNSPACED_CHARS:
        return True
    opens = bool(words) and words[0] in OPENERS
    if content <= _BARE:
        is_keyword = len(words) == content and not MARKS.intersection(question)
        return opens or not (is_keyword or _asks_of_a_name(question, words, languages))
    if _NAME_OR_NUMBER.search(question) or not words:
        return False
    if opens and content <= _WITH_OPENER:
        return True
    return content <= _WITH_PRONOUN and not PRONOUNS.isdisjoint(words)


def _content(question: str, language: str) -> list[str]:
    """The terms of a question that those about nothing do not have."""
    return [term for term in analyze(question, language) if term not in _common_terms(language)]


@cache
def _common_terms(language: str) -> frozenset[str]:
    asked = questions_about_nothing()
    return frozenset(
        term for question in asked.get(language, ()) for term in analyze(question, language)
    )


def _asks_of_a_name(question: str, words: Sequence[str], languages: set[str]) -> bool:
    """Whether a question with one word of content has a name for it and is whole: "Who is
    Macron?", not "In Paris?" nor "What about Paris?".
    """
    is_part = len(words) < _WHOLE or " ".join(words[:2]) in ASIDES
    return not is_part and not languages & CAPITALISING and bool(_NAME.search(question))


def _languages(*questions: str) -> set[str]:
    """The languages that any of the questions may well be in."""
    return {
        language
        for question in questions
        for language, probability in question_languages(question, ()).items()
        if probability >= _LIKELY
    } or {"und"}
