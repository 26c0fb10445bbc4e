"""The few words around quotes, and what is said in place of an answer, by language."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from rag.language import served_as

# The marks around words that have those of a language in them already.
_OUTER = {
    "“{}”": "‘{}’",
    "„{}“": "‚{}‘",
    "„{}”": "«{}»",
    "”{}”": "’{}’",
    "«{}»": "“{}”",
    "«\xa0{}\xa0»": "“{}”",
    "「{}」": "『{}』",
}


class Phrases(NamedTuple):
    """Framing words of one language.

    Attributes:
        quote: Pattern of a quotation with `{}` for the words quoted.
        unsure: Said before quotes that may not answer.
        unanswered: Said when the articles do not seem to hold the answer to a question.
        declined: That, and that the nearest passages follow.
        empty: Said when there are no articles at all.
        unmatched: Said when the filters let none through.
        unasked: Said when nothing was asked, as in "hello".
        counted: How many articles there are, for `{}`.
        failed: Said beside quotes when the language model failed.
        unsupported: Said beside quotes when nothing that it wrote was supported.
    """

    quote: str
    unsure: str
    unanswered: str
    declined: str
    empty: str
    unmatched: str
    unasked: str
    counted: str
    failed: str
    unsupported: str


def phrases(language: str) -> Phrases:
    """The framing words of a language; English where there are none."""
    known = _every_language()
    return known[served_as(language, known)]


def quoted(words: str, say: Phrases) -> str:
    """Words between quotation marks, other ones than stand among them."""
    opening, closing = say.quote.split("{}")
    has_marks = opening.strip() in words or closing.strip() in words
    return (_OUTER[say.quote] if has_marks else say.quote).format(words)


@cache
def _every_language() -> dict[str, Phrases]:
    data = json.loads(files("rag.answer").joinpath("phrases.json").read_text("utf-8"))
    for said in data.values():
        said["declined"] = said["declined"].format(said["unanswered"])
    return {language: Phrases(**said) for language, said in data.items()}
