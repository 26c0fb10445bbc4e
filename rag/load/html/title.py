"""The headline of a page, among all that it calls itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import regex

_SEPARATOR = regex.compile(r"\s+[|\-–—·•»«:/>]+\s+|\s*[|｜_»]\s*|:\s+")
_WORD = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]|[\p{L}\p{M}\p{N}]+")
_MIN_WORDS = 2
_ELLIPSIS = ("…", "...")


def headline(
    stated: Sequence[str], headings: Sequence[str], title: str, sites: Iterable[str]
) -> str:
    """The headline, without the name of the site or the section around it; empty if none.

    Args:
        stated: What the page states as its headline, in any of the ways there are.
        headings: Its first-level headings.
        title: Its title, as a browser shows it.
        sites: Names of the site.
    """
    names = {_bare(site) for site in sites if site}
    shorter = [text for text in (*stated, *headings) if len(_words(text)) >= _MIN_WORDS]
    named = [_without_frame(text, shorter, names) for text in stated if _bare(text) not in names]
    if named := _whole([text for text in named if text]):
        # Where they differ, the longer ones are made for search engines and for sharing.
        return min(named, key=lambda text: len(_bare(text)))
    if title:
        framed = _without_frame(title, shorter, names)
        if framed != title or not headings:
            return framed
        if len(headings) > 1 or not _share_words(title, headings[0]):
            return framed
    return headings[0] if headings else ""


def _whole(texts: list[str]) -> list[str]:
    """Without those that are cut off, where there are others."""
    bare = [_bare(text) for text in texts]
    whole = [
        text
        for text, own in zip(texts, bare, strict=True)
        if not text.endswith(_ELLIPSIS)
        and not any(other != own and other.startswith(own) for other in bare)
    ]
    return whole or texts


def _without_frame(text: str, shorter: Sequence[str], names: set[str]) -> str:
    """The text without what stands before or behind the headline in it."""
    own = _bare(text)
    for inner in sorted(shorter, key=len, reverse=True):
        bare = _bare(inner)
        if bare != own and _is_framed(text, inner):
            return inner
    cuts = [match.span() for match in _SEPARATOR.finditer(text)]
    for start, end in reversed(cuts):
        if _is_name(text[end:], names):
            text = text[:start]
    for start, end in reversed(cuts):
        if end < len(text) and _is_name(text[:start], names):
            return text[end:]
    return text


def _is_framed(text: str, inner: str) -> bool:
    """Whether a text is another one with parts before or behind that a separator cuts off."""
    at = text.find(inner)
    if at < 0:
        return False
    before, behind = text[:at], text[at + len(inner) :]
    return (not before or _ends_with_separator(before)) and (
        not behind or _SEPARATOR.match(behind) is not None
    )


def _ends_with_separator(text: str) -> bool:
    return any(match.end() == len(text) for match in _SEPARATOR.finditer(text))


def _is_name(text: str, names: set[str]) -> bool:
    """Whether it is a name of the site, as a whole or without its domain."""
    bare = _bare(text)
    return bool(bare) and any(bare == name or name in bare.split() for name in names if name)


def _share_words(a: str, b: str) -> bool:
    first, second = set(_words(a)), set(_words(b))
    return len(first & second) * 2 >= min(len(first), len(second))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _bare(text: str) -> str:
    """The words alone: case, punctuation and white space do not make another headline."""
    return " ".join(_words(re.sub(r"[’'`]", "", text)))


def heading_segment(title: str, blocks: Iterable[str]) -> str:
    """The longest part of a title that also stands alone on the page; empty if none does."""
    parts = [part.strip() for part in _SEPARATOR.split(title)]
    alone = {_bare(block) for block in blocks}
    fitting = [part for part in parts if len(_words(part)) > _MIN_WORDS and _bare(part) in alone]
    return max(fitting, key=len, default="")
