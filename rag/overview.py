"""A request for a subject -> the subject: "Tell me about the tram", "What's new?". Pure functions.

Who asks so wants no fact that a sentence holds, but what there is, or who wrote it and when. Such
a request is known by the words around its subject (language/overviews.toml); what else people
ask is left alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import regex

from rag.courtesies import is_courtesy
from rag.language import question_languages, unquoted
from rag.language.asking import CAPITALISING, INTERROGATIVES, OPENERS, tables
from rag.language.numbers import numbers
from rag.language.roles import (
    MOST_TOGETHER,
    OF_AN_ARTICLE,
    WORD,
    Roles,
    Word,
    all_roles,
    is_unspaced,
    roles_of,
    words_of,
)
from rag.period import ANY_TIME, Period, asks_for_latest, expression, period_of, today
from rag.questions import MARKS
from rag.types import Span, Wish

#: What is told of articles besides what they say.
BYLINES: frozenset[Wish] = frozenset({"author", "date"})

_ASIDE = regex.compile(r"[,;:.!?،؛]\s*|\s[–—-]\s")
_QUOTE = regex.compile(r"[«“„「\"]\s*$")
# No request for a subject is longer.
_MOST_CHARS = 300

# Languages that may say what is wanted behind the subject.
_SUBJECT_FIRST = frozenset({"fa", "hi", "hu", "ja", "ko", "th", "tr", "zh"})

# Those that may join an article and its subject by endings, or by their order.
_JOINED_BY_ENDINGS = _SUBJECT_FIRST | {"fi"}

_ASKS: Roles = frozenset({"tell", "present", "articles", "news", "new", "summary"})
_ASKS_DIRECTLY: Roles = frozenset({"present", "summary"})
_JOINS: Roles = frozenset({"about", "of"})
_SAYS_LITTLE: Roles = frozenset({"function", "fillers", "of"})
_POINTS: Roles = frozenset({"that", "origin", "around"})
# One of these asks for what articles say, be it of a subject or not.
_SAID: Roles = frozenset({"tell", "articles", "news", "new", "wrote"})
_WRITTEN: Roles = frozenset({"articles", "wrote"})
# Beside one of these, the source of what was said is a subject itself.
_OF_MORE: Roles = frozenset({"about", "summary", "news", "new", "happens", "more"})


@dataclass(frozen=True, slots=True)
class Overview:
    """A request for a subject.

    Attributes:
        subject: As it was named; empty if it is everything, or what was spoken of last.
        wish: What of it.
        leans: Whether the subject is what was spoken of last: "Tell me more". Of an author or
            date without a subject otherwise that of the newest article.
        period: The days that are all that is said: "What happened in March 2024?".
        of_publisher: Whether of the articles of the source or author that is named: "What does La
            Gazette say about the tram?".
        counts: Whether it is asked how many articles there are.
    """

    subject: str
    wish: Wish
    leans: bool = False
    period: Period = ANY_TIME
    of_publisher: bool = False
    counts: bool = False


def overview_of(question: str, publisher: Span | None = None) -> Overview | None:
    """The subject that is asked for; None if a question asks for anything else.

    Args:
        publisher: Where the question names a source of articles, or an author.
    """
    return _overview_on(question, publisher, today())


@lru_cache(maxsize=1_000)
def _overview_on(question: str, publisher: Span | None, _today: datetime.date) -> Overview | None:
    """The same on a day, by which others are named."""
    if len(question) > _MOST_CHARS:
        return None
    likely = _likely(question)
    found = next(filter(None, (_overview(question, code, publisher) for code in likely)), None)
    if found and found.wish in BYLINES and found.leans and asks_for_latest(question, likely):
        return replace(found, leans=False)
    if not found and _asks_for_the_source(question):
        return Overview("", "source", leans=True)
    if not found and likely and _is_name(question, likely[0]):
        return Overview(question.strip(), "about")
    return found


def asks_what_is_said(question: str) -> bool:
    """Whether a word of a question asks what articles say, be it of a subject or not."""
    return _has_role(question, _SAID)


def asks_what_is_written(question: str) -> bool:
    """Whether it is articles that it asks for: an author may say things elsewhere, too."""
    return _has_role(question, _WRITTEN)


def _has_role(question: str, roles: Roles) -> bool:
    codes = _likely(question)[:1]
    return any(word.roles & roles for code in codes for word in words_of(question, code))


def continued(question: str, before: str) -> Overview | None:
    """The same request for another subject: "And the flood?" behind "Any news of the tram?"."""
    wanted = overview_of(before)
    language = next(iter(_likely(question)), "")
    if not wanted or not language or is_unspaced(question):
        return None
    words = list(WORD.finditer(question))
    said = [word[0].casefold() for word in words]
    opens = OPENERS.get(language, frozenset())
    names = [
        word
        for word in words
        if word[0].casefold() not in opens and not roles_of(word[0], language) & _SAYS_LITTLE
    ]
    if not names or not INTERROGATIVES.get(language, frozenset()).isdisjoint(said):
        return None
    return Overview(question[names[0].start() : names[-1].end()], wanted.wish)


@lru_cache(maxsize=1_000)
def _likely(question: str) -> Sequence[str]:
    """The languages that a question may be in and requests are known of, likeliest first."""
    shares = question_languages(unquoted(question), ())
    return sorted(shares.keys() & tables("overviews").keys(), key=lambda code: -shares[code])


def _asks_for_the_source(question: str) -> bool:
    """Whether it is one word, which does so in a language that one word does not tell."""
    words = WORD.findall(question)
    return len(words) == 1 and any(
        "origin" in roles_of(words[0], code, of_answers=True) for code in tables("overviews")
    )


def _is_name(question: str, language: str) -> bool:
    """Whether a question is one word, or a name of several: "tramway", "Odette Lamballais"."""
    words: list[str] = WORD.findall(question)
    if not words or MARKS.intersection(question) or is_unspaced(question):
        return False
    if is_courtesy(question) or any(roles_of(word, language) for word in words):
        return False
    if len(words) == 1:
        return words[0].isalpha()
    if len(words) > MOST_TOGETHER or question.isupper() or language in CAPITALISING:
        return False
    return not any(word[:1].islower() for word in words)


def _overview(question: str, language: str, publisher: Span | None) -> Overview | None:
    if found := _of_answers(question, language, publisher):
        return found
    words = _with_numbers(question, words_of(question, language), language)
    if publisher:
        words = _with_publisher(words, publisher)
    said = all_roles(words)
    if not said & {"article", "publisher"} and not said >= {"that", "wrote"}:
        words = [word._replace(roles=word.roles - OF_AN_ARTICLE) for word in words]
    elif _wish(said) in BYLINES:  # "the text of the anthem" is no article about it
        words = [word._replace(roles=_without_of(word.roles)) for word in words]
    if all(word.roles for word in words):
        begin = _complete(words)
        said = all_roles(words)
        # "What is in the articles?" asks for no more than "Summarise the articles".
        is_of_all = "summary" in said or ("asking" in said and "articles" in words[-1].roles)
        if 0 < begin < len(words) and not is_of_all and "publisher" not in said:
            return _named(question, words, begin, len(words), language)
        return _of_nothing(words)
    if days := expression(question, language):
        rest = [word for word in words if not days.start <= word.span.start < days.end]
        if all(word.roles for word in rest):
            found = _of_nothing(rest)
            if not found or found.wish in BYLINES:  # "Which article was published in 1937?"
                return None
            return replace(found, leans=False, period=period_of(question, [language]))
    begin, end = _bounds(question, words, language)
    return _named(question, words, begin, end, language) if begin < end else None


def _of_answers(question: str, language: str, publisher: Span | None) -> Overview | None:
    """A request for the source of what was answered, or for the number of articles."""
    words = words_of(question, language, of_answers=True)
    said = all_roles(words)
    if not said & {"origin", "whence", "many"}:
        return None
    if publisher:
        words = _with_publisher(words, publisher)
    # "Where does she come from?", "How many articles does it have?" ask for facts.
    if any("pronoun" in word.roles and not word.roles & _POINTS for word in words):
        return None
    counts = said >= {"many", "articles"}
    days = expression(question, language) if counts else None
    if days:
        words = [word for word in words if not days.start <= word.span.start < days.end]
    if not all(word.roles for word in words):
        return None
    if counts:
        period = period_of(question, [language]) if days else ANY_TIME
        return Overview("", "news", period=period, of_publisher=publisher is not None, counts=True)
    if publisher or not ("origin" in said or said & {"that", "articles"}):
        return None
    said = all_roles(word for word in words if not word.roles & _POINTS)
    return None if said & _OF_MORE else Overview("", "source", leans=True)


def _without_of(roles: Roles) -> Roles:
    return roles - {"of"} | {"fillers"} if "of" in roles else roles


def _with_numbers(question: str, words: Sequence[Word], language: str) -> list[Word]:
    """The words, a number before what is asked for being no subject: "three facts about"."""
    found = list(words)
    for place, (word, following) in enumerate(pairwise(words)):
        text = question[slice(*word.span)]
        if not word.roles and "articles" in following.roles and numbers(text, language):
            found[place] = word._replace(roles=frozenset({"fillers"}))
    return found


def _with_publisher(words: list[Word], publisher: Span) -> list[Word]:
    """The words, with the publisher's name as one, unless it is the subject: "about Nature"."""
    before = [word for word in words if word.span.end <= publisher.start]
    behind = [word for word in words if word.span.start >= publisher.end]
    if before and "about" in before[-1].roles and "of" not in before[-1].roles:
        return words
    return [*before, Word(publisher, frozenset({"publisher"})), *behind]


