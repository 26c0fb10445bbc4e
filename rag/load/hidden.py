"""Characters that no reader sees: text hidden in them is left out and counted."""

from __future__ import annotations

from typing import NamedTuple

import regex

# Joiners shape words in some scripts and join emoji; spaces of no width part words
# in scripts without spaces; variation selectors choose a glyph.
_SUSPECT = regex.compile(
    r"[\u200b-\u200d\u2060-\u2064\u206a-\u206f\u202a-\u202e\u2066-\u2069"
    r"\u180e\ufeff\ufff9-\ufffb\u3164\uffa0\ufe00-\ufe0f\U000e0000-\U000e0fff]"
)
_HIDDEN = regex.compile(
    r"""
      [\u2060-\u2064\u206a-\u206f\u202d\u202e\u180e\ufeff\ufff9-\ufffb\u3164\uffa0]
    | (?<![\p{Khmer}\p{Thai}\p{Lao}\p{Myanmar}\p{Tibetan}]) \u200b
    | (?<![\p{Arabic}\p{Syriac}\p{Mongolian}\p{Devanagari}\p{Bengali}\p{Gurmukhi}\p{Gujarati}
        \p{Oriya}\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}\p{Sinhala}\p{Khmer}]) \u200c
    | (?<![\p{Arabic}\p{Syriac}\p{Mongolian}\p{Devanagari}\p{Bengali}\p{Gurmukhi}\p{Gujarati}
        \p{Oriya}\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}\p{Sinhala}
        \p{So}\p{Emoji_Modifier}\ufe0f]) \u200d
    | (?<= [\ufe00-\ufe0f\U000e0100-\U000e01ef]) [\ufe00-\ufe0f\U000e0100-\U000e01ef]
    | (?<! \p{Han}) [\U000e0100-\U000e01ef]
    | (?<! [\U0001f3f4\U000e0020-\U000e007e]) [\U000e0020-\U000e007f]+
    | [\U000e0000-\U000e001f\U000e0080-\U000e00ff\U000e01f0-\U000e0fff]
    """,
    regex.VERBOSE,
)
_CONTROL = regex.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")
# The flags of England, Scotland and Wales are a black flag and at most six tags.
_FLAG_MAX_TAGS = 7
_TAGS = regex.compile(r"\U0001f3f4([\U000e0020-\U000e007f]+)")


class Visible(NamedTuple):
    """What is seen of a text, and how many characters of it are not."""

    text: str
    hidden: int


def clean(text: str) -> Visible:
    """The text without what no reader sees, control characters and lone surrogates."""
    text = shown = text.encode("utf-8", "replace").decode()
    if _SUSPECT.search(text):
        shown = _HIDDEN.sub("", _TAGS.sub(_flag, text))
    hidden = len(text) - len(shown)
    if _CONTROL.search(shown):
        shown = _CONTROL.sub("", shown.replace("\f", "\n").replace("\v", "\n"))
    return Visible(shown, hidden)


def _flag(match: regex.Match[str]) -> str:
    return match[0] if len(match[1]) <= _FLAG_MAX_TAGS else match[0][0]
