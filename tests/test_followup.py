import pytest

from rag.followup import standalone
from rag.types import Turn

BEFORE = "Who co-chaired the session?"
HISTORY: list[Turn] = [("user", BEFORE), ("assistant", "“It was chaired by …” [1]")]


@pytest.mark.parametrize(
    "question",
    [
        "and where?",
        "who else?",
        "Qui d'autre ?",
        "und wo?",
        "¿y dónde?",
        "When was he born?",
        "؟",
        "À Paris ?",
        "What about Paris?",
        "Prix ?",
        "And in New York?",
        "Et le 5 juillet ?",
        "¿Y en San Sebastián?",
        "Quelle est sa profession exacte ?",
    ],
)
def test_a_follow_up_is_searched_with_what_it_goes_on_from(question: str) -> None:
    assert standalone(question, HISTORY) == f"{question} {BEFORE}"


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of Japan?",
        "Combien de maisons ont-elles été démolies pour la digue ?",
        "Où est la nouvelle mairie ?",
        "Wo ist das neue Rathaus?",
        "¿Cuál es la capital del norte?",
        "Why are the trams blue?",
        "Où est Sauveterre ?",
        "Who is Macron?",
        "festival",
        "Et pourquoi le quota de pêche du hareng a-t-il baissé ?",
        "Et le maire de New York ?",
        "Et que s'est-il passé le 5 juillet à Alger ?",
    ],
)
def test_a_question_that_stands_by_itself_is_left_alone(question: str) -> None:
    assert standalone(question, HISTORY) == question


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("铁桥是什么时候重新开放的？", "它花了多少钱？"),
        ("铁桥是什么时候重新开放的？", "在哪里？"),
        ("橋はいつ再開しましたか？", "それはいくらかかりましたか？"),
        ("สะพานเปิดอีกครั้งเมื่อไหร่", "เขาเป็นใคร"),
        ("다리는 언제 다시 열렸습니까?", "그리고 어디서?"),
        ("पुल कब फिर से खुला?", "उसकी लागत कितनी थी?"),
        ("Köprü ne zaman yeniden açıldı?", "Ve ne zaman?"),
        ("Kiedy ponownie otwarto most?", "A gdzie?"),
        ("När öppnade bron igen?", "Och var?"),
        ("Πότε άνοιξε ξανά η γέφυρα;", "Και πού;"),
        ("Kiedy ponownie otwarto most?", "A ile kosztował?"),
        ("Kiedy ponownie otwarto most?", "Kto go zaprojektował?"),
        ("När öppnade bron igen?", "Hur mycket kostade den?"),
        ("Hvornår åbnede broen igen?", "Hvad sagde han?"),
        ("Milloin silta avattiin uudelleen?", "Paljonko se maksoi?"),
        ("Mikor nyitották meg újra a hidat?", "Mennyibe került?"),
        ("Köprü ne zaman yeniden açıldı?", "Ne kadara mal oldu?"),
        ("Köprü ne zaman yeniden açıldı?", "Onu kim açtı?"),
        ("Cầu mở lại khi nào?", "Chi phí bao nhiêu?"),
        ("Daraja lilifunguliwa lini?", "Liligharimu kiasi gani?"),
        ("متى أعيد افتتاح الجسر؟", "ومن افتتحه؟"),
        ("מתי נפתח הגשר מחדש?", "וכמה זה עלה?"),
        ("پل کی دوباره باز شد؟", "چقدر هزینه داشت؟"),
        ("पुल कब फिर से खुला?", "इसका उद्घाटन किसने किया?"),
        ("橋はいつ再開しましたか？", "誰が設計しましたか？"),
        ("橋はいつ再開しましたか？", "費用はいくら？"),
        ("铁桥是什么时候重新开放的？", "费用呢？"),
        ("다리는 언제 다시 열렸습니까?", "비용은 얼마였나요?"),
        ("다리는 언제 다시 열렸습니까?", "그 다리는 어디에 있나요?"),
        ("สะพานเปิดอีกครั้งเมื่อไหร่", "ราคาเท่าไหร่"),
        ("Was wurde im Museum gestohlen?", "Und wie viel bekommt der Finder?"),
        ("Wer ist der neue Bürgermeister?", "Welche Partei unterstützt ihn?"),
        ("Chi è il nuovo sindaco?", "Qual è il suo programma elettorale?"),
        ("Quem é o novo prefeito?", "Qual é o seu partido político?"),
        ("다리는 언제 다시 열렸습니까?", "그는 뭐라고 했나요?"),
    ],
)
def test_a_follow_up_in_other_languages(before: str, question: str) -> None:
    assert standalone(question, [("user", before)]) == f"{question} {before}"


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("铁桥是什么时候重新开放的？", "新市政厅在哪里？"),
        ("橋はいつ再開しましたか？", "日本の首都はどこですか？"),
        ("Kiedy ponownie otwarto most?", "Gdzie jest nowy ratusz?"),
        ("När öppnade bron igen?", "Var är det nya rådhuset?"),
        ("När öppnade bron igen?", "Vem leder det nya museet?"),
        ("Quando riapre il ponte?", "Chi dirige il porto?"),
        ("¿Cuándo abre el puente?", "¿Quién dirige el puerto?"),
        ("Quando reabriu a ponte?", "O que diz o relatório anual?"),
        ("Wanneer ging de brug open?", "Hoeveel gewonden vielen er?"),
        ("When did the bridge reopen?", "I need the ticket price"),
        ("Wann öffnet die Brücke?", "Und wie hoch ist die Miete einer Wohnung in der Innenstadt?"),
        ("다리는 언제 다시 열렸습니까?", "이순신은 누구인가요?"),
        ("铁桥是什么时候重新开放的？", "马克龙是谁？"),
        ("橋はいつ再開しましたか？", "マクロンは誰ですか？"),
        ("ស្ពានបានបើកនៅពេលណា?", "តើសាលាក្រុងថ្មីស្ថិតនៅកន្លែងណា?"),
    ],
)
def test_a_question_that_stands_by_itself_in_other_languages(before: str, question: str) -> None:
    assert standalone(question, [("user", before)]) == question


