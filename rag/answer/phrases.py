"""The few words around quotes, and what is said in place of an answer, by language."""

from __future__ import annotations

from typing import NamedTuple


class Phrases(NamedTuple):
    """Framing words of one language.

    Attributes:
        quote: Pattern of a quotation with `{}` for the words quoted.
        declined: Said when the articles do not seem to hold the answer.
        empty: Said when there are no articles at all.
        failed: Said beside quotes when the language model failed.
        unsupported: Said beside quotes when nothing that it wrote was supported.
    """

    quote: str
    declined: str
    empty: str
    failed: str
    unsupported: str


_PHRASES = {
    "en": Phrases(
        "“{}”",
        "I found no answer to this in the articles. These are the nearest passages.",
        "There are no articles yet. Add some to the corpus folder and sync.",
        "The language model could not answer; this is what the articles say.",
        "Nothing the language model wrote could be confirmed; this is what the articles say.",
    ),
    "fr": Phrases(
        "« {} »",
        "Je n’ai pas trouvé de réponse dans les articles. Voici les passages les plus proches.",
        "Il n’y a pas encore d’articles. Ajoutez-en au dossier du corpus et synchronisez.",
        "Le modèle de langage n’a pas pu répondre ; voici ce que disent les articles.",
        "Rien de ce que le modèle de langage a écrit n’a pu être confirmé ; "
        "voici ce que disent les articles.",
    ),
    "de": Phrases(
        "„{}“",
        "In den Artikeln habe ich dazu keine Antwort gefunden. "
        "Das sind die nächstliegenden Stellen.",
        "Es gibt noch keine Artikel. Legen Sie welche in den Korpusordner und synchronisieren Sie.",
        "Das Sprachmodell konnte nicht antworten; das steht in den Artikeln.",
        "Nichts, was das Sprachmodell schrieb, ließ sich bestätigen; das steht in den Artikeln.",
    ),
    "es": Phrases(
        "«{}»",
        "No he encontrado respuesta en los artículos. Estos son los pasajes más cercanos.",
        "Todavía no hay artículos. Añada algunos a la carpeta del corpus y sincronice.",
        "El modelo de lenguaje no pudo responder; esto dicen los artículos.",
        "Nada de lo que escribió el modelo de lenguaje pudo confirmarse; esto dicen los artículos.",
    ),
    "it": Phrases(
        "«{}»",
        "Non ho trovato una risposta negli articoli. Questi sono i passaggi più vicini.",
        "Non ci sono ancora articoli. Aggiungetene alla cartella del corpus e sincronizzate.",
        "Il modello linguistico non ha potuto rispondere; ecco che cosa dicono gli articoli.",
        "Nulla di ciò che il modello linguistico ha scritto è stato confermato; "
        "ecco che cosa dicono gli articoli.",
    ),
    "pt": Phrases(
        "“{}”",
        "Não encontrei resposta nos artigos. Estas são as passagens mais próximas.",
        "Ainda não há artigos. Adicione alguns à pasta do corpus e sincronize.",
        "O modelo de linguagem não pôde responder; isto é o que dizem os artigos.",
        "Nada do que o modelo de linguagem escreveu pôde ser confirmado; "
        "isto é o que dizem os artigos.",
    ),
    "nl": Phrases(
        "“{}”",
        "Ik heb in de artikelen geen antwoord gevonden. Dit zijn de dichtstbijzijnde passages.",
        "Er zijn nog geen artikelen. Zet er een paar in de corpusmap en synchroniseer.",
        "Het taalmodel kon niet antwoorden; dit staat in de artikelen.",
        "Niets van wat het taalmodel schreef kon worden bevestigd; dit staat in de artikelen.",
    ),
    "ar": Phrases(
        "«{}»",
        "لم أجد إجابة عن هذا السؤال في المقالات. هذه هي أقرب المقاطع.",
        "لا توجد مقالات بعد. أضف مقالات إلى مجلد المدونة ثم زامنها.",
        "لم يتمكن النموذج اللغوي من الإجابة؛ هذا ما تقوله المقالات.",
        "لم يتأكد شيء مما كتبه النموذج اللغوي؛ هذا ما تقوله المقالات.",
    ),
    "ru": Phrases(
        "«{}»",
        "В статьях нет ответа на этот вопрос. Вот ближайшие фрагменты.",
        "Статей пока нет. Добавьте их в папку корпуса и синхронизируйте.",
        "Языковая модель не смогла ответить; вот что говорится в статьях.",
        "Ничто из написанного языковой моделью не подтвердилось; вот что говорится в статьях.",
    ),
}


def phrases(language: str) -> Phrases:
    """The framing words of a language; English where there are none."""
    return _PHRASES.get(language, _PHRASES["en"])
