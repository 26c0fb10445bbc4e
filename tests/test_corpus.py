"""The facade over the tiny embedder: what a user sees of sync, search and ask."""

import json
import os
import pickle
import re
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag import (
    Answer,
    Corpus,
    LockedError,
    MismatchError,
    ModelError,
    NotFoundError,
    Passages,
    QuestionError,
    Settings,
    TextDelta,
)
from rag.arrays import FloatArray
from rag.store import Backend, VectorIndex
from rag.sync import Progress
from tests.conftest import WordEmbedder

pytestmark = pytest.mark.each_backend


def reopen(corpus: Corpus, embedder: WordEmbedder | None = None) -> Corpus:
    return Corpus(corpus.folder, corpus.address, Settings(), embedder or WordEmbedder())


def settle(folder: Path) -> None:
    """Makes every file look as if it had been written a minute ago."""
    past = time.time() - 60
    for file in folder.rglob("*"):
        os.utime(file, (past, past))


def test_the_first_sync_adds_everything(corpus: Corpus) -> None:
    report = corpus.sync()
    assert (report.added, report.updated, report.removed, report.unchanged) == (3, 0, 0, 0)
    assert report.chunks == report.embedded == 3
    assert report.failed == ()
    assert [document.id for document in corpus.documents()] == ["bridge.txt", "harbour", "pont.md"]


def test_every_hit_is_a_slice_of_its_document(corpus: Corpus) -> None:
    corpus.sync()
    hits = corpus.search("When did the iron bridge reopen?", top_k=10)
    assert hits[0].document.id == "bridge.txt"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        assert hit.document.text[hit.chunk.start : hit.chunk.end] == hit.chunk.text


def test_a_second_sync_embeds_nothing(corpus: Corpus, words: WordEmbedder) -> None:
    corpus.sync()
    settle(corpus.folder)
    for _ in range(2):  # once read again because of the new times, once not
        words.embedded.clear()
        report = corpus.sync()
        assert (report.added, report.updated, report.removed, report.unchanged) == (0, 0, 0, 3)
        assert words.embedded == []


def test_an_edit_a_rename_and_a_removal(corpus: Corpus, words: WordEmbedder) -> None:
    corpus.sync()
    words.embedded.clear()
    folder = corpus.folder
    (folder / "bridge.txt").write_text("The bridge reopens\n\nIt reopened on Tuesday.\n")
    (folder / "pont.md").rename(folder / "pont-de-fer.md")
    (folder / "rows.jsonl").unlink()
    report = corpus.sync()
    assert (report.added, report.updated, report.removed) == (1, 1, 2)
    assert len(words.embedded) == 1  # the renamed article's vector was known
    assert {document.id for document in corpus.documents()} == {"bridge.txt", "pont-de-fer.md"}
    assert "Tuesday" in corpus.search("When did the bridge reopen?", top_k=1)[0].chunk.text
    assert all(hit.document.id != "harbour" for hit in corpus.search("harbour froze", top_k=10))


def test_a_file_that_cannot_be_read_is_listed_and_keeps_its_last_version(corpus: Corpus) -> None:
    corpus.sync()
    (corpus.folder / "pont.md").write_bytes(b"\0\0\0")
    (corpus.folder / "photo.jpeg").write_bytes(b"\xff\xd8")
    for _ in range(2):
        report = corpus.sync()
        assert [failure.path for failure in report.failed] == ["photo.jpeg", "pont.md"]
        assert report.removed == 0
    assert "pont.md" in {document.id for document in corpus.documents()}
    assert corpus.status().failed == report.failed


def test_two_articles_of_one_id(corpus: Corpus) -> None:
    (corpus.folder / "a.jsonl").write_text('{"id": "harbour", "text": "The first one wins."}\n')
    report = corpus.sync()
    assert [failure.path for failure in report.failed] == ["rows.jsonl"]
    assert "first" in corpus.document("harbour").text
    (corpus.folder / "a.jsonl").unlink()
    assert corpus.sync().failed == ()
    assert "froze" in corpus.document("harbour").text


