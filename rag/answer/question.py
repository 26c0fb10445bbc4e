"""What a question asks for, told by its question words."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

import regex


class Kind(StrEnum):
    """What kind of thing answers a question."""

    PERSON = "person"
    PLACE = "place"
    TIME = "time"
    NUMBER = "number"
    OTHER = "other"


# Accents are left out, as people leave them out. Longer phrases are looked for first: the
# kind of "what year" is not that of "what".
_PHRASES: dict[Kind, str] = {
    Kind.PERSON: """who|whom|whose
        qui|quel auteur|quelle personne|quel ministre|quel president
        wer|wem|wen|wessen
        quien|quienes
        chi|chi e
        quem
        wie was|wie is|wie zijn|wie waren|wie heeft|wie werd
        кто|кого|кому|кем|чей
        من هو|من هي|من الذي|من
        谁|誰|kto|kdo|kim""",
    Kind.PLACE: """where|in which city|in what city|which country|what country|in which country
        ou|dans quelle ville|dans quel pays|quelle ville|quel pays|d ou|en quel lieu
        wo|woher|wohin|in welcher stadt|in welchem land
        donde|adonde|de donde|en que ciudad|en que pais
        dove|in quale citta|in quale paese
        onde|aonde|em que cidade|em que pais
        waar|in welke stad|in welk land
        где|куда|откуда|в каком городе|в какой стране
        اين|في اي مدينة|في اي بلد
        哪里|哪裡|在哪|どこ|gdzie|nerede""",
    Kind.TIME: """when|what year|which year|what date|what day|what month|what time|which century
        what century|how long ago|since when
        quand|quelle annee|quelle date|quel jour|quel mois|quelle heure|quel siecle|depuis quand
        quelle epoque
        wann|welchem jahr|welches jahr|welchem tag|welchem monat|seit wann|welchem jahrhundert
        cuando|que ano|que fecha|que dia|que mes|que siglo|desde cuando
        quando|che anno|quale anno|che data|quale data|che giorno|che secolo|da quando
        que ano|que data|que dia|que mes|que seculo|desde quando|em que ano
        wanneer|welk jaar|welke datum|welke dag|welke maand|sinds wanneer
        когда|каком году|какого числа|какой год|каком веке|с каких пор
        متى|اي عام|اي سنة|اي تاريخ|اي يوم
        什么时候|何时|哪年|哪一年|いつ|kiedy|ne zaman""",
    Kind.NUMBER: """how many|how much|how old|how long|how tall|how high|how far|how often|how big
        how large|what percentage|what percent|what number|what amount|what proportion
        combien|quel nombre|quel age|quel pourcentage|quelle proportion|quel montant|quelle somme
        quelle distance|quelle superficie|quelle hauteur|quelle taille|quelle duree
        wie viel|wie viele|wieviel|wieviele|wie alt|wie lange|wie hoch|wie gross|wie weit|wie oft
        welcher prozentsatz|wie gross|welche anzahl
        cuanto|cuanta|cuantos|cuantas|que porcentaje|que edad|que numero|que cantidad
        quanto|quanta|quanti|quante|che percentuale|quale percentuale|che numero|che eta
        quantos|quantas|que percentagem|que porcentagem|qual a idade
        hoeveel|hoe oud|hoe lang|hoe hoog|hoe groot|hoe ver|hoe vaak|welk percentage
        сколько|какой процент|какова численность
        كم|ما عدد|ما نسبة
        多少|几个|いくつ|いくら|ile|kac""",
}


def _pattern() -> regex.Pattern[str]:
    groups = []
    for kind, phrases in _PHRASES.items():
        words = sorted(regex.split(r"\||\n\s*", phrases), key=lambda phrase: -len(phrase))
        groups.append(f"(?P<{kind.name}>{'|'.join(map(regex.escape, words))})")
    # Scripts without spaces have no word edges to look for.
    edge = r"(?<![\p{L}\p{N}--[\p{Han}\p{Hiragana}\p{Katakana}]])"
    end = r"(?![\p{L}\p{N}--[\p{Han}\p{Hiragana}\p{Katakana}]])"
    return regex.compile(f"{edge}(?:{'|'.join(groups)}){end}", regex.V1)


_QUESTION_WORD = _pattern()


def question_kind(question: str) -> Kind:
    """The kind of thing asked for, by the first question word; `OTHER` if none is known."""
    match = _QUESTION_WORD.search(plain(question))
    return Kind[match.lastgroup] if match and match.lastgroup else Kind.OTHER


def plain(text: str) -> str:
    """Lower case without accents; an apostrophe is a space."""
    bare = regex.sub(r"\p{M}+", "", unicodedata.normalize("NFD", text.casefold()))
    return str(bare).replace("’", " ").replace("'", " ")
