"""A follow-up question and the conversation -> a question that stands by itself.

"And where?" is searched together with the question it goes on from, "And in April?" is that
question of other days. One that stands by itself is left as it is: what was said before must
not pollute it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

import regex

from rag.courtesies import is_courtesy
from rag.language import analyze, question_languages
from rag.language.asking import (
    ASIDES,
    ASKING,
    CAPITALISING,
    INTERROGATIVES,
    LAST_PRONOUNS,
    OPENERS,
    PREFIXED_OPENERS,
    PRONOUNS,
    UNSPACED_ASKING,
    UNSPACED_OPENERS,
    function_words,
)
from rag.language.words import UNSPACED
from rag.overview import BYLINES, overview_of
from rag.period import expression, period_of
from rag.questions import MARKS, questions_about_nothing
from rag.types import Turn

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_CAPITALISED = r"(?<=\S[\s'’(«\"]+)\p{Lu}\p{L}+"
_NAME, _NUMBER = regex.compile(_CAPITALISED), regex.compile(r"\d+")
# A name of several words, a number and what it counts: one thing to ask the same of.
_THING = regex.compile(rf"{_CAPITALISED}(?:[\s-]\p{{Lu}}\p{{L}}+)+|\d+\.?\s\p{{L}}+(?:\s\d{{4}})?")

# The greatest number of content words of a question that leans on the one before.
_BARE, _WITH_PRONOUN, _WITH_OPENER = 1, 2, 3
# The least number of words of a whole question.
_WHOLE = 3
# The longest question that leans by how it begins, where words are written without spaces.
_UNSPACED_CHARS = 16
# No question that says nothing but days is longer.
_DAYS_CHARS = 80
# So much of the earlier question is enough to know what it is about.
_BASE_CHARS = 500
_LIKELY = 0.2

_ENDING = " \u00a0\u202f.!" + "".join(MARKS)
_SYLLABLES = {"vi": 2}
_UNSPACED = regex.compile(rf"[{UNSPACED}]")
_UNSPACED_ASKING = regex.compile(rf"(?<!\p{{Hangul}})(?:{'|'.join(UNSPACED_ASKING)})\p{{Hangul}}*")
_RUN = regex.compile(
    r"(?P<han>\p{Han}+)|(?P<kana>[\p{Katakana}ー]+)|(?P<thai>[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+)|[\p{Hangul}\p{Latin}\p{N}]+"
)
_CHARS_OF_A_WORD = {"han": 2, "kana": 2, "thai": 9}


def standalone(question: str, history: Sequence[Turn]) -> str:
    """What to search for: the question, with the one it goes on from behind it if it needs one.

    Of "Who is the mayor?", "What about the hospital?", "When?" the last goes on from both. Where
    the source of an answer is asked for, that answer is searched for again.
    """
    if (place := asked_source_of(question, history)) is not None:
        return standalone(history[place][1], history[:place])
    before = [text for speaker, text in history if speaker == "user" and _asks(text)]
    if not before or not _asks(question) or not _leans(question, before):
        return question
    at = next((n for n in reversed(range(len(before))) if not _leans(before[n], before[:n])), 0)
    named = before[-1:] if at < len(before) - 1 and _names(before[-1], before) else []
    if not named and (moved := _moved(before[at], question)):
        return moved
    return " ".join(
        [question.strip(), *(text.strip()[:_BASE_CHARS] for text in [*named, before[at]])]
    )


def asked_source_of(question: str, history: Sequence[Turn]) -> int | None:
    """The turn whose answer "Source?" asks the source of: the newest that asks something else.

    None if the question asks for no source, or nothing was asked before.
    """
    if not _asks_for_source(question):
        return None
    for place, (speaker, text) in reversed([*enumerate(history)]):
        if speaker == "user" and _asks(text) and not _asks_for_source(text):
            return place
    return None


def _asks_for_source(question: str) -> bool:
    wanted = overview_of(question)
    return wanted is not None and wanted.wish == "source"


def is_bare(question: str) -> bool:
    """Whether a question has no word of its own, so that by itself it asks nothing of articles:
    "Who are you?", "And where?", "Who wrote this article?".
    """
    if (wanted := overview_of(question)) and wanted.wish in BYLINES:
        return wanted.leans
    languages = likely_languages(question)
    if _NUMBER.search(question) or _has_name(question, languages):
        return False
    if _UNSPACED.search(question):
        return _unspaced_content(question) == 0
    return not any(content_words(question, language) for language in languages)


def _asks(text: str) -> bool:
    is_signs = not _WORD.search(text)  # of a conversation, "?" asks once more
    return bool(text.strip()) and (is_signs or not is_courtesy(text))


def _names(question: str, before: Sequence[str]) -> bool:
    """Whether a question that goes on has something of its own to go on from, besides days."""
    if overview_of(question):
        return False
    languages = likely_languages(question, *before)
    return _content(question, languages) > 0 and not _language_of_days(question, languages)


def _language_of_days(question: str, languages: set[str]) -> str:
    """The language in which a question says nothing but days: "And in April?"; else empty."""
    for language in sorted(languages) if len(question) <= _DAYS_CHARS else ():
        if days := expression(question, language):
            rest = f"{question[: days.start]} {question[days.end :]}"
            is_unspaced = _UNSPACED.search(rest) is not None
            if not (_unspaced_content(rest) if is_unspaced else content_words(rest, language)):
                return language
    return ""


def _moved(before: str, question: str) -> str:
    """A question asked of the days that the next one says; empty if that says anything else."""
    language = _language_of_days(question, likely_languages(before))
    span = expression(question, language) if language else None
    if not span or len(before) > _BASE_CHARS:
        return ""
    days = question[span.start : span.end]
    then, place = period_of(before, [language]), expression(before, language)
    if len(then.years) == 1 and not period_of(days, [language]).years:
        days = f"{days} {min(then.years)}"
    if place:
        return f"{before[: place.start]}{days}{before[place.end :]}"
    end = len(before.rstrip(_ENDING))
    return "" if then else f"{before[:end]}, {days}{before[end:]}"


def _leans(question: str, before: Sequence[str]) -> bool:
    """Whether a question cannot be understood without those before."""
    if not before:
        return False
    if wanted := overview_of(question):
        return wanted.leans
    languages = likely_languages(question, *before)
    if _language_of_days(question, languages):
        return True
    if is_unspaced := _UNSPACED.search(question) is not None:
        content = _unspaced_content(question)
    else:
        content = _content(question, languages)
    words = _WORD.findall(question.lower())
    if question.startswith(UNSPACED_OPENERS) and len(question) <= _UNSPACED_CHARS:
        return True
    opens = bool(words) and any(_opens(words[0], language) for language in languages)
    if content <= _BARE:
        asks = MARKS.intersection(question) or (is_unspaced and _UNSPACED_ASKING.search(question))
        is_keyword = len(words) == content and not asks
        return opens or not (is_keyword or _asks_of_a_name(question, words, languages))
    if opens and _is_of_one_thing(question, languages):
        return True
    if _NUMBER.search(question) or _has_name(question, languages) or not words:
        return False
    if opens and content <= _WITH_OPENER:
        return True
    return content <= _WITH_PRONOUN and any(_has_pronoun(words, code) for code in languages)


def _is_of_one_thing(question: str, languages: set[str]) -> bool:
    """Whether "And in New York?" or "Et le 5 juillet ?" has no other content."""
    rest, things = _THING.subn(" ", question)
    return things == 1 and _content(rest, languages) == 0


def _has_name(question: str, languages: set[str]) -> bool:
    """Whether a word behind the first is a name, as far as its capital tells."""
    return not languages & CAPITALISING and _NAME.search(question) is not None


def _opens(word: str, language: str) -> bool:
    """Whether a first word opens a continuation."""
    prefix = PREFIXED_OPENERS.get(language)
    if prefix and word.startswith(prefix) and word[len(prefix) :] in function_words(language):
        return True
    return word in OPENERS.get(language, ())


def _has_pronoun(words: Sequence[str], language: str) -> bool:
    is_last = words[-1] in LAST_PRONOUNS.get(language, ())
    return is_last or not PRONOUNS.get(language, frozenset()).isdisjoint(words)


def _content(question: str, languages: set[str]) -> int:
    """The content words of a question in that of its likely languages which has the fewest."""
    return min(content_words(question, language) for language in languages)


def content_words(question: str, language: str) -> int:
    """How many terms of a question are its own; of Vietnamese, two syllables are one."""
    terms = [term for term in analyze(question, language) if term not in _common_terms(language)]
    return -(-len(terms) // _SYLLABLES.get(language, 1))


def _unspaced_content(question: str) -> int:
    """About how many words a question of a script without spaces has of its own.

    Japanese writes endings and particles in Hiragana, and names of elsewhere in Katakana.
    """
    runs = list(_RUN.finditer(_UNSPACED_ASKING.sub(" ", question)))
    return sum(
        -(-len(run[0]) // _CHARS_OF_A_WORD.get(run.lastgroup or "", len(run[0]))) for run in runs
    )


@cache
def _common_terms(language: str) -> frozenset[str]:
    asked = questions_about_nothing().get(language, ())
    words = (INTERROGATIVES, ASKING, PRONOUNS, LAST_PRONOUNS, OPENERS)
    texts = [*asked, *(" ".join(each.get(language, ())) for each in words)]
    return frozenset(term for text in texts for term in analyze(text, language))


def _asks_of_a_name(question: str, words: Sequence[str], languages: set[str]) -> bool:
    """Whether a question with one word of content has a name for it and is whole: "Who is
    Macron?", not "In Paris?" nor "What about Paris?".
    """
    is_part = len(words) < _WHOLE or " ".join(words[:2]) in ASIDES
    return not is_part and _has_name(question, languages)


def likely_languages(*questions: str) -> set[str]:
    """The languages that any of the questions may well be in."""
    return {language for question in questions for language in _likely(question)} or {"und"}


@lru_cache(maxsize=1_000)
def _likely(question: str) -> frozenset[str]:
    """The same of one: each of a conversation is asked about with every later one."""
    shares = question_languages(question, ())
    return frozenset(language for language, share in shares.items() if share >= _LIKELY)
