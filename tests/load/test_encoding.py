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


SHORT = {
    "cs": "Příliš krátký most přes řeku byl v pondělí znovu otevřen, píší noviny.",
    "pl": "Most został ponownie otwarty w poniedziałek, po roku remontów.",
    "hu": "A hidat hétfőn újra megnyitották, a felújítás egy évig tartott, írja az újság.",
    "ro": "Podul a fost redeschis luni, după un an de lucrări, şi circulaţia s-a reluat.",
    "tr": "Köprü pazartesi günü yeniden açıldı; çalışmalar bir yıl sürmüştü, diyor gazete.",
    "he": "הגשר נפתח מחדש ביום שני, אחרי שנה של עבודות.",
    "lv": "Tilts pirmdien atkal tika atvērts pēc gadu ilgiem remontdarbiem, raksta avīze.",
    "th": "สะพานเปิดอีกครั้งเมื่อวันจันทร์ หลังปิดซ่อมหนึ่งปี",
    "uk": "Міст через річку знову відкрито для руху, повідомляє газета, її редактор ґречний.",
    "ru": "Мост через реку снова открыт для движения.",
    "fr": "L'été dernier, le maire a payé 12 € pour la clé de l'école fermée.",
    "de": "Die Brücke über den Fluß wurde für große Lastwagen geöffnet.",
    "ca": "El pont s'ha reobert dilluns després d'un any d'obres, amb una gran festa a la plaça.",
    "sq": "Ura u rihap të hënën pas një viti punimesh, shkruan gazeta e qytetit.",
}


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        *[("cs", "cp1250"), ("pl", "iso8859-2"), ("hu", "cp1250"), ("ro", "cp1250")],
        *[("tr", "cp1254"), ("tr", "iso8859-9")],
        *[("he", "cp1255"), ("lv", "cp1257"), ("th", "cp874"), ("uk", "koi8_u")],
        *[("ru", name) for name in ("cp1251", "koi8_r", "cp866", "iso8859-5")],
        *[("fr", "cp1252"), ("de", "cp1252"), ("ca", "cp1252"), ("sq", "cp1252")],
    ],
)
def test_a_sentence_is_enough_to_tell_its_encoding(language: str, encoding: str) -> None:
    assert decode(SHORT[language].encode(encoding), "a.txt") == SHORT[language]


def test_a_text_that_begins_like_a_picture_is_read() -> None:
    text = "BMW öffnet am Montag das Werk in München, heißt es."
    assert decode(text.encode("cp1252"), "a.txt") == text


@pytest.mark.parametrize("broken", [b"\xc3", b"\xff", b"\xe9 "])
def test_short_utf8_with_a_broken_end_is_not_read_as_something_else(broken: bytes) -> None:
    with pytest.raises(LoadError, match="UTF-8"):
        decode(SHORT["cs"].encode() + broken, "a.txt")


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


@pytest.mark.parametrize(
    "data", [b"abc\0\0\0def", bytes(range(256)), bytes(range(255, 0, -1)), b"caf\xe9 \x81\x8d" * 40]
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(LoadError):
        decode(data, "a.txt")
