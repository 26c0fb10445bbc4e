"""The words that questions are made of, and that go on from what was said, by language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from rag.language.words import STOP_WORDS, listed

#: Words that open a continuation of what was said before.
OPENERS: dict[str, frozenset[str]] = {
    "ar": listed("و أو لكن"),
    "bg": listed("а и но"),
    "ca": listed("i però"),
    "cs": listed("a ale"),
    "da": listed("og men så"),
    "de": listed("und oder aber also auch"),
    "el": listed("και κι"),
    "en": listed("and or but so then also"),
    "es": listed("y e o pero entonces también"),
    "fa": listed("و"),
    "fi": listed("ja entä entäs mutta"),
    "fr": listed("et ou mais alors aussi"),
    "hi": listed("और तो लेकिन"),
    "hr": listed("a i ali а и али"),
    "hu": listed("és de na"),
    "id": listed("dan lalu terus"),
    "it": listed("e ma allora anche"),
    "ko": listed("그리고 그럼"),
    "nl": listed("en of maar dus ook"),
    "pl": listed("a i oraz ale"),
    "pt": listed("e mas então também"),
    "ro": listed("și dar iar"),
    "ru": listed("а и или но"),
    "sv": listed("och men så"),
    "sw": listed("na je"),
    "tr": listed("ve peki ya"),
    "uk": listed("а і й та але"),
    "vi": listed("và còn vậy thế"),
}

#: Languages that write "and" and the next word as one.
PREFIXED_OPENERS = {"ar": "و", "he": "ו"}

#: Words that ask, as they open a question or a part of one.
INTERROGATIVES: dict[str, frozenset[str]] = {
    "ar": listed("من ماذا ما متى أين كيف لماذا كم أي أية هل"),
    "bg": listed("какво кой коя кое кои кого къде кога защо колко как"),
    "ca": listed("què qui on quan per quant quanta quants quantes com quin quina quins quines"),
    "cs": listed("co kdo koho komu kde kam kdy proč kolik jak jaký jaká jaké který která které"),
    "da": listed("hvad hva hvem hvilken hvilke hvilket hvor hvorfor hvordan hvornår når"),
    "de": listed(
        """wer wen wem wessen was wann wo wohin woher warum weshalb wieso wie wieviel wieviele
        welche welcher welches welchen welchem womit wodurch wofür wogegen worüber"""
    ),
    "el": listed("τι ποιος ποια ποιο ποιοι ποιες ποιον πού πότε γιατί πόσο πόσα πόσοι πόσες πώς"),
    "en": listed("who whom whose what which when where why how"),
    "es": listed("qué quién quiénes cuál cuáles cuándo dónde adónde cómo cuánto cuánta cuántos")
    | listed("cuántas"),
    "fa": listed("چه چی کی کجا چرا چقدر چند چگونه چطور کدام آیا"),
    "fi": listed(
        """mikä mitä mihin missä mistä milloin kuka ketkä kenen kuinka paljonko monta montako miksi
        millainen"""
    ),
    "fr": listed(
        """qui que quoi qu quel quelle quels quelles quand où comment pourquoi combien lequel
        laquelle lesquels lesquelles"""
    ),
    "he": listed("מה מי איפה היכן מתי למה מדוע כמה איך איזה איזו האם"),
    "hi": listed("क्या कौन किसने किसका किसकी कहाँ कहां कब क्यों कितना कितनी कितने कैसे"),
    "hr": listed(
        """što šta tko ko koga kome gdje gde kada kad zašto koliko kako koji koja koje шта ко кога
        где када зашто колико како који која које"""
    ),
    "hu": listed(
        """mi mit ki kit kinek hol hova honnan mikor miért hány mennyi mennyit mennyibe hogyan
        milyen melyik"""
    ),
    "id": listed("apa siapa mana kapan mengapa kenapa berapa bagaimana"),
    "it": listed(
        """chi che cosa quale quali qual quando dove come perché quanto quanta quanti quante"""
    ),
    "nl": listed("wie wiens wat wanneer waar waarheen waarom hoe hoeveel welk welke"),
    "pl": listed("co kto kogo komu gdzie kiedy dlaczego ile jak jaki jaka jakie jaką czy")
    | listed("który która które"),
    "pt": listed("quem que qual quais quando onde como porquê quanto quanta quantos quantas"),
    "ro": listed("ce cine unde când câți câte cât câtă cum care"),
    "ru": listed(
        """кто кого кому кем что чего чему чем когда где куда откуда почему зачем как сколько какой
        какая какое какие какую каким каком чей чья"""
    ),
    "sv": listed("vad vem vilka vilken vilket hur varför när var vart"),
    "sw": listed("nini nani wapi lini gani ngapi vipi"),
    "tr": listed("ne neden niye nasıl nerede nereye nereden kim kimi kimin kime hangi kaç"),
    "uk": listed("що хто кого кому де куди коли чому скільки як який яка яке які чи"),
    "vi": listed("gì ai đâu khi tại vì bao như"),
}

#: Those that join a clause behind "and" more often than they ask.
JOINING_INTERROGATIVES = frozenset(("que", "qu", "che"))

#: Other function words of questions, where `STOP_WORDS` has none of the language.
ASKING: dict[str, frozenset[str]] = {
    "bg": listed("е са се в на с от до за и"),
    "ca": listed("és va ser hi ha el la de del i"),
    "cs": listed("je jsou byl byla bylo byli se v ve na z ze za s k ke u do od o po pro před při"),
    "da": listed(
        """meget mye længe lenge er var har havde hadde blev ble bliver blir med på i af av for til
        om"""
    ),
    "el": listed(
        "είναι ήταν ο η το οι τα τον την του της των σε στο στη στην στον με για από να θα"
    ),
    "fa": listed("کسی است بود شد را در به از با که برای دارد داشت"),
    "fi": listed("on oli olivat ovat"),
    "he": listed("יש של את על עם היה היתה הייתה היו"),
    "hi": listed("है हैं था थी थे हुआ हुई हुए का की के को में से पर ने किया गया गई"),
    "hr": listed(
        """je su bio bila bilo bili se u na s iz do od o po za је су био била било се у на с из до
        од о по за"""
    ),
    "hu": listed("van volt vannak voltak a az egy is meg"),
    "id": listed("di ke dari yang adalah untuk"),
    "pl": listed("jest są był była było byli się w we na z ze do od o po dla przez"),
    "ro": listed("este e sunt a au fost s se în la cu"),
    "sv": listed("mycket länge ofta är har hade blev blir med på i av för till om"),
    "sw": listed("kwa kiasi ni ya wa la za katika"),
    "tr": listed("kadar kadara zaman mi mı mu mü var vardı oldu ile için da de"),
    "uk": listed("є був була було були у в на з зі до від про по за для"),
    "vi": listed("ở nào sao nhiêu thế là có được của thì đã sẽ bị"),
}

#: The same where words are written without spaces; what tells "Who is Macron?" is left out.
UNSPACED_ASKING = (
    *("什么时候", "什么", "怎么", "怎样", "为什么", "多少", "哪里", "哪儿", "何时"),
    *("吗", "呢", "的", "了"),
    *("誰", "何"),
    *("언제", "어디", "누가", "왜", "얼마", "몇", "뭐", "무엇", "무슨", "어느", "어떻게", "있"),
    *("เมื่อไหร่", "เมื่อไร", "ที่ไหน", "ทำไม", "อย่างไร", "ยังไง", "เท่าไหร่", "เท่าไร"),
    *("อะไร", "ใคร", "เป็นคน", "กี่"),
)

#: Pronouns where words are written without spaces, and what opens a continuation there.
UNSPACED_PRONOUNS = ("它", "他", "她", "それ", "これ", "彼", "เขา", "เธอ")
UNSPACED_OPENERS = (
    *UNSPACED_PRONOUNS,
    *("还有", "那么", "そして", "では", "じゃあ", "で、", "その", "แล้ว"),
)

#: What begins a question that names something else to ask the same of.
ASIDES = frozenset({"what about", "how about", "quid de", "quid du", "qué hay", "che dire"})

#: Languages that write every noun with a capital.
CAPITALISING = frozenset({"de", "lb"})

#: Words that stand for a noun of another sentence; those that are articles too are left out.
PRONOUNS: dict[str, frozenset[str]] = {
    "ar": listed("هو هي هم هن هذا هذه ذلك تلك هناك"),
    "bg": listed("той тя то те него нея го ги му им това този тази там"),
    "ca": listed("ell ella ells elles això aquest aquesta allà seu seva seus seves"),
    "cs": listed("on ona ono oni ho ji mu jim jich jeho její to ten ta tam"),
    "da": listed(
        "han hun ham hende hans hendes henne hennes deres dem denne dette disse dens dets"
    ),
    "de": listed("er sie ihn ihm ihr ihnen ihre sein seine dieser diese dieses dort"),
    "el": listed("αυτός αυτή αυτό αυτοί αυτές αυτά εκεί"),
    "en": listed(
        "he she it they him her them his hers its their theirs this that these those there ones"
    ),
    "es": listed("ella ellos ellas su sus este esta esto ese esa eso allí") | {"él"},  # el is none
    "fa": listed("او آن آنها این ایشان وی آنجا"),
    "fi": listed(
        "hän he hänet hänen heidän heitä se sen sitä siitä siinä siihen ne niiden tämä siellä"
    ),
    "fr": listed("il elle ils elles lui eux leur leurs celui celle ceux celles cela ça son sa ses"),
    "he": listed("הוא היא הם הן אותו אותה אותם זה זאת זו שלו שלה שלהם"),
    "hi": listed(
        """वह वे यह ये उसका उसकी उसके उसे उसने उन्होंने उनका उनकी उनके इसका इसकी इसके इसे इसने इस उस वहाँ वहां"""
    ),
    "hr": listed(
        """on ona ono oni ga ju ih mu joj njega nju njih to taj ta tamo он она оно они га ју их му
        њега њу њих то тај та тамо"""
    ),
    "hu": listed("ő ők őt őket ez ezt ezek azt azok annak ennek abban ebben ott"),
    "id": listed("dia ia mereka beliau itu ini sana situ"),
    "it": listed(
        "lui lei loro egli esso essa essi esse questo questa quello quella suo sua suoi sue"
    ),
    "ko": listed("그 그는 그가 그녀는 그들은 그것은 그것이 그것을 그의"),
    "nl": listed("hij zij ze hem haar hen hun zijn dit deze daar"),
    "pl": listed("on ona ono oni one go ją ich mu jej im jego to ten ta tam"),
    "pt": listed("ele ela eles elas dele dela deles delas isso isto seu sua seus suas"),
    "ro": listed("el ea ei ele îl l lui lor acesta aceasta acolo"),
    "ru": listed("он она оно они его её ему им их это этот эта там"),
    "sv": listed("han hon honom henne hans hennes deras dem dess denna detta dessa"),
    "sw": listed("yeye wao hicho hilo hiyo huyo huko yake wake lake zake"),
    "tr": listed("o onu onun ona onlar onları bu bunu bunun buna şu orada"),
    "uk": listed("він вона воно вони його їх її йому їм це цей ця там"),
    "vi": listed("nó họ ấy đó này"),
}

#: Those that are articles too; as the last word of a question they are none.
LAST_PRONOUNS: dict[str, frozenset[str]] = {
    "da": listed("den det de der"),
    "de": listed("das die"),
    "hu": listed("az"),
    "nl": listed("het dat"),
    "sv": listed("den det de där"),
}

#: How words begin that ask for the newest of what there is: "the latest figures".
LATEST: dict[str, str] = {
    "ar": "آخر|أحدث|الأخير|مؤخرا",
    "bg": "последн|най нов|неотдавна",
    "ca": "darrer|últim|recent",
    "cs": "posledn|nejnověj|naposled|nedávn",
    "da": "seneste|senest|nyeste|sidste|siste|nylig",
    "de": "letzte|zuletzt|neuest|neust|jüngst|aktuell|kürzlich",
    "el": "τελευται|πρόσφατ|νεοτερ",
    "en": "latest|newest|recent|current|the last ",
    "es": "último|última|reciente|actual ",
    "fa": "آخرین|جدیدترین|اخیر",
    "fi": "viimei|uusin|uusimm|äskett|tuorei",
    "fr": "dernier|dernière|récent|actuel|récemment",
    "he": "האחרו|לאחרונה|עדכני",
    "hi": "नवीनतम|ताज़ा|हाल",
    "hr": "posljednj|zadnj|najnovij|nedavn|последњ|најновиј|недавн|poslednj",
    "hu": "utolsó|legutóbb|legújabb|legfrissebb|nemrég",
    "id": "terbaru|terakhir|terkini",
    "it": "ultim|recent|attuale",
    "ja": "最新|最近|直近|最後の",
    "ko": "최신|최근|마지막",
    "nl": "laatste|nieuwste|recent|onlangs|huidige",
    "pl": "ostatni|najnowsz|niedawn|aktualn",
    "pt": "últim|recente|atual",
    "ro": "ultim|recent|actual",
    "ru": "последн|новейш|недавн|нынешн|свеж",
    "sv": "senaste|senast|nyaste|sista|nylig",
    "sw": "hivi karibuni|mwisho",
    "th": "ล่าสุด|สุดท้าย",
    "tr": "son |en son|en yeni|güncel|geçenlerde",
    "uk": "останн|найнов|нещодавн|нинішн",
    "vi": "mới nhất|gần đây|cuối cùng|gần nhất",
    "zh": "最新|最近|近来|上一次|最后一",
}

#: Languages that are written as another one, or nearly.
WRITTEN_AS = {"bs": "hr", "nb": "da", "nn": "da", "no": "da", "sk": "cs", "sl": "hr", "sr": "hr"}
LATEST |= {code: LATEST[other] for code, other in WRITTEN_AS.items()}
for _each in (OPENERS, INTERROGATIVES, ASKING, PRONOUNS, LAST_PRONOUNS):
    _each |= {code: _each[other] for code, other in WRITTEN_AS.items() if other in _each}


def function_words(language: str) -> frozenset[str]:
    """Words of a language that say nothing of what a question is about, in lower case."""
    others = ASKING.get(language) or STOP_WORDS.get(language, frozenset())
    return others | INTERROGATIVES.get(language, frozenset())


@cache
def tables(name: str) -> Mapping[str, Mapping[str, str]]:
    """The words of a file beside this one, by language and by what they are for."""
    text = files("rag.language").joinpath(f"{name}.toml").read_text("utf-8")
    read = tomllib.loads(text)
    return read | {code: read[other] for code, other in WRITTEN_AS.items()}
