"""Requests for a subject: what is one, what it finds, and which quotes present that."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path

import pytest

from rag import Corpus, Filters
from rag.answer.phrases import phrases
from rag.cite import label
from rag.overview import Overview, continued, overview_of
from rag.period import Period
from rag.retrieve import Retriever
from rag.settings import Settings
from rag.types import Turn, Wish
from tests.conftest import WordEmbedder


@pytest.mark.parametrize(
    ("question", "subject", "wish"),
    [
        ("Tell me about the tram", "tram", "about"),
        ("could you please tell me more about the covered market?", "covered market", "about"),
        ("What is known about the flood", "flood", "about"),
        ("Which articles mention Russia?", "Russia", "about"),
        ("What do the papers say about the new dam?", "new dam", "about"),
        ("What's the latest news on the tram?", "tram", "news"),
        ("Give me three facts about the dam", "dam", "about"),
        ("Donne-moi 3 faits sur la digue", "digue", "about"),
        ("Nenne mir fünf Fakten über die Straßenbahn", "Straßenbahn", "about"),
        ("any updates on the strike please", "strike", "news"),
        ("tram news", "tram", "news"),
        ("the tunnel, any news?", "tunnel", "news"),
        ("Summarise the article about the budget", "budget", "summary"),
        ("Can you sum up the story on herring quotas?", "herring quotas", "summary"),
        ("TELL ME ABOUT THE TRAM", "TRAM", "about"),
        ("Parle-moi de La Rochelle", "La Rochelle", "about"),
        ("Dis-moi ce que tu sais du tramway, stp", "tramway", "about"),
        ("Quelles sont les dernières nouvelles de la grève ?", "grève", "news"),
        ("quoi de neuf sur l'usine", "usine", "news"),
        ("Résume l'article sur le budget", "budget", "summary"),
        ("Parle-moi de la presse", "presse", "about"),
        ("Was kannst du mir über die Straßenbahn erzählen?", "Straßenbahn", "about"),
        ("Was gibt es Neues zum Tunnel?", "Tunnel", "news"),
        ("¿Qué se sabe del tranvía?", "tranvía", "about"),
        ("Расскажи о новом трамвае", "новом трамвае", "about"),
        ("أخبرني عن الفيضان", "الفيضان", "about"),
        ("トラムについて教えてください", "トラム", "about"),
        ("有没有关于有轨电车的最新消息？", "有轨电车", "news"),
        ("지하철 파업에 대해 알려줘", "지하철 파업에", "about"),
        ("Bana tramvay hakkında bilgi ver", "tramvay", "about"),
        ("मुझे बाढ़ के बारे में बताओ", "बाढ़", "about"),
        ("เล่าให้ฟังเกี่ยวกับรถราง", "รถราง", "about"),
        ("Kerro raitiovaunusta", "raitiovaunusta", "about"),
        ("Que dit-on de « Who pays? » ?", "Who pays", "about"),
        ("Who wrote the article about the budget?", "budget", "author"),
        ("Which newspaper published the story on the dam?", "dam", "author"),
        ("who was the article on the tram written by", "tram", "author"),
        ("Qui est l'auteur de l'article sur la digue ?", "digue", "author"),
        ("Wer hat den Artikel über die Straßenbahn geschrieben?", "Straßenbahn", "author"),
        ("When was the article about the tram published?", "tram", "date"),
        ("De quand date l'article sur la digue ?", "digue", "date"),
        ("¿Cuándo se publicó el artículo sobre la lonja?", "lonja", "date"),
        ("tramway", "tramway", "about"),
        ("Odette Lamballais", "Odette Lamballais", "about"),
    ],
)
def test_a_request_for_a_subject(question: str, subject: str, wish: Wish) -> None:
    assert overview_of(question) == Overview(subject, wish)


@pytest.mark.parametrize(
    "question",
    [
        "Who co-chaired the session?",
        "Tell me who co-chaired the session",
        "Tell me the price of a ticket",
        "Tell me what the council decided on",
        "What is the latest budget of the city?",
        "What is new York's mayor called?",
        "Quel est le nouveau maire ?",
        "Quel article du code pénal punit le vol ?",
        "Who wrote Germinal?",
        "When was Germinal published?",
        "Who is the author?",
        "Who wrote it?",
        "Quand a-t-il été publié ?",
        "Who said that?",
        "When did that happen?",
        "Who wrote article 5 of the law?",
        "Who wrote the report about the tram?",
        "Qui est l'auteur du rapport sur le tramway ?",
        "Wer unterschrieb das Abkommen über die Fischerei?",
        "Dis-moi où est le maire",
        "Quels livres Pascal a-t-il écrit ?",
        "À qui sont transmis les éléments du dossier ?",
        "Wer wurde zum Präsidenten gewählt?",
        "ticket price tram",
        "Wo?",
        "What did he say?",
        "What did he say about it?",
        "Que dit-il ?",
        "What is it?",
        "hello",
        "2024",
        "?",
        "",
        "tell me about " * 50,
    ],
)
def test_what_asks_for_a_fact_is_none(question: str) -> None:
    assert overview_of(question) is None


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What's new?", Overview("", "news")),
        ("Quoi de neuf ?", Overview("", "news")),
        ("What are the articles about?", Overview("", "news")),
        ("De quoi parlent les articles ?", Overview("", "news")),
        ("Quelles sont les actualités de la semaine ?", Overview("", "news")),
        ("Was steht in den Artikeln?", Overview("", "news")),
        ("Qu'est-ce qui s'est passé récemment ?", Overview("", "news", leans=True)),
        ("Was gibt's Neues?", Overview("", "news")),
        ("最新ニュースを教えて", Overview("", "news")),
        (
            "What happened in March 2024?",
            Overview("", "news", period=Period(frozenset({2024}), frozenset({3}))),
        ),
        (
            "Que s'est-il passé le 12 mars 2024 ?",
            Overview("", "news", period=Period(frozenset({2024}), frozenset({3}), frozenset({12}))),
        ),
        ("Tell me more", Overview("", "about", leans=True)),
        ("Dis-m'en plus", Overview("", "about", leans=True)),
        ("Tell me about it", Overview("", "about", leans=True)),
        ("Parle-moi d'elle", Overview("", "about", leans=True)),
        ("What can you tell me?", Overview("", "about", leans=True)),
        ("What topics are covered?", Overview("", "news")),
        ("Summarise it", Overview("", "summary", leans=True)),
        ("What happened?", Overview("", "news", leans=True)),
        ("Who wrote this article?", Overview("", "author", leans=True)),
        ("And when was that published?", Overview("", "date", leans=True)),
        ("Et c'est paru quand, ça ?", Overview("", "date", leans=True)),
        ("Show me the whole article", Overview("", "about", leans=True)),
        ("Montre-moi l'article", Overview("", "about", leans=True)),
        ("Quels sont les articles disponibles ?", Overview("", "news")),
        ("De quand date l'article ?", Overview("", "date", leans=True)),
    ],
)
def test_a_request_without_a_subject(question: str, wanted: Overview) -> None:
    assert overview_of(question) == wanted


def rows(name: str) -> list[list[str]]:
    """The lines of a table beside the tests."""
    lines = Path(__file__).with_name("data").joinpath(name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines]


# Language, wish (`fact` is none of both), subject and question.
BYLINES = rows("bylines.tsv")

# Language, what of an answer or of all articles is asked for (`fact` is none of both), question.
ANSWERED = rows("answered.tsv")


@pytest.mark.parametrize("language", sorted({language for language, *_ in BYLINES}))
def test_who_wrote_an_article_is_asked_in_many_ways(language: str) -> None:
    for _, wish, subject, question in (each for each in BYLINES if each[0] == language):
        wanted = overview_of(question)
        is_byline = wanted is not None and wanted.wish in {"author", "date"}
        found = (wanted.wish, wanted.subject) if wanted and is_byline else ("fact", "")
        assert found == (wish, subject), question


@pytest.mark.parametrize("language", sorted({language for language, *_ in ANSWERED}))
def test_sources_and_the_number_of_articles_are_asked_for_in_many_ways(language: str) -> None:
    for _, kind, question in (each for each in ANSWERED if each[0] == language):
        wanted = overview_of(question)
        asks_source = wanted is not None and wanted.wish == "source"
        found = "source" if asks_source else "count" if wanted and wanted.counts else "fact"
        assert found == kind, question


@pytest.mark.parametrize(
    "question",
    [
        "Where does she come from?",
        "D'où vient-il ?",
        "Woher kommt er?",
        "¿De dónde viene?",
        "How many articles does it have?",
        "What is the source of the river?",
        "Woher?",
    ],
)
def test_what_may_be_asked_of_anybody_is_no_request_for_a_source(question: str) -> None:
    wanted = overview_of(question)
    assert wanted is None or not (wanted.wish == "source" or wanted.counts)


@pytest.mark.parametrize(
    ("question", "before", "subject"),
    [
        ("And the herring?", "Any news about the tram?", "herring"),
        ("Et sur la crue ?", "Quoi de neuf sur le tramway ?", "crue"),
        ("And when did it open?", "Any news about the tram?", ""),
        ("And the herring?", "Who built the tram?", ""),
    ],
)
def test_the_same_of_another_subject(question: str, before: str, subject: str) -> None:
    wanted = continued(question, before)
    assert (wanted.subject if wanted else "") == subject


def asked(sample: Corpus, *questions: str) -> Sequence[tuple[str | None, str]]:
    """Date and path of each quote of the answer to the last of some questions."""
    history: list[Turn] = []
    for question in questions:
        answer = sample.ask(question, history=history)
        for citation in answer.citations:
            document = citation.document
            assert document.text[citation.start : citation.end] == citation.quote
        history += [("user", question), ("assistant", answer.text)]
    return [(each.document.date, each.document.path) for each in answer.citations]


def test_several_articles_are_presented_by_what_they_begin_with(sample: Corpus) -> None:
    answer = sample.ask("Parle-moi du tramway")
    assert not answer.abstained
    paths = [citation.document.path for citation in answer.citations]
    assert len(paths) == len({*paths}) == 3
    assert all(citation.start == 0 for citation in answer.citations)
    assert answer.question == "Parle-moi du tramway"
    assert answer.language == "fr"


def test_who_wrote_an_article_is_told_before_its_words(sample: Corpus) -> None:
    answer = sample.ask("Who wrote the article about the budget?")
    assert answer.text.startswith(
        "Thibault Nocé, Le Courrier de Valmorin, 2 April 2025 — “Le conseil municipal de Valmorin"
    )
    assert "(2025-04-02)" not in answer.text
    assert answer.citations[0].document.path == "valmorin-budget.md"


@pytest.mark.parametrize("asked_now", ["Who wrote this article?", "When was the article written?"])
def test_the_article_of_the_answer_before_is_pointed_at(sample: Corpus, asked_now: str) -> None:
    history: list[Turn] = [("user", "Who opened the tram?"), ("assistant", "…")]
    history += [("user", "Who wrote the article?"), ("assistant", "…")]
    answer = sample.ask(asked_now, history=history)
    assert answer.text.startswith("Hazel Pemberton, The Northern Courier, 5 October 2025 — “")
    assert len(answer.citations) == 1
    assert sample.ask(asked_now).text == phrases("en").unasked


@pytest.mark.parametrize(
    "before",
    [
        ["Who co-chaired the session?"],
        ["Who co-chaired the session?", "and where?"],
        ["Who co-chaired the session?", "And when?", "Who wrote that?"],
        ["Tell me about the tram"],
        ["Who is the mayor of Valmorin and when did the tram open?"],
    ],
)
def test_the_source_of_an_answer_stands_before_the_same_quotes(
    sample: Corpus, before: Sequence[str]
) -> None:
    history: list[Turn] = []
    for question in before:
        answer = sample.ask(question, history=history)
        history += [("user", question), ("assistant", answer.text)]
    for question in ("Source?", "thanks", "Where does that come from?"):
        again = sample.ask(question, history=history)
        history += [("user", question), ("assistant", again.text)]
        if question == "thanks":
            continue
        assert again.question == question
        assert again.citations == answer.citations
        for citation in again.citations:
            where = label(citation.document, citation.start, citation.end)
            assert f"{where} — “{citation.quote}” {citation.marker}" in again.text


def test_without_an_answer_before_the_sources_are_all_articles(sample: Corpus) -> None:
    newest = [each.document.path for each in sample.ask("What's new?").citations]
    asked_now = sample.ask("What are your sources?", history=[("user", "hello")])
    assert [each.document.path for each in asked_now.citations] == newest


@pytest.mark.parametrize(
    ("question", "filters", "said"),
    [
        ("How many articles do you have?", None, "Articles: 21\n\n“"),
        ("Combien d'articles y a-t-il ?", Filters(languages=["de"]), "Articles\u00a0: 2\n\n«"),
        ("How many articles in 2024?", None, "Articles: 9\n\n“"),
        ("How many articles do you have?", Filters(sources=["nobody"]), phrases("en").unmatched),
    ],
)
def test_articles_are_counted(
    sample: Corpus, question: str, filters: Filters | None, said: str
) -> None:
    assert sample.ask(question, filters=filters).text.startswith(said)


def test_the_articles_of_a_source_are_counted(sample: Corpus) -> None:
    asked_now = sample.ask("How many articles are there from The Northern Courier?")
    named = sum(each.source == "The Northern Courier" for each in sample.documents())
    assert asked_now.text.startswith(f"Articles: {named}\n")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("When was the latest article published?", "Hazel Pemberton, The Northern Courier, 5 Oct"),
        ("Qui a écrit le dernier article ?", "Hazel Pemberton, The Northern Courier, 5 octobre"),
        ("Wann erschien der neueste Artikel?", "Hazel Pemberton, The Northern Courier, 5. Okt"),
    ],
)
def test_of_the_newest_article(sample: Corpus, question: str, said: str) -> None:
    answer = sample.ask(question)
    assert answer.text.startswith(said)
    assert len(answer.citations) == 1
    nobody = Filters(sources=["nobody"])
    assert sample.ask(question, filters=nobody).text == phrases(answer.language).unmatched


def test_an_author_that_the_article_does_not_tell_is_not_made_up(
    folder: Path, index: str, words: WordEmbedder
) -> None:
    (folder / "a.md").write_text("The dam broke at noon.")
    (folder / "b.md").write_text("---\nauthors: [Ann Lee]\n---\nThe dam was mended by night.")
    with Corpus(folder, index, Settings(), words) as corpus:
        corpus.sync()
        asked = corpus.ask("Who wrote the article about the dam that broke at noon?")
        assert asked.abstained
        assert [each.document.path for each in asked.nearest] == ["a.md"]
        assert corpus.ask("Who wrote the article on mended by night?").text.startswith("Ann Lee — ")


def test_a_copy_of_an_article_is_not_quoted_again(
    folder: Path, index: str, words: WordEmbedder
) -> None:
    for number in range(4):
        text = "The dam broke at noon." if number < 3 else "The dam was mended by night."
        (folder / f"{number}.md").write_text(f"---\ndate: 2025-05-0{9 - number}\n---\n{text}")
    with Corpus(folder, index, Settings(), words) as corpus:
        corpus.sync()
        shown = corpus.ask("What's new?").citations
    assert [each.quote for each in shown][:2] == [
        "The dam broke at noon.",
        "The dam was mended by night.",
    ]
    assert shown[0].document.path == "0.md"


def test_a_title_in_another_language_does_not_tell_who_asks(sample: Corpus) -> None:
    answer = sample.ask("Que dit-on de « Herring quota cut again after spring survey » ?")
    assert answer.language == "fr"
    assert [each.document.path for each in answer.citations] == ["herring-quota-review.md"]
    assert answer.citations[0].start == 0


@pytest.mark.parametrize(
    ("name", "language"),
    [("herring", "en"), ("Odette Lamballais", "fr"), ("Weidtmann", "de"), ("Magramane", "fr")],
)
def test_a_name_alone_is_answered_in_the_language_of_the_article(
    sample: Corpus, name: str, language: str
) -> None:
    assert sample.ask(name).language == language


def test_news_come_the_newest_first_and_dated(sample: Corpus) -> None:
    dates = [date for date, _ in asked(sample, "Quoi de neuf sur le tramway ?")]
    assert dates == sorted(dates, key=str, reverse=True)
    assert dates[0] == "2025-10-04"
    answer = sample.ask("Any news about the herring?")
    assert f"({answer.citations[0].document.date})" in answer.text


def test_an_article_in_short(sample: Corpus) -> None:
    answer = sample.ask("Résume l'article sur la session d'Alger et de Moscou")
    assert {each.document.path for each in answer.citations} == {"alger-moscou-consultations.md"}
    starts = [citation.start for citation in answer.citations]
    assert len(starts) == 3
    assert starts == sorted(starts)
    assert starts[0] == 0


def test_what_is_mentioned_only_is_quoted_where_it_is(sample: Corpus) -> None:
    (citation,) = sample.ask("Tell me about the compensation fund").citations
    assert citation.start > 0
    assert "compensation fund" in citation.quote


def test_of_what_no_article_treats_nothing_is_said(sample: Corpus) -> None:
    for question in ("Tell me about basketball", "Parle-moi de la coupe du monde", "yoga"):
        assert sample.ask(question).abstained, question


def test_the_newest_of_everything(sample: Corpus) -> None:
    dates = [date for date, _ in asked(sample, "What's new?")]
    assert dates == ["2025-10-05", "2025-10-04", "2025-07-03"]
    answer = sample.ask("Quoi de neuf ?", filters=Filters(languages=["de"]))
    assert {each.document.language for each in answer.citations} == {"de"}
    assert not answer.abstained
    # Filters that choose days say which week is meant.
    until = sample.ask("Quoi de neuf cette semaine ?", filters=Filters(until="2024-01"))
    assert [each.document.date for each in until.citations] == [
        "2024-01-20",
        "2024-01-12",
        "2023-03-14",
    ]


def test_what_happened_in_a_month(sample: Corpus) -> None:
    assert asked(sample, "What happened in January 2024?") == [
        ("2024-01-20", "fayadan-musaada.md"),
        ("2024-01-12", "crue-vaire.md"),
    ]
    moved = asked(sample, "What happened in January 2024?", "And in March 2023?")
    assert moved == [("2023-03-14", "tram-annonce.md")]
    assert sample.ask("What happened in March 2019?").abstained


@pytest.mark.parametrize(
    ("question", "dates"),
    [
        ("What happened yesterday?", ["2026-03-03"]),
        ("Quoi de neuf cette semaine ?", ["2026-03-08", "2026-03-03"]),
        ("Was ist letzte Woche passiert?", ["2026-02-23"]),
        ("What's the news from last month?", ["2026-02-23"]),
        ("¿Qué pasó el año pasado?", ["2025-12-31"]),
        ("今週のニュース", ["2026-03-08", "2026-03-03"]),
    ],
)
def test_what_happened_in_days_named_by_today(
    folder: Path,
    index: str,
    words: WordEmbedder,
    monkeypatch: pytest.MonkeyPatch,
    question: str,
    dates: list[str],
) -> None:
    for module in ("rag.period", "rag.overview", "rag.retrieve"):
        monkeypatch.setattr(f"{module}.today", lambda: datetime.date(2026, 3, 4))
    for date in ("2026-03-03", "2026-03-08", "2026-02-23", "2025-12-31", "2024-03-04"):
        (folder / f"{date}.md").write_text(f"---\ndate: {date}\n---\nIt rained on {date}.")
    with Corpus(folder, index, Settings(), words) as corpus:
        corpus.sync()
        shown = corpus.ask(question).citations
    assert [each.document.date for each in shown] == dates


def test_where_nothing_is_of_these_days_the_newest_are_shown_as_that(sample: Corpus) -> None:
    answer = sample.ask("What happened yesterday?")
    assert answer.abstained
    assert [each.document.date for each in answer.nearest][:1] == ["2025-10-05"]


def test_more_of_what_was_spoken_of(sample: Corpus) -> None:
    told = asked(sample, "Who co-chaired the session?", "Tell me more")
    assert {path for _, path in told} == {"alger-moscou-consultations.md"}
    assert len(told) > 1
    other = asked(sample, "Quoi de neuf sur le tramway ?", "Et sur le hareng ?")
    # The newest is in another language.
    assert [path for _, path in other] == ["herring-quota-review.md", "sommet-peche.md"]
    alone = asked(sample, "Who co-chaired the session?", "Tell me about the tram")
    assert all("tram" in path for _, path in alone)


@pytest.mark.each_backend
def test_the_newest_documents_of_an_index(
    folder: Path, index: str, words: WordEmbedder, corpus: Corpus
) -> None:
    dates = {"v": "2024", "w": None, "x": "2024-06", "y": "2023-12-31", "z": "2025-01-01"}
    for name, date in dates.items():
        matter = f"---\ndate: {date}\n---\n" if date else ""
        (folder / f"{name}.md").write_text(f"{matter}Rain fell on {name}. {'Then more. ' * 200}")
    corpus.sync()
    retriever = Retriever(corpus._parts().store, words, Settings(top_k=9))

    def newest(filters: Filters | None = None) -> list[str]:
        found = retriever.newest("what's new?", filters).results
        assert all(result.chunk.start == 0 for result in found)
        return [result.document.path[0] for result in found if result.document.path[0] in dates]

    assert newest() == ["z", "x", "v", "y", "w"]
    assert newest(Filters(since="2024", until="2024-12")) == ["x", "v"]
    assert newest(Filters(documents=["w.md", "y.md"])) == ["y", "w"]
    count = partial(retriever.newest, "how many?", counts=True)
    assert count().counted == len(list(corpus.documents()))
    assert count(Filters(documents=["w.md", "y.md"])).counted == 2
    many = ["w.md", *map(str, range(300_000))]  # more than SQLite takes one by one
    assert count(Filters(documents=many)).counted == 1
    assert retriever.newest("what's new?").counted is None


@pytest.mark.parametrize(
    ("name", "known", "needed"),
    [
        (
            "overviews.toml",
            "tell present about of articles news new happens summary more article who that "
            "wrote dated origin whence many around beside fillers",
            "tell about articles news summary article who that wrote dated origin many around "
            "fillers",
        ),
        (
            "relative.toml",
            "yesterday this_week last_week this_month last_month this_year last_year",
            "this_week last_week this_month last_month this_year last_year",
        ),
    ],
)
def test_the_tables_of_words_have_what_is_read_of_them(name: str, known: str, needed: str) -> None:
    tables = tomllib.loads(files("rag.language").joinpath(name).read_text("utf-8"))
    assert list(tables) == sorted(tables)
    assert len(tables) == 32
    for language, words in tables.items():
        assert {*needed.split()} <= words.keys() <= {*known.split()}, language
        assert all(words.values()), language
