"""`rag evaluate`: the measures against a hand-made ranking, language pairs, the command."""

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

from rag import Corpus, RagError, Settings, StoreError
from rag.cli import evaluate as command
from rag.evaluate import (
    Question,
    estimate,
    evaluate,
    evaluation_pairs,
    languages,
    read_questions,
    score,
)
from tests.conftest import ROOT, WordEmbedder
from tests.test_cli import rag

ROWS = [
    {"id": "cat:en", "text": "The cat sleeps on the mat.", "lang": "en"},
    {"id": "cat:fr", "text": "Le chat dort sur le tapis.", "lang": "fr"},
    {"id": "fish:en", "text": "The fish swims in the river.", "lang": "en"},
    {"id": "fish:fr", "text": "Le poisson nage dans la rivière.", "lang": "fr"},
]
QUESTIONS = [
    {"id": "q1", "text": "Where does the cat sleep?", "lang": "en"},
    {"id": "q2", "text": "Où nage le poisson ?", "lang": "fr"},
    {"id": "unjudged", "text": "Why?", "lang": "en"},
]
QRELS = ["q1\tcat:en\t1", "q1\tcat:fr\t1", "q2\tfish:fr\t2", "q2\tcat:fr\t0", "q2\tgone\t1"]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """A BEIR-style folder with two languages."""
    folder = tmp_path / "pets"
    folder.mkdir()
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)))
    (folder / "qrels.tsv").write_text("\n".join(QRELS))
    return folder


def test_only_questions_with_a_relevant_document_are_read(questions: Path) -> None:
    first, second = read_questions(questions)
    assert (first.id, first.language, first.relevant) == ("q1", "en", {"cat:en": 1, "cat:fr": 1})
    assert second.relevant == {"fish:fr": 2, "gone": 1}


