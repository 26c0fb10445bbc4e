"""Words that trafilatura would leave out: their elements become ones that it keeps."""

from __future__ import annotations

from typing import Any

from rag.load.tree import HTML_ROLES

# It deletes these wherever they are, in the middle of a sentence too.
_WORDS = ("time", "label", "output", "noindex", "blink")
_CONTROLS = ("input", "select", "textarea")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary")
_CAPTIONS = ("summary", "legend", "figcaption")
_SECTIONS = ("section", "article", "main", "body", "details")
_BOXES = ("div", *_SECTIONS)


def keep_words(tree: Any) -> None:
    """Renames elements of a page, so that what they say is kept, word by word."""
    _rename(tree)
    blocks = _with_blocks(tree)
    for caption in tree.iter(*_CAPTIONS):
        if caption.getparent().tag in _BOXES:
            caption.tag = "div" if _is_mixed(caption, blocks) else "p"


def _rename(tree: Any) -> None:
    for element in list(tree.iter(*_WORDS)):
        if element.tag != "label" or not _is_of_form(element):
            element.drop_tag()
    for button in list(tree.iter("button")):
        if next(button.iterancestors(*_HEADINGS), None) is not None:
            button.drop_tag()
    for element in tree.iter("center", "figure", "fieldset"):
        if _is_box(element):
            element.tag = "div"


def _is_of_form(element: Any) -> bool:
    """Whether a label or a frame belongs to what is filled in."""
    return (
        element.get("for") is not None
        or _holds(element, *_CONTROLS)
        or next(element.iterancestors("form"), None) is not None
    )


def _is_box(element: Any) -> bool:
    """Whether an element only frames words, as a figure does with a quotation."""
    if element.tag == "figure":
        return _holds(element, "blockquote", "pre")
    return element.tag == "center" or not _is_of_form(element)


def _holds(element: Any, *names: str) -> bool:
    return next(element.iter(*names), None) is not None


def _with_blocks(tree: Any) -> set[Any]:
    """The blocks of a page, and every element with one in it."""
    found: set[Any] = set()
    for element in tree.iter():
        if HTML_ROLES.get(element.tag) not in (None, "skip", "line"):
            while element is not None and element not in found:
                found.add(element)
                element = element.getparent()
    return found


def _is_mixed(element: Any, blocks: set[Any]) -> bool:
    return any(child in blocks for child in element)
