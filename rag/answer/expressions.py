"""Expressions in a text that could answer: names, dates and numbers, by their form alone."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from rag.answer.question import Kind
from rag.types import Span

_MONTHS = """
    january february march april may june july august september october november december
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    januar februar märz juni juli oktober dezember enero febrero marzo abril mayo junio julio
    agosto septiembre octubre noviembre diciembre gennaio febbraio aprile maggio giugno luglio
    settembre ottobre dicembre janeiro fevereiro março maio junho julho setembro outubro
    novembro dezembro januari februari maart mei augustus
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря
    يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"""
_DAYS = """
    monday tuesday wednesday thursday friday saturday sunday lundi mardi mercredi jeudi vendredi
    samedi dimanche montag dienstag mittwoch donnerstag freitag samstag sonntag lunes martes
    miércoles jueves viernes sábado domingo lunedì martedì mercoledì giovedì venerdì sabato
    domenica segunda-feira terça-feira quarta-feira quinta-feira sexta-feira maandag dinsdag
    woensdag donderdag vrijdag zaterdag zondag понедельник вторник среду четверг пятницу субботу
    воскресенье الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد"""
_NUMBER_WORDS = """
    two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred
    thousand million millions billion half dozen deux trois quatre cinq sept huit neuf dix onze
    douze treize quatorze quinze seize vingt trente quarante cinquante soixante cent cents mille
    milliard milliards moitié douzaine dizaine centaine zwei drei vier fünf sechs sieben acht neun
    zehn elf zwölf zwanzig dreißig vierzig fünfzig hundert tausend millionen milliarden hälfte
    dos cuatro cinco seis siete ocho nueve diez once doce veinte treinta cuarenta cincuenta cien
    mil millones mitad due tre quattro cinque sei sette otto nove dieci venti trenta cento
    mila milioni miliardi dois duas três quatro sete oito dez vinte trinta milhões twee drie vier
    vijf zes zeven acht negen tien twintig dertig honderd duizend miljoen miljard
    два две три четыре пять шесть семь восемь девять десять двадцать тридцать сто тысяч миллион
    миллионов"""


def _any(words: str) -> str:
    """An alternation of the words, the longer first."""
    return "|".join(sorted(set(words.split()), key=lambda word: -len(word)))


_FIGURE = r"\d+(?:[.,\u00a0\u202f ]\d{3})*(?:[.,]\d+)?"
_YEAR = r"(?:1[0-9]|20)\d{2}(?!\d)"
_MONTH = rf"(?:{_any(_MONTHS)})"
_TIME = regex.compile(
    rf"""(?<![\p{{L}}\p{{N}}])(?:
      (?:(?:{_any(_DAYS)}),?\s+)?(?:(?:le|the|der|am|el|il)\s+)?
      \d{{1,2}}(?:er|st|nd|rd|th|\.|º)?\s+(?:of\s+|de\s+)?{_MONTH}(?:,?\s+(?:de\s+|del\s+)?{_YEAR})?
    | {_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+{_YEAR})?(?!\d)
    | {_MONTH}\s+(?:de\s+)?{_YEAR}
    | (?:\d{{1,2}}[./-]\d{{1,2}}[./-])?{_YEAR}(?:[-–]\d{{2,4}}|s)?
    | \d{{4}}-\d{{2}}-\d{{2}}
    | [IVX]{{1,5}}\s?(?:e|ème|th|º)\s+(?:siècle|century)
    | \d{{1,2}}(?:th|st|nd|rd|e|\.)\s+(?:century|siècle|Jahrhundert)
    | \d{{1,2}}\s?(?:h|:)\s?\d{{2}}
    | (?:{_any(_DAYS)})
    | {_MONTH}
    )(?![\p{{L}}\p{{N}}])""",
    regex.VERBOSE | regex.IGNORECASE,
)
_NUMBER = regex.compile(
    rf"""(?<![\p{{L}}\p{{N}}])(?:{_FIGURE}|(?:{_any(_NUMBER_WORDS)}))
      (?:[\s-](?:{_FIGURE}|(?:{_any(_NUMBER_WORDS)}))(?![\p{{L}}\p{{N}}]))*
      (?:\s?(?:%|‰|€|\$|£))?(?![\p{{L}}\p{{N}}])""",
    regex.VERBOSE | regex.IGNORECASE,
)
_PARTICLES = (
    "de|du|des|d’|d'|von|van|der|den|of|del|della|di|da|dos|las|los|la|le|el|al|ben|bin|ibn|y|e"
)
_CAPITAL = r"\p{Lu}(?:[\p{L}\p{M}\p{N}’'\-‑]|\.(?=\p{Lu}|\s\p{Lu}))*"
_NAME = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}]){_CAPITAL}(?:\s+(?:(?:{_PARTICLES})\s*){{0,2}}{_CAPITAL})*"
)
_CASELESS = regex.compile(
    r"[\p{Arabic}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Hebrew}\p{Thai}]"
)


def expressions(text: str, kind: Kind) -> list[Span]:
    """Where expressions of a kind stand in a sentence, in order; none for `OTHER`.

    The first word of a sentence has a capital anyway and counts as a name only where
    another capitalised word follows it.
    """
    match kind:
        case Kind.TIME:
            found = _TIME
        case Kind.NUMBER:
            found = _NUMBER
        case Kind.PERSON | Kind.PLACE:
            return [] if _CASELESS.search(text) else list(_names(text))
        case _:
            return []
    return [Span(*match.span()) for match in found.finditer(text)]


def _names(text: str) -> Iterator[Span]:
    opening = regex.match(r"[^\p{L}\p{N}]*", text)
    first = opening.end() if opening else 0
    for match in _NAME.finditer(text):
        if match.start() > first or " " in match[0]:
            yield Span(*match.span())
