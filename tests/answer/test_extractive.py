"""Which sentences become quotes, and what is said when none does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from rag import Answer, Corpus, Settings
from rag.answer.extractive import ExtractiveAnswerer, quotation
from rag.answer.phrases import phrases
from rag.answer.quotes import MAX_QUOTE_CHARS, MAX_QUOTES, quotes_of
from rag.answer.sentences import Features, Sentence, matrix, trimmed
from rag.arrays import FloatArray
from rag.cite import Quote
from rag.embed import Embedder
from rag.embed.reader import Reader, Reading
from rag.flow import answer_of, events
from rag.language import whole_words
from rag.settings import Caution
from rag.types import Citation, Document, Filters, Span, Turn

NOTHING = Features(*[0.0] * len(Features._fields))


def sentences(*lengths: int, passage: int = 0) -> list[Sentence]:
    """Sentences of some lengths, one behind the other."""
    found, at = [], 0
    for length in lengths:
        place = Quote(passage, Span(at, at + length))
        found.append(Sentence(place, f"{place}", 0.0, 0.0, NOTHING))
        at += length + 1
    return found


def scores(*values: float) -> FloatArray:
    return np.array(values, np.float32)


def test_the_best_sentence_is_quoted_first_and_those_far_behind_are_not() -> None:
    found = sentences(100, 300, 100, 300, 100)
    quotes = quotes_of(found, scores(0, -9, 5, -9, 4.5))
    assert [quote.span for quote in quotes] == [found[2].quote.span, found[4].quote.span]


def test_a_further_quote_may_well_hold_the_answer() -> None:
    found = [s for passage in range(4) for s in sentences(100, passage=passage)]
    shares = np.log(scores(0.6, 0.25, 0.11, 0.04))
    assert [quote.passage for quote in quotes_of(found, shares)] == [0, 1, 2]
    assert len(quotes_of(found[:2], np.log(scores(0.9, 0.1)))) == 1
    assert [quote.passage for quote in quotes_of(found, shares, margin=1.0)] == [0, 1]


class FixedReader:
    """Finds an answer at the beginning of each passage, as probable as it is told to."""

    def __init__(self, holds: float, others: float = 0.0, **of_word: float) -> None:
        """Logits: that a passage holds an answer, that others than the first begin with it.

        `of_word` has the former for questions that open with a word.
        """
        self._holds, self._others, self._of_word = holds, others, of_word

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        holds = self._of_word.get(question.split()[0], self._holds)
        logits = [0.0, *[self._others] * len(passages)]
        return [
            Reading([Span(0, len(text))], scores(logit), scores(0), holds)
            for logit, (_, text) in zip(logits, passages, strict=False)
        ]


def answered(corpus: Corpus, question: str, reader: Reader, **settings: object) -> Answer:
    answerer = ExtractiveAnswerer(reader, Settings.model_validate(settings))
    return answer_of(events(corpus.retriever().retriever, answerer, question))


def test_who_is_eager_is_shown_more(dated: Corpus) -> None:
    question = "How much does the repair of the iron bridge cost?"
    reader = FixedReader(9.0, others=-7.5)  # 2.5 when ranked
    quoted = {
        caution: len(answered(dated, question, reader, caution=caution).citations)
        for caution in get_args(Caution)
    }
    assert quoted == {"cautious": 1, "balanced": 1, "eager": 2}


@pytest.mark.parametrize("question", ["Qui a présidé la séance ?", "¿Quién presidió la sesión?"])
def test_an_answer_that_is_not_sure_says_so_first(sample: Corpus, question: str) -> None:
    said = [answered(sample, question, FixedReader(n / 12)) for n in range(-96, 97)]
    given = [answer for answer in said if not answer.abstained]
    assert min(answer.confidence for answer in given) < 0.6 <= given[-1].confidence
    for answer in given:
        assert answer.citations == given[-1].citations != ()
        doubt = f"{phrases(answer.language).unsure}\n\n" if answer.confidence < 0.6 else ""
        assert answer.text == f"{doubt}{given[-1].text}"


def test_of_two_questions_the_one_in_doubt_is_named(sample: Corpus) -> None:
    question = "Who co-chaired the session? How long is the bridge?"
    doubt = f"\n\nHow long is the bridge? {phrases('en').unsure}\n\n"
    said = [answered(sample, question, FixedReader(12, How=n)) for n in range(-12, 13)]
    assert {answer.text.count(doubt) for answer in said} == {0, 1}
    assert not any(phrases("en").unsure in answer.text.replace(doubt, "") for answer in said)


def test_a_quote_takes_in_a_neighbour_that_comes_near() -> None:
    found = sentences(100, 100, 100)
    (quote,) = quotes_of(found, scores(-9, 5, 4))
    assert quote.span == Span(found[1].quote.span.start, found[2].quote.span.end)


def test_a_pronoun_takes_in_what_it_stands_for() -> None:
    found = sentences(100, 100, 100)
    (quote,) = quotes_of(found, scores(-9, 5, -9))
    assert quote.span == found[1].quote.span
    found[1] = replace(found[1], leans=True)
    (quote,) = quotes_of(found, scores(-9, 5, -9))
    assert quote.span == Span(found[0].quote.span.start, found[1].quote.span.end)


def test_what_leads_to_the_next_sentence_is_quoted_with_it() -> None:
    found = sentences(100, 10, 100, 100)
    found[1] = replace(found[1], leads=True, opens_section=True)
    whole = Span(found[1].quote.span.start, found[2].quote.span.end)
    for near in (scores(4, -9, 5, -9), scores(4, 5, -9, -9)):
        assert quotes_of(found, near)[0].span == whole


def test_a_quote_is_of_one_section() -> None:
    found = sentences(100, 100, 100)
    found[1] = replace(found[1], leans=True, opens_section=True)
    (quote, other) = quotes_of(found, scores(4.9, 5, 4.9))
    assert quote.span == Span(found[1].quote.span.start, found[2].quote.span.end)
    assert other.span == found[0].quote.span


def test_a_quote_stays_short_and_inside_its_passage() -> None:
    long = sentences(*[MAX_QUOTE_CHARS // 2] * 4)
    assert all(
        quote.span.end - quote.span.start <= MAX_QUOTE_CHARS
        for quote in quotes_of(long, scores(1, 1, 1, 1))
    )
    apart = [*sentences(50), *sentences(50, passage=1)]
    assert len(quotes_of(apart, scores(1, 1))) == 2


def test_what_touches_a_quote_and_was_too_long_for_it_is_no_quote_of_its_own() -> None:
    found = sentences(MAX_QUOTE_CHARS, 200, 200)
    assert [quote.span for quote in quotes_of(found, scores(2, 1.9, 1.5))] == [
        found[0].quote.span,
        found[2].quote.span,
    ]


def test_a_copy_of_what_is_quoted_leaves_room_for_what_differs() -> None:
    first, copy, other = (sentences(50, passage=passage)[0] for passage in range(3))
    found = [first, replace(copy, text=first.text), other]
    assert [quote.passage for quote in quotes_of(found, scores(3, 3, 1))] == [0, 2]


def test_there_are_at_most_three_quotes_and_none_without_sentences() -> None:
    found = [s for passage in range(9) for s in sentences(MAX_QUOTE_CHARS, passage=passage)]
    assert len(quotes_of(found, scores(*[1.0] * 9))) == MAX_QUOTES
    assert quotes_of([], scores()) == []
    assert matrix([]).shape == (0, len(Features._fields))


@pytest.fixture
def dated(tmp_path: Path, embedder: Embedder) -> Corpus:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for date, number in (("2024-01-05", "three"), ("2024-03-09", "five")):
        (folder / f"{date}.md").write_text(
            f"---\ntitle: The bridge\ndate: {date}\nlanguage: en\n---\n"
            f"The repair of the iron bridge costs {number} million crowns.\n"
        )
    corpus = Corpus(folder, tmp_path / "index", Settings(), embedder)
    corpus.sync()
    return corpus


def test_articles_of_different_days_are_quoted_with_their_dates(dated: Corpus) -> None:
    answer = dated.ask("How much does the repair of the iron bridge cost?")
    assert {citation.document.date for citation in answer.citations} == {"2024-01-05", "2024-03-09"}
    for citation in answer.citations:
        assert f"({citation.document.date}) {citation.marker}" in answer.text
        assert citation.document.text[citation.start : citation.end] == citation.quote


def test_a_quote_says_its_date_where_days_are_asked_for(dated: Corpus) -> None:
    only = Filters(documents=["2024-03-09.md"])
    undated = dated.ask("How much does the repair of the iron bridge cost?", filters=only)
    assert "(2024-03-09)" not in undated.text
    for question in ("How much did the bridge cost in 2024?", "What is the latest cost of it?"):
        assert "(2024-03-09) [1]" in dated.ask(question, filters=only).text


def test_filters_that_let_nothing_through_are_no_empty_corpus(dated: Corpus) -> None:
    answer = dated.ask("Who won the election?", filters=Filters(languages=("ja",)))
    assert answer.text == "No article matches the filters."


def test_a_date_that_the_file_does_not_state_is_said_to_be_inferred() -> None:
    about: dict[str, Any] = {"text": "", "title": "", "authors": (), "source": "", "path": ""}
    stated = Document(id="a", language="en", date="2024-01-05", sha256="", **about)
    inferred = replace(stated, id="b", date="2024-01-06", date_certainty="inferred")
    said = [
        quotation(Citation("[1]", document, 0, 1, "x"), phrases("en"), dated=True)
        for document in (stated, inferred)
    ]
    assert said == ["“x” (2024-01-05) [1]", "“x” (~ 2024-01-06) [1]"]


def test_a_question_in_another_language_is_answered_in_its_own(dated: Corpus) -> None:
    history: list[Turn] = [("user", "Qui a gagné les élections ?"), ("assistant", "…")]
    assert dated.ask("And who lost?", history=history).language == "en"
    assert dated.ask("?", history=history).language == "fr"


@pytest.mark.parametrize("words", ["CO2", "2024", "ponte valdora costo"])
def test_words_of_no_sure_language_are_answered_in_that_of_the_first_passage(
    words: str, tmp_path: Path, embedder: Embedder
) -> None:
    (tmp_path / "corpus").mkdir()
    for language, text in (("it", "Il ponte di Valdora costa 4,9 milioni."), ("fr", "Il pleut.")):
        (tmp_path / "corpus" / language).with_suffix(".md").write_text(
            f"---\nlanguage: {language}\n---\n{text}\n"
        )
    corpus = Corpus(tmp_path / "corpus", tmp_path / "index", Settings(), embedder)
    corpus.sync()
    answer = corpus.ask(words)
    assert answer.language == answer.passages[0].document.language


SPOKEN = [
    "« Le club a gagné. | Il attendait ce titre depuis 1987. | Personne n’y croyait », dit-il.",
    "“The mill turned. | It cost a lot. | I could not sleep,” said Anna Weiss.",
    "„Wir haben gebaut. | Es war teuer. | Das ist gut“, sagte sie.",
    "»Wir haben gebaut. | Es war teuer. | Das ist gut«, sagte sie.",
    "Hon sade: ”Vi byggde. | Det var dyrt. | Det är bra.”",
    '"The mill turned. | It cost a lot," she said.',
    "町長は「四年かかった。|費用は三億円だった。|嬉しい。」と述べた。",
]


def said(*words: str) -> list[Sentence]:
    """Sentences of some words, one behind the other."""
    found = sentences(*map(len, words))
    return [replace(each, text=text) for each, text in zip(found, words, strict=True)]


@pytest.mark.parametrize("case", SPOKEN)
def test_a_quotation_is_quoted_to_its_end(case: str) -> None:
    spoken = case.split(" | " if " | " in case else "|")
    found = said("Il a « oublié » la fête.", *spoken, "The end came “soon”.")
    whole = Span(found[1].quote.span.start, found[-2].quote.span.end)
    for best in range(1, len(spoken) + 1):
        (quote,) = quotes_of(found, scores(*(9.0 if n == best else 0 for n in range(len(found)))))
        assert quote.span == whole


def test_a_long_quotation_and_one_that_goes_over_a_heading_are_cut() -> None:
    found = said("“It is.", "It was." + " " * MAX_QUOTE_CHARS, "So be it.”")
    assert quotes_of(found, scores(9, 0, 0))[0].span == found[0].quote.span
    found = said("“It is.", "It was.", "So be it.”")
    found[1] = replace(found[1], opens_section=True)
    assert quotes_of(found, scores(9, 0, 0))[0].span == found[0].quote.span


def test_the_tightest_words_are_whole(tmp_path: Path, embedder: Embedder) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "tr.md").write_text(
        "---\nlanguage: tr\ntitle: Valdora Köprüsü iki yıl sonra açılıyor\n---\n"
        "Valdora Köprüsü 23 Mart 2024 Cumartesi günü yeniden trafiğe açılacak. Bunu proje "
        "sorumlusu Yük. Müh. G. P. Sancaklı duyurdu. Köprü, 14 Şubat 2022'de sel sularının "
        "3. Ayağı oymasıyla kapatılmıştı.\n"
    )
    corpus = Corpus(tmp_path / "corpus", tmp_path / "index", Settings(), embedder)
    corpus.sync()
    answer = corpus.ask("nerede oldu")
    for citation in (*answer.citations, *answer.nearest):
        assert citation.focus is not None
        assert whole_words(citation.document.text, *citation.focus) == citation.focus


def test_no_quote_goes_over_a_heading(sample: Corpus) -> None:
    answer = sample.ask("Wer leitete die Sitzung gemeinsam?")
    assert "coprésidée" in answer.citations[0].quote
    assert not any("\n#" in citation.quote for citation in answer.citations)


def test_who_won_is_quoted_with_the_name(sample: Corpus) -> None:
    assert "Aubertot" in sample.ask("Who won the election in Valmorin?").citations[0].quote


def test_a_paragraph_that_begins_with_a_number_sign_is_quoted(
    tmp_path: Path, embedder: Embedder
) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    text = "#1 choice of builders was Gustave Martin, who built the bridge.\n\nIt is old.\n"
    (folder / "a.md").write_text(text)
    with Corpus(folder, tmp_path / "index", Settings(), embedder) as corpus:
        corpus.sync()
        assert "Gustave Martin" in corpus.ask("Who built the bridge?").citations[0].quote


def test_a_follow_up_is_answered_from_the_conversation(dated: Corpus) -> None:
    first = "How much does the repair of the iron bridge cost?"
    answer = dated.ask("and when?", history=[("user", first), ("assistant", "…")])
    assert answer.question == "and when?"
    assert answer.passages[0].chunk.text.startswith("The repair of the iron bridge")


def test_a_follow_up_is_read_for_what_it_asks(sample: Corpus) -> None:
    history: list[Turn] = [("user", "who co-chaired the session?"), ("assistant", "…")]
    assert "Alger" in sample.ask("where did it take place?", history=history).text
    assert sample.ask("and the capital of Japan?", history=history).abstained


@pytest.mark.parametrize(
    ("said", "language"),
    [("hello", "en"), ("Merci !", "fr"), ("Vielen Dank!", "de"), ("C'est tout", "fr")],
)
def test_a_courtesy_is_not_answered(said: str, language: str, sample: Corpus) -> None:
    answer = sample.ask(said)
    assert answer.abstained
    assert answer.text == phrases(language).unasked
    assert (answer.language, answer.passages, answer.nearest) == (language, (), ())
    asked = [("user", "who co-chaired the session?"), ("assistant", "…")]
    assert sample.ask(said, history=asked).text == answer.text


@pytest.mark.parametrize(
    ("said", "language"),
    [("Who are you?", "en"), ("Wer bist du?", "de"), ("Why?", "en"), ("Кто ты?", "ru")],
)
def test_a_question_without_a_word_of_its_own_is_not_answered(
    said: str, language: str, sample: Corpus
) -> None:
    answer = sample.ask(said)
    assert answer.abstained
    assert answer.text == phrases(language).unasked
    assert answer.passages == ()


def test_why_goes_on_from_what_was_asked(sample: Corpus) -> None:
    asked: list[Turn] = [("user", "who co-chaired the session?"), ("assistant", "…")]
    assert sample.ask("why?", history=asked).passages


INTERVIEW = """Guides are not paid in snow. The first lift opens in December.

