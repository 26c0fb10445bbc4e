"""What a reader is told when the language model's answer is not shown."""

from __future__ import annotations

from typing import NamedTuple


class Notices(NamedTuple):
    """Notices of one language: the model failed, or nothing it wrote was supported."""

    failed: str
    unsupported: str


_NOTICES = {
    "en": Notices(
        "The language model could not answer; this is what the articles say.",
        "Nothing the language model wrote could be confirmed; this is what the articles say.",
    ),
    "fr": Notices(
        "Le modèle de langage n’a pas pu répondre ; voici ce que disent les articles.",
        "Rien de ce que le modèle de langage a écrit n’a pu être confirmé ; "
        "voici ce que disent les articles.",
    ),
    "de": Notices(
        "Das Sprachmodell konnte nicht antworten; das steht in den Artikeln.",
        "Nichts, was das Sprachmodell schrieb, ließ sich bestätigen; das steht in den Artikeln.",
    ),
    "es": Notices(
        "El modelo de lenguaje no pudo responder; esto dicen los artículos.",
        "Nada de lo que escribió el modelo de lenguaje pudo confirmarse; esto dicen los artículos.",
    ),
    "it": Notices(
        "Il modello linguistico non ha potuto rispondere; ecco che cosa dicono gli articoli.",
        "Nulla di ciò che il modello linguistico ha scritto è stato confermato; "
        "ecco che cosa dicono gli articoli.",
    ),
    "pt": Notices(
        "O modelo de linguagem não pôde responder; isto é o que dizem os artigos.",
        "Nada do que o modelo de linguagem escreveu pôde ser confirmado; "
        "isto é o que dizem os artigos.",
    ),
    "nl": Notices(
        "Het taalmodel kon niet antwoorden; dit staat in de artikelen.",
        "Niets van wat het taalmodel schreef kon worden bevestigd; dit staat in de artikelen.",
    ),
}


def notices(language: str) -> Notices:
    """The notices of a language; English where there are none."""
    return _NOTICES.get(language, _NOTICES["en"])
