"""Words that trafilatura would leave out or run together: their elements become ones it keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from rag.load.tree import HTML_ROLES

# It deletes these wherever they are, in the middle of a sentence too.
_WORDS = ("time", "label", "output", "noindex", "blink")
_CONTROLS = ("input", "select", "textarea")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary")
_CAPTIONS = ("summary", "legend", "figcaption")
_SECTIONS = ("section", "article", "main", "body", "details")
_BOXES = ("div", *_SECTIONS)
_CELLS = ("li", "td", "th", "dd", "dt", "blockquote")
# With so many characters in paragraphs it takes no words of a `<div>` beside them.
_ENOUGH_CHARS = 750
_SENTENCE_END = re.compile(r"[.!?…。！？｡।؟۔።။។][\"'”’»›“‘)\]」』）]*\s*$")


def keep_words(tree: Any) -> None:
    """Renames and parts the elements of a page, so that what they say is kept, word by word."""
    _rename(tree)
    blocks = _with_blocks(tree)
    for caption in tree.iter(*_CAPTIONS):
        if caption.getparent().tag in _BOXES:
            caption.tag = "div" if _is_mixed(caption, blocks) else "p"
    for box in tree.iter(*_BOXES):
        _space(box, blocks)
    for cell in list(tree.iter(*_CELLS)):
        if _is_mixed(cell, blocks):
            _wrap(cell, blocks)
    paragraphs = ("".join(paragraph.itertext()) for paragraph in tree.iter("p"))
    is_enough = sum(map(len, paragraphs)) >= _ENOUGH_CHARS
    among = {element.getparent() for element in tree.iter("p", *_HEADINGS)}
    _part(list(tree.iter(*(_BOXES if is_enough else _SECTIONS))), blocks, among)


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


def _space(box: Any, blocks: set[Any]) -> None:
    """Parts the blocks in a box by spaces from words around them: it may write them in one line."""
    if not any(text and text.strip() for text in (box.text, *(child.tail for child in box))):
        return
    for child in box:
        if child in blocks:
            first = next((inner for inner in child.iter() if inner.text), child)
            first.text, child.tail = _spaced(first.text), _spaced(child.tail)


def _spaced(text: str | None) -> str | None:
    return f" {text}" if text else text


class _Run(NamedTuple):
    """Words of an element between two blocks in it."""

    before: Any
    inline: list[Any]


def _part(boxes: list[Any], blocks: set[Any], among: set[Any]) -> None:
    """Makes paragraphs of the sentences that stand loose among paragraphs and headings.

    Other loose words are mostly names of parts of the page, and links to others.
    """
    prose: set[Any] = set()
    for box in boxes:
        parent = box.getparent()
        is_prose = (box in among or parent in among) and _is_prose(box, blocks)
        if is_prose or parent in prose:
            _wrap(box, blocks)
            among.add(box)
        if is_prose and _is_mixed(box, blocks):
            prose.add(box)


def _is_prose(box: Any, blocks: set[Any]) -> bool:
    """Whether loose words of a box are a sentence, or it stands between two paragraphs."""
    if any(_SENTENCE_END.search(_words(box, run)) for run in _runs(box, blocks)):
        return True
    ends = box.getprevious(), box.getnext()
    is_between = all(end is not None and end.tag == "p" for end in ends)
    return is_between and not _is_mixed(box, blocks)


def _runs(box: Any, blocks: set[Any]) -> Iterator[_Run]:
    run = _Run(None, [])
    for child in box:
        if child in blocks:
            yield run
            run = _Run(child, [])
        else:
            run.inline.append(child)
    yield run


def _words(box: Any, run: _Run) -> str:
    words = [box.text if run.before is None else run.before.tail]
    for child in run.inline:
        if HTML_ROLES.get(child.tag) != "skip":
            words += child.itertext()
        words.append(child.tail)
    return "".join(filter(None, words))


def _wrap(box: Any, blocks: set[Any]) -> None:
    """Puts each run of words in a box into a paragraph, where it stands."""
    for run in list(_runs(box, blocks)):
        if not _words(box, run).strip():
            continue
        paragraph = box.makeelement("p")
        if run.before is None:
            paragraph.text, box.text = box.text, None
            box.insert(0, paragraph)
        else:
            paragraph.text, run.before.tail = run.before.tail, None
            run.before.addnext(paragraph)
        paragraph.extend(run.inline)
