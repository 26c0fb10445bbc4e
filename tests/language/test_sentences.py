"""Sentence ends. A case shows the sentences of a paragraph, divided by ` | `."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language import (
    opens_with_pronoun,
    sentence_spans,
    sentence_spans_within,
    whole_words,
)
from rag.types import Span

FRENCH = [
    "Le mer. 19 juin, le pont a rouvert. | Il a été fermé du lun. 3 au ven. 7 mai.",
    "Ils voient la mer. | 19 bateaux arrivent. | Ce n’est qu’un jeu. | 12 joueurs y jouent.",
    "Ils étaient sept. | Le maire aime l’art. | Voir fasc. 3, tab. 2, art. L. 12-3.",
    "La session a été coprésidée par M. Magramane et Mme Dupont. | Elle s’est tenue à Alger.",
    "M. J.-L. Moutardier a parlé. | Mme A. B. Legoff a répondu.",
    "Voir l’art. 12 de la loi, p. 45. | Le no 3 suit.",
    "Le Dr Eskeland et le Pr. Martin arrivent. | Ils sont attendus.",
    "Réuni à 18 h. 30, le conseil a voté. | La séance a duré.",
    "Le coût est de 1.250 euros, soit 2,5 % de plus. | Il montera.",
    "L’indice a atteint 4.70 points. | Il baisse.",
    "« Personne n’est content, c’est donc un bon accord », a plaisanté M. Quintero. | Il rit.",
    "« Que faire ? » demande-t-elle. | Personne ne répond.",
    "Il a crié : « Tuez le veau gras ! ». | Elle a ri (« Vraiment ? »). | C’est dit (etc.). | Fin.",
    "« Nous avons gagné ! » | La foule applaudit.",
    "Il a dit : « C’est fini. » | Puis il est parti.",
    "Qui a gagné ? | On ne sait pas… | Attendons !",
    "Il attend… et personne ne vient. | C’est long.",
    "L’accord date de juin 2010. | Il est caduc.",
    "Elle a participé. | Il a été invité.",
    "Le roman d’A. Camus a paru. | On l’a lu.",
    "C’est le pape Jean-Paul II. | Rome l’a pleuré.",
    "Selon l’O.N.U. la situation empire. | Le conseil se réunit.",
    "Cela concerne l’eau, l’air, etc. et le reste. | Rien d’autre.",
    "Il est né av. J.-C. en Gaule. | C’était un chef.",
]
OTHERS = {
    "de": [
        "Öffnungszeiten sind Mo. 9 bis Sa. 12 Uhr nach Art. 5 und Abb. 3 dort. | Das reicht.",
        "Es ist von dieser Art. | Die Stadt mag es so. | 12 Leute kamen.",
        "Am 3. Oktober wird gefeiert. | Am 15. November folgt der Bericht.",
        "Das kostet rund 268 Mio. Euro statt der geplanten 214 Mio. Euro. | Es fehlte Geld.",
        "Es fehlte eine Klausel, d. h. jede Verteuerung traf die Stadt. | Das war teuer.",
        "Dr. Mathilde Okonjo leitete sie. | Prof. Dr. Weiß half z. B. beim Bericht.",
        "„Ich bleibe bei denen, die an mich geglaubt haben.“ | Er lächelt.",
        "Das war 2010. | Dann kam die Krise.",
        "Pfr. Maier und Bgm. Huber kamen um 18.30. | Danach sprach Dr. med. Anna Kurz.",
        "Seit dem 19. Jahrhundert steht er dort. | Niemand weiß warum.",
    ],
    "en": [
        "See No. 5, open Sat. 3 and Sun. 4 May, c. 1500. | It is art. | See the sun. | 12 do.",
        "Mr. Smith met Dr. Jones at 5 p.m. in Washington. | They talked.",
        "The U.S. government declined. | It gave no reason.",
        "It rose by 3.5 per cent. | It fell later.",
        "“We should have drilled more,” said Dr. Owen Latchford. | He left.",
        "It is “Who is it?”. | It is by J. (or “S.”) Hill. | He left.",
        "“At last!” | The crowd cheered.",
        "J. R. R. Tolkien wrote it. | It sold well.",
        "It fell to -5 °C. | Ford kept its doors shut.",
        "It is by S. T. Coleridge. | He wrote it at night.",
        "He joined Apple Inc. in May. | Ben Ltd. Partners paid Hill Corp. | The end came.",
        "Is it enough? | No! | It is not...",
        "It was built in 1901.[1] | It was closed in 1999.[2][13] | It reopened.[4]",
        "It is in the U.S.[1] government’s list. | It is short.",
        "It costs $1.5 million (about 1.3 million euros). | Nobody paid.",
        "See figs. 3 and 4, pp. 12-14. | They show it.",
        "It opens in Bangkok (กรุงเทพ) at 10.30. | It costs 5 lbs. | She has a PhD. | Her dog too.",
    ],
    "es": [
        "Llegó el mar. 3 de marzo y el 12 mar. 2024. | Es el mar. | 12 barcos llegan. | Ya.",
        "La Sra. Pilar Monfort lo duda. | D. Anselmo Roldán también.",
        "¿Basta para vivir? | ¡No!",
        "«Es el mayor contrato», afirmó. | Nadie lo niega.",
        "EE.UU. firmó el acuerdo. | Hubo aplausos.",
        "Fue un invento del siglo XX. | España lo adoptó pronto.",
        "El presidente de EE. UU. viaja a los JJ. OO. de París. | Hubo aplausos.",
    ],
    "it": [
        "Apre lun. 3 e mer. 5 mag. 2024, cfr. tab. 2. | Vive al mare. | 12 barche.",
        "Il sig. Rossi e l’on. Bianchi arrivano. | Sono in ritardo.",
        "Lo dicono l’arch. Renzo Neri, A. Di Pietro e M. D’Angelo. | Poi parla il col. Verdi.",
        "È il piano B. | Di solito funziona.",
    ],
    "pt": [
        "Foi na qua. 5 e na ter. 4 de março. | É o que vamos ter. | 12 vêm. | Vive no mar. | Sim.",
        "O Sr. Silva e a Dra. Costa chegaram. | Era tarde.",
        "O Exmo. Sr. Lima e o cel. Souza negaram. | Era tarde.",
    ],
    "nl": [
        "Open op wo. 3 en za. 6 mei, zie hfst. 5. | Het is zo. | 12 kwamen.",
        "Dhr. Jansen en mevr. De Vries kwamen o.a. kijken. | Het regende.",
        "Ds. Visser sprak met J. Van den Berg. | Het regende.",
    ],
    "pl": [
        "Otwarto go w r. 2024, w pon. 3 maja, wg ust. 2 i s. 12 ustawy. | Padało.",
        "Burmistrz spotkał się z gen. Nowakiem przy ul. Długiej. | Padało.",
        "W 2024 r. Kraków wydał na most 5 mln zł. | To dużo.",
        "Most otwarto dopiero 12 maja 2024 r. | Kosztował 5 mln zł. | Stoi przy PKP. | I co?",
        "Kierował nadkom. Jan Nowak o godz. 18.30. | Padało.",
    ],
    "cs": [
        "Otevřou ho r. 2027. | V r. 2024 byl uzavřen dle odst. 3 návrhu č. 14 (RNDr. Malý). | Kdy?",
        "Řekl to MUDr. Malý. | Kost měl tvrdou jako krk. | Zaplatil 5 tis. Kč. | To stačí.",
    ],
    "sv": [
        "Den öppnar mån. 3 maj och sön. 9 maj, kap. 5 der. | Det kan man. | 12 kom. | Den är min.",
        "Hon kom kl. 12 med bl.a. Prof. Berg. | Det regnade.",
        "Det var kl. 18.30. | Sedan regnade det.",
    ],
    "tr": [
        "Köprü 3 Oca. 2024 ve Sal. 5 günü açıldı. | Yağdı. | Bir de ara. | 12 kişi.",
        "Uzm. Dr. Ayşe Demir ve Yük. Müh. Ali Kaya geldi. | Yağmur yağdı.",
    ],
    "sw": ["Dkt. Samia Hassan na Bw. Juma walifika. | Mvua ilinyesha."],
    "vi": ["PGS.TS. Nguyễn Văn A và BS. Trần B có mặt. | Trời mưa."],
    "el": [
        "Άνοιξε την Τετ. 3 Ιαν. 2024, κεφ. 5. | Έβρεχε.",
        "Ο κ. Παπάς και ο Χρ. Νίκου μίλησαν στην Αγ. Άννα. | Έβρεχε.",
        "Ποιος φταίει; | Κανείς δεν ξέρει.",
    ],
    "uk": [
        "Відкрито 3 січ. 2024, див. табл. 2. | Збирали багато трав. | 12 людей.",
        "Міст відкрив інж. Іван Марко 12 травня 2024 р. | Він коштував місту 5 млн грн. | Так.",
    ],
    "sr": ["Г. Петровић и г. Марић су дошли. | Падала је киша."],
    "nb": [
        "Den åpner ons. 3. mai, kap. 5 der. | Den er min. | 12 kom.",
        "Han kom kl. 12 med bl.a. Kari Berg. | Så regnet det.",
    ],
    "ka": ["ხიდი გაიხსნა. | ა. წერეთელი მოვიდა. | წვიმდა."],
    "he": ["א. ב. יהושע כתב את הספר. | הוא נמכר."],
    "bn": ["ড. মুহাম্মদ ইউনূস ও মো. রহমান এলেন। | বৃষ্টি হচ্ছিল।"],
    "ta": ["திரு. மு. க. ஸ்டாலின் பேசினார். | மழை பெய்தது."],
    "hy": ["Նա ասաց. Կամուրջը բացվեց։ | Անձրև էր։"],
    "th": [
        "ดร. สมชาย และ พล.ต. อำนาจ มา ฝนตก",
        "โครงการนี้ใช้งบประมาณทั้งสิ้น 45 ล้านบาท โดยได้รับเงินสนับสนุนจากกระทรวงคมนาคมครึ่งหนึ่ง"
        " | นายสมชาย ใจดี นายกเทศมนตรีเมืองพิจิตร กล่าวว่า สะพานแห่งนี้จะช่วยลดเวลาเดินทาง"
        " | ระหว่างการก่อสร้างชาวบ้านต้องใช้เรือข้ามฟากซึ่งเก็บค่าโดยสารคนละ ๕ บาทตลอดทั้งวัน",
        # Beside numbers, Latin letters, the sign of repetition, and in a quotation.
        "ทีมจะเดินทางกลับถึงสนามบินสุวรรณภูมิพร้อมดอกไม้และป้ายข้อความต่าง ๆ หลังจากนั้นนักกีฬาจะได้พักผ่อน",
        "กระทรวงศึกษาธิการประกาศความร่วมมือกับบริษัท Norvane Coffee จากประเทศนอร์เวย์ที่บริจาคเงินสร้างอาคารเรียน",
        "ผู้ฝึกสอนกล่าวหลังจบการแข่งขันเมื่อคืนนี้ “นักกีฬาทุกคนฝึกซ้อมอย่างหนักมาตลอดหกเดือนเต็ม "
        "เราไม่เคยยอมแพ้ต่อคู่แข่งแม้จะตามหลังอยู่สองคะแนนก็ตาม”",
    ],
    "lo": [
        "ຊາວສວນກາເຟຂາຍຜົນຜະລິດໄດ້ລາຄາສູງ ໂດຍລາຄາຢູ່ທີ່ກິໂລລະ 60.000 ກີບ"
        " | ສາເຫດສຳຄັນແມ່ນຍ້ອນໄພແຫ້ງແລ້ງໃນປະເທດບຣາຊິນເຮັດໃຫ້ຜົນຜະລິດຂອງໂລກຫຼຸດລົງ"
        " | ນາງ ຄຳຫຼ້າ ສີສະຫວັດ ຫົວໜ້າກຸ່ມຜູ້ປູກກາເຟ ແຈ້ງວ່າ ສະມາຊິກມີລາຍໄດ້ເພີ່ມຂຶ້ນ",
    ],
    "ru": [
        "Открыт 3 янв. 2024, см. табл. 2, с. 5 и ч. 3. | Это был я. | 12 человек. | Всё.",
        "Протокол подписал А. С. Пушкин. | Все ушли.",
        "Это было в 1990 г. в Москве. | Потом всё изменилось.",
        "В 1990 г. Москва изменилась. | Так было во всей стране до 2001 г. | Потом нет.",
    ],
    "ar": [
        "هل فاز الفريق؟ | نعم، فاز أمس. | كانت المباراة صعبة.",
        "كتب ت. س. إليوت القصيدة. | في عام 1445 هـ. وصل الوفد. | وانتهى.",
        "انتهى بناء الجسر عام 1990 م. | ثم هدم.",
    ],
    "fa": ["در سال ۱۹۴۵ م. جنگ پایان یافت. | م. ع. رضایی آمد."],
    "ur": [
        "ڈاکٹر اے۔ کیو۔ خان نے پل کا افتتاح کیا۔ | یہ پل 2024 میں کھلا۔",
        "جناب ایم۔ علی اور ڈی۔ آئی۔ جی۔ پولیس آئے۔ | میں نے چائے پی۔ | وہ نہیں آئی۔ | پھر وہ گئے۔",
        "آئی۔ جی۔ پولیس نے پی۔ ٹی۔ آئی۔ کا جلسہ روکا۔ | وہ گئے۔",
    ],
    "hi": [
        "नदी बहने लगी। | महापौर ने कहा कि पुल खुलेगा। | कब?",
        "डॉ. लता और प्रो. एस. के. वर्मा आए। | टिकट 70 रु. का है।",
        "पुल खुल गया है. | डॉ. शर्मा आए थे.",
    ],
    "ja": [
        "川の水位は堤防を越えた。|学校は休みになった。",
        "「もう終わった。」|彼は帰った。",
        "「もう終わった。」と市長は述べた。|彼は帰った。",
        "本当ですか？|はい！|そうです。",
        "市長は“もう終わった。”と述べた。|彼は帰った。",
    ],
    "zh": [
        "河水漫过了堤坝。|学校停课了！|谁赢了？",
        '他说:"好。|我去。"|随后他走了。|"再见!',
        '他走了。|"再见。"|她说。',
    ],
    "km": ["ស្ពានបានបើកឡើងវិញ។ | វាត្រូវបានបិទ៕ | ចប់។"],
    "my": ["တံတား ပြန်ဖွင့်သည်။ | ပိတ်ထားသည်။"],
    "sk": [
        "V r. 2024 ho zavreli podľa ods. 3 a čl. 5 zákona. | Kedy?",
    ],
    "sl": [
        "Most so zaprli l. 2024, v pon. 3. maja, po čl. 5 zakona. | Most je nov. | 12 ljudi.",
    ],
    "hr": [
        "Bilo je god. 2024, sri. 3. svibnja. | Nov. | 12 ljudi. | Bilo je pet. | 12 ih je.",
    ],
    "hu": [
        "A híd 2024. márc. 12-én nyílt, ld. old. 5 és 6 ott. | Esett.",
    ],
    "ro": [
        "S-a deschis lun. 3 ian. 2024, et. 2, ap. 5. | Ploua. | Îmi place mie. | 12 oameni.",
    ],
    "da": [
        "Den åbner ons. 3. maj, kap. 5 der. | Han kom med sin søn. | 12 kom. | Den er min.",
    ],
    "fi": [
        "Silta avataan ma. 3.9. ja v. 2024, s. 12 tässä. | Satoi.",
    ],
    "bg": [
        "Открит е през яну. 2024, табл. 2 тук. | Валеше.",
    ],
    "id": [
        "Dibuka Sen. 3 Okt. 2024, vol. 5. | Hujan.",
    ],
    "lt": [
        "Atidarytas 2024 m. saus. 3 d., žr. tel. 5. | Lijo.",
    ],
    "ca": [
        "Obre el 3 gen. 2024, segons l’art. 5. | És un gen. | 12 persones.",
    ],
    "und": ["One thing. | Another thing."],
}
# Sentences of which the lines were wrapped.
WRAPPED = {
    "de": [
        "Die Brücke ist seit dem\n12. Februar 2024 gesperrt und wird neu\ngebaut.",
        "Der Rat der Stadt hat beschlossen, die alte Drehbrücke, die seit dem\n"
        "12. Februar 2024 gesperrt ist, bis zum Frühjahr 2027 für etwa\n"
        "14,2 Millionen Euro neu zu bauen.",
        "In dem Streit sagte die Bürgermeisterin\n– seit 2020 im Amt – kein Wort mehr zu dem\n"
        "Beschluss.",
        "Die Arbeiten am großen Pfeiler der\nBrücke über die Hafenstraße und den\n"
        "Kanal beginnen, sagte Helga Thomsen,\nim Herbst.",
    ],
    "en": [
        "The council voted to rebuild the bridge and\nsaid that it would cost 14 million pounds\n"
        "in all.",
        "The town council of Harbourville voted on Tuesday evening to rebuild the old swing bridge "
        "which it\nhad closed since a freighter struck its eastern pier in February, and Mayor "
        "Ellen Whitcombe of the\nLiberals said that the works would cost 14.2 million pounds and "
        "last until the spring of the year\n2027 if the winter is mild enough for divers to work "
        "in the river, which it was not in the last one.",
        "The council has read the letter (page\n12) and the answer of the engineers to\nit.",
    ],
    "fr": [
        "Dans le conseil de la ville la maire\n- élue en 2020 - s’est dite très heureuse.",
        "Les travaux du pont commenceront le\n3 septembre et dureront\njusqu’au printemps.",
    ],
    "ar": ["قرر مجلس المدينة مساء الثلاثاء إعادة\nبناء الجسر القديم الذي أغلق في شباط\nالماضي."],
    "hi": ["नगर परिषद ने मंगलवार शाम पुराने पुल को\nफिर से बनाने का फैसला किया जो फरवरी से\nबंद है।"],
    "ja": [
        "市議会は火曜日の夜に古い橋を再建する\nことを決めたが、この橋は二月から閉鎖\nされている。"
    ],
    "zh": ["市议会星期二晚上决定重建这座古老的桥\n梁，这座桥自从二月以来一直关闭。"],
}
# Lines of which each stands alone.
STANDING = {
    "de": [
        "Rathaus Hafenstadt\nFrau Helga Thomsen\nAm Kai 12\n24103 Kiel",
        "Wer reitet so spät durch Nacht und Wind?\nEs ist der Vater mit seinem Kind;\n"
        "Er hat den Knaben wohl in dem Arm,\nEr faßt ihn sicher, er hält ihn warm",
        "1. Die Brücke\n2. Der Hafen\n3. Die Fähre",
        "200 g Mehl\n3 Eier\n1 Prise Salz\nein halber Liter Milch",
    ],
    "en": [
        "Shall I compare thee to a summer’s day\nThou art more lovely and more temperate\n"
        "Rough winds do shake the darling buds of May\nAnd summer’s lease hath too short a date",
        "The bridge .......... 3\nThe harbour . . . . . 12\nThe ferry …… 14",
        "1 The bridge and its history 3\n2 The harbour and its trade 12\n3 The ferry 14",
        "The town pays for the works on the bridge\n- of the river\n- of the canal",
        "Town council of Harbourville\n12 High Street\nLondon SW1A 1AA",
        "Lyon 1200 1300\nParis 3400 3100\nBrest 140 160",
        "A history of the bridge\nThe town council of Harbourville voted on Tuesday to rebuild it.",
    ],
    "fr": [
        "farine\nsucre en poudre\nbeurre\nœufs",
        "La sottise, l’erreur, le péché, la lésine,\n"
        "Occupent nos esprits et travaillent nos corps\n"
        "Et nous alimentons nos aimables remords,\nComme les mendiants nourrissent leur vermine",
        "Ils votent sur le prix des travaux du pont\n1) des quais\n2) du port\n3) du bac",
    ],
    "ar": ["الجسر\nالميناء القديم\nالعبّارة"],
    "ja": ["東京都千代田区\n大阪府\n北海道札幌市"],
    "ru": ["Я помню чудное мгновенье\nПередо мной явилась ты\nКак мимолетное виденье"],
    "zh": ["床前明月光，\n疑是地上霜，\n举头望明月"],
}
CASES = [("fr", case) for case in FRENCH] + [
    (code, case) for code, cases in OTHERS.items() for case in cases
]


def sentences(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, language)]


@pytest.mark.parametrize(("language", "case"), CASES)
def test_sentence_ends(language: str, case: str) -> None:
    between = "|" if language in ("ja", "zh") else " | "
    expected = case.split(between)
    assert (
        sentences(case.replace(between, between.replace("| ", "").replace("|", "")), language)
        == expected
    )


def test_headings_and_list_items_stand_alone() -> None:
    text = "# Un titre\n\nUne phrase. Une autre\n\n- un ;\n- deux.\n\n1. premier\n2. second\n"
    assert sentences(text, "fr") == [
        *("# Un titre", "Une phrase.", "Une autre", "- un ;", "- deux."),
        *("1. premier", "2. second"),
    ]


def test_hand_wrapped_lines_are_joined_and_long_lines_are_not() -> None:
    wrapped = "The bridge was closed for a year\nbecause its iron had rusted through\nand split."
    assert sentences(wrapped, "en") == [wrapped]
    long = "The bridge was closed for a year because of the rust, they said in the town hall, " * 2
    assert len(sentences(f"{long}\n{long}", "en")) == 2


@pytest.mark.parametrize(
    ("language", "text"), [(code, text) for code, texts in WRAPPED.items() for text in texts]
)
def test_a_sentence_in_wrapped_lines_is_whole(language: str, text: str) -> None:
    assert sentences(text, language) == [text]


@pytest.mark.parametrize(
    ("language", "text"), [(code, text) for code, texts in STANDING.items() for text in texts]
)
def test_items_verses_addresses_and_contents_come_apart(language: str, text: str) -> None:
    assert sentences(text, language) == text.split("\n")


def test_a_page_with_a_heading_a_note_and_a_table_is_cut_at_its_sentences() -> None:
    sentence = (
        "The council voted on Tuesday to rebuild the old bridge which it had closed since a\n"
        "freighter struck its pier in spring and said that the works would cost 14 million\n"
        "pounds."
    )
    note = (
        "1 See the report of the engineers of the county of 14 May 2024 on page 12 and the minutes "
        "of the council of the same\nmonth in the archive of the town."
    )
    parts = ["Report", sentence, "Costs of the bridge", sentence, "Lyon 1200", "Paris 340", note]
    assert sentences("\n".join(parts), "en") == parts


def test_each_row_of_a_table_stands_alone() -> None:
    rows = ["| Town | Mayor |", "|---|---|", "| Lyon | Odile Kerjean |", "Brest | Anna Weiss"]
    found = sentences("\n".join(rows), "en")
    assert found[-2:] == rows[-2:]


def test_a_part_of_hand_wrapped_text_is_cut_as_the_whole_is() -> None:
    text = "In the end the repair won. It was\nnarrow: by one\nvote. Then the work began at\nonce."
    start = text.index("It was")
    within = sentence_spans_within(text, start, len(text), "en")
    assert within == sentence_spans(text, "en")[1:]
    middle = text.index("narrow")
    assert sentence_spans_within(text, middle, len(text), "en")[0].start == middle
    far = "A line that is not wrapped by hand goes on and on. " * 5
    assert sentence_spans_within(far, 204, len(far), "en") == [Span(204, len(far) - 1)]


def test_a_headline_line_without_a_full_stop_is_a_sentence() -> None:
    text = (
        "Cette rencontre s’inscrit dans le cadre du dialogue politique bilatéral et vise à "
        "renforcer la coopération entre les deux pays dans divers domaines.\n"
        "Un dialogue politique renforcé\n"
        "La session a été co-présidée par Lounes Magramane, Secrétaire général du ministère "
        "des Affaires étrangères, et Mikhail Bogdanov."
    )
    assert sentences(text, "fr") == text.split("\n")


def test_a_long_run_of_dots_takes_no_long_time() -> None:
    text = "." * 20_000 + "x"
    assert sentences(text, "en") == [text]


@given(st.text(), st.sampled_from(["fr", "de", "en", "ja", "th", "ar", "und", "xx"]))
def test_every_character_is_in_exactly_one_sentence(text: str, language: str) -> None:
    spans = sentence_spans(text, language)
    at = 0
    for start, end in spans:
        assert at <= start < end <= len(text)
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


@pytest.mark.parametrize(
    ("language", "sentence", "does"),
    [
        ("fr", "Elle devance le maire sortant.", True),
        ("fr", "« Il a dit non », note-t-il.", True),
        ("en", "“It was late.”", True),
        ("zh", "他说会议结束了。", True),
        ("ja", "彼は勝った。", True),
        ("ko", "그는 말했다.", True),
        ("sv", "Hon fick 53 procent.", True),
        ("it", "Il sindaco ha parlato.", False),
        ("es", "El alcalde habló.", False),
        ("nl", "Er waren 300 mensen.", False),
        ("fr", "Bérénice Aubertot l’a emporté.", False),
        ("fr", "C’est fini.", False),
        ("fr", "12 000 personnes ont voté.", False),
        ("fr", "…", False),
    ],
)
def test_a_pronoun_that_opens_a_sentence_is_known(language: str, sentence: str, does: bool) -> None:
    assert opens_with_pronoun(sentence, language) is does


@pytest.mark.parametrize(
    ("text", "part", "words"),
    [
        ("miután az árvíz jött", "után az ár", "miután az árvíz"),
        ("2022'de sel", "'de se", "'de sel"),
        ("से किया गया", "िया", "किया"),
        ("l’Italie, en 12,5 km", "Ita", "Italie"),
        ("橋は開通した", "は開", "は開"),
        ("the whole", "the whole", "the whole"),
        ("word", "", ""),
    ],
)
def test_no_word_is_cut(text: str, part: str, words: str) -> None:
    start = text.index(part)
    span = whole_words(text, start, start + len(part))
    assert text[span.start : span.end] == words
