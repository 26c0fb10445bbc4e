"""Elements of a page that a browser does not show: they are taken out and counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_ZERO = r"0*\.?0+(?:px|pt|em|rem|%|ex|ch|vw|vh)?"
_HIDING = re.compile(
    rf"""(?:^|;)\s*(?:
      display\s*:\s*none
    | font-size\s*:\s*{_ZERO}
    | font\s*:[^;]*\b0(?:px|pt|em)\b[^;]*
    | (?:text-indent|left|top|margin-left|margin-top)\s*:\s*-\d{{4,}}(?:px|pt|em)
    | clip-path\s*:\s*inset\(\s*(?:50|100)%
    | color\s*:\s*(?:transparent|rgba\([^)]*,\s*0?\.?0*\s*\))
    )\s*(?:!important\s*)?(?:;|$)""",
    re.VERBOSE | re.IGNORECASE,
)
# What is only transparent keeps its place on the page, and may come into sight there.
_FADED = re.compile(
    rf"""(?:^|;)\s*(?:visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*{_ZERO})
    \s*(?:!important\s*)?(?:;|$)""",
    re.VERBOSE | re.IGNORECASE,
)
_COLOR = re.compile(r"(?:^|;)\s*color\s*:\s*([^;!]+)", re.IGNORECASE)
_BACKGROUND = re.compile(r"(?:^|;)\s*background(?:-color)?\s*:\s*([^;!]+)", re.IGNORECASE)
_WHITE = frozenset(("white", "#fff", "#ffffff", "rgb(255,255,255)", "rgba(255,255,255,1)"))
_RULE = re.compile(r"([^{}@]+)\{([^{}]*)\}")
_SIMPLE = re.compile(r"[.#][\w-]+")
_NESTED_RULES = re.compile(r"@[^{;]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}|@[^{;]*;|/\*.*?\*/", re.DOTALL)
# A page may start out invisible as a whole and be shown by its script.
_SHOWN = ("html", "body")
# Their text is no text of the page.
_NO_TEXT = ("script", "style", "head", "title", "meta", "link")
_UNSEEN = ("template", "noframes")
_ANY_SCREEN = ("", "all", "screen")
_MAX_STYLE_CHARS = 500_000


def remove_hidden(tree: Any) -> int:
    """Takes hidden elements and comments out of a page; returns how many characters they had."""
    hidden = 0
    selectors = _selectors(tree, _HIDING)
    for element in list(tree.iter()):
        if element.getparent() is None or element.tag in _NO_TEXT:
            continue
        if not isinstance(element.tag, str):
            hidden += len((element.text or "").strip())
            element.drop_tree()
        elif element.tag not in _SHOWN and _is_hidden(element, selectors):
            hidden += len("".join(element.itertext()).strip())
            element.drop_tree()
    return hidden + _remove_faded(tree)


def _remove_faded(tree: Any) -> int:
    """Takes out what is transparent, unless it is most of the page: that fades in as it is read."""
    selectors = _selectors(tree, _FADED)
    faded, inside = [], set()
    for element in tree.iter():
        if element.getparent() in inside:
            inside.add(element)
        elif element.tag not in (*_SHOWN, *_NO_TEXT) and _is_faded(element, selectors):
            faded.append(element)
            inside.add(element)
    hidden = sum(map(_chars, faded))
    if hidden > _chars(tree) / 2:
        return 0
    for element in faded:
        element.drop_tree()
    return hidden


def _chars(element: Any) -> int:
    texts = (one.text for one in element.iter() if one.tag not in _NO_TEXT)
    tails = (one.tail for one in element.iterdescendants())
    return sum(len(text.strip()) for text in (*texts, *tails) if text)


def _is_hidden(element: Any, selectors: frozenset[str]) -> bool:
    if element.get("hidden") is not None and element.get("hidden") != "until-found":
        return True
    if element.tag in _UNSEEN and element.get("shadowrootmode") is None:
        return True
    style = element.get("style")
    if style and (_HIDING.search(style) or _is_white_on_white(element, style)):
        return True
    return _is_named(element, selectors)


def _is_faded(element: Any, selectors: frozenset[str]) -> bool:
    return bool(_FADED.search(element.get("style") or "")) or _is_named(element, selectors)


def _is_named(element: Any, selectors: frozenset[str]) -> bool:
    """Whether a style sheet names an element by its class or id."""
    if not selectors:
        return False
    names = {f".{name}" for name in (element.get("class") or "").split()}
    if element.get("id"):
        names.add(f"#{element.get('id')}")
    return not names.isdisjoint(selectors)


def _is_white_on_white(element: Any, style: str) -> bool:
    """Whether text has the colour of what is behind it; a page without a colour is white."""
    color = _COLOR.search(style)
    if color is None:
        return False
    background = next(_backgrounds(element), "white")
    return _named(color[1]) == _named(background)


def _backgrounds(element: Any) -> Iterator[str]:
    """The background colours around an element, the nearest first."""
    while element is not None:
        stated = _BACKGROUND.search(element.get("style") or "")
        if stated:
            yield stated[1]
        elif element.get("bgcolor"):
            yield element.get("bgcolor")
        elif element.get("class") or element.get("id"):
            # A style sheet that is not read here may colour it.
            yield ""
        element = element.getparent()


def _named(color: str) -> str:
    """One spelling of white; any other colour as it is."""
    color = re.sub(r"\s+", "", color).lower()
    return "white" if color in _WHITE else color


def _selectors(tree: Any, pattern: re.Pattern[str]) -> frozenset[str]:
    """Classes and ids of which the page's own style sheets say so, whatever the screen is."""
    sheet = "\n".join(map(_sheet, tree.iter("style")))[:_MAX_STYLE_CHARS]
    found = set()
    for selectors, declarations in _RULE.findall(_NESTED_RULES.sub("", sheet)):
        if pattern.search(declarations):
            found |= {name.strip() for name in selectors.split(",")}
    return frozenset(name for name in found if _SIMPLE.fullmatch(name))


def _sheet(style: Any) -> str:
    """The rules of a style element that hold on every screen where programs run."""
    is_on_screen = style.get("media", "").strip().lower() in _ANY_SCREEN
    is_used = next(style.iterancestors("noscript", "template"), None) is None
    return style.text or "" if is_on_screen and is_used else ""
