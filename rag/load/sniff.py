"""What kind of file some bytes are: told by their content; the name decides between texts."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import PurePosixPath

from rag.errors import LoadError

#: What a damaged archive raises; what a wrong password and an unknown method raise are
#: RuntimeErrors.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
#: Enough of a file to tell what it is.
HEAD_BYTES = 8_192
_LONGEST_CHARACTER = 4

_PLAIN_BY_SUFFIX = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".rst": "rst",
    ".rest": "rst",
    ".adoc": "asciidoc",
    ".asciidoc": "asciidoc",
    ".asc": "asciidoc",
    ".srt": "subtitles",
    ".vtt": "subtitles",
}
_OTHER_BY_SUFFIX = {
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".eml": "mail",
    ".mht": "mail",
    ".mhtml": "mail",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".xml": "xml",
    ".rss": "xml",
    ".atom": "xml",
    ".rdf": "xml",
}
#: Texts that may be read without a process of their own.
PLAIN = frozenset(_PLAIN_BY_SUFFIX.values())
#: The kind of pictures, programs and the like.
NOTHING = "nothing"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_NOT_ARTICLES = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"BM": "a bitmap image",
    b"II*\0": "a TIFF image",
    b"MM\0*": "a TIFF image",
    b"OggS": "a sound or film",
    b"ID3": "a sound",
    b"fLaC": "a sound",
    b"RIFF": "a sound or film",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"SQLite format 3\0": "a database",
    b"Rar!": "a RAR archive; unpack it",
    b"7z\xbc\xaf": "a 7z archive; unpack it",
    b"BZh": "a bzip2 archive; unpack it",
    b"\xfd7zXZ": "an xz archive; unpack it",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive; unpack it",
    b"%!PS": "PostScript; make it a PDF",
    b"wOFF": "a font",
    b"wOF2": "a font",
    b"\0\1\0\0": "a font",
    b"OTTO": "a font",
    b"\xca\xfe\xba\xbe": "a program",
    b"\0asm": "a program",
    b"\x1aE\xdf\xa3": "a film",
}
_CODE = frozenset(
    (
        *(".css", ".scss", ".less", ".js", ".mjs", ".ts", ".jsx", ".tsx", ".vue", ".map", ".svg"),
        *(".py", ".c", ".h", ".cpp", ".hpp", ".java", ".go", ".rs", ".rb", ".php", ".pl", ".lua"),
        *(".sh", ".bat", ".ps1", ".sql", ".ini", ".cfg", ".toml", ".yaml", ".yml", ".lock"),
        ".ipynb",
    )
)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|div|p|h1|table|article|section|span|a|ul)\b",
    re.IGNORECASE,
)
_FEED = re.compile(rb"<(?:\w+:)?(?:rss|feed|RDF)\b")
_HTML_ROOT = re.compile(rb"<html\b|<!doctype\s+html", re.IGNORECASE)
_MAIL = re.compile(
    rb"(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?"
    rb"(?:from|received|message-id|mime-version|return-path|delivered-to|subject):",
    re.IGNORECASE,
)
_HEADER = re.compile(rb"^(from|to|date|subject|received|message-id|mime-version):", re.I | re.M)
_MEMBERS = {
    "word/document.xml": "docx",
    "ppt/presentation.xml": "pptx",
    "xl/workbook.xml": "xlsx",
    "xl/workbook.bin": "xlsb",
    "META-INF/container.xml": "epub",
}
_MIMETYPES = {
    b"application/epub+zip": "epub",
    b"application/vnd.oasis.opendocument.text": "odf",
    b"application/vnd.oasis.opendocument.presentation": "odf",
    b"application/vnd.oasis.opendocument.spreadsheet": "odf",
}


def kind_of(name: str, data: bytes, path: str) -> str:
    """The kind of a file, one of those that there is a reader for.

    Args:
        name: Its file name.
        data: At least `HEAD_BYTES` of it; all of it for what is packed.

    Raises:
        LoadError: It is something else; the reason says what.
    """
    head = data[:HEAD_BYTES]
    kind = _marked_kind(head)
    if kind == "zip":
        return _packed_kind(data, path)
    return kind or _text_kind(name, head, path)


def plain_kind(name: str, head: bytes, path: str) -> str | None:
    """The kind of what may be read in any process: of a text, or `nothing` of what is no article.

    None for all else.
    """
    if _marked_kind(head):
        return None
    try:
        kind = _text_kind(name, head, path)
    except LoadError:
        return NOTHING
    return kind if kind in PLAIN else None


def _marked_kind(head: bytes) -> str | None:
    """The kind of a file that says itself what it is."""
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(_ZIP):
        return "zip"
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(_OLE):
        return "ole"
    return "rtf" if head.lstrip().startswith(b"{\\rtf") else None


def _text_kind(name: str, head: bytes, path: str) -> str:
    """The kind of a text by what it begins with, then by its name."""
    for signature, what in _NOT_ARTICLES.items():
        if head.startswith(signature) and not (signature in (b"BM", b"MZ") and _is_text(head)):
            raise LoadError(path, what if ";" in what else f"{what}, not an article")
    suffix = PurePosixPath(name).suffix.lower()
    begin = _without_bom(head).lstrip()
    if _HTML_ROOT.match(begin):
        return "html"
    if begin.startswith(b"<?xml") or (suffix in (".xml", ".rss", ".atom", ".rdf")):
        return "feed" if _FEED.search(begin) else "html" if _HTML_ROOT.search(begin) else "xml"
    if _FEED.match(begin):
        return "feed"
    if named := _PLAIN_BY_SUFFIX.get(suffix) or _OTHER_BY_SUFFIX.get(suffix):
        return named
    if suffix in _CODE:
        raise LoadError(path, f"a program or settings ({suffix}), not an article")
    if _HTML.match(begin):
        return "html"
    if _MAIL.match(begin) and len(set(_HEADER.findall(begin.lower()))) > 1:
        return "mail"
    if begin[:1] in (b"{", b"["):
        return "jsonl" if re.match(rb"\{[^\n]*\}\s*\n\s*\{", begin) else "json"
    if not _is_utf8(head):
        raise LoadError(path, "binary data of no kind that is known; a text is named .txt")
    return "text"


def _packed_kind(data: bytes, path: str) -> str:
    """What a ZIP archive is: many formats are archives of their parts."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist()[:100_000])
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                kind = _MIMETYPES.get(archive.read("mimetype").strip())
                if kind:
                    return kind
    except BROKEN as error:
        raise LoadError(path, f"a damaged archive: {error}") from error
    return next((kind for member, kind in _MEMBERS.items() if member in names), "zip")


def _without_bom(head: bytes) -> bytes:
    """ASCII as bytes: a text in two- or four-byte units loses their zeros."""
    if head.startswith(_WIDE_BOMS):
        return head.strip(b"\xff\xfe\0").replace(b"\0", b"")
    return head.removeprefix(b"\xef\xbb\xbf")


def _is_utf8(head: bytes) -> bool:
    """Whether it is Unicode for sure: what has no name of a text must not be taken for one."""
    if not _is_text(head):
        return False
    try:
        _without_bom(head).decode()
    except UnicodeDecodeError as error:
        return error.start > len(head) - _LONGEST_CHARACTER and error.end == len(head)
    return True


def _is_text(head: bytes) -> bool:
    """Whether there are no bytes that no text has."""
    if head.startswith(_WIDE_BOMS):
        return True
    return b"\0" not in head and sum(byte < 9 for byte in head) * 50 <= len(head)
