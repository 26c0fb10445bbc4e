"""A question -> its words, with what each may do in a request (overviews.toml). Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Literal, NamedTuple, TypeAlias, cast

import regex

from rag.language.asking import (
    INTERROGATIVES,
    LATEST,
    OPENERS,
    PRONOUNS,
    function_words,
    tables,
)
from rag.language.words import UNSPACED, unaccented
from rag.types import Span

# language/overviews.toml explains the first of them. Words of `asking` are interrogatives that
# may open a request; `publisher` is the name of a source or author.
# fmt: off
Role: TypeAlias = Literal[
    "tell", "present", "about", "of", "articles", "news", "new", "happens", "summary", "more",
    "article", "who", "that", "wrote", "dated", "origin", "whence", "many", "around", "beside",
    "fillers", "function", "asking", "pronoun", "publisher",
]
# fmt: on
Roles: TypeAlias = frozenset[Role]

#: These ask for an article itself.
OF_AN_ARTICLE: Roles = frozenset({"who", "that", "wrote", "dated", "beside"})
#: These ask for the source of an answer, or for the number of articles.
OF_ANSWERS: Roles = frozenset({"origin", "whence", "many", "around"})

#: So many words are known as one at most: "find out".
MOST_TOGETHER = 3

WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_UNSPACED = regex.compile(rf"[{UNSPACED}--\p{{Hangul}}]", regex.V1)
_SIGN = regex.compile(r"[\s\p{P}\p{S}]")

_UNSPACED_LANGUAGES = frozenset({"ja", "th", "zh"})


class Word(NamedTuple):
    """A word of a question, or some that are known together.

    Attributes:
        span: In characters of the question.
        roles: What it may do; nothing if only a subject has it.
    """

    span: Span
    roles: Roles
    is_capital: bool = False


def is_unspaced(question: str) -> bool:
    """Whether it has words of a script that puts no spaces between them."""
    return _UNSPACED.search(question) is not None


def words_of(question: str, language: str, *, of_answers: bool = False) -> list[Word]:
    """The words of a question, those that are known together as one.

    Args:
        of_answers: With their roles in requests for the source of an answer.
    """
    if is_unspaced(question):
        return _unspaced_words(question, language, of_answers)
    matches = list(WORD.finditer(question))
    is_shouted = question.isupper()
    words: list[Word] = []
    while matches:
        for size in range(min(MOST_TOGETHER, len(matches)), 0, -1):
            said = " ".join(match[0] for match in matches[:size])
            if (roles := roles_of(said, language, of_answers)) or size == 1:
                span = Span(matches[0].start(), matches[size - 1].end())
                words.append(Word(span, roles, said[:1].isupper() and not is_shouted))
                del matches[:size]
                break
    return words


def _unspaced_words(question: str, language: str, of_answers: bool) -> list[Word]:
    """The known words at both ends, the longest first, and what is between as one."""
    known = _roles_by_words(language, of_answers)[0]
    begin, end = 0, len(question)
    leading: list[Word] = []
    trailing: list[Word] = []
    while begin < end and not (leading and "about" in leading[-1].roles):
        word = next((each for each in known if question.startswith(each, begin, end)), "")
        if not word and not _SIGN.match(question, begin):
            break
        if word:
            leading.append(Word(Span(begin, begin + len(word)), known[word]))
        begin += len(word) or 1
    while begin < end:
        word = next((each for each in known if question.endswith(each, begin, end)), "")
        if not word and not _SIGN.match(question, end - 1):
            break
        if word:
            trailing.insert(0, Word(Span(end - len(word), end), known[word]))
        end -= len(word) or 1
    between = [Word(Span(begin, end), frozenset())] if begin < end else []
    return [*leading, *between, *trailing]


@lru_cache(maxsize=10_000)
def roles_of(said: str, language: str, of_answers: bool = False) -> Roles:
    """What a word, or some together, may do in a request; nothing if only a subject has it."""
    plain = unaccented(said.casefold())
    whole, begun = _roles_by_words(language, of_answers)
    found = [whole.get(plain, frozenset())]
    if " " not in plain:
        found += [roles for beginning, roles in begun.items() if plain.startswith(beginning)]
    return frozenset().union(*found)


@cache
def _roles_by_words(
    language: str, of_answers: bool
) -> tuple[Mapping[str, Roles], Mapping[str, Roles]]:
    """Roles of whole words, the longest first, and of beginnings of words."""
    whole: dict[str, set[Role]] = {}
    begun: dict[str, set[Role]] = {}

    has_spaces = language not in _UNSPACED_LANGUAGES

    def add(word: str, role: Role) -> None:
        plain = unaccented(word.casefold()).replace("_", " ") if has_spaces else word
        known = begun if plain.endswith("*") else whole
        known.setdefault(plain.rstrip("*"), set()).add(role)

    table = cast(Mapping[Role, str], tables("overviews")[language])
    for role, words in table.items():
        if role in OF_ANSWERS and not of_answers:
            continue
        for word in words.split():
            add(word, role)
            if role == "article":
                add(word, "articles")
    asking = INTERROGATIVES.get(language, frozenset())
    for word in asking:  # who asks "when" asks for a fact
        if whole.get(unaccented(word) if has_spaces else word, set()) - OF_AN_ARTICLE:
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


def all_roles(words: Iterable[Word]) -> Roles:
    """What any of some words may do."""
    return frozenset().union(*(word.roles for word in words))
