"""The few words around quotes, in the language of the question."""

from __future__ import annotations

from typing import NamedTuple


class Phrases(NamedTuple):
    """Framing words of one language.

    Attributes:
        quote: Pattern of a quotation with `{}` for the words quoted.
        declined: Said when the articles do not seem to hold the answer.
        empty: Said when there are no articles at all.
    """

    quote: str
    declined: str
    empty: str


_PHRASES = {
    "en": Phrases(
        "“{}”",
        "I found no answer to this in the articles. These are the nearest passages.",
        "There are no articles yet. Add some to the corpus folder and sync.",
    ),
    "fr": Phrases(
        "« {} »",
        "Je n’ai pas trouvé de réponse dans les articles. Voici les passages les plus proches.",
        "Il n’y a pas encore d’articles. Ajoutez-en au dossier du corpus et synchronisez.",
    ),
    "de": Phrases(
        "„{}“",
        "In den Artikeln habe ich dazu keine Antwort gefunden. "
        "Das sind die nächstliegenden Stellen.",
        "Es gibt noch keine Artikel. Legen Sie welche in den Korpusordner und synchronisieren Sie.",
    ),
    "es": Phrases(
        "«{}»",
        "No he encontrado respuesta en los artículos. Estos son los pasajes más cercanos.",
        "Todavía no hay artículos. Añada algunos a la carpeta del corpus y sincronice.",
    ),
    "it": Phrases(
        "«{}»",
        "Non ho trovato una risposta negli articoli. Questi sono i passaggi più vicini.",
        "Non ci sono ancora articoli. Aggiungetene alla cartella del corpus e sincronizzate.",
    ),
    "pt": Phrases(
        "“{}”",
        "Não encontrei resposta nos artigos. Estas são as passagens mais próximas.",
        "Ainda não há artigos. Adicione alguns à pasta do corpus e sincronize.",
    ),
    "nl": Phrases(
        "“{}”",
        "Ik heb in de artikelen geen antwoord gevonden. Dit zijn de dichtstbijzijnde passages.",
        "Er zijn nog geen artikelen. Zet er een paar in de corpusmap en synchroniseer.",
    ),
    "ar": Phrases(
        "«{}»",
        "لم أجد إجابة عن هذا السؤال في المقالات. هذه هي أقرب المقاطع.",
        "لا توجد مقالات بعد. أضف مقالات إلى مجلد المدونة ثم زامنها.",
    ),
    "ru": Phrases(
        "«{}»",
        "В статьях нет ответа на этот вопрос. Вот ближайшие фрагменты.",
        "Статей пока нет. Добавьте их в папку корпуса и синхронизируйте.",
    ),
}


def phrases(language: str) -> Phrases:
    """The framing words of a language; English where there are none."""
    return _PHRASES.get(language, _PHRASES["en"])
