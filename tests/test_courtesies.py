"""What asks nothing is not answered."""

from __future__ import annotations

import pytest

from rag.courtesies import courtesies_of, is_courtesy
from rag.followup import is_bare, standalone
from rag.questions import questions_about_nothing
from rag.types import Turn


@pytest.mark.parametrize(
    ("said", "language"),
    [
        *[("Hello!", "en"), ("hi, thanks 👍", "en"), ("OK.", "en"), ("Merci beaucoup :)", "fr")],
        *[("ok merci", "fr"), ("ok, danke", "de"), ("thx", "en"), ("?!", "fr"), ("…", "en")],
        *[("Who are you?", "en"), ("help!", "en"), ("Are you sure?", "en"), ("t'es qui ?", "fr")],
        *[("Comment ça va ?", "fr"), ("ce n'est pas ce que j'ai demandé", "fr")],
        *[("Wer bist du?", "de"), ("ты кто?", "ru"), ("你是谁？", "zh"), ("sen kimsin", "tr")],
        *[("D’accord", "fr"), ("¿Qué tal?", "es"), ("GRAZIE", "it"), ("Guten Tag", "de")],
        *[
            ("你好！", "zh"),
            ("ありがとうございます。", "ja"),
            ("안녕하세요!", "ko"),
            ("مرحباً", "ar"),
        ],
    ],
)
def test_a_courtesy_is_known(said: str, language: str) -> None:
    assert language in courtesies_of(said)


@pytest.mark.parametrize(
    "said",
    [
        "tram",
        "Nice",
        "Salah",
        "SVP",
        "2024",
        "Who is the mayor?",
        "Who are the Rolling Stones?",
        "hello, who chaired?",
        "Who said thanks?",
        "merci " * 5000,
    ],
)
def test_what_asks_is_none(said: str) -> None:
    assert not is_courtesy(said)


def test_no_question_is_taken_for_a_courtesy() -> None:
    asked = [each for every in questions_about_nothing().values() for each in every]
    assert not [each for each in asked if is_courtesy(each)]


def test_a_follow_up_goes_past_courtesies_and_these_go_on_from_nothing() -> None:
    asked: list[Turn] = [("user", "Who chaired the session?"), ("assistant", "…")]
    thanked: list[Turn] = [*asked, ("user", "Thanks!"), ("assistant", "…")]
    assert standalone("Thanks!", asked) == "Thanks!"
    assert standalone("?", thanked) == "? Who chaired the session?"
    assert standalone("And where?", thanked) == "And where? Who chaired the session?"


def test_what_a_thing_is_may_be_asked_of_the_one_before() -> None:
    asked: list[Turn] = [("user", "Who built the tide clock?"), ("assistant", "…")]
    for question in ("How does it work?", "What is this?"):
        assert standalone(question, asked) == f"{question} Who built the tide clock?"
        assert is_bare(question)
