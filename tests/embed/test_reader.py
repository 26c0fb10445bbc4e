"""The reader: where an answer stands in a passage, and whether there is one."""

from __future__ import annotations

import numpy as np
import pytest

from rag import Settings
from rag.embed.reader import Reading, TrainedReader, load_reader

PASSAGE = (
    "The harbour of Varne reopened on Monday. Lena Brandt, who runs it, thanked the divers. "
    "Repairs cost eleven million crowns. They lasted for seven months."
)
QUESTIONS = {
    "Who runs the harbour?": "Lena Brandt",
    "Qui dirige le port ?": "Lena Brandt",
    "Wie viel kosteten die Arbeiten?": "eleven million",
    "¿Cuánto duraron las obras?": "seven months",
}


@pytest.fixture(scope="module")
def reader() -> TrainedReader:
    return load_reader(Settings())


def likeliest(reading: Reading, text: str) -> str:
    """The words between the likeliest beginning and the likeliest end behind it."""
    first = int(reading.starts.argmax())
    last = first + int(reading.ends[first : first + 20].argmax())
    return text[reading.tokens[first].start : reading.tokens[last].end].strip()


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_answer_is_found_in_the_passage(reader: TrainedReader, question: str) -> None:
    (reading,) = reader.read(question, [("Harbour", PASSAGE)])
    assert QUESTIONS[question] in likeliest(reading, PASSAGE)


def test_a_passage_that_does_not_answer_is_told_apart(reader: TrainedReader) -> None:
    other = "Paper for printing is made of wood. The mill in the valley makes two tons a day."
    right, wrong = reader.read("Who runs the harbour?", [("", PASSAGE), ("", other)])
    assert right.holds > 0 > wrong.holds
    assert right.starts.max() > wrong.starts.max()


def test_what_is_read_beside_a_passage_does_not_matter(reader: TrainedReader) -> None:
    long = ("", PASSAGE * 6)
    (alone,) = reader.read("Who runs the harbour?", [("", PASSAGE)])
    together, _ = reader.read("Who runs the harbour?", [("", PASSAGE), long])
    np.testing.assert_allclose(alone.starts, together.starts, atol=0.3)
    assert alone.tokens == together.tokens


def test_tokens_are_places_in_the_passage(reader: TrainedReader) -> None:
    for text in ("", " ", "Ligature: œuvre ﬁn. 日本語の文章です。", "a\ud800b", PASSAGE * 40):
        (reading,) = reader.read("What? " * 200, [("T" * 500, text)])
        assert len(reading.tokens) == len(reading.starts) == len(reading.ends)
        assert all(0 <= start <= end <= len(text) for start, end in reading.tokens)
        assert np.isfinite(reading.holds)
    assert reader.read("What?", []) == []


def test_torch_reads_the_same(reader: TrainedReader) -> None:
    torch = load_reader(Settings(engine="torch"))
    for question in QUESTIONS:
        (ours,), (theirs,) = (each.read(question, [("", PASSAGE)]) for each in (reader, torch))
        assert likeliest(ours, PASSAGE) == likeliest(theirs, PASSAGE)
        assert ours.holds == pytest.approx(theirs.holds, abs=1.0)
