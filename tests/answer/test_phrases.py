"""What is said around quotes, and in place of an answer."""

from __future__ import annotations

import pytest

from rag.answer import phrases as module
from rag.answer.phrases import Phrases, phrases, quoted
from rag.language.detect import COMMON_LANGUAGES, detect_language

LANGUAGES = sorted(module._every_language())


def test_the_languages_that_questions_are_told_in_have_phrases() -> None:
    assert set(LANGUAGES) >= COMMON_LANGUAGES
    assert phrases("xx") == phrases("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_its_own(language: str) -> None:
    said = phrases(language)
    assert said.quote.format("q").strip() not in ("", "q")
    assert len(set(said)) == len(Phrases._fields)
    assert all(text.strip() == text != "" for text in said)
    told = {detect_language(" ".join(said[1:]))}
    assert language in told | ({"no"} if told <= {"nb", "nn", "da"} else set())


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotation_marks_do_not_stand_within_the_same(language: str) -> None:
    say = phrases(language)
    assert quoted("q", say) == say.quote.format("q")
    inner = say.quote.format("q").replace("\xa0", "")
    outer = quoted(f"{inner}, he said", say)
    assert inner in outer
    assert {outer[0], outer[-1]}.isdisjoint(inner)
