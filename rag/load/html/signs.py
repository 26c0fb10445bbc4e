"""What a page shows by how it looks and a text by signs: quotation marks and raised digits."""

from __future__ import annotations

from typing import Any

_RAISED = str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")


def write_signs(tree: Any) -> None:
    """Writes the signs into a page: `<q>so</q>` is “so” then, and `10<sup>6</sup>` is 10⁶.

    How a word is read aloud, which a page has above it, is left out: it would be a part of it.
    """
    for aloud in list(tree.iter("rp", "rt", "rtc")):
        aloud.drop_tree()
    for word in list(tree.iter("ruby", "rb", "rbc")):
        word.drop_tag()
    for quote in list(tree.iter("q")):
        quote.text = f"“{quote.text or ''}"
        if len(quote):
            quote[-1].tail = f"{quote[-1].tail or ''}”"
        else:
            quote.text += "”"
        quote.drop_tag()
    for element in reversed(list(tree.iter("sup"))):  # the inner ones first
        words = "".join(element.itertext()).strip()
        if (signs := _raised(words)) != words:
            del element[:]
            element.text = signs
            element.drop_tag()


def write_raised(element: Any) -> None:
    """Writes the digits of a piece of an office document that stands higher, and of its parts."""
    for piece in (element, *element.iterchildren("*")):
        piece.text = _raised(piece.text or "")


def _raised(words: str) -> str:
    """The words as raised signs; as they are where one of them has none."""
    is_raised = all(ord(sign) in _RAISED or sign.isspace() for sign in words)
    return words.translate(_RAISED) if is_raised else words
