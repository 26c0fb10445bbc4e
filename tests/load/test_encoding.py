"""Encodings: the right one, or none."""

from __future__ import annotations

import pytest

from rag.errors import LoadError
from rag.load.encoding import decode

TEXTS = {
    "fr": "L’été dernier, la cour a coûté cher à Besançon, où l’on fêtait déjà Noël. " * 5,
    "de": "Die Brücke über den Fluß wurde für große Lastwagen geöffnet, heißt es. " * 5,
    "ru": "Мост через реку снова открыт для движения, сообщает газета. " * 5,
    "el": "Η γέφυρα άνοιξε ξανά τη Δευτέρα, μετά από έναν χρόνο εργασιών. " * 5,
    "pl": "Most został ponownie otwarty w poniedziałek, po roku remontów; źródło: gazeta. " * 5,
    "ja": "橋は月曜日に再び開通した。一年間の工事であった。" * 5,
    "zh": "大桥星期一重新开放，工程历时一年。报纸报道。" * 5,
    "ko": "다리가 월요일에 다시 열렸다. 공사는 일 년이 걸렸다. " * 5,
    "ar": "أعيد فتح الجسر يوم الاثنين بعد عام من الأشغال. " * 5,
}


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        *[(language, name) for language in TEXTS for name in ("utf-8", "utf-8-sig", "utf-16")],
        *[("fr", name) for name in ("utf-32", "utf-16-le", "utf-16-be", "cp1252")],
        *[
            ("de", "latin-1"),
            ("de", "cp1252"),
            ("ru", "cp1251"),
            ("ru", "koi8_r"),
            ("el", "cp1253"),
        ],
        *[("pl", "cp1250"), ("ja", "shift_jis"), ("ja", "euc_jp"), ("ja", "iso2022_jp")],
        *[("zh", "gb18030"), ("ko", "euc_kr"), ("ar", "cp1256")],
    ],
)
def test_a_text_is_read_in_the_encoding_that_it_is_in(language: str, encoding: str) -> None:
    text = TEXTS[language].replace("’", "'") if encoding == "latin-1" else TEXTS[language]
    assert decode(text.encode(encoding), "a.txt") == text


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="windows-1251">', "cp1251"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=gb2312">', "gb18030"),
        ('<?xml version="1.0" encoding="iso-8859-2"?>', "iso8859-2"),
    ],
)
def test_a_page_is_read_as_it_declares_itself(head: str, encoding: str) -> None:
    text = {"cp1251": "Мост", "gb18030": "大桥", "iso8859-2": "Źródło"}[encoding]
    assert decode(f"{head}{text}".encode(encoding), "a.html") == f"{head}{text}"


def test_a_false_declaration_does_not_make_mojibake() -> None:
    page = '<meta charset="iso-8859-1">L’été'
    assert decode(page.encode(), "a.html") == page


def test_broken_characters_in_utf8_are_seen_to_be_broken() -> None:
    data = TEXTS["fr"].encode() + b"\xe9 fin"
    assert decode(data, "a.txt").endswith("� fin")


@pytest.mark.parametrize("data", [b"abc\0\0\0def", bytes(range(256)), b"\x81\x8d\x8f\x90\x9d" * 40])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(LoadError):
        decode(data, "a.txt")
