"""A request for a subject -> the subject: "Tell me about the tram", "What's new?". Pure functions.

Who asks so wants no fact that a sentence holds, but what there is, or who wrote it and when. Such
a request is known by the words around its subject (language/overviews.toml); what else people
ask is left alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Literal, NamedTuple, TypeAlias, cast

import regex

from rag.courtesies import is_courtesy
from rag.language import question_languages, unquoted
from rag.language.asking import (
    CAPITALISING,
    INTERROGATIVES,
    LATEST,
    OPENERS,
    PRONOUNS,
    function_words,
    tables,
)
from rag.language.words import UNSPACED, unaccented
from rag.period import ANY_TIME, Period, expression, period_of, today
from rag.questions import MARKS
from rag.types import Span, Wish

#: What is told of articles besides what they say.
BYLINES: frozenset[Wish] = frozenset({"author", "date"})

# What a word may do in a request; language/overviews.toml explains the first of them. Words of
# `asking` are interrogatives that may open a request; `source` is the name of one.
# fmt: off
_Role: TypeAlias = Literal[
    "tell", "present", "about", "of", "articles", "news", "new", "happens", "summary", "more",
    "article", "who", "that", "wrote", "dated", "beside", "fillers", "function", "asking",
    "pronoun", "source",
]
# fmt: on
_Roles: TypeAlias = frozenset[_Role]

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_UNSPACED = regex.compile(rf"[{UNSPACED}--\p{{Hangul}}]", regex.V1)
_SIGN = regex.compile(r"[\s\p{P}\p{S}]")
_ASIDE = regex.compile(r"[,;:.!?،؛]\s*|\s[–—-]\s")
_QUOTE = regex.compile(r"[«“„「\"]\s*$")
# No request for a subject is longer.
_MOST_CHARS = 300
# So many words are known as one at most: "find out".
_MOST_TOGETHER = 3

# Languages that may say what is wanted behind the subject.
_SUBJECT_FIRST = frozenset({"fa", "hi", "hu", "ja", "ko", "th", "tr", "zh"})

# Those that may join an article and its subject by endings, or by their order.
_JOINED_BY_ENDINGS = _SUBJECT_FIRST | {"fi"}

_UNSPACED_LANGUAGES = frozenset({"ja", "th", "zh"})

_ASKS: _Roles = frozenset({"tell", "present", "articles", "news", "new", "summary"})
_ASKS_DIRECTLY: _Roles = frozenset({"present", "summary"})
_JOINS: _Roles = frozenset({"about", "of"})
_SAYS_LITTLE: _Roles = frozenset({"function", "fillers", "of"})
_OF_AN_ARTICLE: _Roles = frozenset({"who", "that", "wrote", "dated", "beside"})
# One of these asks for what articles say, be it of a subject or not.
_SAID: _Roles = frozenset({"tell", "articles", "news", "new", "wrote"})


@dataclass(frozen=True, slots=True)
class Overview:
    """A request for a subject.

    Attributes:
        subject: As it was named; empty if it is everything, or what was spoken of last.
        wish: What of it.
        leans: Whether the subject is what was spoken of last: "Tell me more".
        period: The days that are all that is said: "What happened in March 2024?".
        of_source: Whether of the articles of the source that is named: "What does La Gazette
            say about the tram?".
    """

    subject: str
    wish: Wish
    leans: bool = False
    period: Period = ANY_TIME
    of_source: bool = False


class _Word(NamedTuple):
    span: Span
    roles: _Roles
    is_capital: bool = False


def overview_of(question: str, source: Span | None = None) -> Overview | None:
    """The subject that is asked for; None if a question asks for anything else.

    Args:
        source: Where the question names a source of articles.
    """
    return _overview_on(question, source, today())


@lru_cache(maxsize=1_000)
def _overview_on(question: str, source: Span | None, _today: datetime.date) -> Overview | None:
    """The same on a day, by which others are named."""
    if len(question) > _MOST_CHARS:
        return None
    likely = _likely(question)
    found = next(filter(None, (_overview(question, code, source) for code in likely)), None)
    if not found and likely and _is_name(question, likely[0]):
        return Overview(question.strip(), "about")
    return found


def asks_what_is_said(question: str) -> bool:
    """Whether a word of a question asks what articles say, be it of a subject or not."""
    return any(
        word.roles & _SAID for code in _likely(question)[:1] for word in _words(question, code)
    )


def continued(question: str, before: str) -> Overview | None:
    """The same request for another subject: "And the flood?" behind "Any news of the tram?"."""
    wanted = overview_of(before)
    language = next(iter(_likely(question)), "")
    if not wanted or not language or _UNSPACED.search(question):
        return None
    words = list(_WORD.finditer(question))
    said = [word[0].casefold() for word in words]
    opens = OPENERS.get(language, frozenset())
    names = [
        word
        for word in words
        if word[0].casefold() not in opens and not _roles(word[0], language) & _SAYS_LITTLE
    ]
    if not names or not INTERROGATIVES.get(language, frozenset()).isdisjoint(said):
        return None
    return Overview(question[names[0].start() : names[-1].end()], wanted.wish)


@lru_cache(maxsize=1_000)
def _likely(question: str) -> Sequence[str]:
    """The languages that a question may be in and requests are known of, likeliest first."""
    shares = question_languages(unquoted(question), ())
    return sorted(shares.keys() & tables("overviews").keys(), key=lambda code: -shares[code])


def _is_name(question: str, language: str) -> bool:
    """Whether a question is one word, or a name of several: "tramway", "Odette Lamballais"."""
    words: list[str] = _WORD.findall(question)
    if not words or MARKS.intersection(question) or _UNSPACED.search(question):
        return False
    if is_courtesy(question) or any(_roles(word, language) for word in words):
        return False
    if len(words) == 1:
        return words[0].isalpha()
    if len(words) > _MOST_TOGETHER or question.isupper() or language in CAPITALISING:
        return False
    return not any(word[:1].islower() for word in words)


def _overview(question: str, language: str, source: Span | None) -> Overview | None:
    words = _words(question, language)
    if source:
        words = _with_source(words, source)
    said = _all_roles(words)
    if not said & {"article", "source"} and not said >= {"that", "wrote"}:
        words = [word._replace(roles=word.roles - _OF_AN_ARTICLE) for word in words]
    elif _wish(said) in BYLINES:  # "the text of the anthem" is no article about it
        words = [word._replace(roles=_without_of(word.roles)) for word in words]
    if all(word.roles for word in words):
        begin = _complete(words)
        said = _all_roles(words)
        # "What is in the articles?" asks for no more than "Summarise the articles".
        is_of_all = "summary" in said or ("asking" in said and "articles" in words[-1].roles)
        if 0 < begin < len(words) and not is_of_all and "source" not in said:
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


def _without_of(roles: _Roles) -> _Roles:
    return roles - {"of"} | {"fillers"} if "of" in roles else roles


def _with_source(words: list[_Word], source: Span) -> list[_Word]:
    """The words, with the name of a source as one, unless it is the subject: "about Nature"."""
    before = [word for word in words if word.span.end <= source.start]
    behind = [word for word in words if word.span.start >= source.end]
    if before and "about" in before[-1].roles:
        return words
    return [*before, _Word(source, frozenset({"source"})), *behind]


def _bounds(question: str, words: list[_Word], language: str) -> tuple[int, int]:
    """Where among the words the subject begins and ends; nowhere if none is asked for."""
    known = [bool(word.roles) for word in words]
    begin, end = known.index(False), len(words) - known[::-1].index(False)
    leading, trailing = words[:begin], words[end:]
    behind, is_first = _all_roles(trailing), language in _SUBJECT_FIRST
    begun = _complete(leading)
    ended = _complete(trailing[::-1]) if is_first else 0
    if _wish(_all_roles((*leading, *trailing))) in BYLINES:
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
    asks = "asking" in _all_roles((*leading, *trailing)) and not is_first
    has_news = any("news" in word.roles for word in (*leading[-1:], *trailing))
    return (begin, end) if not asks and (has_news or behind & _ASKS_DIRECTLY) else (0, 0)


def _named(
    question: str, words: Sequence[_Word], begin: int, end: int, language: str
) -> Overview | None:
    """The request for what stands between two words, unless that asks itself."""
    start, stop = words[begin].span.start, words[end - 1].span.end
    said = _all_roles((*words[:begin], *words[end:]))
    asking = INTERROGATIVES.get(language, frozenset())
    subject = question[start:stop]
    inside = [word.casefold() for word in _WORD.findall(subject)]
    opening = [subject[match.end() :] for match in _ASIDE.finditer(subject)]
    firsts = [word[0].casefold() for part in (subject, *opening) if (word := _WORD.match(part))]
    asks = not asking.isdisjoint(inside if "asking" in said else firsts)
    is_quoted = _QUOTE.search(question, 0, start) is not None
    if asks and not is_quoted:
        return None
    return Overview(subject, _wish(said), of_source="source" in said)


def _complete(run: Sequence[_Word]) -> int:
    """How many words, from the first on, ask for what stands behind them; 0 if they do not.

    What else might be asked for behind that is a subject itself: "Tell me about the press".
    """
    asked: _Roles = frozenset()
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


def _joins(leading: Sequence[_Word]) -> bool:
    """Whether the last word that says something stands before a subject."""
    telling = [word.roles for word in leading if "about" in word.roles or word.roles - _SAYS_LITTLE]
    return bool(telling) and "about" in telling[-1]


def _of_nothing(words: Sequence[_Word]) -> Overview | None:
    """A request that names no subject, or one that was named before: "Tell me about it"."""
    said = _all_roles(words)
    if "source" in said:
        return Overview("", "news", of_source=True) if said & _SAID else None
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


def _wish(said: _Roles) -> Wish:
    if "summary" in said:
        return "summary"
    if "article" in said and ("dated" in said or said >= {"who", "wrote"}):
        return "date" if "dated" in said else "author"
    return "news" if said & {"news", "new", "happens"} else "about"


def _all_roles(words: Iterable[_Word]) -> _Roles:
    return frozenset().union(*(word.roles for word in words))


def _words(question: str, language: str) -> list[_Word]:
    """The words of a question, those that are known together as one."""
    if _UNSPACED.search(question):
        return _unspaced_words(question, language)
    matches = list(_WORD.finditer(question))
    is_shouted = question.isupper()
    words: list[_Word] = []
    while matches:
        for size in range(min(_MOST_TOGETHER, len(matches)), 0, -1):
            said = " ".join(match[0] for match in matches[:size])
            if (roles := _roles(said, language)) or size == 1:
                span = Span(matches[0].start(), matches[size - 1].end())
                words.append(_Word(span, roles, said[:1].isupper() and not is_shouted))
                del matches[:size]
                break
    return words


def _unspaced_words(question: str, language: str) -> list[_Word]:
    """The known words at both ends, the longest first, and what is between as one."""
    known = _roles_by_words(language)[0]
    begin, end = 0, len(question)
    leading: list[_Word] = []
    trailing: list[_Word] = []
    while begin < end and not (leading and "about" in leading[-1].roles):
        word = next((each for each in known if question.startswith(each, begin, end)), "")
        if not word and not _SIGN.match(question, begin):
            break
        if word:
            leading.append(_Word(Span(begin, begin + len(word)), known[word]))
        begin += len(word) or 1
    while begin < end:
        word = next((each for each in known if question.endswith(each, begin, end)), "")
        if not word and not _SIGN.match(question, end - 1):
            break
        if word:
            trailing.insert(0, _Word(Span(end - len(word), end), known[word]))
        end -= len(word) or 1
    between = [_Word(Span(begin, end), frozenset())] if begin < end else []
    return [*leading, *between, *trailing]


@lru_cache(maxsize=10_000)
def _roles(said: str, language: str) -> _Roles:
    """What a word, or some together, may do in a request; nothing if only a subject has it."""
    plain = unaccented(said.casefold())
    whole, begun = _roles_by_words(language)
    found = [whole.get(plain, frozenset())]
    if " " not in plain:
        found += [roles for beginning, roles in begun.items() if plain.startswith(beginning)]
    return frozenset().union(*found)


@cache
def _roles_by_words(language: str) -> tuple[Mapping[str, _Roles], Mapping[str, _Roles]]:
    """Roles of whole words, the longest first, and of beginnings of words."""
    whole: dict[str, set[_Role]] = {}
    begun: dict[str, set[_Role]] = {}

    has_spaces = language not in _UNSPACED_LANGUAGES

    def add(word: str, role: _Role) -> None:
        plain = unaccented(word.casefold()).replace("_", " ") if has_spaces else word
        known = begun if plain.endswith("*") else whole
        known.setdefault(plain.rstrip("*"), set()).add(role)

    table = cast(Mapping[_Role, str], tables("overviews")[language])
    for role, words in table.items():
        for word in words.split():
            add(word, role)
            if role == "article":
                add(word, "articles")
    asking = INTERROGATIVES.get(language, frozenset())
    for word in asking:  # who asks "when" asks for a fact
        if whole.get(unaccented(word) if has_spaces else word, set()) - _OF_AN_ARTICLE:
            add(word, "asking")
    for word in asking:
        add(word, "beside")
    for word in (function_words(language) - asking) | OPENERS.get(language, frozenset()):
        add(word, "function")
    for word in PRONOUNS.get(language, ()):
        add(word, "pronoun")
    for beginning in filter(None, LATEST.get(language, "").split("|")):
        add(f"{beginning.strip()}*", "fillers")
    if not has_spaces:  # nor do words have ends
        whole |= begun
    longest = sorted(whole, key=len, reverse=True)
    return (
        {word: frozenset(whole[word]) for word in longest},
        {word: frozenset(roles) for word, roles in begun.items()},
    )
