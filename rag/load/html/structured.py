"""What a page says of itself for machines: JSON-LD, OpenGraph and other meta elements."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from typing import Any

_ARTICLE = re.compile(r"(Article|Posting|Report|Review|Blog|Recipe|Advisory)$")
_SITE = re.compile(r"(Organization|WebSite|Corporation)$")
_TRAILING_COMMA = re.compile(r",(\s*[\]}])")
_MAX_NODES = 5_000
_MAX_CHARS = 2_000_000


def linked_data(tree: Any) -> list[dict[str, Any]]:
    """Every object of the page's JSON-LD, outermost first; what is not JSON is left out."""
    found: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            found += _objects(_parsed(script.text or ""))
    return found


def _parsed(source: str) -> Any:
    source = source.strip().removeprefix("<![CDATA[").removesuffix("]]>").strip().rstrip(";")
    for candidate in (source, _TRAILING_COMMA.sub(r"\1", source)):
        try:
            return json.loads(candidate[:_MAX_CHARS], strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    pending = [value]
    for _ in range(_MAX_NODES):
        if not pending:
            return
        value = pending.pop(0)
        if isinstance(value, dict):
            yield value
            pending += value.values()
        elif isinstance(value, list):
            pending += value


def articles(
    objects: list[dict[str, Any]], names: Sequence[str] = (), addresses: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """Those that describe an article, the page's own first; others in a list are left out.

    Args:
        objects: All of the page.
        names: What it calls itself elsewhere: its headings and titles.
        addresses: Its own, as it states them.
    """
    places = set(filter(None, map(_place, addresses)))
    lists = (one.get("itemListElement") for one in objects)
    listed = {id(inner) for items in lists if items for inner in _objects(items)}
    own, others = [], []
    for one in objects:
        if any(_ARTICLE.search(kind) for kind in _types(one)):
            if _is_called(one, names) or not places.isdisjoint(map(_place, _addresses(one))):
                own.append(one)
            elif id(one) not in listed:
                others.append(one)
    return own + others


def _is_called(one: dict[str, Any], names: Sequence[str]) -> bool:
    headlines = list(strings(one.get("headline")))
    return any(headline in name for headline in headlines for name in names)


def _addresses(one: dict[str, Any]) -> Iterator[str]:
    for value in (one.get("url"), one.get("mainEntityOfPage"), one.get("@id")):
        address = value.get("@id") or value.get("url") if isinstance(value, dict) else value
        if isinstance(address, str):
            yield address


def _place(address: str) -> str:
    """An address without what does not matter: the protocol, a place in the page, a last slash."""
    return address.partition("#")[0].partition("://")[2].rstrip("/")


def site_names(objects: list[dict[str, Any]]) -> Iterator[str]:
    """Names of publishers and sites."""
    for one in objects:
        if any(_SITE.search(kind) for kind in _types(one)):
            yield from strings(one.get("name"))


def _types(one: dict[str, Any]) -> list[str]:
    return list(strings(one.get("@type")))


def strings(value: Any) -> Iterator[str]:
    """The strings of a value that may be one, a list of some, or objects with a name."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            item = item.get("name")
        if isinstance(item, str) and item.strip():
            yield " ".join(unescape(item).split())


def meta(tree: Any) -> dict[str, str]:
    """The content of meta elements by lower-case name; the first of each name counts."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        content = " ".join((element.get("content") or "").split())
        if name and content:
            found.setdefault(name.lower(), content)
    return found
