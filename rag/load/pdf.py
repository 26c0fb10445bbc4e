"""PDF -> one document with a map of its pages.

PDFium reads a page some fifteen times as fast as a library in Python and knows more of
the encodings of Asian fonts. What it makes of a hostile file ends with its process.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import regex

from rag.errors import LoadError
from rag.load.article import file_article
from rag.load.body import BodyBuilder
from rag.load.pdf_page import largest_line, unseen_objects
from rag.load.source import Source
from rag.plural import counted
from rag.types import Document, Failure

_LINE_END = re.compile(r"\r\n?|\n")
# PDFium marks the hyphens at which a word was divided. Its rest is put before the line end: a
# line of double length would not look like one of this page.
_DIVIDED = regex.compile(
    r"(?<=\p{L})(?:[\ufffe\x02]\n?|\u00ad\n|(?<=\p{Ll})-\n(?=\p{Ll}))"
    r"([^\s\ufffe\x02\u00ad]*)[^\S\n]*\n?"
)
_SOFT_HYPHEN = regex.compile(r"(?<=\p{L})\u00ad")
_DATE = re.compile(r"(?:D:)?(\d{4})(\d{2})(\d{2})")
_NO_TITLE = re.compile(
    r"(?:untitled|document)[\s_-]?\d*$|microsoft word\b"
    r"|.*\.(?:docx?|pdf|odt|tex|indd|dvi|qxd|rtf)\b",
    re.IGNORECASE,
)


def read_pdf(source: Source) -> Iterator[Document | Failure]:
    """Yields a PDF; text that no reader sees on its pages is left out."""
    try:
        pdf = pypdfium2.PdfDocument(source.data)
    except pypdfium2.PdfiumError as error:
        raise LoadError(source.id, _reason(error)) from error
    builder, title = BodyBuilder(), ""
    try:
        for number in range(len(pdf)):
            words, largest = _page(pdf, number, builder)
            title = title or largest
            builder.mark("page", str(number + 1))
            builder.add(words)
        said, pages = pdf.get_metadata_dict(), len(pdf)
    finally:
        pdf.close()
    body = builder.body()
    if not body.text:
        raise LoadError(
            source.id, f"{counted(pages, 'page')} without text: pictures of pages, perhaps"
        )
    yield file_article(source, body, _metadata(said, title))


def _page(pdf: Any, number: int, builder: BodyBuilder) -> tuple[str, str]:
    """The text of a page; of the first one also what is printed largest."""
    page = pdf[number]
    text_page = page.get_textpage()
    try:
        unseen = unseen_objects(page)
        largest = largest_line(page, text_page, unseen) if number == 0 else ""
        words, hidden = _without(text_page, unseen) if unseen else (text_page.get_text_range(), 0)
    finally:
        text_page.close()
        page.close()
    builder.hidden += hidden
    whole = _DIVIDED.sub(r"\1\n", _LINE_END.sub("\n", words))
    return _SOFT_HYPHEN.sub("", whole), largest


def _reason(error: Exception) -> str:
    return (
        "encrypted; save it without a password"
        if "assword" in str(error)
        else f"damaged: {' '.join(str(error).split())}"
    )


def _without(text_page: Any, unseen: set[int]) -> tuple[str, int]:
    """The text of a page without that of some objects, and how many characters those have."""
    units, hidden = [], 0
    for index in range(text_page.count_chars()):
        owner = pdfium.FPDFText_GetTextObject(text_page, index)
        if owner and ctypes.addressof(owner.contents) in unseen:
            hidden += 1
        else:
            units.append(pdfium.FPDFText_GetUnicode(text_page, index))
    joined = "".join(map(chr, units)).encode("utf-16-le", "surrogatepass")
    return joined.decode("utf-16-le", "replace"), hidden


def _metadata(said: dict[str, str], largest: str) -> dict[str, Any]:
    title = " ".join(said.get("Title", "").split())
    made = _DATE.match(said.get("CreationDate", "") or said.get("ModDate", ""))
    return {
        "title": title if title and not _NO_TITLE.match(title) else largest,
        "authors": said.get("Author"),
        "date": "-".join(made.groups()) if made else None,
        "date_certainty": "inferred",
    }
