from __future__ import annotations

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import ModelError
from rag.language import detect, detect_language, question_languages
from rag.load import load_file
from rag.types import UNDETERMINED, Document
from tests.conftest import ROOT, SHIPPED
from tests.embed.texts import texts_by_language

TEXTS = texts_by_language()


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_the_language_of_an_article(language: str) -> None:
    assert detect_language("\n".join(TEXTS[language][:8])) == language


@pytest.mark.parametrize("path", SHIPPED)
def test_the_language_of_the_shipped_articles(path: str) -> None:
    (article,) = load_file(ROOT / "corpus", path)
    assert isinstance(article, Document)
    assert detect_language(article.text) == article.language


@pytest.mark.parametrize("text", ["", " \n", "123 456", "?!", "🙂🙂🙂", "\ud800"])
def test_without_words_there_is_no_language(text: str) -> None:
    assert detect_language(text) == UNDETERMINED


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "who co-chaired the session?"),
        ("en", "Where did the session take place?"),
        ("fr", "Qui a co-présidé la session ?"),
        ("fr", "Combien de stations aura la ligne A du tramway ?"),
        ("es", "¿Quién copresidió la sesión?"),
        ("de", "Wer leitete die Sitzung gemeinsam?"),
        ("it", "Chi ha vinto le elezioni?"),
        ("pt", "Quem ganhou as eleições?"),
        ("nl", "Wie heeft de verkiezingen gewonnen?"),
        ("ru", "Кто победил на выборах?"),
        ("ar", "من هي رئيسة جمعية جسور؟"),
        ("pt", "Quanto custa cada soltura?"),
        ("uk", "Хто написав статтю про нову дамбу?"),
        ("da", "Hvem skrev rapporten om diget?"),
    ],
)
def test_the_language_of_a_question(language: str, question: str) -> None:
    shares = question_languages(question, ["fr", "en", "de"])
    assert max(shares, key=lambda code: shares[code]) == language


@pytest.mark.parametrize("line", (ROOT / "rag" / "questions.txt").read_text("utf-8").splitlines())
def test_a_question_may_be_in_a_language_that_no_article_is_in(line: str) -> None:
    language, _, questions = line.partition(" ")
    shares = question_languages(questions.replace("|", " "), ["fr", "en"])
    assert max(shares, key=lambda code: shares[code]) == language


def test_a_language_of_the_articles_is_preferred_however_rare() -> None:
    question = "Hvem åpnet museet?"
    assert question_languages(question, ["fr"])["no"] > 0.5
    assert question_languages(question, ["nn"])["nn"] > question_languages(question, ["fr"]).get(
        "nn", 0
    )


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Qui est Karim Belhadj ?", "fr"),
        ("Who is Fiona Tait?", "en"),
        ("Wer ist Aylin Demir?", "de"),
        ("Wat zei Lucie Barral?", "nl"),
        ("¿Dónde está Olivier Restaing?", "es"),
    ],
)
def test_a_name_does_not_tell_the_language_of_who_asks_about_it(
    question: str, language: str
) -> None:
    shares = question_languages(question, ["cs", "fi", "id", "sw", "tr", "vi", "fr"])
    assert shares[language] > 0.5


def test_a_language_that_articles_declare_is_recognised_under_another_code() -> None:
    assert question_languages("Hvem vant valget?", ["nb"])["nb"] > 0.5


def test_words_that_tell_nothing_may_be_in_any_language_that_is_expected() -> None:
    shares = question_languages("Wo?", ["sw"])
    assert {"fr", "sw"} < set(shares)
    assert "zu" not in shares


def test_a_question_without_words_may_be_in_any_language_of_the_articles() -> None:
    assert question_languages("2026?", ["fr", "en"]) == {"en": 0.5, "fr": 0.5}
    assert question_languages("2026?", []) == {UNDETERMINED: 1.0}


@given(st.text(), st.sets(st.sampled_from(["en", "fr", "ja", "sw", "und"])))
def test_probabilities_add_up_to_one(question: str, languages: set[str]) -> None:
    assert sum(question_languages(question, languages).values()) == pytest.approx(1)


def test_a_full_temporary_folder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def unpack(file: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("py3langid.langid.LanguageIdentifier.from_model_file", unpack)
    with pytest.raises(ModelError, match=r"No space left on device; .* TMPDIR"):
        detect._identifier.__wrapped__()
