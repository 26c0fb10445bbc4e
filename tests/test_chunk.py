"""Chunks are slices that together hold the whole text, whatever the text."""

from __future__ import annotations

import hashlib
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.chunk import chunk_document, embedding_text
from rag.embed import Embedder
from rag.load import load_file
from rag.types import Chunk, Document, Span
from tests.conftest import ROOT, SHIPPED


def token_spans(text: str) -> list[Span]:
    """Words in pieces of four characters, and each other character: smaller than sentences."""
    return [Span(*match.span()) for match in re.finditer(r"\w{1,4}|[^\w\s]", text)]


def document(text: str, language: str = "en", title: str = "") -> Document:
    return Document(
        id="a",
        text=text,
        title=title,
        language=language,
        date=None,
        authors=(),
        source="",
        path="a.txt",
        sha256=hashlib.sha256(text.encode("utf-8", "replace")).hexdigest(),
    )


def check(article: Document, chunks: list[Chunk]) -> None:
    """What holds of the chunks of any document."""
    text = article.text
    for chunk in chunks:
        assert text[chunk.start : chunk.end] == chunk.text
        assert chunk.text == chunk.text.strip() != ""
        assert (chunk.document_id, chunk.language) == (article.id, article.language)
    for one, following in pairwise(chunks):
        assert one.start < following.start
        assert one.end < following.end
    covered = {at for chunk in chunks for at in range(chunk.start, chunk.end)}
    assert all(at in covered for at, character in enumerate(text) if not character.isspace())


TEXTS = st.one_of(
    st.text(max_size=400),
    st.text(alphabet="ab .!?\n#-«»", max_size=400),
    st.lists(
        st.sampled_from(
            (
                *("The bridge reopened.", "M. Durand a dit « oui ! ».", "# Heading", "- item"),
                *("\n\n", "川は堤防を越えた。", "x" * 60, "هل فاز؟", "e\u0301té", "🏴‍☠️"),
                *("\u2028", "\x85", "\u200b"),
            )
        ),
        max_size=40,
    ).map(" ".join),
)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.sampled_from(["en", "fr", "de", "ja", "ar", "und"]), st.integers(1, 40))
def test_any_text(text: str, language: str, max_tokens: int) -> None:
    article = document(text, language)
    chunks = chunk_document(article, token_spans, max_tokens)
    check(article, chunks)
    for chunk in chunks:
        assert len(token_spans(chunk.text)) <= max_tokens


@settings(max_examples=60, deadline=None)
@given(text=TEXTS)
def test_any_text_with_the_tokens_of_the_model(embedder: Embedder, text: str) -> None:
    article = document(text)
    check(article, chunk_document(article, embedder.token_spans, 16))


@pytest.mark.parametrize("path", SHIPPED)
@pytest.mark.parametrize("max_tokens", [16, 64, 256])
def test_the_shipped_articles(embedder: Embedder, path: str, max_tokens: int) -> None:
    (article,) = load_file(ROOT / "corpus", path)
    assert isinstance(article, Document)
    chunks = chunk_document(article, embedder.token_spans, max_tokens)
    check(article, chunks)
    for chunk in chunks:
        assert len(embedder.token_spans(chunk.text)) <= max_tokens


def texts(chunks: list[Chunk]) -> list[str]:
    return [chunk.text for chunk in chunks]


def test_a_short_text_is_one_chunk() -> None:
    assert texts(chunk_document(document(" One. Two. \n"), token_spans, 50)) == ["One. Two."]


def test_a_text_without_a_word_has_no_chunk() -> None:
    assert chunk_document(document(" \n\t\u3000"), token_spans, 50) == []


def test_a_chunk_opens_with_the_last_short_sentence_of_the_one_before() -> None:
    text = " ".join(f"Number {n} was here today, it is said." for n in range(12))
    chunks = chunk_document(document(text), token_spans, 52)
    assert len(chunks) > 1
    for one, following in pairwise(chunks):
        assert following.start < one.end
        shared = text[following.start : one.end]
        assert shared.startswith("Number")
        assert shared.count("said.") == 1


def test_no_chunk_ends_in_a_heading() -> None:
    text = "\n\n".join(
        f"# Part {n}\n\nA sentence that says it. Another one says more." for n in "abc"
    )
    for chunk in chunk_document(document(text), token_spans, 18):
        assert not chunk.text.splitlines()[-1].startswith("#")


def test_headings_without_text_fill_chunks_like_any_text() -> None:
    headings = "\n\n".join(f"# Part {n}" for n in range(300))
    assert len(chunk_document(document(headings), token_spans, 30)) < 60


def test_a_sentence_beyond_the_budget_is_cut_at_white_space() -> None:
    text = "word " * 100 + "end."
    for chunk in chunk_document(document(text), token_spans, 10):
        assert set(chunk.text.split()) <= {"word", "end."}


def test_the_title_is_context_and_no_part_of_the_span() -> None:
    article = document("It reopened.", title="The iron bridge")
    (chunk,) = chunk_document(article, token_spans, 50)
    assert embedding_text(article, chunk) == "The iron bridge\nIt reopened."
    assert chunk.text == "It reopened."


def test_a_title_without_end_is_cut() -> None:
    article = document("It reopened.", title="x" * 10_000)
    (chunk,) = chunk_document(article, token_spans, 50)
    assert len(embedding_text(article, chunk)) < 300
