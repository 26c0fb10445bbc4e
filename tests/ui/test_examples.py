"""Questions to begin with, while others wait for theirs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from threading import Event

import pytest

from rag import Corpus
from rag.ui.examples import Examples
from rag.ui.texts import texts


def test_few_wait_while_examples_are_thought_of(
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
    with ThreadPoolExecutor(20) as pool:
        asked = [pool.submit(examples.questions, say) for _ in range(20)]
        assert begun.wait(30)
        for done in islice(as_completed(asked, 30), 16):
            assert done.result() == known
        assert sum(each.running() for each in asked) == 4
        may_end.set()
        assert all(each.result(30) for each in asked)
