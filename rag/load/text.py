"""Plain text and Markdown -> one document a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from charset_normalizer import from_bytes

from rag.errors import LoadError
from rag.load.article import article
from rag.types import Document

_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# What files are in that are not UTF-8, the commoner first: it wins where both look right.
_LEGACY = (
    *("cp1252", "cp1250", "cp1251", "cp1254", "cp1253", "cp1256", "cp1255", "koi8_r"),
    *("gb18030", "big5", "shift_jis", "euc_jp", "euc_kr"),
)
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)??---[ \t]*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^#{1,2}[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_TITLE_MAX_CHARS = 150


def read_text(file: Path, path: str) -> Iterator[Document]:
    """Yields the one document of a plain text file."""
    text = decode(file.read_bytes(), path)
    yield article(path, path, text, {"title": _first_line_title(text) or file_title(file)})


def read_markdown(file: Path, path: str) -> Iterator[Document]:
    """Yields the one document of a Markdown file; YAML front matter becomes its metadata."""
    text = decode(file.read_bytes(), path)
    metadata: Mapping[str, Any] = {}
    if match := _FRONT_MATTER.match(text):
        metadata = _parse_front_matter(match[1] or "", path)
        text = text[match.end() :]
    heading = _HEADING.search(text)
    title = metadata.get("title") or (heading[1] if heading else file_title(file))
    yield article(path, path, text, {**metadata, "title": title})


def decode(data: bytes, path: str) -> str:
    r"""The text of a file, with `\n` line ends: by its byte order mark, as UTF-8, else detected.

    Raises:
        LoadError: It is binary, or no encoding fits.
    """
    encoding = next((name for bom, name in _BOMS.items() if data.startswith(bom)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = _detect(data, path)
    if "\0" in text:
        raise LoadError(path, "binary data, not text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _detect(data: bytes, path: str) -> str:
    found = list(from_bytes(data, cp_isolation=list(_LEGACY)))
    if not found:
        raise LoadError(path, "its character encoding is unknown; save it as UTF-8")
    return str(min(found, key=lambda match: (match.chaos, _LEGACY.index(match.encoding))))


def _parse_front_matter(source: str, path: str) -> Mapping[str, Any]:
    try:
        metadata = yaml.safe_load(source) or {}
    except yaml.YAMLError as error:
        line = str(error).splitlines()[0]
        raise LoadError(path, f"the front matter is not valid YAML: {line}") from error
    if not isinstance(metadata, dict):
        raise LoadError(path, "the front matter is not a list of `key: value` lines")
    return metadata


def _first_line_title(text: str) -> str:
    """The first line if it stands like a headline: short, no full stop, text after it."""
    first, _, rest = text.lstrip().partition("\n")
    first = first.strip()
    is_headline = 0 < len(first) <= _TITLE_MAX_CHARS and first[-1] not in ".,;:…"
    return first if is_headline and rest.strip() else ""


def file_title(path: str | Path) -> str:
    """A title for want of a better one: `budget-2026.txt` -> `budget 2026`."""
    return re.sub(r"[-_]+", " ", Path(path).stem)