def test_rows_of_equal_ids_may_be_known_by_their_place(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    for name in ("a", "b"):
        rows = f"id,text\n0,The {name} harbour froze.\n1,The {name} bridge opened.\n"
        (tmp_path / "corpus" / name).with_suffix(".csv").write_text(rows)
    with Corpus(tmp_path / "corpus", tmp_path / "index", Settings(), WordEmbedder()) as corpus:
        reasons = {failure.reason for failure in corpus.sync().failed}
        assert all('fields = {id = "-"}' in reason for reason in reasons)
        assert len(reasons) == 2
    settings = Settings(fields={"id": "-"})
    with Corpus(tmp_path / "corpus", tmp_path / "index", settings, WordEmbedder()) as corpus:
        assert corpus.sync(rebuild=True).failed == ()
        assert corpus.status().documents == 4


def test_an_earlier_file_takes_an_id_over(corpus: Corpus) -> None:
    settle(corpus.folder)
    corpus.sync()
    (corpus.folder / "a.jsonl").write_text('{"id": "harbour", "text": "The first one wins."}\n')
    assert [failure.path for failure in corpus.sync().failed] == ["rows.jsonl"]
    assert "first" in corpus.document("harbour").text


def test_an_emptied_folder_empties_the_index(corpus: Corpus) -> None:
    corpus.sync()
    for file in corpus.folder.iterdir():
        file.unlink()
    assert corpus.sync().removed == 3
    assert corpus.search("bridge") == []
    answer = corpus.ask("Where is the bridge?")
    assert answer.abstained
    assert "no articles" in answer.text
    assert answer.passages == ()


def test_before_the_first_sync_there_is_no_index(corpus: Corpus) -> None:
    for use in (lambda: corpus.ask("a"), lambda: list(corpus.documents()), corpus.status):
        with pytest.raises(NotFoundError, match="rag sync"):
            use()


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no corpus folder"):
        Corpus.open(tmp_path / "missing", index=tmp_path / "index", settings=Settings())


def test_nothing_is_loaded_to_read_passages_where_there_is_no_index(corpus: Corpus) -> None:
    before = set(threading.enumerate())
    with pytest.raises(NotFoundError):
        corpus.ask("When did the bridge reopen?")
    assert "loading the reader" not in {each.name for each in {*threading.enumerate()} - before}


def test_the_index_is_where_the_settings_say_unless_told_otherwise(folder: Path) -> None:
    settings = Settings(index=str(folder.parent / "elsewhere"))
    assert Corpus.open(folder, settings=settings).index == folder.parent / "elsewhere"
    assert Corpus.open(folder, index=folder / "i", settings=settings).index == folder / "i"


@pytest.mark.parametrize("question", ["", " \n\t", "x" * 100_000])
def test_questions_that_cannot_be_asked(corpus: Corpus, question: str) -> None:
    corpus.sync()
    for use in (corpus.ask, corpus.search, lambda q: list(corpus.stream(q))):
        with pytest.raises(QuestionError):
            use(question)


@pytest.mark.parametrize("question", [None, 3, b"who?", ["who?"], {"question": "who?"}])
def test_a_question_is_text(corpus: Corpus, question: Any) -> None:
    corpus.sync()
    for use in (corpus.ask, corpus.search, corpus.retriever().invoke):
        with pytest.raises(QuestionError, match="a question is text, not"):
            use(question)


@pytest.mark.parametrize("question", ["?", "\ud800", "\0", "🙂", '"a" OR b*', "NEAR(", "]] --"])
def test_odd_questions_are_answered_somehow(corpus: Corpus, question: str) -> None:
    corpus.sync()
    assert isinstance(corpus.ask(question), Answer)


def test_top_k(corpus: Corpus) -> None:
    corpus.sync()
    assert len(corpus.search("bridge", top_k=1000)) == 3
    for out_of_bounds in (0, 1001, 2**63):
        with pytest.raises(ValueError, match=f"at least 1 and at most 1000, not {out_of_bounds}"):
            corpus.search("bridge", top_k=out_of_bounds)
    for wrong in ("5", 1.5, 3.0):
        with pytest.raises(QuestionError, match=f"whole number, not {wrong!r}"):
            corpus.search("bridge", top_k=wrong)  # type: ignore[arg-type]
    assert len(corpus.search("bridge", top_k=np.int64(2))) == 2  # type: ignore[arg-type]


def test_the_table_is_searched_whatever_the_case(corpus: Corpus) -> None:
    titles = {"École fermée", "Москва зимой", "100 %"}
    rows = [json.dumps({"title": title, "text": "It thawed."}) for title in titles]
    (corpus.folder / "titles.jsonl").write_text("\n".join(rows))
    corpus.sync()
    for search, found in (("école", "École fermée"), ("МОСКВА", "Москва зимой"), ("%", "100 %")):
        assert [row.title for row in corpus.listing(search).rows] == [found]


def test_the_table_is_sorted_whatever_the_case_and_accents(corpus: Corpus) -> None:
    names = ["À Valmorin", "école", "Été", "Étranger", "Vom Hafen", "Москва", "река"]
    rows = [json.dumps({"title": name, "source": name, "text": "It thawed."}) for name in names]
    (corpus.folder / "titles.jsonl").write_text("\n".join(reversed(rows)))
    corpus.sync()
    for order in ("title", "source"):
        titles = [row.title for row in corpus.listing(order=order).rows]
        assert [title for title in titles if title in names] == names
    assert [source for source in corpus.sources() if source in names] == names


def test_nobody_waits_for_another_to_hear_whether_the_index_fits(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.sync()
    together = threading.Barrier(2, timeout=10)

    def fits(store: Backend) -> bool:
        together.wait()
        return True

    monkeypatch.setattr(type(corpus._parts().store), "fits", fits)
    with ThreadPoolExecutor(2) as pool:
        assert all(pool.map(corpus.search, ["bridge", "harbour"]))


def test_a_document_that_is_not_there(corpus: Corpus) -> None:
    corpus.sync()
    for id in ("nothing.txt", "\ud800", "\0"):
        with pytest.raises(NotFoundError, match=re.escape(f"there is no document {id!r}")):
            corpus.document(id)


@pytest.mark.parametrize("search", ["\ud800", "bridge\0"])
def test_no_document_holds_what_cannot_be_stored(corpus: Corpus, search: str) -> None:
    corpus.sync()
    assert corpus.listing(search).total == 0


def test_the_stream_is_passages_then_text_then_the_answer(corpus: Corpus) -> None:
    corpus.sync()
    first, *deltas, last = corpus.stream("When did the iron bridge reopen?")
    assert isinstance(first, Passages)
    assert isinstance(last, Answer)
    assert first.results == last.passages
    assert all(isinstance(delta, TextDelta) for delta in deltas)
    assert "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)) == last.text


def test_another_model_is_refused_until_a_rebuild(corpus: Corpus) -> None:
    corpus.sync()
    with reopen(corpus, WordEmbedder("other words")) as other:
        for use in (other.sync, lambda: other.search("bridge")):
            with pytest.raises(MismatchError, match=r"'words'.*'other words'.*--rebuild.*version"):
                use()
        assert corpus.search("bridge")
        report = other.sync(rebuild=True)
        assert (report.updated, report.embedded) == (3, 3)
        assert other.search("bridge", top_k=1)[0].document.id == "bridge.txt"
        with pytest.raises(MismatchError):
            corpus.search("bridge")
        assert other.sync().embedded == 0


def test_a_change_by_another_process_is_seen(corpus: Corpus) -> None:
    corpus.sync()
    assert corpus.search("harbour", top_k=1)[0].document.id == "harbour"
    (corpus.folder / "rows.jsonl").unlink()
    (corpus.folder / "new.txt").write_text("A harbour was built elsewhere.")
    with reopen(corpus) as other:
        other.sync()
    assert corpus.search("harbour", top_k=1)[0].document.id == "new.txt"


def test_a_sync_that_waits_in_vain_hides_no_progress(corpus: Corpus) -> None:
    told: list[Progress] = []

    def try_another(progress: Progress) -> None:
        with pytest.raises(LockedError):
            corpus.sync()
        assert corpus.progress is progress
        told.append(progress)

    corpus.sync(on_progress=try_another)
    assert told
    assert corpus.progress is None


def test_it_is_opened_anew_where_it_is_unpickled(corpus: Corpus) -> None:
    corpus.sync()
    before = corpus.search("harbour")
    with pickle.loads(pickle.dumps(corpus)) as other:
        assert other.search("harbour") == before
        assert other.settings == corpus.settings


def test_only_one_sync_at_a_time(corpus: Corpus) -> None:
    entered, leave = threading.Event(), threading.Event()

    class Slow(WordEmbedder):
        def embed_documents(self, texts):  # type: ignore[no-untyped-def]
            entered.set()
            assert leave.wait(10)
            return super().embed_documents(texts)

    with reopen(corpus, Slow()) as slow:
        thread = threading.Thread(target=slow.sync)
        thread.start()
        assert entered.wait(10)
        with pytest.raises(LockedError, match=str(os.getpid())):
            corpus.sync()
        leave.set()
        report = corpus.sync(wait_s=10)
        thread.join()
        assert report.unchanged == 3


@pytest.mark.embedded
@pytest.mark.parametrize("damage", ["missing", "truncated", "flipped", "foreign"])
def test_a_damaged_vector_file_changes_nothing(corpus: Corpus, damage: str) -> None:
    corpus.sync()
    before = [(hit.document.id, hit.score) for hit in corpus.search("iron bridge", top_k=3)]
    file = corpus.folder.parent / "index" / "vectors.1.faiss"
    data = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        middle = len(data) // 2
        flipped = data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :]
        file.write_bytes({"truncated": data[:-9], "flipped": flipped, "foreign": b"no"}[damage])
    with reopen(corpus) as again:
        after = [(hit.document.id, hit.score) for hit in again.search("iron bridge", top_k=3)]
    assert after == before


def test_vector_search_agrees_with_brute_force() -> None:
    random = np.random.default_rng(7)
    rows = random.standard_normal((500, 32)).astype(np.float16).astype(np.float32)
    keys = random.permutation(10_000)[:500].astype(np.int64)
    index = VectorIndex.empty(32).changed(keys[:0], keys, rows)
    index = index.changed(keys[:100], keys[:0], rows[:0])
    query = random.standard_normal(32).astype(np.float32)
    order = np.argsort(-(rows[100:] @ query))[:20]
    found = index.search(query, 20)
    assert [key for key, _ in found] == keys[100:][order].tolist()
    assert np.allclose([score for _, score in found], (rows[100:] @ query)[order], atol=1e-4)
    assert len(index.search(query, 1000)) == 400


class Refusing(WordEmbedder):
    """Has a model that cannot be loaded."""

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        rows: FloatArray = np.full((len(texts), 64), 0.125, np.float32)
        return rows

    def embed_query(self, text: str) -> FloatArray:
        raise ModelError("the model is not needed")


def test_an_empty_index_answers_without_the_model(folder: Path, index: str) -> None:
    for file in folder.iterdir():
        file.unlink()
    with Corpus(folder, index, Settings(), Refusing()) as corpus:
        with pytest.raises(NotFoundError):
            corpus.ask("Who froze?")
        corpus.sync()
        assert corpus.search("Who froze?") == []
        assert corpus.ask("Who froze?").abstained
        (folder / "harbour.txt").write_text("The harbour froze.")
        corpus.sync()
        with pytest.raises(ModelError):
            corpus.ask("Who froze?")


def test_progress_tells_rate_and_time_left(folder: Path, index: str, words: WordEmbedder) -> None:
    for number in range(400):
        (folder / f"{number}.txt").write_text(f"Article {number}\n\nIt says word{number}.")
    told: list[Progress] = []
    with Corpus(folder, index, Settings(), words) as corpus:
        report = corpus.sync(on_progress=told.append)
    told = [progress for progress in told if progress.phase == "indexing"]
    assert [progress.embedded for progress in told] == sorted(p.embedded for p in told)
    last = told[-1]
    assert (last.documents, last.documents_total, last.embedded) == (403, 403, 403)
    assert last.seconds_left == 0
    assert last.seconds < report.seconds
    assert last.rate == pytest.approx(403 / last.seconds)
    assert any(progress.seconds_left for progress in told)
