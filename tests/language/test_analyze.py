"""Spellings of one thing must meet; different things must not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language import analyze

SAME = [
    ("fr", "l’école", "école"),
    ("fr", "l'école", "l’école"),
    ("fr", "qu’il s’agit d’eau", "agit eau"),
    ("fr", "aujourd’hui", "aujourd'hui"),
    ("fr", "cœur", "coeur"),
    ("fr", "Œuvre", "oeuvre"),
    ("fr", "les élections", "election"),
    ("fr", "ÉCOLE", "école"),
    ("fr", "e\u0301cole", "école"),
    ("fr", "ﬁnance", "finance"),
    ("fr", "84 000 tonnes", "84000 tonnes"),
    ("fr", "84\u202f000 tonnes", "84\u00a0000 tonne"),
    ("fr", "2,5", "2.5"),
    ("fr", "aéro\u00adport", "aéroport"),
    ("en", "84,000", "84000"),
    ("en", "the Bridges", "bridge"),
    ("en", "don’t", "don't"),
    ("en", "e‑mail", "e-mail"),
    ("de", "der Straße", "Strasse"),
    ("de", "900.000 Euro", "900000 euro"),
    ("de", "Häuser", "häuser"),
    ("es", "¿Cuándo es la sesión?", "sesion"),
    ("ar", "كِتَاب", "كتاب"),
    ("ar", "مــرحبا", "مرحبا"),
    ("el", "ΟΔΟΣ", "οδος"),
    ("ru", "Ёлка", "елка"),
    ("ja", "ＡＢＣ", "abc"),
    ("tr", "İzmir", "i\u0307zmir"),
]


@pytest.mark.parametrize(("language", "one", "other"), SAME)
def test_spellings_of_one_thing(language: str, one: str, other: str) -> None:
    assert analyze(one, language) == analyze(other, language) != []


@pytest.mark.parametrize(
    ("language", "text", "terms"),
    [
        ("en", "co-chaired", {"co", "chair", "cochair"}),
        ("fr", "co-présidé", {"co", "copresid"}),
        ("fr", "Jean-Macé", {"jean", "mac", "jeanmac"}),
        ("en", "B-52", {"b", "52", "b52"}),
        ("en", "2024-06-20", {"2024", "06", "20"}),
        ("ja", "堤防を越えた", {"堤防", "防を", "を越"}),
        ("zh", "港", {"港"}),
        ("ja", "NATO事務総長", {"nato", "事務", "務総", "総長"}),
        ("ja", "2024年6月3日に", {"2024", "年", "6", "月", "3", "日に"}),
        ("ja", "コーヒー", {"コー", "ーヒ", "ヒー"}),
        ("th", "45บาท", {"45", "บา", "าท"}),
    ],
)
def test_terms_it_is_found_by(language: str, text: str, terms: set[str]) -> None:
    assert terms <= set(analyze(text, language))


def test_coprésidée_is_found_by_co_présidé() -> None:
    asked = set(analyze("Qui a co-présidé la session ?", "fr"))
    written = set(analyze("La session a été coprésidée par M. X", "fr"))
    assert {"copresid", "session"} <= asked & written


def test_numbers_stay_apart() -> None:
    assert len({*analyze("2.5 25 2500 2 5", "en")}) == 5


@pytest.mark.parametrize("language", ["en", "fr", "de", "es", "it", "pt", "nl"])
def test_function_words_find_nothing(language: str) -> None:
    words = {
        "en": "Where is the",
        "fr": "Où est la",
        "de": "Wo ist die",
        "es": "¿Dónde está la",
        "it": "Dove è la",
        "pt": "Onde é a",
        "nl": "Waar is de",
    }
    assert analyze(words[language], language) == []


def test_a_language_without_a_stemmer_keeps_its_words() -> None:
    assert analyze("Mito mikubwa", "sw") == ["mito", "mikubwa"]
    assert analyze("things", "und") == ["things"]


@given(st.text(), st.sampled_from(["en", "fr", "ar", "hi", "ja", "el", "tr", "und"]))
def test_any_text_has_terms_without_space_and_the_same_each_time(text: str, language: str) -> None:
    terms = analyze(text, language)
    assert terms == analyze(text, language)
    assert all(term and not any(map(str.isspace, term)) for term in terms)
