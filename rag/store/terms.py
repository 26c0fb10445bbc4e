"""The lexical leg's words, between their analysis and the full-text index."""

from __future__ import annotations

import re
from collections.abc import Iterable

# The index splits at ASCII characters that are neither letters, digits nor `_`.
_SEPARATORS = re.compile(r"[\x00-/:-@\[-^`{-\x7f]")


def term_text(terms: Iterable[str]) -> str:
    """Terms as the index stores them: one string, a space between two."""
    return " ".join(_SEPARATORS.sub("_", term) for term in terms)


def split_terms(text: str) -> list[str]:
    """The terms that `term_text` has joined."""
    return text.split(" ") if text else []


def match_any(terms: Iterable[str]) -> str:
    """A full-text query for the chunks that hold at least one of the terms."""
    return " OR ".join(f'"{term_text([term])}"' for term in terms)
