"""Words that say little, and signs that words are made of, in many languages."""

from __future__ import annotations

import unicodedata
from functools import cache

#: From here on letters are put together of others that are none alone: Korean, Kana.
_FIRST_JAMO = 0x1100


def listed(text: str) -> frozenset[str]:
    """The words of a text, also as people type them who leave the accents out."""
    words = text.split()
    return frozenset((*words, *map(unaccented, words)))


# Letters that Unicode does not take for others with an accent, and people type as these. With `đ`
# as `d` too many words of Vietnamese would be the same.
_STROKES = str.maketrans("łŁøØı", "lLoOi")


def unaccented(text: str) -> str:
    """A text without its accents, of any script, and without strokes, as people type `ł`."""
    letters = unicodedata.normalize("NFD", text.translate(_STROKES))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def plain_letters(text: str) -> str:
    """A text in lower case, without accents and with straight apostrophes, of the same length."""
    return "".join(map(_plain_letter, text))


@cache
def _plain_letter(letter: str) -> str:
    lower = "'" if letter == "’" else letter.lower()[:1]
    plain = unicodedata.normalize("NFD", lower)[:1]
    return plain if plain.isalpha() and ord(plain) < _FIRST_JAMO else lower


#: Articles, pronouns, prepositions, conjunctions, auxiliaries and question words, lower-case.
STOP_WORDS: dict[str, frozenset[str]] = {
    "en": listed(
        """a about after all also am an and any are as at be because been before being between
        but by can could did do does doing down during each few for from further had has have
        having he her here hers him his how i if in into is it its itself just me more most my
        no nor not of off on once only or other our out over own s same she should so some
        such t than that the their theirs them then there these they this those through to too
        under until up very was we were what when where which while who whom whose why will
        with would you your"""
    ),
    "fr": listed(
        """à ai aie ainsi alors as au aucun aucune aussi autre autres aux avait avaient avant
        avec avez avoir avons ayant c ça car ce ceci cela celle celles celui ces cet cette
        ceux chez comme comment combien d dans de depuis des donc dont du elle elles en encore
        entre es est et étaient était été être eu eux fut il ils j je jusqu jusque l la le les
        leur leurs lors lorsqu lorsque lui m ma mais me même mêmes mes moi mon n ne ni nos
        notre nous on ont or où ou par parce pas pendant peu plus pour pourquoi puisqu puisque
        qu quand que quel quelle quelles quelqu quelque quelques quels qui quoi s sa sans se
        sera seront ses si son sont sous sur t ta te tes toi ton tous tout toute toutes très
        tu un une vers vos votre vous y"""
    ),
    "de": listed(
        """aber alle allem allen aller alles als also am an andere anderen anderer auch auf aus
        bei beim bin bis bist da damit dann das dass dasselbe daß dein dem den denn der derer
        des dessen dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein
        eine einem einen einer eines er es etwas euch euer für gegen gewesen hab habe haben
        hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im
        in ins ist ja jede jedem jeden jeder jedes jene jetzt kann kein keine keinem keinen
        keiner können man manche mein mich mir mit muss nach nicht nichts noch nun nur ob oder
        ohne sehr sein seine seinem seinen seiner seit sich sie sind so solche soll sondern
        sonst über um und uns unser unter viel vom von vor wann war waren warum was weil
        welche welchem welchen welcher welches wem wen wenn wer werde werden wessen wie wieder
        wird wir wo wohin worden wurde wurden zu zum zur zwar zwischen wieviel wieviele viele"""
    ),
    "es": listed(
        """a al algo algunas algunos ante antes aquel así aun aunque cada como cómo con contra
        cual cuál cuáles cuales cuando cuándo cuanta cuánta cuántas cuanto cuánto cuántos de
        del desde donde dónde dos durante e el él ella ellas ellos en entre era eran es esa
        esas ese eso esos esta está están estas este esto estos fue fueron ha había habían
        hace han hasta hay la las le les lo los más me mi mis mucho muy nada ni no nos
        nosotros o os otra otras otro otros para pero poco por porque que qué quien quién
        quienes quiénes se sea ser si sí sido sin sobre son su sus también tanto te tiene
        tienen todo todos tras tu tus un una unas uno unos y ya yo"""
    ),
    "it": listed(
        """a ad agli ai al all alla alle allo anche avere aveva avevano c che chi ci cioè come
        con contro cosa cui d da dagli dai dal dall dalla dalle dallo degli dei del dell della
        delle dello di dopo dove e è ed era erano essere fra fu furono gli ha hai hanno ho i
        il in io l la le lei li lo loro lui m ma mi mia mio ne negli nei nel nell nella nelle
        nello noi non nostro o per perché perciò più poi prima qual quale quali quando quanta
        quante quanti quanto quegli quei quel quella quelle quello questa queste questi questo
        s se sei si sia siamo sono sta stata stati stato su sua sugli sui sul sull sulla sulle
        sullo suo suoi t ti tra tu tutti tutto un una uno v vi voi"""
    ),
    "pt": listed(
        """a à ao aos aquela aquele aqueles as às até com como da das de dela dele deles depois
        do dos e é ela elas ele eles em entre era eram essa essas esse esses esta está estão
        estas este estes eu foi foram há isso isto já la lhe lhes lo mais mas me mesmo meu
        minha muito na nas não nem no nos nós nossa nosso num numa o onde os ou para pela
        pelas pelo pelos por porque porquê qual quais quando quanta quantas quanto quantos que
        quê quem se sem ser será seu seus só sob sobre sua suas também te tem têm teve tinha
        tu tua um uma umas uns você vocês"""
    ),
    "nl": listed(
        """aan al alles als altijd andere ben bij daar dan dat de der deze die dit doch doen door
        dus een eens en er ge geen geweest haar had hadden heb hebben heeft hem het hier hij
        hoe hoeveel hun iemand iets ik in is ja je kan kon kunnen maar me meer men met mij
        mijn moet na naar niet niets nog nu of om omdat onder ons ook op over reeds te tegen
        toch toen tot u uit uw van veel voor waar waarom wanneer want waren was wat welk welke
        werd werden wie wiens wij wil worden wordt ze zelf zich zij zijn zo zonder zou zouden"""
    ),
    "ru": listed(
        """а без более бы был была были было быть в вам вас весь во вот все всего всех всё вы где
        да даже для до его ее её если есть ещё еще же за здесь и из или им их к как какая
        какие какой какое какую ко когда который которая которые которых кто кого ком кому
        куда ли между меня мне мой моя мы на над надо нас не него нее неё нет ни них но ну о
        об однако он она они оно от очень откуда по под почему при про с сам свой свои своих
        себя сколько со так такой также там те тем то тогда того тоже той только том ты у уже
        чего чей чем через что чтобы чья эта эти этих это этого этой этом этот эту я"""
    ),
    "ar": listed(
        """في من على إلى عن مع هذا هذه ذلك تلك التي الذي الذين اللذان ما ماذا متى أين كيف كم
        لماذا هل أي أية هو هي هم هن نحن أنا أنت كان كانت كانوا يكون تكون قد لقد لم لن لا ليس
        إن أن أنه أنها إذا إذ كل بعض غير بين بعد قبل عند عندما حتى حيث ثم أو أم و ف ب ل ك بل
        لكن كما مما منذ خلال حول ضد نحو أمام تحت فوق لدى به بها له لها فيه فيها منه منها عليه
        عليها إليه إليها عنه عنها"""
    ),
}

#: What opens a sentence before a name and is no part of it: one may say "Mr Berg" where the
#: other says "Professor Anna Berg".
BEFORE_NAMES = frozenset(
    (
        *("selon", "laut", "gemäß", "según", "segundo", "secondo", "volgens"),
        *("mr", "mrs", "ms", "miss", "dr", "prof", "professor", "mme", "mlle", "monsieur"),
        *("madame", "herr", "frau", "sr", "sra", "señor", "señora", "sig", "signor", "signora"),
        *("dott", "senhor", "senhora", "meneer", "mevrouw", "господин", "госпожа"),
    )
)

#: What joins words, inside a class of characters, where it stands first: the hyphen as it is
#: typed, the one that is no minus, and the one that no line ends with.
HYPHENS = "-\u2010\u2011"

#: The scripts in which words, or names and what follows them, stand without spaces, inside a
#: class of characters; `ー`, which lengthens a vowel (コーヒー), belongs to no script.
UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}ー\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
