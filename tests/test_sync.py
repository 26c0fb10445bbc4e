"""What a sync makes of the things that happen to a folder."""

import os
import shutil
import sqlite3
import time
from contextlib import AbstractContextManager, closing
from pathlib import Path, PosixPath

import pytest

from rag import Corpus, MismatchError, NotFoundError, Settings, StoreError
from rag.address import is_server
from rag.load import file_title
from rag.plan import _stamp
from rag.store import Stamp, layout
from rag.store.lock import writer_lock
from rag.ui.memory import Memory
from tests.conftest import WordEmbedder

pytestmark = pytest.mark.each_backend

TEXT = "The mill burned down. Nobody was hurt."


def ids(corpus: Corpus) -> set[str]:
    return {document.id for document in corpus.documents()}


def settle(folder: Path) -> None:
    """Waits until files look as if nothing would change them soon."""
    time.sleep(2.1)


def test_a_renamed_file_is_the_same_article(corpus: Corpus, words: WordEmbedder) -> None:
    (corpus.folder / "mill.txt").write_text(TEXT)
    corpus.sync()
    words.embedded.clear()
    (corpus.folder / "mill.txt").rename(corpus.folder / "MILL-2.txt")
    plan = corpus.plan()
    assert plan.renamed == {"MILL-2.txt": "mill.txt"}
    report = corpus.sync()
    assert (report.added, report.removed, report.embedded) == (1, 1, 0)
    assert words.embedded == []
    assert corpus.document("MILL-2.txt").title == "MILL 2" == file_title("MILL-2.txt")
    assert "mill.txt" not in ids(corpus)


def test_the_same_text_twice_is_embedded_once(corpus: Corpus, words: WordEmbedder) -> None:
    for name in ("mill.txt", "copy/mill.txt"):
        (corpus.folder / name).parent.mkdir(exist_ok=True)
        (corpus.folder / name).write_text(TEXT)
    corpus.sync()
    assert len([text for text in words.embedded if "mill" in text]) == 1
    (corpus.folder / "mill.txt").unlink()
    assert corpus.sync().removed == 1
    assert corpus.search("Who was hurt when the mill burned?")[0].document.id == "copy/mill.txt"


def test_a_plan_changes_nothing(corpus: Corpus) -> None:
    plan = corpus.plan()
    assert plan.added == {"bridge.txt", "pont.md", "harbour"}
    with pytest.raises(NotFoundError):
        corpus.status()
    corpus.sync()
    generation = corpus.status().generation
    (corpus.folder / "bridge.txt").write_text("The bridge fell.")
    (corpus.folder / "pont.md").unlink()
    plan = corpus.plan()
    assert (plan.added, plan.updated, plan.removed) == (set(), {"bridge.txt"}, {"pont.md"})
    assert corpus.plan(rebuild=True).added == {"bridge.txt", "harbour"}
    assert corpus.status().generation == generation


def test_an_edit_that_restores_size_and_time_is_seen(corpus: Corpus) -> None:
    file = corpus.folder / "bridge.txt"
    past = time.time() - 60
    os.utime(file, (past, past))
    settle(corpus.folder)
    corpus.sync()
    assert corpus.plan().stale == set()  # it is remembered and not read again
    text = file.read_text()
    file.write_text(text.replace("Monday", "Friday"))
    os.utime(file, (past, past))
    assert corpus.sync().updated == 1
    assert "Friday" in corpus.document("bridge.txt").text


@pytest.mark.embedded
def test_a_file_moved_over_another_of_equal_size_and_time_is_seen(corpus: Corpus) -> None:
    other = corpus.folder.parent / "other.txt"
    text = (corpus.folder / "bridge.txt").read_text()
    other.write_text(text.replace("Monday", "Sunday"))
    past = time.time() - 60
    for file in (other, corpus.folder / "bridge.txt"):
        os.utime(file, (past, past))
    settle(corpus.folder)
    corpus.sync()
    other.replace(corpus.folder / "bridge.txt")
    assert corpus.sync().updated == 1


@pytest.mark.embedded
def test_an_index_whose_path_begins_with_two_slashes(corpus: Corpus) -> None:
    with Corpus(corpus.folder, f"/{corpus.index}", Settings(), WordEmbedder()) as twice:
        assert twice.sync().added == 3
        assert twice.search("harbour")


@pytest.mark.embedded
def test_an_index_whose_name_is_not_utf_8(corpus: Corpus) -> None:
    index = corpus.index.with_name(os.fsdecode(b"caf\xe9"))
    with Corpus(corpus.folder, index, Settings(), WordEmbedder()) as named:
        assert named.sync().added == 3
        assert named.search("harbour")
        assert named.sync(rebuild=True).embedded == 0
        assert named.verify().problems == ()


