"""Messages and passages as Markdown and HTML, without a browser."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from importlib.resources import files

import pytest

from rag.answer.phrases import phrases
from rag.types import (
    Answer,
    CheckedSentence,
    Chunk,
    Citation,
    Document,
    Explanation,
    LegScore,
    SearchResult,
    Span,
)
from rag.ui.conversation import Exchange, history
from rag.ui.export import as_markdown, with_citations
from rag.ui.html import highlighted, one_line
from rag.ui.message import markdown_text, message
from rag.ui.panel import panel
from rag.ui.shown import shown_as
from rag.ui.texts import filled, languages, named, preferred, texts, translated

DOCUMENT = Document(
    id="a.md",
    text="",
    title='A "title" <b>',
    language="fr",
    date="2024-06-20",
    authors=(),
    source="La Gazette",
    path="a.md",
    sha256="",
)
PASSAGE = SearchResult(DOCUMENT, Chunk("a.md", 10, 30, "He said <i>so</i>. X", "fr"), 1.0)
ANSWER = Answer(
    question="q",
    text="“said” [1][2] and ten [9]",
    citations=(Citation("[1]", DOCUMENT, 13, 17, "said"),),
    abstained=False,
    confidence=0.9,
    language="en",
    passages=(PASSAGE, PASSAGE),
)
EXCHANGE = Exchange(question="q", passages=(PASSAGE, PASSAGE), answer=ANSWER)


def test_markers_of_shown_passages_are_links_by_reference() -> None:
    worded = replace(EXCHANGE, sentences=(CheckedSentence(0, 25, "supported", ()),))
    shown = message(worded, 3)
    assert shown.startswith("“said” [1] [2] and ten \\[9\\]\n\n[1]: #quote-3-1 ")
    assert "[2]: #src-3-2 " in shown
    assert "A ”title” \\<b>, 20 June 2024, La Gazette" in shown


def test_the_places_of_a_french_page_have_french_dates() -> None:
    answer = replace(ANSWER, text="“said” [1]")
    shown = message(replace(EXCHANGE, answer=answer), 1, language="fr")
    assert "20 juin 2024, La Gazette" in shown
    assert "20 juin 2024, La Gazette" in with_citations(ANSWER, texts("fr"))


def test_a_footnote_within_a_quote_is_no_marker() -> None:
    text = "« Il date de 1890[2] et plaît [1]\nencore. » (2024-06-20) [1]\n\n“So [2].” [2]"
    shown = message(replace(EXCHANGE, answer=replace(ANSWER, text=text)), 1)
    assert shown.startswith(
        "« Il date de 1890\\[2\\] et plaît \\[1\\]\nencore. » (2024-06-20) [1]\n"
    )
    assert "“So \\[2\\].” [2]\n" in shown


@pytest.mark.parametrize(
    ("doubted", "shown"),
    [
        ("Invented [1].", "*Invented [1].* ⚠"),
        ("Invented. \n\n  [1]", "*Invented.* \n\n*[1]* ⚠"),
    ],
)
def test_a_doubted_sentence_looks_doubted_and_says_why(doubted: str, shown: str) -> None:
    sentence = CheckedSentence(6, 6 + len(doubted), "unsupported", ("no passage says so",))
    text = f"Fine. {doubted} So is this."
    answer = Answer("q", text, (), False, 0.5, "en", (PASSAGE,), (sentence,))
    exchange = Exchange(
        question="q", passages=(PASSAGE,), answer=answer, sentences=answer.sentences
    )
    expected = f"Fine. {shown} So is this.\n\n⚠ no passage says so"
    assert message(exchange, 1).startswith(expected)


def test_a_declined_answer_is_set_apart() -> None:
    answer = Answer("q", "I found nothing.", (), True, 0.1, "en", (PASSAGE,))
    exchange = Exchange(question="q", passages=(PASSAGE,), answer=answer)
    assert message(exchange, 1) == "> I found nothing."
    assert 'class="turn nearest"' in panel([exchange], texts("en"))


def test_what_comes_nearest_to_an_answer_is_shown_but_not_as_one() -> None:
    nearest = (Citation("[2]", DOCUMENT, 13, 17, "said"),)
    passages = (PASSAGE, PASSAGE)
    answer = Answer("q", "I found nothing.", (), True, 0.1, "en", passages, nearest=nearest)
    exchange = Exchange(question="q", passages=passages, answer=answer)
    assert message(exchange, 1) == "> I found nothing."
    shown, others = panel([exchange], texts("en")).split('<details class="others">')
    assert 'class="turn nearest"' in shown
    assert 'He <mark id="quote-1-2">said</mark>' in shown
    assert "[1] <bdi>" in others
    assert re.search(r"\[2\] .*, characters 13–17\nsaid$", with_citations(answer, texts("en")))


def test_the_quote_is_marked_and_nothing_else_is_markup() -> None:
    shown = panel([EXCHANGE], texts("en"))
    assert 'He <mark id="quote-1-1">said</mark> &lt;i&gt;so&lt;/i&gt;. X' in shown
    assert "<b>[1] <bdi>A &quot;title&quot; &lt;b&gt;</bdi></b>" in shown
    assert 'class="language other">French' in shown
    assert "\n" not in shown


def test_the_words_in_focus_are_stressed_within_the_mark() -> None:
    marked = highlighted("a<b>cd", [Span(1, 5)], focus=[Span(2, 3), Span(4, 6)])
    assert marked == "a<mark>&lt;<b>b</b>&gt;<b>c</b></mark>d"


def test_what_is_not_quoted_and_earlier_turns_are_folded() -> None:
    cited = replace(ANSWER, citations=(Citation("[2]", DOCUMENT, 13, 17, "said"),))
    shown = panel([EXCHANGE, replace(EXCHANGE, answer=cited)], texts("en"))
    newest, earlier = shown.split('<details class="turn found">')
    assert newest.index("[2] <bdi>") < newest.index('<details class="others">')
    assert newest.index('<details class="others">') < newest.index("[1] <bdi>")
    assert earlier.startswith('<summary dir="auto"><span class="asked">q</span></summary>')


def test_passages_stand_in_the_order_in_which_they_are_quoted() -> None:
    citations = tuple(
        Citation(marker, DOCUMENT, 13, 17, "said") for marker in ("[2]", "[1]", "[2]")
    )
    shown = panel([replace(EXCHANGE, answer=replace(ANSWER, citations=citations))], texts("en"))
    assert shown.index("[2] <bdi>") < shown.index("[1] <bdi>")
    assert shown.count("<article") == 2


def test_what_stands_far_before_a_quote_is_folded() -> None:
    text = "Long ago. " * 40 + "He said so. The end."
    start = text.index("He said")
    passage = SearchResult(DOCUMENT, Chunk("a.md", 5, 5 + len(text), text, "fr"), 1.0)
    citation = Citation("[1]", DOCUMENT, 5 + start, 5 + start + 11, "He said so.", Span(410, 414))
    answer = replace(ANSWER, citations=(citation,), passages=(passage,))
    shown = panel([Exchange(question="q", passages=(passage,), answer=answer)], texts("en"))
    before, after = shown.split("</details>", 1)
    assert before.endswith("Long ago.</p>")
    assert after.count("Long ago.") < 30
    assert '<mark id="quote-1-1">He sa<b>id s</b>o.</mark> The end.</p>' in after


def test_what_two_spans_share_is_marked_once() -> None:
    assert highlighted("abcdef", [Span(1, 3), Span(2, 4)]) == "a<mark>bc</mark><mark>d</mark>ef"


def test_each_place_is_a_line_of_its_own_in_the_markdown_to_save() -> None:
    answer = replace(ANSWER, citations=ANSWER.citations * 2)
    saved = as_markdown([replace(EXCHANGE, answer=answer)], texts("en"))
    assert saved.count("\\\n\\[") == len(answer.citations) - 1


def test_why_is_said_with_the_words_and_numbers_of_the_language() -> None:
    why = Explanation(
        question_languages={"fr": 0.75, "und": 0.25},
        language="und",
        background=0.8,
        spread=0.1,
        meaning=5.071,
        share=0.5,
        words=-0.5,
        untold=0.0,
        matched=("pont",),
    )
    legs = {"dense": LegScore(1, 0.7291, 0.5), "lexical": LegScore(None, 3.14, 0.5)}
    chunk = replace(PASSAGE.chunk, language="und")
    passage = replace(PASSAGE, chunk=chunk, score=4.57, legs=legs, explanation=why)
    exchange = replace(EXCHANGE, passages=(passage,), search_s=1.234, answer_s=6.22)
    shown = panel([exchange], texts("fr")).replace("\u00a0", "_")
    assert "<dd>français 75_%, langue inconnue 25_%</dd><dt>Probabilité" in shown
    assert "<td>4,57</td><td>+5,07_: rang 1, cosinus 0,729</td>" in shown
    assert "<td>-0,50_: non proposé, BM25 3,1 (pont)</td>" in shown
    assert "après 1,23 s, réponse après 6,22 s" in shown
    assert 'class="language' not in shown
    assert "+5.07: rank 1, cosine 0.729" in panel([exchange], texts("en"))


def test_what_was_stopped_or_failed_is_no_history() -> None:
    assert history([EXCHANGE, Exchange(question="r", error="no")]) == [
        ("user", "q"),
        ("assistant", ANSWER.text),
    ]


def test_passages_of_an_earlier_turn_are_not_those_of_a_question_without() -> None:
    say = texts("en")
    shown = panel([EXCHANGE, Exchange(question="r", error="no")], say)
    assert shown.index(say["none_found"]) < shown.index('<details class="turn')
    assert "r</span></h3>" in shown


@pytest.mark.parametrize("text", ["who co-chaired it?", "What, 3.5 % (really)? It's; no.", "a_b"])
def test_an_ordinary_question_is_left_as_it_is(text: str) -> None:
    assert markdown_text(text) == text


def test_every_language_has_every_text_with_the_same_places() -> None:
    assert len(languages()) >= 2
    for code in languages():
        assert texts(code).keys() == texts("en").keys()
        for key, text in texts(code).items():
            assert set(_places(text)) == set(_places(texts("en")[key])), (code, key)


def test_a_text_has_the_words_that_go_with_its_numbers() -> None:
    en, fr = texts("en"), texts("fr")
    assert filled(en, "shown", count=1, total=1) == "1 of 1 article"
    assert filled(en, "shown", count=100, total=1234) == "100 of 1,234 articles"
    assert filled(fr, "shown", count=0, total=0) == "0 article sur 0"
    assert filled(en, "why_cut", count=1).startswith("The best passage is shown;")
    assert filled(en, "why_cut", count=5).startswith("The best 5 passages are shown;")
    assert filled(fr, "why_cut", count=5).startswith("Les 5 meilleurs passages sont")
    assert filled(fr, "failures", count=1) == "1 n’a pas pu être lu"
    polish = {"code": "pl", "n": "{n} {n:artykuł|artykuły|artykułów}"}
    said = [filled(polish, "n", n=number) for number in (1, 3, 5, 22)]
    assert said == ["1 artykuł", "3 artykuły", "5 artykułów", "22 artykuły"]


def test_no_french_mark_stands_alone_in_a_line() -> None:
    tables = (files("rag.ui.texts") / name for name in ("fr.toml", "reasons/fr.toml"))
    said = [text for table in tables for text in tomllib.loads(table.read_text("utf-8")).values()]
    said.append(phrases("fr").quote)
    assert [text for text in said if re.search(r" [;:?!»]|« ", text)] == []
    assert one_line("Qui\n dit \u202f?") == "Qui dit \u202f?"


def _places(text: str) -> list[str]:
    from string import Formatter

    return [name for _, name, _, _ in Formatter().parse(text) if name]


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("en;q=0.5,fr;q=0.9", "fr"),
        ("ja", "en"),
        ("", "en"),
        ("fr;q=x", "en"),
    ],
)
def test_the_preferred_language(accepted: str, expected: str) -> None:
    assert preferred(accepted) == expected


def test_a_page_is_translated_by_the_server() -> None:
    import json

    page = json.dumps({"label": named("ask"), "title": f"# {named('title')}"}).encode()
    assert json.loads(translated(page, "fr")) == {
        "label": "Demander",
        "title": "# Interroger les articles",
    }


def test_an_answer_without_a_word_yet_is_seen_to_be_on_its_way() -> None:
    _, (_, answer), *_ = shown_as((Exchange(question="q"),), texts("en"))
    assert answer["content"][0]["text"] == "…"
