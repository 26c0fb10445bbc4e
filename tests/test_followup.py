import pytest

from rag.followup import standalone
from rag.types import Turn

BEFORE = "Who co-chaired the session?"
HISTORY: list[Turn] = [("user", BEFORE), ("assistant", "“It was chaired by …” [1]")]


@pytest.mark.parametrize(
    "question",
    ["and where?", "who else?", "Qui d'autre ?", "und wo?", "¿y dónde?", "When was he born?", "؟"],
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
        "Et pourquoi le quota de pêche du hareng a-t-il baissé ?",
    ],
)
def test_a_question_that_stands_by_itself_is_left_alone(question: str) -> None:
    assert standalone(question, HISTORY) == question


def test_a_chain_of_follow_ups_goes_back_to_the_question_that_stands() -> None:
    longer: list[Turn] = [*HISTORY, ("user", "and where?"), ("assistant", "“In Algiers.” [1]")]
    assert standalone("and when?", longer) == f"and when? {BEFORE}"


def test_without_a_conversation_nothing_is_added() -> None:
    assert standalone("and where?", []) == "and where?"
    assert standalone("and where?", [("assistant", "Hello.")]) == "and where?"
    assert standalone("and where?", [("user", " ")]) == "and where?"
