"""Units and currencies beside numbers."""

import pytest

from rag.language.numbers import numbers
from rag.language.units import clash


def units(text: str, language: str) -> frozenset[str]:
    (number,) = numbers(text, language)
    return number.units


@pytest.mark.parametrize(
    ("text", "language", "unit"),
    [
        ("5 metres", "en", "length-meter"),
        ("5 km²", "en", "area-square-kilometer"),
        ("5 m2", "fr", "area-square-meter"),
        ("5 km/h", "en", "speed-kilometer-per-hour"),
        ("nach 12 Monaten", "de", "duration-month"),
        ("12 années", "fr", "duration-year"),
        ("12주간", "ko", "duration-week"),
        ("12周后", "zh", "duration-week"),
        ("5kmの", "ja", "length-kilometer"),
        ("20 de kilometri", "ro", "length-kilometer"),
        ("20 °C", "en", "temperature-celsius"),
        ("CA$5 million", "en", "currency-CAD"),
        ("5 Schweizer Franken", "de", "currency-CHF"),
        ("kr 500", "no", "currency-NOK"),
        ("5 zł", "pl", "currency-PLN"),
        ("5 złotych", "pl", "currency-PLN"),
        ("300万美元", "zh", "currency-USD"),
        ("300만 달러를", "ko", "currency-USD"),
        ("5 долларов", "ru", "currency-USD"),
    ],
)
def test_a_unit_is_known_by_what_it_is_called(text: str, language: str, unit: str) -> None:
    assert unit in units(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("12 men", "en"),
        ("12 in Paris", "en"),
        ("in 2012. Years later", "en"),
        ("5 kilometers/x", "en"),
        ("5 km", "xx"),
        ("12 May", "en"),
    ],
)
def test_what_is_no_unit_is_none(text: str, language: str) -> None:
    assert not units(text, language)


@pytest.mark.parametrize(
    ("one", "other", "is_clash"),
    [
        (("5 pounds", "en"), ("£5", "en"), False),
        (("5 pounds", "en"), ("5 kg", "en"), True),
        (("5 pounds", "en"), ("5 €", "en"), True),
        (("$5", "en"), ("5 pesos", "es"), False),
        (("US$5", "en"), ("5 Canadian dollars", "en"), True),
        (("5 долларов", "ru"), ("5 долларов США", "ru"), False),
        (("5 weeks", "en"), ("5 km", "en"), False),
        (("5 people", "en"), ("5 km", "en"), False),
        (("5 tons", "en"), ("5 Tonnen", "de"), False),
    ],
)
def test_units_clash_that_cannot_be_the_same(
    one: tuple[str, str], other: tuple[str, str], is_clash: bool
) -> None:
    assert clash(units(*one), units(*other)) == is_clash


def test_a_sign_belongs_to_the_number_that_it_stands_behind() -> None:
    price, weeks = numbers("for 10 € 12 weeks", "en")
    assert price.units == {"currency-EUR"}
    assert weeks.units == {"duration-week"}
