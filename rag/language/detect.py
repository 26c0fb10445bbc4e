"""The language of an article, which is easy, and of a short question, which is not."""

from __future__ import annotations

from collections.abc import Collection, Container
from functools import cache
from tempfile import gettempdir
from typing import TYPE_CHECKING

import numpy as np
import regex

from rag.errors import ModelError
from rag.language.asking import ASKING, INTERROGATIVES
from rag.language.words import STOP_WORDS
from rag.types import UNDETERMINED

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

#: A question may well be in one of these although no article is.
COMMON_LANGUAGES = frozenset(("en", "fr", "de", "es", "it", "pt", "nl", "ar", "ru"))

_MACROLANGUAGES = {"nb": "no", "nn": "no", "yue": "zh", "wuu": "zh", "arz": "ar", "ary": "ar"}

_ARTICLE_CHARS = 400  # of 7,300 articles in four languages, 200 are enough for each
_MIN_LETTERS = 2

# Naive Bayes is too sure of itself. This temperature has the least log-loss on 1,800
# questions in five languages (0.0117, against 0.0189 without) and on their first
# three words (0.208, against 0.250).
_TEMPERATURE = 2.0
_LEAST_PROBABILITY = 0.01
# By how much any other language must be likelier, as a logarithm. Of 49,366 written questions in
# some fifty languages 286 are told wrongly, of 2,300 in the common ones 3; by 8.0, and with a third
# of the weight of function words, 433 and 3.
_UNEXPECTED = 6.0
_ELSEWHERE = 1.0  # the same of a common one against those of the articles

# Names tell nothing of who asks of them, the little words of a question the most: "Who is Fiona
# Tait?" was Swahili.
_NAME = regex.compile(r"(?<=\S\s+)\p{Lu}[\p{L}\p{M}’'-]*(?![\p{L}\p{M}])")
_QUOTED = regex.compile(r"«[^»]*»|“[^”]*”|„[^“”]*[“”]|「[^」]*」|\"[^\"]*\"")
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_LEAST_LETTERS = 4
_FUNCTION_WORD = 3.0  # what each makes its languages likelier by, as a logarithm


def detect_language(text: str) -> str:
    """ISO 639-1 code of an article's language; `und` if there are no words in it."""
    sample = _sample(text)
    if not _has_words(sample):
        return UNDETERMINED
    code: str = _identifier().classify(encodable(sample))[0]
    return code


def question_languages(question: str, corpus_languages: Collection[str]) -> dict[str, float]:
    """Probability of each language that a short question may be in; they add up to 1.

    Args:
        corpus_languages: Codes of the articles' languages. They and a few common ones are
            expected, any other must be much likelier; a question without words may be in any
            of the articles'.
    """
    if not _has_words(question):
        codes = sorted(corpus_languages) or [UNDETERMINED]
        return dict.fromkeys(codes, 1 / len(codes))
    expected = COMMON_LANGUAGES.union(corpus_languages)
    ranked: dict[str, float] = dict(_identifier().rank(encodable(_without_names(question))))
    # It says `no` where articles may be declared `nb`.
    own = {_MACROLANGUAGES.get(code, code): code for code in corpus_languages if code not in ranked}
    found = {own.get(code, code): score for code, score in ranked.items()}
    scores = np.fromiter(found.values(), float)
    scores = (scores - scores.max()) / _TEMPERATURE
    words = _WORD.findall(question.lower())
    known = [_function_words(code) for code in found]
    scores += [_FUNCTION_WORD * sum(word in each for word in words) for each in known]
    scores -= _UNEXPECTED * np.array([code not in expected for code in found])
    scores -= _ELSEWHERE * np.array([code not in corpus_languages for code in found])
    shares = np.exp(scores - scores.max())
    shares[shares < _LEAST_PROBABILITY * shares.sum()] = 0
    shares /= shares.sum()
    return {code: share for code, share in zip(found, shares.tolist(), strict=True) if share}


def _without_names(question: str) -> str:
    """The question without capitalised words behind its first, if enough is left."""
    rest = question if question.isupper() else _NAME.sub("", question)
    return rest if _says_enough(rest) else question


def unquoted(question: str) -> str:
    """The question without what it quotes, which may be in another language, if enough is left."""
    rest = _QUOTED.sub(" ", question)
    return rest if _says_enough(rest) else question


def _says_enough(text: str) -> bool:
    return sum(map(str.isalpha, text)) >= _LEAST_LETTERS


@cache
def _function_words(code: str) -> frozenset[str]:
    lists = (STOP_WORDS, INTERROGATIVES, ASKING)
    return frozenset(word for words in lists for word in words.get(code, ()))


def written_in(sentence: str, expected: str) -> str:
    """The language of a sentence: the expected one, unless that can be ruled out."""
    shares = question_languages(sentence, (expected,))
    if expected in shares:
        return expected
    likeliest = max(shares, key=shares.__getitem__)
    return _MACROLANGUAGES.get(likeliest, likeliest)


def served_as(language: str, known: Container[str]) -> str:
    """Which of some known languages serves for one: its own or the one that it is written as,
    or nearly (ISO 639-3), else English.
    """
    written = _MACROLANGUAGES.get(language, language)
    return written if written in known else "en"


def _sample(text: str) -> str:
    """Some of the beginning, and of the middle: the beginning may be a menu or a byline."""
    if len(text) <= _ARTICLE_CHARS:
        return text
    half, middle = _ARTICLE_CHARS // 2, len(text) // 2
    return f"{text[:half]}\n{text[middle : middle + half]}"


def _has_words(text: str) -> bool:
    return sum(map(str.isalpha, text)) >= _MIN_LETTERS


def encodable(text: str) -> str:
    """The text with each lone surrogate, which UTF-8 cannot hold, as `?`; length unchanged."""
    return text.encode("utf-8", "replace").decode()


@cache
def _identifier() -> LanguageIdentifier:
    """Knows some 140 languages; loads in half a second."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    try:
        return LanguageIdentifier.from_model_file(MODEL_FILE)
    except OSError as error:
        raise ModelError(
            f"what knows languages cannot be unpacked into {gettempdir()}: {error.strerror}; "
            "make room there, or name another folder in TMPDIR"
        ) from error
