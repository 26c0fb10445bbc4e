"""Reading a web page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from lxml import etree
from lxml import html as lxml_html

from rag.load.article import file_article
from rag.load.body import Body, BodyBuilder
from rag.load.encoding import decode
from rag.load.html.date import drop_other_times, published
from rag.load.html.hiding import remove_hidden
from rag.load.html.keeping import keep_words
from rag.load.html.signs import write_signs
from rag.load.html.structured import articles, linked_data, meta, site_names, strings
from rag.load.html.title import heading_segment, headline
from rag.load.source import Source
from rag.load.tree import tree_text
from rag.types import Document, Failure

# Below so many characters an extraction is doubted and a more generous one is tried.
_SHORT_CHARS = 600
_BETTER = 1.5
# Below so many, and so small a share of the page, it is taken for a failure.
_LOST_CHARS, _MIN_SHARE = 200, 0.25
_HEADLINE_WITHIN = 8
_LINKED_SHARE = 10
_AROUND = re.compile(
    r"(?:^|[\s_-])(?:nav|menu|foot|head|side|bread|cookie|share|social|comment)", re.I
)
_HEADLINES = ("og:title", "twitter:title", "headline")
Articles = list[dict[str, Any]]
_NAVIGATION = ("nav", "header", "footer", "aside", "form", "iframe")
_URL = re.compile(r"https?://", re.IGNORECASE)


def read_html(source: Source) -> Iterator[Document | Failure]:
    """Yields the article of a web page."""
    yield file_article(source, *read_page(decode(source.data, source.id)))


class Page(NamedTuple):
    """An article with what is known of it, in the spelling that `article()` takes."""

    body: Body
    metadata: Mapping[str, Any]


def read_page(html: str) -> Page:
    """The article of a page; its text is empty if there is none.

    Args:
        html: The source, decoded.
    """
    tree = parse(html)
    if tree is None:
        return Page(Body(""), {})
    head = meta(tree)
    objects = linked_data(tree)
    described = _described(tree, head, objects)
    hidden = remove_hidden(tree)
    write_signs(tree)
    metadata = _metadata(tree, head, objects, described[0] if described else {})
    body = _body(tree, metadata["title"])
    if len(body.text) < _SHORT_CHARS:
        bodies = (text for one in described for text in strings(one.get("articleBody")))
        stated = max(bodies, key=len, default="")
        if len(stated) > 2 * len(body.text):
            body = Body(stated)
    return Page(Body(body.text, body.places, hidden), metadata)


def whole_text(html: str, builder: BodyBuilder) -> None:
    """Adds all that is seen of a page to a body."""
    tree = parse(html)
    if tree is not None:
        builder.hidden += remove_hidden(tree)
        write_signs(tree)
        tree_text(tree, builder)


def whole_body(html: str) -> Body:
    """All that is seen of a piece of a page."""
    builder = BodyBuilder()
    whole_text(html, builder)
    return builder.body()


def parse(html: str) -> Any:
    """The tree of a page; None if there is nothing in it. Nothing outside it is fetched."""
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=False, remove_pis=True)
    try:
        return lxml_html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def _described(tree: Any, head: Mapping[str, str], objects: Articles) -> Articles:
    """What JSON-LD says of articles, first of the one that the page is."""
    names = [_line(element) for element in tree.iter("h1", "title")]
    names += [head[key] for key in _HEADLINES if key in head]
    links = [link.get("href", "") for link in tree.iter("link") if link.get("rel") == "canonical"]
    return articles(objects, names, [*links, head.get("og:url", "")])


def _body(tree: Any, title: str) -> Body:
    """The article's text; the whole page where it has no navigation to leave out."""
    if not _has_navigation(tree):
        return _whole(tree)
    kept = deepcopy(tree)
    keep_words(kept)
    best = Body("")
    for mode in ("fast", "generous", "thorough"):
        found = _extracted(kept, title, mode)
        if len(found.text) > _BETTER * len(best.text):
            best = found
        if len(best.text) >= _SHORT_CHARS:
            return best
    if len(best.text) >= _LOST_CHARS:
        return best
    whole = _whole(tree)
    return best if len(best.text) >= _MIN_SHARE * len(whole.text) else whole


def _whole(tree: Any) -> Body:
    builder = BodyBuilder()
    tree_text(tree, builder)
    return builder.body()


def _extracted(tree: Any, title: str, mode: str) -> Body:
    """What trafilatura takes for the article, without the headline."""
    from trafilatura import bare_extraction
    from trafilatura.settings import Extractor

    options = Extractor(
        output_format="python",
        fast=mode == "fast",
        recall=mode == "generous",
        comments=False,
    )
    found: Any = bare_extraction(deepcopy(tree), options=options)
    builder = BodyBuilder()
    if found is not None and found.body is not None:
        for element in found.body[:_HEADLINE_WITHIN]:
            if _same("".join(element.itertext()), title):
                found.body.remove(element)
                break
        tree_text(found.body, builder)
    return builder.body()


def _same(a: str, b: str) -> bool:
    return bool(b) and "".join(a.split()).casefold() == "".join(b.split()).casefold()


def _has_navigation(tree: Any) -> bool:
    """Whether a page has parts around its article: elements for them, programs, many links."""
    if any(tree.find(f".//{name}") is not None for name in _NAVIGATION):
        return True
    if any(script.get("src") for script in tree.iter("script")):
        return True
    if any(
        _AROUND.search(f"{element.get('class', '')} {element.get('id', '')}")
        for element in tree.iter("div", "ul", "table", "section")
    ):
        return True
    linked = sum(len("".join(link.itertext()).strip()) for link in tree.iter("a"))
    return linked * _LINKED_SHARE > len("".join(tree.itertext()).strip())


def _metadata(
    tree: Any,
    head: Mapping[str, str],
    objects: Articles,
    own: Mapping[str, Any],
) -> dict[str, Any]:
    """What is known of the article; `own` is what the page says of it for machines."""
    from trafilatura.metadata import extract_metadata

    drop_other_times(tree)
    # Not the extensive search for dates: it takes any year in the text for one.
    found = extract_metadata(tree, extensive=False)
    names = (found.sitename, head.get("og:site_name"), head.get("application-name"))
    sites = [*filter(None, names), *site_names(objects)]
    title = _title(tree, head, own, sites, found.hostname)
    date = published(tree, head, own, found.date)
    return {
        "title": title or found.title,
        "date": date or found.date,
        "date_certainty": "stated" if date else "inferred",
        "authors": _authors(own, found.author),
        "source": head.get("og:site_name") or found.sitename,
        "url": found.url,
    }


def _title(
    tree: Any,
    head: Mapping[str, str],
    own: Mapping[str, Any],
    sites: list[str],
    host: str | None,
) -> str:
    stated = [*strings(own.get("headline")), *(head[key] for key in _HEADLINES if key in head)]
    headings = list(filter(None, map(_line, tree.iter("h1"))))
    title = _line(tree.find(".//title"))
    names = [*sites, *([host, host.removeprefix("www.").split(".")[0]] if host else [])]
    if not stated and not headings and title:
        blocks = map(_line, tree.iter("h2", "h3", "h4", "td", "div", "p", "b", "strong", "span"))
        if alone := heading_segment(title, (head.get("description", ""), *blocks)):
            return alone
    return headline(stated, headings, title, names)


def _line(element: Any) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _authors(own: Mapping[str, Any], found: str | None) -> list[str]:
    named = [name for name in strings(own.get("author")) if not _URL.match(name)]
    return list(dict.fromkeys(named or [name.strip() for name in (found or "").split(";")]))
