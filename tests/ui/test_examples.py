"""Questions to begin with, while others wait for theirs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from rag import Corpus
from rag.ui.examples import Examples
from rag.ui.texts import texts


def test_nobody_waits_while_examples_are_thought_of(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.sync()
    examples, say = Examples(corpus), texts("en")
    known = examples.questions(say)
    assert known
    (corpus.folder / "harbour.txt").write_text("The harbour thaws.", encoding="utf-8")
    corpus.sync()
    begun, may_end, listing = Event(), Event(), corpus.listing

    def slow(**options: object) -> object:
        begun.set()
        assert may_end.wait(30)
        return listing(**options)  # type: ignore[arg-type]

    monkeypatch.setattr(corpus, "listing", slow)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(examples.questions, say)
        assert begun.wait(30)
        assert examples.questions(say) == known
        may_end.set()
        assert first.result(30)
