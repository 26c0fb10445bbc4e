"""A question that was asked before is answered at once, and never from what is no longer so."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag import Corpus, Filters, Settings
from rag.recent import Recent
from tests.conftest import WordEmbedder

QUESTION = "When did the bridge reopen?"


class Counting(WordEmbedder):
    """Notes the questions that it embeds."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def embed_query(self, text: str):  # type: ignore[no-untyped-def]
        if text == QUESTION:
            self.asked.append(text)
        return super().embed_query(text)


@pytest.fixture
def counting() -> Counting:
    return Counting()


@pytest.fixture
def corpus(folder: Path, counting: Counting) -> Iterator[Corpus]:
    with Corpus(folder, folder.parent / "index", Settings(), counting) as corpus:
        corpus.sync()
        yield corpus


def test_an_answer_embeds_its_question_once_and_again_not_at_all(
    corpus: Corpus, counting: Counting
) -> None:
    first = corpus.ask(QUESTION)
    assert len(counting.asked) == 1
    assert corpus.ask(QUESTION) == first
    assert corpus.search(f" {QUESTION} ") == list(first.passages)
    assert len(counting.asked) == 1


def test_a_sync_by_another_process_is_seen(corpus: Corpus, folder: Path) -> None:
    assert corpus.search(QUESTION)[0].document.id == "bridge.txt"
    (folder / "bridge.txt").write_text("The bridge fell into the river.")
    with Corpus(folder, corpus.index, Settings(), WordEmbedder()) as other:
        other.sync()
    assert "fell" in corpus.search(QUESTION)[0].document.text
    (folder / "bridge.txt").unlink()
    with Corpus(folder, corpus.index, Settings(), WordEmbedder()) as other:
        other.sync(rebuild=True)
    assert "bridge.txt" not in {hit.document.id for hit in corpus.search(QUESTION)}


def test_other_wishes_are_other_questions(corpus: Corpus) -> None:
    everything = corpus.search(QUESTION)
    french = corpus.search(QUESTION, filters=Filters(languages=("fr",)))
    assert {hit.document.id for hit in french} == {"pont.md"}
    assert len(corpus.search(QUESTION, top_k=1)) == 1
    assert corpus.search(QUESTION) == everything


def test_nothing_is_remembered_where_the_settings_say_so(folder: Path) -> None:
    counting = Counting()
    settings = Settings(recent_questions=0)
    with Corpus(folder, folder.parent / "index", settings, counting) as corpus:
        corpus.sync()
        for _ in range(2):
            corpus.search(QUESTION)
    assert len(counting.asked) == 2


def test_what_was_not_asked_for_the_longest_goes_first() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.keep("a", 1)
    recent.keep("b", 2)
    assert recent.get("a") == 1
    recent.keep("c", 3)
    assert [recent.get(key) for key in "abc"] == [1, None, 3]


def test_many_threads_keep_within_the_bound() -> None:
    recent: Recent[int, int] = Recent(8)
    wrong: list[int] = []

    def work() -> None:
        for key in range(2_000):
            recent.keep(key % 50, key % 50)
            if recent.get(key % 50) not in (None, key % 50):
                wrong.append(key)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert sum(recent.get(key) is not None for key in range(50)) <= 8


def test_the_chain_takes_no_time_of_its_own(corpus: Corpus) -> None:
    """LangChain's too: what the whole takes beyond its parts is under 2 ms."""
    corpus.ask(QUESTION)  # everything is loaded; the search and the reading are remembered
    chain = corpus.chain()

    def used(work: Callable[[], object], repeats: int = 20) -> float:
        started = time.thread_time()
        for _ in range(repeats):
            work()
        return (time.thread_time() - started) / repeats

    def parts() -> object:
        return list(chain.answerer.answer(chain.retriever.search(QUESTION)))

    for whole in (lambda: corpus.ask(QUESTION), lambda: chain.invoke(QUESTION)):
        beyond = min(used(whole) - used(parts) for _ in range(5))
        assert beyond < 0.002


def test_a_cold_question_loads_neither_torch_nor_langchain(sample: Corpus) -> None:
    """Each of them would take longer than the rest together."""
    code = f"""
import sys
from pathlib import Path
from rag import Corpus, Settings
with Corpus(Path({str(sample.folder)!r}), Path({str(sample.index)!r}), Settings()) as corpus:
    corpus.search({QUESTION!r}), corpus.ask({QUESTION!r})
print([m for m in ("torch", "transformers", "langchain_core", "langsmith") if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