def test_the_names_and_files_of_beir_are_read_too(questions: Path) -> None:
    rows = [{"_id": row["id"], "text": row["text"]} for row in QUESTIONS]
    (questions / "queries.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (questions / "qrels").mkdir()
    (questions / "qrels.tsv").rename(questions / "qrels" / "test.tsv")
    file = questions / "qrels" / "test.tsv"
    file.write_text("query-id\tcorpus-id\tscore\n" + file.read_text())
    assert [question.id for question in read_questions(questions)] == ["q1", "q2"]


def test_measures_of_a_known_ranking() -> None:
    asked = [
        Question("a", "?", "en", {"x": 1, "y": 1}),
        Question("b", "?", "en", {"z": 1}),
        Question("c", "?", "en", {"z": 1}),
    ]
    scores = score(asked, {"a": ["x", "n", "y"], "b": ["n", "z"], "c": []})
    ideal = 1 + 1 / math.log2(3)
    ndcg = ((1 + 1 / math.log2(4)) / ideal + 1 / math.log2(3)) / 3
    assert scores["nDCG@10"].mean == pytest.approx(ndcg)
    assert scores["RR@10"].mean == pytest.approx((1 + 1 / 2) / 3)
    assert scores["R@1"].mean == pytest.approx(0.5 / 3)
    assert scores["R@100"].mean == pytest.approx(2 / 3)


def test_the_interval_holds_the_mean_and_is_the_same_every_time() -> None:
    values = [0.0, 0.5, 1.0] * 20
    mean, low, high = estimate(values)
    assert low < mean < high
    assert estimate(values) == (mean, low, high)
    assert estimate([1.0] * 9) == (1, 1, 1)


def test_every_pair_of_languages_is_measured(questions: Path, words: WordEmbedder) -> None:
    folder = questions.parent / "corpus"
    folder.mkdir()
    (questions / "corpus.jsonl").rename(folder / "corpus.jsonl")
    with Corpus(folder, questions.parent / "index", Settings(), words) as corpus:
        corpus.sync()
        known = languages(corpus.documents())
        rows = evaluate(corpus.retriever(), read_questions(str(questions)), known)
    pairs = [(row.questions, row.passages, row.count) for row in rows if row.leg == "fused"]
    assert pairs == [
        ("*", "*", 2),
        ("en", "*", 1),
        ("en", "en", 1),
        ("en", "fr", 1),
        ("fr", "*", 1),
        ("fr", "fr", 1),
    ]
    best = {(row.questions, row.passages, row.leg): row.scores["R@1"].mean for row in rows}
    assert best["en", "en", "fused"] == best["fr", "fr", "fused"] == 1
    assert best["en", "fr", "lexical"] == 0  # no word in common, so nothing is returned


def test_questions_without_a_language_are_among_all(questions: Path) -> None:
    known = {row["id"]: row["lang"] for row in ROWS}
    first, second = read_questions(questions)
    for asked in (
        [replace(first, language="*"), second],
        [replace(first, language="*"), replace(second, language="*")],
    ):
        pairs = [(*pair, len(chosen)) for *pair, chosen in evaluation_pairs(asked, known)]
        assert pairs[:3] == [("*", "*", 2), ("*", "en", 1), ("*", "fr", 2)]
        assert pairs[3:] == ([] if asked[1].language == "*" else [("fr", "*", 1), ("fr", "fr", 1)])


def test_the_table_has_a_line_for_each_leg() -> None:
    from rag.evaluate import Measured

    scores = score([Question("a", "?", "en", {"x": 1})], {"a": ["x"]})
    legs = ("dense", "fused")
    heading, *lines = command.table([Measured("en", "de", leg, 1, scores) for leg in legs])
    assert heading.split()[:5] == ["questions", "passages", "n", "leg", "nDCG@10"]
    assert [line.split()[:5] for line in lines] == [
        ["en", "de", "1", "dense", "1.000"],
        ["en", "de", "1", "fused", "1.000"],
    ]


def test_the_command_indexes_the_folder_and_prints_json(questions: Path) -> None:
    out, err = rag("evaluate", str(questions), "--json", cwd=questions.parent)
    assert err == (
        "the corpus lacks the documents of 1 of 4 judgements; left out for it: 0 of 2 questions\n"
    )
    rows = {
        (row["questions"], row["passages"], row["leg"]): row for row in json.loads(out)["retrieval"]
    }
    assert json.loads(out)["answers"] is None
    assert rows["en", "en", "fused"]["scores"]["nDCG@10"] == {"mean": 1, "low": 1, "high": 1}
    assert (questions.parent / "index" / "evaluate" / "pets").is_dir()


def test_answers_are_measured_where_they_are_known(questions: Path) -> None:
    rows = [{"query_id": "q1", "answers": ["the mat"]}, {"query_id": "unjudged", "answers": []}]
    (questions / "answers.jsonl").write_text("\n".join(map(json.dumps, rows)))
    out, _ = rag("evaluate", str(questions), cwd=questions.parent)
    assert "1 question with an answer, 1 without" in out
    assert "answer in the first quote" in out


def test_the_example_of_the_documentation_runs(
    questions: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(questions.parent)
    (questions.parent / "corpus").mkdir()
    (questions / "corpus.jsonl").rename("corpus/corpus.jsonl")
    (questions / "answers.jsonl").write_text('{"query_id": "q1", "answers": ["the mat"]}')
    with Corpus.open("corpus", settings=Settings()) as corpus:
        corpus.sync()
    (example,) = re.findall("```python\n(.*?)```", (ROOT / "docs/evaluation.md").read_text(), re.S)
    exec(example.replace("FOLDER", questions.name), {})
    *measured, answered = capsys.readouterr().out.splitlines()
    assert measured[2].split() == ["*", "*", "fused", "1.000"]
    assert answered == "answered 1.000"


def test_a_folder_without_questions(tmp_path: Path) -> None:
    with pytest.raises(RagError, match=r"qrels\.tsv") as raised:
        read_questions(tmp_path)
    assert not isinstance(raised.value, StoreError)
    out, err = rag("evaluate", str(tmp_path), cwd=tmp_path, code=1)
    assert (out, "qrels.tsv" in err) == ("", True)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("queries.jsonl", b'{"id": "q1"\n', "queries.jsonl:1: it is not JSON"),
        ("queries.jsonl", b'\n["q1"]\n', "queries.jsonl:2: it is not a JSON object"),
        ("queries.jsonl", b'{"id": "q1"}', 'queries.jsonl:1: a question has an "id" and a "text"'),
        ("queries.jsonl", '{"text": "Où ?"}'.encode("latin-1"), "queries.jsonl:1: it is not UTF-8"),
        ("answers.jsonl", b'{"query_id": "q1", "answers": null}', "answers.jsonl:1: an answer has"),
        ("answers.jsonl", b'{"query_id": "q1", "answers": "Paris"}', "answers.jsonl:1: an answer"),
        ("answers.jsonl", b'{"query_id": "q1", "answers": [""]}', "answers.jsonl:1: an answer has"),
        ("queries.jsonl", b'{"id": "q1", "text": " "}', "queries.jsonl:1: the question is empty"),
        ("queries.jsonl", b'{"id": "q1", "text": "a"}\n' * 2, "queries.jsonl:2: the id 'q1' is"),
        ("answers.jsonl", b'{"query_id": "q1", "answers": []}\n' * 2, "answers.jsonl:2: the id"),
        ("qrels.tsv", b"q1\tcat:en\t1001", "qrels.tsv:1: a grade is at most 1,000, not 1001"),
        ("qrels.tsv", b"q1\tcat:en\t3000000000", "qrels.tsv:1: a grade is at most 1,000"),
        ("qrels.tsv", b"q1 cat:en 1", "qrels.tsv:1: it is not: question, tab"),
        ("qrels.tsv", b"q1\tcat:en\tyes", "qrels.tsv:1: it is not: question, tab"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(
    questions: Path, name: str, content: bytes, said: str
) -> None:
    (questions / name).write_bytes(content)
    with pytest.raises(RagError) as error:
        read_questions(questions)
    assert said in str(error.value)


def test_a_question_that_is_too_long_is_named(questions: Path) -> None:
    with pytest.raises(RagError, match=r"queries\.jsonl:1: .* 25 characters, at most 20"):
        read_questions(questions, max_chars=20)


def test_a_question_of_no_language_may_be_of_any(questions: Path) -> None:
    (questions / "queries.jsonl").write_text('{"id": "q1", "text": "Why?", "lang": null}')
    assert [question.language for question in read_questions(questions)] == ["*"]


def test_what_editors_leave_in_a_file_does_no_harm(questions: Path) -> None:
    known = read_questions(questions)
    for name in ("queries.jsonl", "qrels.tsv"):
        text = (questions / name).read_text().replace("\n", " \r\n\r\n")
        (questions / name).write_text(f"\ufeff{text}\n\n")
    assert read_questions(questions) == known


def test_what_is_left_out_is_said(questions: Path) -> None:
    (questions / "qrels.tsv").write_text("q1\tgone\t1\nQ2\tfish:fr\t1\n")
    (questions / "answers.jsonl").write_text(
        '{"query_id": "unjudged", "answers": []}\n{"query_id": "q3", "answers": []}\n'
    )
    rows = [*ROWS, {"id": "empty", "text": ""}]
    (questions / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    out, err = rag("evaluate", str(questions), cwd=questions.parent)
    assert "no question's document is in the corpus" in out
    assert "0 questions with an answer, 1 without" in out
    assert "declined, of the questions without an answer" in out
    assert "answered  " not in out
    assert "1 could not be read:\n  corpus.jsonl:5: " in err
    assert "1 of 1 judgement; left out for it: 1 of 2 questions" in err
    assert "queries.jsonl lacks 2 questions judged or answered, such as 'Q2'" in err
