"""The day on which a page says that its article was published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import regex

from rag.load.article import iso_date
from rag.load.html.structured import strings
from rag.load.tree import HTML_ROLES

_KEYS = (
    *("article:published_time", "og:published_time", "datepublished", "date", "pubdate"),
    *("dc.date", "dc.date.issued", "dcterms.date", "dcterms.created", "citation_date"),
    *("citation_publication_date", "parsely-pub-date", "sailthru.date", "publishdate"),
    *("publish-date", "publication_date", "article.published", "og:article:published_time"),
)
# What programs write for a day that they do not know.
_UNKNOWN = ("0001-01-01", "1970-01-01")
_APART = ("aside", "nav", "blockquote", "figure", "table")
_OTHERS = re.compile(
    r"(?:^|[\s_-])(?:comment|reply|replies|related|side|teaser|recent|latest|popular)", re.I
)
_PUBLISHED = re.compile(r"publish|entry-date|post-date", re.IGNORECASE)
_WORD = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]|[\p{L}\p{M}\p{N}]+")
_SENTENCE_END = re.compile(r"[.!?。！？।؟]\W*$")
# "Published on ... at ..." is no sentence.
_LINE_MAX_WORDS = 3
_PARAGRAPH_CHARS = 80


def published(
    tree: Any, head: Mapping[str, str], own: Mapping[str, Any], found: str | None
) -> str | None:
    """The date of publication that a page states; None if it states none.

    Args:
        tree: The page.
        head: What its meta elements say.
        own: What it says of its article for machines.
        found: What its date is taken for elsewhere: of several that are stated this one counts,
            since they may be a day apart, in different zones of time.
    """
    stated = list(strings(own.get("datePublished")))
    stated += [head[key] for key in _KEYS if key in head]
    stated += [_said(element) for element in _marked(tree)]
    days = [day for text in dict.fromkeys(stated) if (day := iso_date(text))]
    known = [day for day in days if day not in _UNKNOWN]
    return found if found in known else next(iter(known), None)


def drop_other_times(tree: Any) -> None:
    """Makes plain words of each `<time>` that does not say when the article was published."""
    around = _around_headline(tree)
    for time in list(tree.iter("time")):
        if _is_apart(time, around) or _is_in_a_sentence(time):
            time.drop_tag()


def _around_headline(tree: Any) -> set[Any]:
    heading = next(tree.iter("h1"), None)
    return set() if heading is None else {heading, *heading.iterancestors()}


def _is_apart(element: Any, around: set[Any]) -> bool:
    """Whether it stands in a part of the page that is not about the article.

    Args:
        around: The headline and what it stands in.
    """
    apart = {*_APART, *(one.tag for one in around if one.tag == "article")}
    for outer in element.iterancestors():
        if outer in around or outer.tag == "body":
            return False
        if outer.tag in apart or _OTHERS.search(f"{outer.get('class', '')} {outer.get('id', '')}"):
            return True
    return False


def _is_in_a_sentence(time: Any) -> bool:
    block = next(one for one in time.iterancestors() if HTML_ROLES.get(one.tag) is not None)
    words = "".join(_loose_words(block))
    return len(_WORD.findall(words)) > _LINE_MAX_WORDS and _SENTENCE_END.search(words) is not None


def _loose_words(element: Any) -> Iterator[str]:
    """The words of an element that are in no block or `<time>` in it."""
    yield element.text or ""
    for child in element:
        if HTML_ROLES.get(child.tag) is None and child.tag != "time":
            yield from _loose_words(child)
        yield child.tail or ""


def _marked(tree: Any) -> Iterator[Any]:
    """The elements that say when the article was published, the surest first."""
    around = _around_headline(tree)
    times = list(tree.iter("time"))
    for element in tree.iterfind(".//*[@itemprop]"):
        if "datePublished" in element.get("itemprop") and not _is_apart(element, around):
            yield element
    yield from (time for time in times if time.get("pubdate") is not None)
    yield from (time for time in times if _PUBLISHED.search(time.get("class") or ""))
    yield from _beside_headline(tree, around)


def _beside_headline(tree: Any, around: set[Any]) -> Iterator[Any]:
    """Each `<time>` between the headline and the first paragraph, or in one header with it."""
    is_below = False
    for element in tree.iter("h1", "p", "time"):
        if element.tag == "h1":
            is_below = True
        elif element.tag == "p":
            if is_below and len("".join(element.itertext())) >= _PARAGRAPH_CHARS:
                return
        elif is_below or any(outer in around for outer in element.iterancestors("header")):
            yield element


def _said(element: Any) -> str:
    stated = element.get("content") or element.get("datetime")
    return stated or " ".join("".join(element.itertext()).split())
