"""The commands that `make bench` runs, over the shipped articles: they work, and print tables."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from benchmarks.answers import NEWCOMERS
from benchmarks.fit_reader import Example, towards
from benchmarks.passages import SETS, Passages
from benchmarks.plot import Panel, plot
from benchmarks.report import commands, filled
from benchmarks.scale import exponents, recall
from benchmarks.sets import read_rows
from benchmarks.splits import written_about
from rag.evaluate import read_questions
from tests.conftest import ROOT, needs_shared

#: Every command is a process, and loads what it needs.
pytestmark = pytest.mark.timeout(900)

PAGE = """# Written by hand
<!-- printed by: python -m benchmarks.machine -->
old
<!-- end -->
between
<!-- printed by: python -m benchmarks.speed --texts 4 -->
kept
<!-- end -->
"""


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Where the benchmarks find sets of the usual names, made of the shipped articles."""
    data = tmp_path_factory.mktemp("data")
    questions = [
        json.loads(line)
        for line in (ROOT / "tests" / "data" / "questions.jsonl").read_text().splitlines()
    ]
    for name in SETS:
        asked, written = ("en", "de") if name == "belebele_en_de" else ("fr", "fr")
        articles = [
            {"id": file.name, "text": file.read_text(), "lang": written}
            for file in sorted((ROOT / "corpus").glob("*.md"))
        ]
        rows = [
            {"id": f"{number}", "text": row["question"], "lang": asked}
            for number, row in enumerate(questions)
        ]
        qrels = [f"{number}\t{row['file']}\t1" for number, row in enumerate(questions)]
        (data / name).mkdir()
        (data / name / "qrels.tsv").write_text("\n".join(qrels))
        for kind, some in (("corpus", articles), ("queries", rows)):
            (data / name / f"{kind}.jsonl").write_text("\n".join(map(json.dumps, some)))
    work = tmp_path_factory.mktemp("work")
    return {**os.environ, "BENCHMARK_DATA": str(data), "BENCHMARK_WORK": str(work)}


