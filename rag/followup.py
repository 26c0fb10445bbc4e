"""A follow-up question and the conversation -> a question that stands by itself.

"And where?" is searched together with the question it goes on from. A question that
stands by itself is left as it is: what was said before must not pollute it.
"""

from __future__ import annotations

from collections.abc import Sequence

import regex

from rag.language import analyze, question_languages
from rag.language.words import OPENERS, PRONOUNS
from rag.types import Turn

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_NAME = regex.compile(r"(?<=\S[\s'’(«\"]+)\p{Lu}\p{L}+|\d+")

# The greatest number of content words of a question that leans on the one before.
_BARE, _WITH_PRONOUN, _WITH_OPENER = 1, 2, 3
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
    return f"{question.strip()} {base.strip()}"


def _backwards(questions: Sequence[str]) -> list[tuple[str, str]]:
    """Each question with the one before it, the newest first."""
    return list(zip(reversed(questions), [*reversed(questions[:-1]), ""], strict=True))


def _leans(question: str, before: str) -> bool:
    """Whether a question cannot be understood without the one before."""
    content = min(len(analyze(question, language)) for language in _languages(question, before))
    if content <= _BARE:
        return True
    words = _WORD.findall(question.casefold())
    if _NAME.search(question) or not words:
        return False
    if words[0] in OPENERS and content <= _WITH_OPENER:
        return True
    return content <= _WITH_PRONOUN and not PRONOUNS.isdisjoint(words)


def _languages(*questions: str) -> set[str]:
    """The languages that any of the questions may well be in."""
    return {
        language
        for question in questions
        for language, probability in question_languages(question, ()).items()
        if probability >= _LIKELY
    } or {"und"}
