"""The page's own words. A language is one TOML file in this folder."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final, TypeAlias

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal

from rag.types import UNDETERMINED

#: The names that Unicode has for the forms of a word beside a number, in its order.
_PLURALS: Final = ("zero", "one", "two", "few", "many", "other")

#: The texts of one language by key.
Texts: TypeAlias = Mapping[str, str]

#: The language that has every text, and that readers of other languages get.
DEFAULT: Final = "en"

#: How a text is named in what Gradio sends: as its own translations are, inside a JSON string.
_NAMED = re.compile(
    rb'__i18n__\{\\"__type__\\": ?\\"translation_metadata\\", ?\\"key\\": ?\\"(\w+)\\"\}'
)


@dataclass(frozen=True, slots=True)
class _Number:
    """A number in a text: `{n}` writes it, `{n:article|articles}` the word that goes with it.

    The words are those for one, for few, for many, ... as far as the language tells them apart.
    """

    value: int
    language: str

    def __format__(self, words: str) -> str:
        if not words:
            return str(format_decimal(self.value, locale=self.language))
        rule, forms = Locale.parse(self.language).plural_form, words.split("|")
        told: list[str] = [name for name in _PLURALS if name in rule.tags or name == "other"]
        return forms[min(told.index(rule(self.value)), len(forms) - 1)]


def filled(say: Texts, key: str, **values: object) -> str:
    """A text with its values; a number has the words that go with it."""
    return say[key].format(
        **{
            name: _Number(value, say["code"]) if isinstance(value, int) else value
            for name, value in values.items()
        }
    )


@cache
def texts(language: str) -> Texts:
    """The texts by key of a language there is; see `languages`."""
    read = tomllib.loads((files(__name__) / f"{language}.toml").read_text(encoding="utf-8"))
    return MappingProxyType(read)


@cache
def languages() -> tuple[str, ...]:
    """The codes of the languages that the page speaks, sorted."""
    names = (file.name for file in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def language_name(code: str, say: Texts) -> str:
    """What a language is called in the language of the page; that it is unknown has a name too."""
    if code == UNDETERMINED:
        return say["language_unknown"]
    return _language_name(code, say["code"])


@lru_cache(maxsize=1000)
def _language_name(code: str, page_language: str) -> str:
    try:
        return Locale.parse(code).get_language_name(page_language) or code
    except (UnknownLocaleError, ValueError):
        return code


def preferred(accepted: str) -> str:
    """The language of the page that an `Accept-Language` header asks for first."""
    wishes = []
    for wish in accepted.split(",")[:20]:
        code, _, quality = wish.partition(";q=")
        try:
            wishes.append((-float(quality or 1), code.strip().lower()[:2]))
        except ValueError:
            continue
    known = [code for _, code in sorted(wishes, key=lambda wish: wish[0]) if code in languages()]
    return known[0] if known else DEFAULT


def named(key: str) -> str:
    """A text that the server fills in, in the reader's language, when it sends the page."""
    if key not in texts(DEFAULT):
        raise KeyError(f"there is no text {key!r} in {DEFAULT}.toml")
    inner = json.dumps({"__type__": "translation_metadata", "key": key})
    return f"__i18n__{inner}"


def translated(page: bytes, language: str) -> bytes:
    """The page with every text that `named` left open, in one language."""

    def text(match: re.Match[bytes]) -> bytes:
        words = json.dumps(texts(language)[match[1].decode()])[1:-1]
        return words.replace("<", "\\u003c").replace("&", "\\u0026").encode()

    return _NAMED.sub(text, page).replace(b'lang="en"', b'lang="%s"' % language.encode(), 1)
