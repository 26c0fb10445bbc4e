"""Conversations and feedback on the disk."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from rag.types import Explanation, LegScore, SearchResult
from rag.ui.conversation import Exchange, Options
from rag.ui.memory import Memory
from tests.ui.test_message import ANSWER, EXCHANGE, PASSAGE

WHY = Explanation(
    question_languages={"en": 0.9},
    language="fr",
    background=0.8,
    spread=0.02,
    meaning=1.5,
    share=0.1,
    words=0.2,
    untold=0.0,
    matched=("said",),
)


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory.beside(tmp_path / "index")


def test_a_conversation_comes_back_as_it_was(memory: Memory) -> None:
    explained = SearchResult(
        PASSAGE.document, PASSAGE.chunk, 1.0, {"dense": LegScore(1, 0.8, 1.0)}, WHY
    )
    exchange = Exchange(
        question="é?", options=Options(caution="eager"), passages=(explained,), answer=ANSWER
    )
    memory.save("ann", "1", (EXCHANGE, exchange))
    assert memory.load("ann", "1") == (EXCHANGE, exchange)


def test_what_went_on_elsewhere_is_neither_replaced_nor_forgotten(memory: Memory) -> None:
    first, here, there = (Exchange(question="q", id=id) for id in ("1", "2", "3"))
    assert memory.save("ann", "1", (first,))
    assert memory.save("ann", "1", (first, there), seen=(first,))
    for left in ((first, here), (here,), ()):
        assert not memory.save("ann", "1", left, seen=(first,))
    assert memory.load("ann", "1") == (first, there)
    assert memory.save("ann", "1", (), seen=(first, there))
    assert memory.saved("ann") == []


def test_a_conversation_of_an_older_version_goes_on(memory: Memory, tmp_path: Path) -> None:
    memory.save("ann", "1", (EXCHANGE,))
    with sqlite3.connect(tmp_path / "index-people.sqlite") as connection:
        connection.execute("UPDATE conversations SET exchanges = json_remove(exchanges, '$[0].id')")
    assert memory.load("ann", "1") == (EXCHANGE,)
    assert memory.save("ann", "1", (EXCHANGE, EXCHANGE), seen=(EXCHANGE,))


def test_each_user_sees_their_own(memory: Memory) -> None:
    memory.save("ann", "1", (EXCHANGE,))
    memory.save("bob", "1", ())  # an id that is not his
    memory.rename("bob", "1", "stolen")
    memory.delete("bob", "1")
    assert memory.saved("bob") == []
    assert memory.load("bob", "1") == ()
    assert memory.load("ann", "1") == (EXCHANGE,)
    assert memory.saved("ann")[0].title == "q"


def test_search_rename_and_delete(memory: Memory) -> None:
    memory.save("ann", "1", (EXCHANGE,))
    memory.save("ann", "2", (Exchange(question="100 % of it"),))
    assert [saved.id for saved in memory.saved("ann")] == ["2", "1"]
    assert [saved.id for saved in memory.saved("ann", "100 %")] == ["2"]
    assert [saved.id for saved in memory.saved("ann", "ten")] == ["1"]  # in the answer
    memory.rename("ann", "1", " new\nname ")
    assert memory.save("ann", "1", (EXCHANGE, EXCHANGE), seen=(EXCHANGE,))
    assert memory.saved("ann")[0].title == "new name"
    memory.delete("ann", "1")
    assert [saved.id for saved in memory.saved("ann")] == ["2"]


def test_a_search_ignores_the_case_of_any_script(memory: Memory) -> None:
    for id, question in (("1", "École fermée ?"), ("2", "Где МОСКВА?")):
        memory.save("ann", id, (Exchange(question=question),))
    assert [saved.id for saved in memory.saved("ann", "école FERMÉE")] == ["1"]
    assert [saved.id for saved in memory.saved("ann", "москва")] == ["2"]


def test_feedback_is_kept_once_for_each_answer(memory: Memory) -> None:
    memory.rate("ann", "1-1", EXCHANGE, liked=True)
    again = Exchange(question="asked again")
    memory.rate("ann", "1-1", again, liked=False, note="wrong year")
    assert memory.feedback() == [(again, False, "wrong year")]
    memory.unrate("bob", "1-1")
    assert len(memory.feedback()) == 1
    memory.unrate("ann", "1-1")
    assert memory.feedback() == []


def test_a_conversation_that_cannot_be_read_is_empty(memory: Memory, tmp_path: Path) -> None:
    memory.save("ann", "1", (EXCHANGE,))
    with sqlite3.connect(tmp_path / "index-people.sqlite") as connection:
        connection.execute("UPDATE conversations SET exchanges = '[{}]'")
    assert memory.load("ann", "1") == ()


def test_feedback_that_cannot_be_read_is_counted_and_left_out(
    memory: Memory, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    memory.rate("ann", "1-1", EXCHANGE, liked=True)
    memory.rate("ann", "1-2", EXCHANGE, liked=True)
    with sqlite3.connect(tmp_path / "index-people.sqlite") as connection:
        connection.execute("UPDATE feedback SET exchange = '{}' WHERE id = '1-1'")
    assert memory.feedback() == [(EXCHANGE, True, "")]
    assert "1 answer" in caplog.text
