"""Why a file was left out, a sentence doubted, a request refused: in the reader's language.

The index, the log and the programs that ask over HTTP have these in English, as they were
written where the reason was found; here is what the page says instead. A language is one
TOML file, with the English on the left. `{}` stands for what differs from one to the next,
and is translated too where it is itself in the table.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

_VARIES: Final = "{}"


def reason_in(language: str, reason: str) -> str:
    """A reason in a language of the page; in English where that has no word for it."""
    fixed, varying = _table(language)
    if reason in fixed:
        return fixed[reason]
    for pattern, said in varying:
        if found := pattern.fullmatch(reason):
            return said.format(*(reason_in(language, part) for part in found.groups()))
    return reason


@cache
def _table(language: str) -> tuple[dict[str, str], list[tuple[re.Pattern[str], str]]]:
    """Reasons that are always the same; patterns of the others, the most telling one first."""
    file = files(__name__) / f"{language}.toml"
    if not file.is_file():
        return {}, []
    read = tomllib.loads(file.read_text(encoding="utf-8"))
    fixed = {english: said for english, said in read.items() if _VARIES not in english}
    varying = sorted((each for each in read.items() if _VARIES in each[0]), key=_telling)
    return fixed, [(_pattern(english), said) for english, said in varying]


def _telling(entry: tuple[str, str]) -> int:
    return -len(entry[0])


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(map(re.escape, english.split(_VARIES))), re.DOTALL)