**Should the village buy snow cannons?**

No. It is money thrown away, says the guide Edda Lindqvist.

**How much did it snow in 1985?**

Four metres (the most on record), she says.
"""


def test_an_interview_is_quoted_with_its_questions(tmp_path: Path, embedder: Embedder) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "interview.txt").write_text(INTERVIEW)
    with Corpus(tmp_path / "corpus", tmp_path / "index", Settings(), embedder) as corpus:
        corpus.sync()
        first = corpus.ask("Should the village buy snow cannons?").citations[0]
        assert first.quote.startswith("**Should the village buy snow cannons?**\n\nNo. It is money")
        first = corpus.ask("How much did it snow in 1985?").citations[0]
        assert first.quote.startswith("**How much did it snow in 1985?**\n\nFour metres")


def test_one_quote_serves_two_questions(sample: Corpus) -> None:
    answer = sample.ask("Qui a coprésidé la session et quand s'est-elle tenue ?")
    spans = [(each.document.id, each.start, each.end) for each in answer.citations]
    assert len(spans) == len(set(spans))
    for document, start, end in spans:
        assert not [s for d, s, e in spans if d == document and start <= s and e < end]


@pytest.mark.parametrize(
    ("text", "span", "words"),
    [
        ("It was signed on 12 August 2020.", (17, 32), "12 August 2020"),
        ("Er wohnt in der Asemakatu 7.", (16, 28), "Asemakatu 7"),
        ("They moved to 12 Mill St.", (14, 25), "12 Mill St."),
        ("Il est signé L. M. R.", (13, 21), "L. M. R."),
        ("It opens on Thursday (19/12), they say.", (12, 27), "Thursday (19/12)"),
        ("the fund «Til», of Vilnius", (4, 13), "fund «Til»"),
        ("in Rome, in May,", (3, 8), "Rome"),
        ("It opened in June 2023, they say.", (13, 22), "June 2023"),
        ("It opened in June 2023.", (10, 22), "in June 2023"),
    ],
)
def test_the_tightest_words_end_well(text: str, span: tuple[int, int], words: str) -> None:
    found = trimmed(text, Span(*span), span[1] == len(text), "en")
    assert text[found.start : found.end] == words