def _bounds(question: str, words: list[Word], language: str) -> tuple[int, int]:
    """Where among the words the subject begins and ends; nowhere if none is asked for."""
    known = [bool(word.roles) for word in words]
    begin, end = known.index(False), len(words) - known[::-1].index(False)
    leading, trailing = words[:begin], words[end:]
    behind, is_first = all_roles(trailing), language in _SUBJECT_FIRST
    begun = _complete(leading)
    ended = _complete(trailing[::-1]) if is_first else 0
    if _wish(all_roles((*leading, *trailing))) in BYLINES:
        article = max(place for place, word in enumerate(words) if "article" in word.roles)
        is_compound = article == end  # "the tram article"
        if begun > article or ended or is_compound or language in _JOINED_BY_ENDINGS:
            return begun if begun > article else begin, end
    if trailing and not ended and behind & _ASKS:
        between = question[words[end - 1].span.end : trailing[0].span.start]
        ended = len(trailing) if _ASIDE.search(between) else 0
    while not ended and words[-1].roles == {"fillers"}:
        words.pop()
    if begun or ended:
        return begun or begin, len(words) - ended
    if _joins(leading) and behind & _ASKS:  # "Was kannst du mir über ... erzählen?"
        return begin, end
    asks = "asking" in all_roles((*leading, *trailing)) and not is_first
    has_news = any("news" in word.roles for word in (*leading[-1:], *trailing))
    return (begin, end) if not asks and (has_news or behind & _ASKS_DIRECTLY) else (0, 0)


