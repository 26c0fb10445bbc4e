"""Days that a question names, the latest, and follow-ups that change only the days."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Corpus, Filters, Settings
from rag.embed import Embedder
from rag.followup import standalone
from rag.period import Period, asks_for_latest, expression, period_of
from tests.conftest import WordEmbedder


@pytest.mark.parametrize(
    ("question", "language", "years", "months", "days"),
    [
        ("What was decided in March 2025?", "en", {2025}, {3}, set()),
        ("Que s'est-il passé le 12 mars 2025 ?", "fr", {2025}, {3}, {12}),
        ("Was geschah am 3. Oktober 1990?", "de", {1990}, {10}, {3}),
        ("¿Qué aprobó el consejo el 5 de mayo de 2024?", "es", {2024}, {5}, {5}),
        ("What happened on May 12th, 2024?", "en", {2024}, {5}, {12}),
        ("What happened on 2025-03-12?", "en", {2025}, {3}, {12}),
        ("Что решили в марте 2025 года?", "ru", {2025}, {3}, set()),
        ("Co postanowiono w marcu 2025 r.?", "pl", {2025}, {3}, set()),
        ("2025年3月に何が決まりましたか？", "ja", {2025}, {3}, set()),
        ("ماذا قرر المجلس في مارس 2025؟", "ar", {2025}, {3}, set()),
        ("Mitä päätettiin maaliskuussa 2025?", "fi", {2025}, {3}, set()),
        ("Combien entre 2019 et 2021 ?", "fr", {2019, 2020, 2021}, set(), set()),
        ("Et en avril ? Qu'a adopté le conseil en mars 2025 ?", "fr", {2025}, {4}, set()),
        ("May I march with you?", "en", set(), set(), set()),
        ("Who paid 1,250,000 euros?", "en", set(), set(), set()),
        ("Where is room 1204?", "en", set(), set(), set()),
    ],
)
def test_what_a_question_names(
    question: str, language: str, years: set[int], months: set[int], days: set[int]
) -> None:
    period = period_of(question, [language])
    assert (set(period.years), set(period.months), set(period.days)) == (years, months, days)


def test_it_is_read_in_the_language_in_which_it_names_most() -> None:
    assert period_of("And in April 2025?", ["fr", "en"]) == period_of("And in April 2025?", ["en"])


@pytest.mark.parametrize("question", ["a" * 2_000 + " 2024" * 390, "12 mars 2025 " * 300])
@pytest.mark.timeout(10)
def test_a_hostile_question_is_read_in_no_time(question: str) -> None:
    assert period_of(question, ["en", "fr"]).years <= {2024, 2025}


MARCH = Period(frozenset({2025}), frozenset({3}))


@pytest.mark.parametrize(
    ("period", "date", "terms", "is_excluded"),
    [
        (MARCH, "2025-03-19", "", False),
        (MARCH, "2025-04-19", "", True),
        (MARCH, "2024-03-19", "", True),
        (MARCH, "2025", "", False),  # of any month
        (MARCH, None, "", False),  # of any day
        (MARCH, "2026-01-10", "mar 2025", False),  # a look back
        (MARCH, "2025-04-02", "mar", False),  # of its own year
        (MARCH, "2026-04-02", "mar", True),
        (Period(frozenset({2025})), "2025-12-31", "", False),
        (Period(frozenset({2025})), "2024-12-31", "", True),
        (Period(frozenset({2025})), "2026-12-31", "2025", False),
        (Period(months=frozenset({3})), "2019-03-01", "", False),
        (Period(months=frozenset({3})), "2019-04-01", "", True),
        (Period(MARCH.years, MARCH.months, frozenset({12})), "2025-03-13", "", False),
        (Period(MARCH.years, MARCH.months, frozenset({12})), "2025-03-20", "", True),
        (Period(MARCH.years, MARCH.months, frozenset({12})), "2025-03-20", "12", False),
    ],
)
def test_which_passages_are_of_other_days(
    period: Period, date: str | None, terms: str, is_excluded: bool
) -> None:
    assert period.excludes(date, set(terms.split()), "fr") == is_excluded


def test_an_article_may_tell_of_days_in_another_of_its_passages() -> None:
    assert MARCH.may_be_told_in("Il avait été élu en mars 2025.", "fr")
    assert MARCH.may_be_told_in("Mars a été froid. En 2025, la digue a cédé.", "fr")
    assert not MARCH.may_be_told_in("Il avait été élu en mai 2025.", "fr")
    assert not MARCH.may_be_told_in("Il avait été élu en mars.", "fr")
    assert Period(MARCH.years).may_be_told_in("Depuis 2025 seulement.", "fr")


def test_days_of_known_years_are_filters() -> None:
    assert MARCH.within(None) == Filters(since="2025-03", until="2025-03")
    french = Filters(languages=["fr"])
    whole = Period(frozenset({2024, 2025}))
    assert whole.within(french) == Filters(languages=["fr"], since="2024", until="2025")
    assert MARCH.within(Filters(until="2024")) is None
    assert Period(months=frozenset({3})).within(None) is None


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("What are the latest unemployment figures?", "en"),
        ("Who won the last race?", "en"),
        ("Quels sont les derniers chiffres du chômage ?", "fr"),
        ("quel est le plus recent sondage ?", "fr"),
        ("Was wurde zuletzt beschlossen?", "de"),
        ("Каковы последние новости?", "ru"),
        ("最新的客流量是多少？", "zh"),
        ("Son maç kaç kaç bitti?", "tr"),
        ("Koji su poslednji rezultati?", "sr"),
    ],
)
def test_a_question_for_the_latest(question: str, language: str) -> None:
    assert asks_for_latest(question, ["en", language])


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How long did the strike last?", "en"),
        ("Who is Dernière Kowalski?", "en"),
        ("Sonra ne oldu?", "tr"),
        ("Qui a coprésidé la session ?", "fr"),
    ],
)
def test_a_question_for_no_latest(question: str, language: str) -> None:
    assert not asks_for_latest(question, [language])


def test_where_days_are_named() -> None:
    for text, language, named in [
        ("Et le 5 mai 2024 ?", "fr", "5 mai 2024"),
        ("What about March, 2025?", "en", "March, 2025"),
        ("¿Y en marzo de 2025?", "es", "marzo de 2025"),
        ("2025年3月は？", "ja", "2025年3月"),
    ]:
        span = expression(text, language)
        assert span
        assert text[span.start : span.end] == named
    assert expression("En 2025, qu'a adopté le conseil en mars ?", "fr") is None
    assert expression("Qui a coprésidé la session ?", "fr") is None


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        ("Qu'a adopté le conseil en mars 2025 ?", "Et en avril ?", "en avril 2025 ?"),
        ("What was decided in March 2025?", "What about 2024?", "in 2024?"),
        ("Wer las im Mai 2024 im Haus?", "Und im Juni?", "Wer las im Juni 2024 im Haus?"),
        ("¿Quién ganó en 2019?", "¿Y en 2020?", "¿Quién ganó en 2020?"),
        ("Qui a gagné le concours ?", "Et en avril 2024 ?", "le concours, avril 2024 ?"),
        ("2025年3月に何が決まりましたか？", "4月は？", "4月 2025に何が決まりましたか？"),
    ],
)
def test_a_follow_up_that_says_other_days_only(before: str, question: str, whole: str) -> None:
    assert standalone(question, [("user", before)]).endswith(whole)
    assert question not in standalone(question, [("user", before)])


def test_further_days_are_those_of_the_same_question() -> None:
    asked = ["Qu'a adopté le conseil en mars 2025 ?", "Et en avril ?", "Et en 2024 ?"]
    history = [("user", text) for text in asked]
    assert standalone("en mai 2023 ?", history) == "Qu'a adopté le conseil en mai 2023 ?"  # type: ignore[arg-type]


def test_days_in_another_language_are_searched_with_the_question() -> None:
    before = "Who co-chaired the session?"
    assert standalone("Et le 5 mai ?", [("user", before)]) == f"Et le 5 mai ? {before}"


@pytest.fixture(scope="module")
def monthly(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """Twelve articles that only their dates tell apart."""
    folder = tmp_path_factory.mktemp("monthly")
    rows = [
        {
            "id": f"{month:02}",
            "title": "Conseil municipal de Brévannes : les décisions",
            "text": f"Réuni lundi soir, le conseil municipal de Brévannes a adopté {what}.",
            "date": f"2024-{month:02}-11",
            "lang": "fr",
        }
        for month, what in enumerate(
            [
                *("le budget", "la rénovation de la piscine", "la gratuité de la cantine"),
                *("l'achat d'autobus", "un plan de plantation d'arbres", "la vente de la gare"),
                *("la création d'un marché", "un règlement sur les terrasses", "un plan vélo"),
                *("une hausse de la taxe", "le jumelage avec Lindau", "une patinoire"),
            ],
            1,
        )
    ]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / "rows.jsonl").write_text("\n".join(lines), "utf-8")
    with Corpus(folder, folder.parent / f"{folder.name}-index", Settings(), embedder) as corpus:
        corpus.sync()
        yield corpus


def first(corpus: Corpus, question: str) -> str:
    """Id of the article that is quoted first; "" if the question is declined."""
    answer = corpus.ask(question)
    return answer.citations[0].document.id if answer.citations else ""


def test_only_the_date_of_an_article_tells_what_is_asked_for(monthly: Corpus) -> None:
    assert first(monthly, "Qu'a adopté le conseil municipal de Brévannes en mars 2024 ?") == "03"
    assert first(monthly, "What did the Brévannes city council adopt in May 2024?") == "05"
    assert first(monthly, "Qu'a adopté le conseil municipal de Brévannes en octobre ?") == "10"


def test_what_is_asked_of_a_year_without_articles_is_declined(monthly: Corpus) -> None:
    answer = monthly.ask("Qu'a adopté le conseil municipal de Brévannes en mars 2019 ?")
    assert answer.abstained
    assert answer.nearest
    whys = [result.explanation for result in answer.passages]
    assert {why.untimely for why in whys if why} == {"other"}


def test_a_passage_is_of_the_days_that_its_article_tells_of_elsewhere(
    tmp_path: Path, words: WordEmbedder
) -> None:
    (tmp_path / "corpus").mkdir()
    for name, opening in [("report", "The year 2019 was dry."), ("other", "It was dry.")]:
        text = f"---\ndate: 2025-02-01\n---\n{opening}\n\n{'It rained. ' * 20}\n\nThe dam broke."
        (tmp_path / "corpus" / f"{name}.md").write_text(text)
    settings = Settings(chunk_tokens=16)
    with Corpus(tmp_path / "corpus", tmp_path / "index", settings, words) as corpus:
        corpus.sync()
        found = corpus.search("Where did the dam break in 2019?", top_k=20)
    dams = [result for result in found if "dam" in result.chunk.text and result.explanation]
    untimely = {
        result.document.id: result.explanation.untimely for result in dams if result.explanation
    }
    assert untimely == {"report.md": "", "other.md": "other"}
    assert [result.document.id for result in dams] == ["report.md", "other.md"]


def test_the_latest_is_the_newest_of_what_is_as_near(monthly: Corpus) -> None:
    assert first(monthly, "Quelle est la dernière décision du conseil municipal ?") == "12"
    assert first(monthly, "What is the latest decision of the Brévannes council?") == "12"


def test_a_follow_up_of_another_month(monthly: Corpus) -> None:
    asked = "Qu'a adopté le conseil municipal de Brévannes en mars 2024 ?"
    answer = monthly.ask("Et en septembre ?", history=[("user", asked)])
    assert [citation.document.id for citation in answer.citations] == ["09"]


def test_filters_that_choose_days_stay(monthly: Corpus) -> None:
    asked = "Qu'a adopté le conseil municipal de Brévannes en mars 2024 ?"
    answer = monthly.ask(asked, filters=Filters(since="2024-06"))
    assert {result.document.id for result in answer.passages} <= {f"{n:02}" for n in range(6, 13)}
    assert answer.abstained


@pytest.mark.parametrize(
    ("question", "language", "first", "last"),
    [
        ("What happened last week?", "en", "2026-02-23", "2026-03-01"),
        ("Quoi de neuf cette semaine ?", "fr", "2026-03-02", "2026-03-08"),
        ("L’année dernière, qui a gagné ?", "fr", "2025", "2025"),
        ("Was geschah im letzten Monat?", "de", "2026-02", "2026-02"),
        ("¿Qué pasó ayer?", "es", "2026-03-03", "2026-03-03"),
        ("Что случилось на прошлой неделе?", "ru", "2026-02-23", "2026-03-01"),
        ("先週何が起きましたか", "ja", "2026-02-23", "2026-03-01"),
        ("지난달에 무슨 일이 있었나요?", "ko", "2026-02", "2026-02"),
        ("geçen yıl ne oldu?", "tr", "2025", "2025"),
        ("How many in March this year?", "en", "2026-03", "2026-03"),
        ("What happened on 31 June 2024?", "en", "2024-06", "2024-06"),
        ("What happened on 12 March 2024?", "en", "2024-03-12", "2024-03-12"),
    ],
)
def test_days_that_are_named_by_today(
    monkeypatch: pytest.MonkeyPatch, question: str, language: str, first: str, last: str
) -> None:
    monkeypatch.setattr("rag.period.today", lambda: datetime.date(2026, 3, 4))
    within = period_of(question, [language]).within(None)
    assert within
    assert (within.since, within.until) == (first, last)


def test_what_is_no_day_named_by_today() -> None:
    assert not period_of("Wer wohnt hier?", ["de"])
    assert not period_of("What is the last name?", ["en"])
    assert not period_of("Who pays?", ["und"])


def test_a_week_excludes_what_is_dated_outside_it() -> None:
    week = Period(first="2026-02-23", last="2026-03-01")
    dates = [
        "2026-02-22",
        "2026-02-23",
        "2026-03-02",
        "2026-03-03",
        "2026-02",
        "2026",
        "2025",
        None,
    ]
    excluded = [week.excludes(date, frozenset(), "en") for date in dates]
    assert excluded == [True, False, False, True, False, False, True, False]
