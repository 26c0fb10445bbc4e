"""Markers as language models write them, and where they lead."""

import pytest

from rag.cite import flagged, known_markers, leading_markers, marker_begun, markers, without_markers
from rag.types import CheckedSentence


@pytest.mark.parametrize(
    ("said", "kept", "dropped"),
    [
        ("It reopened [1].", "It reopened [1].", 0),
        ("It reopened[1].", "It reopened [1].", 0),
        ("It reopened [99].", "It reopened.", 1),
        ("It reopened [0].", "It reopened.", 1),
        ("It reopened [1][99][2].", "It reopened [1][2].", 1),
        ("It reopened [1, 2].", "It reopened [1][2].", 0),
        ("It reopened [1-3].", "It reopened [1][2][3].", 0),
        ("It reopened [2; 9].", "It reopened [2].", 1),
        ("It reopened 【1】.", "It reopened [1].", 0),
        ("It reopened [passage 2].", "It reopened [2].", 0),
        ("It reopened [1-999].", "It reopened [1].", 1),
        ("It [sic] reopened [a].", "It [sic] reopened [a].", 0),
        ("It reopened ［１］.", "It reopened [1].", 0),
        ("It reopened [^1].", "It reopened [1].", 0),
        ("It reopened [passage: 1].", "It reopened [1].", 0),
        ("It reopened [passage number=1].", "It reopened [1].", 0),
        ("It reopened [Sources 1 and 2].", "It reopened [1][2].", 0),
        ("It reopened [Passage 1, Passage 9].", "It reopened [1].", 1),
        ("It reopened ([1]) [[2], [3]].", "It reopened ([1]) [[2], [3]].", 0),
        ("It reopened [1, p. 2][Passage 2: The Courier].", "It reopened [1][2].", 0),
        (r"It reopened \[1\] \[9\].", "It reopened [1].", 1),
        ("It reopened (see passage 1) (Sources: 2, 9).", "It reopened [1] [2].", 1),
        (
            "It (in 3) reopened (1), said (article 2).",
            "It (in 3) reopened (1), said (article 2).",
            0,
        ),
        ("It reopened [1, 2, 2024].", "It reopened [1, 2, 2024].", 0),
        ("重新开放[1、2]，[1，3]。", "重新开放 [1][2]， [1][3]。", 0),
        ("أعيد افتتاحه [١ و٢].", "أعيد افتتاحه [1][2].", 0),
        ("The report [2024] says so.", "The report [2024] says so.", 0),
        ("He left [May 3], [in 2019].", "He left [May 3], [in 2019].", 0),
        ("It cost [about 12], by [article 3].", "It cost [about 12], by [article 3].", 0),
    ],
)
def test_only_markers_of_shown_passages_stay(said: str, kept: str, dropped: int) -> None:
    assert known_markers(said, 3) == (kept, dropped)


def test_markers_are_read_once_each_in_order() -> None:
    assert markers("A [2]. B [1][2].") == [1, 0]
    assert without_markers("A [2]. B [1][2].") == "A. B."
    assert leading_markers("[1][2] Then") == 6
    assert leading_markers("Then [1]") == 0


@pytest.mark.parametrize(
    ("text", "safe"), [("It is", 5), ("It is ", 5), ("It is [1", 5), ("It is [1]", 9), ("[", 0)]
)
def test_what_may_become_a_marker_is_held_back(text: str, safe: int) -> None:
    assert marker_begun(text) == safe


def test_a_growing_text_only_grows_when_cleaned() -> None:
    text = (
        "It reopened [1, 2]. The mayor [99] came[3] [ x ] at 5 [passage 1] [^2] ［１］ [1 and 2]."
    )
    text += " So it is ([3]) [source 1; source 2]."
    text += r" As (passage 1) and (sources: 2, 3) \[1\] [1, p. 2] \ say (in the flood [2])."
    text += f" All [{', '.join('123' * 6)}] say so [1]."
    shown = ""
    for end in range(len(text) + 1):
        clean, _ = known_markers(text[: marker_begun(text[:end])], 3)
        assert clean.startswith(shown)
        shown = clean


def test_flags_stand_behind_doubted_sentences() -> None:
    sentences = [CheckedSentence(0, 2, "supported"), CheckedSentence(3, 5, "unsupported", ("x",))]
    assert flagged("A. B. C", sentences) == "A. B. ⚠ C"