def stamp_of(inode: int, changed_ns: int) -> Stamp | None:
    class File(PosixPath):
        def stat(self, **_: object) -> os.stat_result:
            times = {"st_mtime_ns": changed_ns, "st_ctime_ns": 1}
            return os.stat_result((0o100644, inode, 1, 1, 0, 0, 10, 0, 0, 0), times)

    return _stamp(File(), 1)


def test_an_inode_of_64_bits_is_remembered_in_63() -> None:
    assert stamp_of(2**63 + 5, 1) == Stamp(10, 1, 1, 5, 1)


@pytest.mark.parametrize("year", [1600, 2300])
def test_a_file_of_a_time_that_no_index_keeps_is_not_remembered(year: int) -> None:
    assert stamp_of(5, (year - 1970) * 31_556_952 * 10**9) is None


@pytest.mark.embedded
def test_a_clock_that_goes_back_hides_no_edit(corpus: Corpus) -> None:
    file = corpus.folder / "bridge.txt"
    future = time.time() + 86_400
    for text in ("The bridge fell on Monday.", "The bridge fell on Friday."):
        file.write_text(text)
        os.utime(file, (future, future))
        corpus.sync()
        assert corpus.document("bridge.txt").text == text


def test_rows_come_and_go_beside_a_row_that_cannot_be_read(corpus: Corpus) -> None:
    file = corpus.folder / "rows.jsonl"
    file.write_text('{"id": "a", "text": "A."}\nnonsense\n{"id": "b", "text": "B."}\n')
    corpus.sync()
    file.write_text('nonsense\n{"id": "b", "text": "B."}\n{"id": "c", "text": "C."}\n')
    report = corpus.sync()
    assert [failure.path for failure in report.failed] == ["rows.jsonl:1"]
    assert ids(corpus) == {"bridge.txt", "pont.md", "b", "c"}


def test_a_name_that_is_no_text_is_listed(corpus: Corpus) -> None:
    name = os.fsencode(corpus.folder) + b"/caf\xe9.txt"
    with open(name, "w") as file:
        file.write(TEXT)
    report = corpus.sync()
    assert [(failure.path, "UTF-8" in failure.reason) for failure in report.failed] == [
        ("caf\\xe9.txt", True)
    ]


def test_names_in_both_unicode_forms_are_two_articles(corpus: Corpus) -> None:
    for name in ("caf\u00e9.txt", "cafe\u0301.txt"):
        (corpus.folder / name).write_text(f"{TEXT} {name!a}")
    assert corpus.sync().added == 5
    assert {"caf\u00e9.txt", "cafe\u0301.txt"} < ids(corpus)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_cannot_be_listed_keeps_its_articles(corpus: Corpus) -> None:
    locked = corpus.folder / "locked"
    locked.mkdir()
    (locked / "mill.txt").write_text(TEXT)
    corpus.sync()
    locked.chmod(0)
    try:
        report = corpus.sync()
    finally:
        locked.chmod(0o755)
    assert [failure.path for failure in report.failed] == ["locked"]
    assert "locked/mill.txt" in ids(corpus)


def test_what_editors_leave_is_no_article(corpus: Corpus) -> None:
    for name in ("bridge.txt~", "#bridge.txt#", ".#bridge.txt", "~$mill.docx", ".bridge.txt.swp"):
        (corpus.folder / name).write_text(TEXT)
    report = corpus.sync()
    assert (report.added, report.failed) == (3, ())


def test_a_folder_that_comes_back_is_not_embedded_again(
    corpus: Corpus, words: WordEmbedder
) -> None:
    corpus.sync()
    away = corpus.folder.parent / "away"
    corpus.folder.rename(away)
    corpus.folder.mkdir()
    assert corpus.sync().removed == 3
    words.embedded.clear()
    corpus.folder.rmdir()
    away.rename(corpus.folder)
    assert corpus.sync().added == 3
    assert words.embedded == []


class Interrupted(WordEmbedder):
    """Stops in its third batch."""

    calls = 0

    def embed_documents(self, texts):  # type: ignore[no-untyped-def]
        self.calls += 1
        if self.calls == 3:
            raise KeyboardInterrupt
        return super().embed_documents(texts)


@pytest.mark.parametrize("rebuild", [False, True])
def test_an_interrupted_sync_goes_on_where_it_was(
    folder: Path, index: str, words: WordEmbedder, rebuild: bool
) -> None:
    for number in range(500):
        (folder / f"{number}.txt").write_text(f"Article {number}\n\nIt says word{number}.")
    if rebuild:
        with Corpus(folder, index, Settings(), WordEmbedder("older words")) as corpus:
            corpus.sync()
            assert corpus.search("word77", top_k=1)[0].document.id == "77.txt"
    first = Interrupted()
    with Corpus(folder, index, Settings(), first) as corpus, pytest.raises(KeyboardInterrupt):
        corpus.sync(rebuild=rebuild)
    assert len(first.embedded) >= 2
    if not rebuild and not is_server(index):  # what is there is whole, and says so
        assert (Path(index) / "catalog.1.seal").exists()
    with Corpus(folder, index, Settings(), words) as corpus:
        report = corpus.sync(rebuild=rebuild)
        assert report.embedded == len(words.embedded)
        assert len(set(first.embedded) | set(words.embedded)) == 503
        assert not set(first.embedded) & set(words.embedded)
        assert corpus.search("word77", top_k=1)[0].document.id == "77.txt"