def _named(
    question: str, words: Sequence[Word], begin: int, end: int, language: str
) -> Overview | None:
    """The request for what stands between two words, unless that asks itself."""
    start, stop = words[begin].span.start, words[end - 1].span.end
    said = all_roles((*words[:begin], *words[end:]))
    asking = INTERROGATIVES.get(language, frozenset())
    subject = question[start:stop]
    inside = [word.casefold() for word in WORD.findall(subject)]
    opening = [subject[match.end() :] for match in _ASIDE.finditer(subject)]
    firsts = [word[0].casefold() for part in (subject, *opening) if (word := WORD.match(part))]
    asks = not asking.isdisjoint(inside if "asking" in said else firsts)
    is_quoted = _QUOTE.search(question, 0, start) is not None
    if asks and not is_quoted:
        return None
    return Overview(subject, _wish(said), of_publisher="publisher" in said)


def _complete(run: Sequence[Word]) -> int:
    """How many words, from the first on, ask for what stands behind them; 0 if they do not.

    What else might be asked for behind that is a subject itself: "Tell me about the press".
    """
    asked: Roles = frozenset()
    complete = 0
    for place, word in enumerate(run):
        joins = word.roles & ({"about"} if complete else _JOINS)
        is_joined = bool(joins and asked & {"tell", "news", "new"})
        if (
            is_joined
            or ("about" in joins and "articles" in asked)
            or (word.roles & _ASKS_DIRECTLY and not complete)
        ):
            complete, asked = place + 1, frozenset()
        elif 0 < complete == place and not word.roles & _ASKS:
            # "La Rochelle" begins with no article.
            complete += bool(word.roles & (_SAYS_LITTLE | _JOINS)) and not word.is_capital
        asked |= word.roles & _ASKS
    return complete


def _joins(leading: Sequence[Word]) -> bool:
    """Whether the last word that says something stands before a subject."""
    telling = [word.roles for word in leading if "about" in word.roles or word.roles - _SAYS_LITTLE]
    return bool(telling) and "about" in telling[-1]


def _of_nothing(words: Sequence[Word]) -> Overview | None:
    """A request that names no subject, or one that was named before: "Tell me about it"."""
    said = all_roles(words)
    if "publisher" in said:
        return Overview("", "news", of_publisher=True) if said & _SAID else None
    if (wish := _wish(said | {"article"} if "that" in said else said)) in BYLINES:
        return Overview("", wish, leans=True)
    if said & {"more", "happens"}:
        return Overview("", _wish(said - {"news", "new"}), leans=True)
    pronouns = [place for place, word in enumerate(words) if "pronoun" in word.roles]
    if pronouns and said & {"tell", "present", "summary"}:
        named = [n for n, word in enumerate(words) if word.roles & (_JOINS | _ASKS_DIRECTLY)]
        # "What did he say about it?" asks for a fact.
        is_of_it = bool(named) and pronouns[0] > named[0]
        return Overview("", _wish(said), leans=True) if is_of_it else None
    if "summary" in said:
        return Overview("", "summary", leans=True)
    points = "article" in said and "asking" not in said  # "Show me the article"
    if said & {"news", "new"} or ("articles" in said and not points):
        return Overview("", "news")
    return Overview("", "about", leans=True) if points or "tell" in said else None


def _wish(said: Roles) -> Wish:
    if "summary" in said:
        return "summary"
    if "article" in said and ("dated" in said or said >= {"who", "wrote"}):
        return "date" if "dated" in said else "author"
    return "news" if said & {"news", "new", "happens"} else "about"
