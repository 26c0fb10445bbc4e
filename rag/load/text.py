"""Plain text and light markup -> one document a file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from rag.errors import LoadError, first_line
from rag.load.article import file_article
from rag.load.body import COLUMN_NAME_MAX_CHARS, Body, named_row, plain_body
from rag.load.encoding import decode
from rag.load.export import article_metadata
from rag.load.source import Source
from rag.types import Document, Failure

# A rule has a blank line below it.
_FRONT_MATTER = re.compile(
    r"\A(---|\+\+\+)[ \t]*\n(?![ \t]*\n)(.*?)^\1[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
# Less of TOML: the memory that a key takes grows with the square of its dots.
_FRONT_MATTER_MAX_CHARS = {"---": 100_000, "+++": 10_000}
# Code comes first, without a group: a comment in it is no heading.
_MARKDOWN_HEADING = (
    r"^```(?s:.*?)^```|^~~~(?s:.*?)^~~~|^#{1,%d}[ \t]+(.+?)[ \t]*#*[ \t]*$"
    r"|(?:\A|(?<=\n\n))(?![\s>|#*+-])(.{1,200})\n(?:=+|-{2,})[ \t]*$"
)
_TOP_HEADING = re.compile(_MARKDOWN_HEADING % 2, re.MULTILINE)
_HEADING = re.compile(_MARKDOWN_HEADING % 6, re.MULTILINE)
_ASCIIDOC_HEADING = re.compile(r"^={1,6}[ \t]+(.+?)[ \t]*$", re.MULTILINE)
_RST_HEADING = re.compile(
    r"^(?!\s)(.{1,200})\n(?:={3,}|-{3,}|~{3,}|\^{3,}|\"{3,}|\*{3,})$", re.MULTILINE
)
# What a Markdown page does not show: comments, and elements that say they are hidden.
_UNSEEN = re.compile(
    r"<(\w+)\b[^<>]{0,300}?(?:\shidden\b|display\s*:\s*none)[^<>]{0,300}>(?:(?!<\1\b).){0,2000}?</\1>",
    re.DOTALL,
)
_CODE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
_TABLE = re.compile(
    r"^(?P<header>[^|\n]*\|[^\n]*)\n(?P<rule>(?=[^|\n]*\|)[ \t|:]*-[ \t|:-]*)\n"
    r"(?P<rows>(?:[^|\n]*\|[^\n]*(?:\n|\Z))+)",
    re.MULTILINE,
)
_CELL_END = re.compile(r"(?<!\\)\|")
_TITLE_MAX_CHARS = 150
_WRAPPED_SHARE = 0.6
_NOT_IN_HEADLINES = ".,;:…。，、；：．｡।॥۔،؛։።။។៕"


def read_text(source: Source) -> Iterator[Document | Failure]:
    """Yields the one document of a plain text file."""
    text = decode(source.data, source.id)
    yield file_article(source, text, {"title": first_line_title(text)})


def read_markdown(source: Source) -> Iterator[Document | Failure]:
    """Yields the one document of a Markdown file; its front matter, YAML or TOML, is metadata."""
    metadata, text = _divided(decode(source.data, source.id), source.id)
    seen = _outside_code(text, _shown) if "<" in text else text
    headings = (match[match.lastindex] for match in _TOP_HEADING.finditer(seen) if match.lastindex)
    title = metadata.get("title") or next(headings, "")
    body = plain_body(_outside_code(seen, _with_named_cells) if "|" in seen else seen, _HEADING)
    body = Body(body.text, body.places, body.hidden + len(text) - len(seen))
    yield file_article(source, body, {**metadata, "title": title})


def read_asciidoc(source: Source) -> Iterator[Document | Failure]:
    """Yields an AsciiDoc file as text."""
    yield _with_headings(source, _ASCIIDOC_HEADING)


def read_rst(source: Source) -> Iterator[Document | Failure]:
    """Yields a reStructuredText file as text."""
    yield _with_headings(source, _RST_HEADING)


def _with_headings(source: Source, headings: re.Pattern[str]) -> Document:
    body = plain_body(decode(source.data, source.id), headings)
    title = body.places[0].name if body.places else ""
    return file_article(source, body, {"title": title})


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """Markdown, changed but for its code, which is shown as it is."""
    pieces, at = [], 0
    for code in _CODE.finditer(text):
        pieces += [change(text[at : code.start()]), code[0]]
        at = code.end()
    return "".join((*pieces, change(text[at:])))


def _with_named_cells(text: str) -> str:
    """With the names of its columns in each row of a table, which then reads by itself."""
    return _TABLE.sub(_named_rows, text)


def _named_rows(table: re.Match[str]) -> str:
    header, rule = _cells(table["header"]), _cells(table["rule"])
    longest = max((len(name.strip()) for name in header), default=0)
    if len(header) != len(rule) or not 0 < longest <= COLUMN_NAME_MAX_CHARS:
        return table[0]
    rows = (named_row(header, _cells(row)) for row in table["rows"].split("\n"))
    return "\n\n".join((table["header"], *filter(None, rows))) + "\n"


def _cells(row: str) -> list[str]:
    cells = _CELL_END.split(row.strip().removeprefix("|"))
    if not cells[-1].strip():
        cells.pop()
    return [cell.replace("\\|", "|") for cell in cells]


def _shown(text: str) -> str:
    """Without comments and hidden elements."""
    pieces, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        pieces.append(text[at:start])
        at = end + len("-->")
    return _UNSEEN.sub("", "".join((*pieces, text[at:])))


def _divided(text: str, path: str) -> tuple[Mapping[str, Any], str]:
    """What the front matter states, and the text below it."""
    match = _FRONT_MATTER.match(text)
    stated = _parse_front_matter(match[1], match[2], path) if match else None
    if match is None or stated is None:
        return {}, text
    return article_metadata(stated, {}), text[match.end() :]


def _parse_front_matter(fence: str, source: str, path: str) -> Mapping[str, Any] | None:
    """Its fields; None if it is no front matter but text between two rules."""
    if len(source) > _FRONT_MATTER_MAX_CHARS[fence]:
        raise LoadError(path, "the front matter is longer than an article")
    try:
        found = tomllib.loads(source) if fence == "+++" else yaml.load(source, _Loader) or {}
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        line = first_line(error)
        language = "TOML" if fence == "+++" else "YAML"
        raise LoadError(path, f"the front matter is not valid {language}: {line}") from error
    return found if isinstance(found, dict) else None


class _Loader(yaml.SafeLoader):
    """YAML without aliases: a few lines of them stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """The next node; an alias is an error."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not read")
        return super().compose_node(parent, index)


def first_line_title(text: str) -> str:
    """The first line if it stands like a headline: short, no full stop, text after it."""
    first, _, rest = text.lstrip().partition("\n")
    first = first.strip()
    is_headline = 0 < len(first) <= _TITLE_MAX_CHARS and first[-1] not in _NOT_IN_HEADLINES
    return first if is_headline and rest.strip() and not _goes_on(first, rest) else ""


def _goes_on(line: str, rest: str) -> bool:
    """Whether a line was wrapped: the next one is about as long and begins with a small letter."""
    following = rest.partition("\n")[0].strip()
    return following[:1].islower() and len(following) >= len(line) * _WRAPPED_SHARE