def test_a_chain_of_follow_ups_goes_back_to_the_question_that_stands() -> None:
    longer: list[Turn] = [*HISTORY, ("user", "and where?"), ("assistant", "“In Algiers.” [1]")]
    assert standalone("and when?", longer) == f"and when? {BEFORE}"


def test_a_follow_up_goes_on_from_what_the_one_before_named() -> None:
    longer: list[Turn] = [*HISTORY, ("user", "What about the hospital?"), ("assistant", "...")]
    assert standalone("When?", longer) == f"When? What about the hospital? {BEFORE}"


def test_the_source_of_an_answer_is_searched_as_that_was() -> None:
    assert standalone("Source?", HISTORY) == BEFORE
    history: list[Turn] = [*HISTORY, ("user", "and where?"), ("user", "Source?"), ("user", "ok")]
    assert standalone("Where does that come from?", history) == f"and where? {BEFORE}"
    assert standalone("And when?", history) == f"And when? {BEFORE}"


def test_the_whole_conversation_tells_the_language() -> None:
    asked: list[Turn] = [("user", "Kdo koupil pivovar?"), ("user", "za kolik?")]
    assert standalone("a kdy?", asked) == "a kdy? Kdo koupil pivovar?"


def test_a_long_question_is_gone_on_from_by_its_beginning() -> None:
    found = standalone("and where?", [("user", "Who co-chaired it? " * 200)])
    assert found.startswith("and where? Who co-chaired it?")
    assert len(found) < 600


def test_without_a_conversation_nothing_is_added() -> None:
    assert standalone("and where?", []) == "and where?"
    assert standalone("and where?", [("assistant", "Hello.")]) == "and where?"
    assert standalone("and where?", [("user", " ")]) == "and where?"
