"""Questions that ask several things at once."""

import pytest

from rag.compound import parts


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Who chaired it and when was it held?", ["Who chaired it?", "when was it held?"]),
        ("Who won the race? Who won the election?", ["Who won the race?", "Who won the election?"]),
        ("We met in Algiers. Who chaired it? Why?", ["We met in Algiers. Who chaired it?", "Why?"]),
        ("Who won, and by how many votes?", ["Who won?", "by how many votes?"]),
        ("Qui a gagné et à quelle date ?", ["Qui a gagné ?", "à quelle date ?"]),
        ("qui a gagné la course et où", ["qui a gagné la course", "où"]),
        ("Qui a gagné, où et quand ?", ["Qui a gagné, où et quand ?"]),
        ("Wo war es, wer kam und warum?", ["Wo war es, wer kam?", "warum?"]),
        ("¿Quién la presidió y qué se decidió?", ["¿Quién la presidió?", "qué se decidió?"]),
        (
            "Chi ha vinto la corsa e in quanto tempo?",
            ["Chi ha vinto la corsa?", "in quanto tempo?"],
        ),
        ("Кто выиграл выборы и когда они были?", ["Кто выиграл выборы?", "когда они были?"]),
        (
            "Ποιος κέρδισε τις εκλογές και πότε έγιναν;",
            ["Ποιος κέρδισε τις εκλογές;", "πότε έγιναν;"],
        ),
        ("من ترأس الجلسة ومتى عقدت؟", ["من ترأس الجلسة؟", "متى عقدت؟"]),
        ("מי ניצח בבחירות ומתי הן נערכו?", ["מי ניצח בבחירות?", "מתי הן נערכו?"]),
        ("谁主持了会议？什么时候举行的？", ["谁主持了会议？", "什么时候举行的？"]),
        ("Seçimi kim kazandı ve ne zaman yapıldı?", ["Seçimi kim kazandı?", "ne zaman yapıldı?"]),
        (
            "Who chaired the session and when was it held and what was decided?",
            ["Who chaired the session?", "when was it held?", "what was decided?"],
        ),
    ],
)
def test_what_asks_several_things_is_taken_apart(question: str, found: list[str]) -> None:
    assert parts(question) == found


@pytest.mark.parametrize(
    "question",
    [
        "Who co-chaired the session?",
        "When and where was the session held?",
        "In which year and in which city was she born?",
        "What is the difference between a loan and a grant?",
        "Was the hotelier paid and how much?",
        "Southern Californian towns are known to be large, spread out, and what other feature?",
        "Quel est l'homme qui vit à Paris et qui a écrit ce livre ?",
        "Pourquoi la ministre a-t-elle dit qu'il partait et que tout allait bien ?",
        "Quelle est la ville où il est né et où il est mort ?",
        "Who stood between the traveller and those who wanted him dead?",
        "and where?",
        "?",
        "",
        "Who? What? When? Where?",
    ],
)
def test_what_asks_one_thing_is_left_whole(question: str) -> None:
    assert parts(question) == [question]