def printed(environment: dict[str, str], *arguments: str) -> str:
    """What a benchmark prints."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_scale(environment: dict[str, str], tmp_path: Path) -> None:
    svg = tmp_path / "scale.svg"
    rows = printed(
        environment, "benchmarks.scale", "--chunks", "60", "--plot", str(svg)
    ).splitlines()
    built = cells(rows[2])
    assert built[0] == "60"
    assert 20 < int(built[1]) < 60  # mixtures past the real ones
    forms = [cells(row) for row in rows[6:9]]
    assert [row[1] for row in forms] == ["32 bits", "**16 bits**", "lists"]
    assert all(float(row[6]) > 0.9 for row in forms[:2])
    assert len(ElementTree.parse(svg).findall("{*}g")) == 4


def test_peers_without_any(environment: dict[str, str]) -> None:
    arguments = ["--peers", "--questions", "6", "--rounds", "2"]
    rows = printed(environment, "benchmarks.peers", *arguments).splitlines()
    ours = [cells(row) for row in rows if row.startswith("| this project")]
    assert len(ours) == 2  # French over French, English over German
    assert float(ours[0][-1].split()[0]) > 0.8  # nDCG@10
    assert "anew" in ours[0][4]


def test_latency(environment: dict[str, str]) -> None:
    rows = printed(environment, "benchmarks.latency", "--chunks", "60").splitlines()
    parts = [cells(row)[0] for row in rows[2:6]]
    assert parts == ["embed the question", "dense leg", "lexical leg", "whole search"]


def test_a_page_is_filled_where_its_commands_stand(
    environment: dict[str, str], tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    printed(environment, "benchmarks.report", str(page), "machine")
    assert "cores of" in page.read_text()
    assert "old" not in page.read_text()
    assert commands(page.read_text()) == commands(PAGE)
    assert filled(page.read_text(), "-m benchmarks.machine", "old") == filled(
        PAGE, "-m benchmarks.machine", "old"
    )
    assert "between" in page.read_text()
    assert "kept" in page.read_text()


def test_the_commands_of_the_page_exist() -> None:
    page = (ROOT / "docs" / "performance.md").read_text()
    modules = {command.split()[1] for command in commands(page)}
    assert modules
    for module in modules:
        assert (ROOT / f"{module.replace('.', '/')}.py").is_file()


def test_mixtures_are_distinct_and_real_passages_come_first() -> None:
    vectors = np.eye(4, 8, dtype=np.float32)
    texts = [f"{word} is one of the words, and {word} it stays." for word in "abcd"]
    passages = Passages(texts, [text.lower() for text in texts], ["en", "fr", "en", "fr"], vectors)
    entries, rows = passages.batch(range(12))
    assert [entry.document.text for entry in entries[:4]] == texts
    assert len({entry.digest for entry in entries}) == 12
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    for number, row in enumerate(rows[4:], 4):  # of its own passage and one in its language
        near = set(np.flatnonzero(row[:4] > 0.4).tolist())
        assert number % 4 in near <= {number % 2, number % 2 + 2}


def test_recall_counts_what_both_found() -> None:
    nearest = np.array([[1, 2, 3, 4]], np.int64)
    assert recall([[4, 3, 9, 8]], nearest) == [0.5, 0.5]


def test_growth() -> None:
    panel = Panel("disk, MB & more", [(10, 5), (100, 50), (1000, 5000)])
    assert exponents(panel) == pytest.approx([1, 2])
    assert len(ElementTree.fromstring(plot([panel])).findall(".//{*}circle")) == 3


@pytest.mark.parametrize(
    "name",
    [
        "invented",
        "related",
        "related.twins",
        "articles.twins",
        "related.short",
        "articles.short",
        "encyclopedia.close",
        *(
            pytest.param(name, marks=needs_shared)
            for name in (
                "ntrex_news",
                "ntrex_news.twins",
                "piaf_fr.twins",
                "service_public_fr",
                "xquad_en_es_de.twins",
            )
        ),
    ],
)
def test_written_questions_are_about_what_is_there(name: str) -> None:
    part = written_about(name, random.Random(0))
    texts = {row["id"]: row["text"] for row in read_rows(part.data / part.name / "corpus.jsonl")}
    for _, known, _ in part.reader:
        for answer, start in zip(known["answers"], known["answer_starts"], strict=True):
            assert texts[known["corpus_id"]].startswith(answer, start)
            assert answer
    learned = {question["passage"] for question, _, _ in part.reader}
    for held_out in part.held_out:
        assert held_out.passage not in learned
        assert all(words in texts[passage] for passage, words in held_out.answers.items())
        if held_out.filters:
            assert held_out.passage in held_out.filters.documents
    if part.kind == "twins":  # about some passages only, in part none of those held out
        assert len(part.reader) > 5 * len(part.held_out)
    else:
        assert len(part.reader) > 5 * len(part.held_out) > 100


@pytest.mark.parametrize("folder", sorted(NEWCOMERS.glob("*/")), ids=lambda path: path.name)
def test_answers_for_newcomers_are_there(folder: Path) -> None:
    texts = {row["id"]: row["text"] for row in read_rows(folder / "corpus.jsonl")}
    questions = read_questions(folder)
    assert len(questions) == 100
    for question in questions:
        assert bool(question.answers) == bool(question.relevant)
        told = [texts[id] for id in question.relevant]
        assert all(any(words in text for text in told) for words in question.answers or ())


def test_weights_go_a_part_of_the_way() -> None:
    before: dict[str, Any] = {
        "layer.down": np.ones((1, 3), np.float16),
        "layer.up": np.ones((2, 1), np.float16),
        "start.weight": np.zeros(3, np.float32),
    }
    learned: dict[str, Any] = {
        "layer.down": np.ones((2, 3), np.float16),
        "layer.up": np.array([[1, 4], [1, -2]], np.float16),
        "start.weight": np.ones(3, np.float32),
    }
    half = towards(before, learned, 0.5)
    assert half["layer.up"].tolist() == [[1, 2], [1, -1]]
    assert half["layer.down"].shape == (2, 3)
    assert half["start.weight"].tolist() == [0.5] * 3
    whole = towards(before, learned, 1.0)
    assert all(np.array_equal(whole[name], learned[name]) for name in learned)


def test_a_passage_loses_what_answers_or_something_else() -> None:
    text = "Snow fell. The mayor chaired it. It ended late."
    start = text.index("The mayor")
    example = Example("Who?", ("", text), [(start, start + 9)], [("", "Other.")], "en")
    assert " ".join(example.silenced().split()) == "Snow fell. It ended late."
    thinned, ((first, last),) = example.thinned()
    assert thinned[first:last] == "The mayor"
    assert len(thinned) < len(text)
    twice = Example("Who?", ("", text + " The mayor left."), example.spans, example.wrong, "en")
    assert twice.silenced() == ""