@pytest.mark.embedded
def test_a_rebuild_that_goes_on_holds_nothing_of_an_article_that_has_gone(
    folder: Path, index: str
) -> None:
    for number in range(500):
        (folder / f"{number}.txt").write_text(f"Article {number}\n\nIt says word{number}.")
    (folder / "0.txt").write_text("The safe opens with xyzzy4711.")
    with Corpus(folder, index, Settings(), WordEmbedder("older words")) as corpus:
        corpus.sync()
    with (
        Corpus(folder, index, Settings(), Interrupted()) as corpus,
        pytest.raises(KeyboardInterrupt),
    ):
        corpus.sync(rebuild=True)
    left = [file for file in Path(index).glob("next.sqlite*") if b"xyzzy4711" in file.read_bytes()]
    assert left
    (folder / "0.txt").unlink()
    with Corpus(folder, index, Settings(), WordEmbedder()) as corpus:
        corpus.sync(rebuild=True)
        assert corpus.verify().problems == ()
    assert not [file.name for file in Path(index).iterdir() if b"xyzzy4711" in file.read_bytes()]


def test_the_old_index_serves_until_the_new_one_is_complete(corpus: Corpus) -> None:
    corpus.sync()
    seen = []

    class Asking(WordEmbedder):
        def embed_documents(self, texts):  # type: ignore[no-untyped-def]
            seen.append(corpus.search("bridge", top_k=1)[0].document.id)
            return super().embed_documents(texts)

    with Corpus(corpus.folder, corpus.address, Settings(), Asking("new words")) as other:
        report = other.sync(rebuild=True)
        assert seen == ["bridge.txt"]
        assert (report.added, report.updated, report.embedded) == (0, 3, 3)
        assert other.status().generation > 1


@pytest.mark.embedded
def test_a_new_index_in_the_same_place_is_noticed(corpus: Corpus) -> None:
    """Its generation and its keys start again: nothing of the old one may be mixed in."""
    corpus.sync()
    assert corpus.search("harbour", top_k=1)[0].document.id == "harbour"
    index = corpus.folder.parent / "index"
    shutil.rmtree(index)
    (corpus.folder / "aaa.txt").write_text("Nothing about boats. Nothing at all.")
    with Corpus(corpus.folder, index, Settings(), WordEmbedder()) as other:
        other.sync()
        expected = other.search("harbour", top_k=10)
    assert len(expected) == 4
    assert corpus.search("harbour", top_k=10) == expected


@pytest.mark.embedded
def test_a_rebuild_that_another_program_reads_does_not_become_the_index(corpus: Corpus) -> None:
    corpus.sync()
    readers = []

    class Reading(WordEmbedder):
        def embed_documents(self, texts):  # type: ignore[no-untyped-def]
            readers.append(sqlite3.connect(corpus.index / "next.sqlite", check_same_thread=False))
            readers[0].execute("BEGIN")
            readers[0].execute("SELECT count(*) FROM documents").fetchone()
            return super().embed_documents(texts)

    with Corpus(corpus.folder, corpus.index, Settings(), Reading("other")) as other:
        with pytest.raises(StoreError, match="another program reads"):
            other.sync(rebuild=True)
        readers[0].close()
        assert corpus.search("harbour", top_k=1)[0].document.id == "harbour"
        assert other.sync(rebuild=True).embedded == 0
        assert other.verify().problems == ()


