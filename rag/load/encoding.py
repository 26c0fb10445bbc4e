"""Bytes -> text, in the encoding that they are in; never a wrong one in silence."""

from __future__ import annotations

import codecs
import re

from rag.errors import LoadError

# UTF-32 first: its mark begins with that of UTF-16.
_BOMS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
# Browsers read these names as their supersets, and so do the pages that bear them.
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "tis-620": "cp874",
    "iso8859-11": "cp874",
    "big5": "big5hkscs",
}
_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{2,40})""",
    re.IGNORECASE,
)
_ESCAPED = (b"\x1b$", b"\x1b(J", b"\x1b(I")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
# As above, but for the sign that ends a DOS file, and those that no encoding for people has.
_UNWRITTEN = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f-\x9f]")
_DECLARED_WITHIN = 4_096
_DETECTED_FROM = 200_000
_WIDE_SHARE = 0.3
_TOLERATED = 20


def decode(data: bytes, path: str, declared: str | None = None) -> str:
    r"""The text of a file, with `\n` line ends.

    By its byte order mark, as UTF-8, as it declares itself, else detected. UTF-8 with a
    few broken characters is read with `�` for each.

    Args:
        declared: The encoding that its envelope names, if it has one.

    Raises:
        LoadError: It is binary, or no encoding fits.
    """
    text, _ = _decoded(data, path, declared or declared_encoding(data))
    if "\0" in text:
        raise LoadError(path, "binary data, not text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def encoding_of(data: bytes, path: str) -> str:
    """The name of the encoding in which `decode` reads a file, by its beginning.

    Raises:
        LoadError: It is binary, or no encoding fits.
    """
    _, name = _decoded(data, path, declared_encoding(data))
    return name


def declared_encoding(data: bytes) -> str | None:
    """The encoding that a page or an XML file names in its first lines."""
    match = _DECLARED.search(data[:_DECLARED_WITHIN])
    return (match[1] or match[2]).decode("ascii") if match else None


def _decoded(data: bytes, path: str, declared: str | None) -> tuple[str, str]:
    """The text, and the name of its encoding."""
    marked = next((name for bom, name in _BOMS.items() if data.startswith(bom)), None)
    if marked is not None and (text := _strictly(data, marked)) is not None:
        return text, marked
    if marked in ("utf-16", "utf-32"):
        raise LoadError(path, f"damaged: it begins as {marked.upper()} and is not")
    if b"\0" in data:
        return _wide(data, path)
    if any(escape in data for escape in _ESCAPED) and (text := _strictly(data, "iso2022_jp_ext")):
        return text, "iso2022_jp_ext"
    for known in filter(None, ("utf-8", declared)):
        if (text := _strictly(data, known)) is not None:
            return text, known
    if text := _mostly_utf8(data, path):
        return text, "utf-8"
    return _detect(data, path)


def _strictly(data: bytes, name: str) -> str | None:
    """The text if every byte is of that encoding; None if one is not, or it is unknown."""
    try:
        known = codecs.lookup(name).name
        return data.decode(_SUPERSETS.get(known, known))
    except (UnicodeDecodeError, LookupError, ValueError):
        return None


def _wide(data: bytes, path: str) -> tuple[str, str]:
    """UTF-16 without a mark: every other byte of Latin text is zero."""
    sample = data[:10_000]
    for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros, others = sample[offset::2].count(0), sample[1 - offset :: 2].count(0)
        if zeros > _WIDE_SHARE * len(sample) / 2 and not others:
            text = _strictly(data, name)
            if text is not None and not _CONTROL.search(text):
                return text, name
    raise LoadError(path, "binary data, not text")


def _mostly_utf8(data: bytes, path: str) -> str | None:
    """UTF-8 in which a character here and there is broken; None if it is something else."""
    text = data.decode("utf-8", "replace")
    broken = text.count("�")
    whole = sum(1 for character in text if character > "\x7f") - broken
    if whole > _TOLERATED * broken:
        return text
    if whole >= broken:  # in no other encoding are so many characters of UTF-8 found
        raise LoadError(path, "damaged: much of it is UTF-8, and much is not; save it as UTF-8")
    return None


def _detect(data: bytes, path: str) -> tuple[str, str]:
    from chardetng_py import detect

    name = detect(data[:_DETECTED_FROM])
    text = _strictly(data, name)
    if text is None or _UNWRITTEN.search(text):
        raise LoadError(path, "its character encoding is unknown; save it as UTF-8")
    return text, name
