"""What the page of a PDF looks like: which of its text is seen, and which stands out."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from itertools import dropwhile, takewhile
from statistics import median
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

_INVISIBLE_POINTS = 1.0
_PALE, _TRANSPARENT = 245, 8
# Of 255: text on a ground of its own colour differs by less where it is drawn.
_CONTRAST = 12
_DRAWN_MAX_PIXELS = 1_000
_MAX_OBJECTS = 100_000
_LARGER = 1.15
_TITLE_MIN_CHARS, _TITLE_MAX_CHARS = 3, 200


class _Text(NamedTuple):
    """A text object of a page."""

    address: int
    object: Any
    points: float
    is_upright: bool
    bounds: tuple[float, ...]  # left, bottom, right, top


def unseen_objects(page: Any) -> set[int]:
    """Addresses of the text objects that no reader sees: tiny, off the page, of its colour.

    Text over or under a picture is seen in the picture: such is the text of a scan.
    """
    width, height = page.get_size()
    unseen, pale, invisible = set(), [], []
    for text in _texts(page):
        left, bottom, right, top = text.bounds
        is_outside = right < 0 or top < 0 or left > width or bottom > height
        mode = pdfium.FPDFTextObj_GetTextRenderMode(text.object)
        if text.points < _INVISIBLE_POINTS or is_outside:
            unseen.add(text.address)
        elif mode == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE:
            invisible.append(text)
        elif _is_pale(text.object):
            pale.append(text)
    if pale:
        unseen |= _without_contrast(page, pale)
    if invisible:
        pictures = [picture.bounds for picture in _texts(page, pdfium.FPDF_PAGEOBJ_IMAGE)]
        unseen |= {
            text.address
            for text in invisible
            if not any(_covers(picture, text.bounds) for picture in pictures)
        }
    return unseen


def largest_line(page: Any, text_page: Any, unseen: set[int]) -> str:
    """What is printed largest on a page; empty if nothing stands out."""
    texts = [
        (round(text.points, 1), _words(text.object, text_page))
        for text in _texts(page)
        if text.is_upright and text.address not in unseen
    ]
    sizes = [size for size, words in texts for _ in words.strip()]
    if not sizes or max(sizes) < median(sizes) * _LARGER:
        return ""
    largest = max(sizes)
    # As far as it goes without smaller print: a heading further down is another one.
    rest = dropwhile(lambda text: text[0] != largest, texts)
    title = takewhile(lambda text: text[0] == largest or not text[1].strip(), rest)
    words = " ".join(" ".join(words for _, words in title).split())
    return words if _TITLE_MIN_CHARS <= len(words) <= _TITLE_MAX_CHARS else ""


def _texts(page: Any, kind: int = pdfium.FPDF_PAGEOBJ_TEXT) -> Iterator[_Text]:
    """The text objects of a page, or those of another kind, those in its forms included."""
    size, matrix = ctypes.c_float(), pdfium.FS_MATRIX()
    edges = [ctypes.c_float() for _ in range(4)]
    for found in _objects(page):
        if pdfium.FPDFPageObj_GetType(found) == kind:
            pdfium.FPDFTextObj_GetFontSize(found, size)
            pdfium.FPDFPageObj_GetMatrix(found, matrix)
            pdfium.FPDFPageObj_GetBounds(found, *edges)
            points = abs(size.value) * math.hypot(matrix.c, matrix.d)
            is_upright = abs(matrix.b) <= abs(matrix.a)
            bounds = tuple(edge.value for edge in edges)
            yield _Text(ctypes.addressof(found.contents), found, points, is_upright, bounds)


def _objects(page: Any) -> Iterator[Any]:
    """What is on a page. Without the wrappers of the library, which take most of the time."""
    for number in range(min(pdfium.FPDFPage_CountObjects(page), _MAX_OBJECTS)):
        found = pdfium.FPDFPage_GetObject(page, number)
        yield found
        if pdfium.FPDFPageObj_GetType(found) == pdfium.FPDF_PAGEOBJ_FORM:
            for inner in range(min(pdfium.FPDFFormObj_CountObjects(found), _MAX_OBJECTS)):
                yield pdfium.FPDFFormObj_GetObject(found, inner)


def _words(text: Any, text_page: Any) -> str:
    size = pdfium.FPDFTextObj_GetText(text, text_page, None, 0)
    buffer = ctypes.create_string_buffer(size)
    units = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
    pdfium.FPDFTextObj_GetText(text, text_page, units, size)
    return buffer.raw[: max(0, size - 2)].decode("utf-16-le", "replace")


def _covers(outer: tuple[float, ...], inner: tuple[float, ...]) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]


def _is_pale(text: Any) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not pdfium.FPDFPageObj_GetFillColor(text, red, green, blue, alpha):
        return False
    return min(red.value, green.value, blue.value) >= _PALE or alpha.value <= _TRANSPARENT


def _without_contrast(page: Any, texts: list[_Text]) -> set[int]:
    """Those of the texts that do not differ from what is around them when the page is drawn."""
    width, height = page.get_size()
    scale = min(2.0, _DRAWN_MAX_PIXELS / max(width, height, 1.0))
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
    try:
        pixels = bytes(bitmap.buffer)
        return {
            text.address
            for text in texts
            if _contrast(bitmap, pixels, text.bounds, scale) < _CONTRAST
        }
    finally:
        bitmap.close()


def _contrast(bitmap: Any, pixels: bytes, bounds: tuple[float, ...], scale: float) -> int:
    """How much the brightness differs within the bounds of a text, 0 to 255."""
    width, height, stride = bitmap.width, bitmap.height, bitmap.stride
    left, right = (min(max(round(x * scale), 0), width) for x in (bounds[0] - 1, bounds[2] + 1))
    top, bottom = (
        min(max(round(height - y * scale), 0), height) for y in (bounds[3] + 1, bounds[1] - 1)
    )
    rows = (pixels[y * stride + left : y * stride + right] for y in range(top, bottom))
    joined = b"".join(rows)
    return max(joined) - min(joined) if joined else 0