@pytest.mark.embedded
def test_a_rebuild_that_is_killed_twice_loses_no_vector(
    folder: Path, index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(catalog: Path) -> Path:
        raise KeyboardInterrupt

    for number in range(500):
        (folder / f"{number}.txt").write_text(f"Article {number}\n\nIt says word{number}.")
    with Corpus(folder, index, Settings(), WordEmbedder("older words")) as corpus:
        corpus.sync()
    with Corpus(folder, index, Settings(), WordEmbedder()) as corpus:
        with monkeypatch.context() as patched:
            patched.setattr(layout, "publish", kill)  # it is sealed, and has no name yet
            with pytest.raises(KeyboardInterrupt):
                corpus.sync(rebuild=True)
        for number in range(500):
            (folder / f"{number}.txt").write_text(f"Article {number}\n\nNow it says {number}.")
    with (
        Corpus(folder, index, Settings(), Interrupted()) as corpus,
        pytest.raises(KeyboardInterrupt),
    ):
        corpus.sync(rebuild=True)
    with Corpus(folder, index, Settings(), WordEmbedder()) as corpus:
        assert corpus.sync(rebuild=True).embedded < 500


@pytest.mark.embedded
def test_what_is_checked_is_the_index_that_a_rebuild_has_left(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def after_a_rebuild(folder: Path) -> AbstractContextManager[None]:
        monkeypatch.undo()
        with Corpus(corpus.folder, corpus.index, Settings(), WordEmbedder()) as other:
            other.sync(rebuild=True)
        return writer_lock(folder)

    corpus.sync()
    monkeypatch.setattr("rag.store.store.writer_lock", after_a_rebuild)
    assert corpus.verify().problems == ()
    assert [file.name for file in corpus.index.glob("catalog.*.sqlite")] == ["catalog.2.sqlite"]


@pytest.mark.embedded
def test_an_index_in_the_corpus_is_no_article(corpus: Corpus) -> None:
    with Corpus(corpus.folder, corpus.folder / "index", Settings(), WordEmbedder()) as inside:
        inside.sync()
        Memory.beside(inside.index).save("", "a", ())
        assert inside.search("harbour")
        with closing(sqlite3.connect(inside.index / "next.sqlite")) as connection:
            connection.execute("CREATE TABLE a (b)")
        assert inside.sync().failed == ()
        assert ids(inside) == {"bridge.txt", "pont.md", "harbour"}


@pytest.mark.embedded
def test_a_backup_that_is_restored_while_it_is_served_is_noticed(corpus: Corpus) -> None:
    """Its generations and its keys come again, with other content."""
    corpus.sync()
    corpus.close()
    index, backup = corpus.folder.parent / "index", corpus.folder.parent / "backup"
    shutil.copytree(index, backup)
    (corpus.folder / "new.txt").write_text("The zebra crossed the road.")
    corpus.sync()
    assert corpus.search("zebra", top_k=1)[0].document.id == "new.txt"
    shutil.rmtree(index)
    shutil.copytree(backup, index)
    (corpus.folder / "new.txt").write_text("A violin was stolen in Vienna.")
    with Corpus(corpus.folder, index, Settings(), WordEmbedder()) as other:
        other.sync()
        expected = [other.search(word, top_k=4) for word in ("zebra", "violin")]
    assert [corpus.search(word, top_k=4) for word in ("zebra", "violin")] == expected


def test_the_order_of_the_fields_of_exports_does_not_matter(folder: Path, index: str) -> None:
    ordered = [{"title": "title", "text": "text"}, {"text": "text", "title": "title"}]
    for fields in ordered:
        settings = Settings.model_validate({"fields": fields})
        with Corpus(folder, index, settings, WordEmbedder()) as corpus:
            corpus.sync()


def test_a_rebuild_with_other_settings_is_followed(folder: Path, index: str) -> None:
    """The settings file was edited, and another process has rebuilt: the page goes on."""
    file = folder.parent / "rag.toml"

    def load() -> Settings:
        return Settings.load(file, {})

    file.write_text("chunk_tokens = 256")
    with Corpus(folder, index, load(), WordEmbedder(), reload_settings=load) as served:
        served.sync()
        served.search("harbour")
        retriever, chain = served.retriever(top_k=1), served.chain()
        file.write_text("chunk_tokens = 20")
        with Corpus(folder, index, load(), WordEmbedder()) as other:
            with pytest.raises(MismatchError, match=r"256 tokens.*20 tokens"):
                other.search("harbour")
            assert served.search("harbour")
            other.sync(rebuild=True)
        assert served.search("harbour", top_k=1)[0].document.id == "harbour"
        assert served.settings.chunk_tokens == 20
        assert retriever.invoke("harbour")[0].metadata["id"] == "harbour"
        assert chain.invoke("Who froze?") == served.ask("Who froze?")


@pytest.mark.embedded
def test_an_index_of_an_earlier_version_is_rebuilt_by_a_sync(
    corpus: Corpus, words: WordEmbedder
) -> None:
    corpus.sync()
    corpus.close()
    index = corpus.folder.parent / "index"
    with closing(sqlite3.connect(index / "catalog.1.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 2")
    (index / "catalog.1.seal").unlink()
    words.embedded.clear()
    with Corpus(corpus.folder, index, Settings(), words) as later:
        with pytest.raises(MismatchError, match=r"schema version 2.*rag sync"):
            later.search("harbour")
        later.check()  # a sync is not refused
        assert later.sync().chunks == 3
        assert words.embedded == []
        assert later.search("harbour", top_k=1)[0].document.id == "harbour"
