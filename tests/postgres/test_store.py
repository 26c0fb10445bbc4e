"""What only an index in a database has: a lock, a schema with versions, a vector index."""

from __future__ import annotations

import json
import os
import random
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import numpy as np
import psycopg
import pytest

from rag import (
    Corpus,
    Filters,
    LockedError,
    MismatchError,
    NotFoundError,
    Settings,
    SettingsError,
    StoreError,
)
from rag.address import is_server, local_path
from rag.postgres import PostgresStore
from rag.postgres.schema import MIGRATIONS, check_version, migrate
from rag.store import Fingerprint
from rag.store.opening import open_backend
from tests.postgres.server import Server
from tests.postgres.test_same import FINGERPRINT, WIDTH, WORDS, fill, questions
from tests.words import WordEmbedder


@pytest.fixture
def store(database: str) -> Iterator[PostgresStore]:
    store = PostgresStore(database, lambda: FINGERPRINT, Settings(), exact_max=100)
    yield store
    store.close()


@pytest.fixture
def served(folder: Path, database: str, words: WordEmbedder) -> Iterator[Corpus]:
    """The three articles, in a database."""
    with Corpus(folder, database, Settings(), words) as corpus:
        yield corpus


def test_what_is_a_server_and_what_lies_beside_its_index() -> None:
    assert not is_server("index")
    assert local_path("some/index") == Path("some/index")
    for address in (
        "postgresql://me:secret@db.example:5433/news",
        "postgres://db.example:5433/news",
    ):
        assert is_server(address)
        assert local_path(address) == Path("postgresql-db.example-5433-news")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("postgresql://h/db?user=me&password=s3cret&keepalives_idle=10", "postgresql-h-db"),
        ("postgresql://me:p%40ss?@db1,db2:5433/db", "postgresql-db1-db2-5433-db"),
        ("postgresql://[::1]:5433/db", "postgresql-1-5433-db"),
        ("postgresql://me@/db?host=/run/pg&port=5433", "postgresql-run-pg-5433-db"),
        ("postgresql://h/db?options=-csearch_path%3Dsport,public", "postgresql-h-db-sport"),
        ("postgresql://h?dbname=db", "postgresql-h-db"),
        ("postgresql://", "postgresql-"),
    ],
)
def test_files_are_named_after_server_database_and_schema_only(address: str, name: str) -> None:
    assert local_path(address) == Path(name)
    PostgresStore(address, lambda: FINGERPRINT, Settings()).close()


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:50%off_s3cret@h/db",
        "postgresql://me:s3cret/more@h/db",
        "postgresql://me:12/s3cret@h/db",
        "postgresql://me:more@s3cret@h/db",
        "postgresql://me:12/more?s3cret@h/db",
        "postgresql://me:s3cret@h/db?nonsense=1",
    ],
)
def test_an_address_that_is_none_is_told_without_its_password(address: str) -> None:
    with pytest.raises(SettingsError, match=r"no address.*%40") as told:
        open_backend(address, lambda: FINGERPRINT, Settings())
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize(
    "address",
    [
        "host=db dbname=news password=s3cret",
        "password=s3cret dbname = news",
        "postgresql+psycopg://me:s3cret@h/db",
        "PostgreSQL://me:s3cret@h/db",
    ],
)
def test_an_address_that_is_neither_a_folder_nor_libpqs_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match=r"folder or at postgresql://.*not at") as told:
        Corpus(Path(), address, Settings())
    assert "s3cret" not in str(told.value)
    assert not is_server("articles/host=db/index")


@pytest.mark.parametrize(
    "filters", [None, Filters(languages=("en", "de")), Filters(documents=("a7", "a8", "a9"))]
)
def test_the_vector_index_finds_nearly_all_also_behind_a_filter(
    store: PostgresStore, filters: Filters | None
) -> None:
    fill(store)
    assert store.status().vector_index == "HNSW"
    with store.reader() as reader:
        assert len(reader) > 400
        every = [key for key, _ in reader.lexical(WORDS, len(reader), filters)]
        rows = reader.vectors(every)
        found = wanted = 0
        for query in questions():
            near = reader.dense(query, 10, filters)
            best = np.sort(rows @ query)[::-1][:10]
            wanted += len(best)
            found += sum(score >= best[-1] - 1e-4 for _, score in near)
        assert found / wanted > 0.97


def test_a_filter_that_leaves_out_all_that_is_near_still_finds_what_it_keeps(
    store: PostgresStore, database: str
) -> None:
    fill(store)
    # As after 20,000 passages, which take long; among few the server would rather sort them.
    hasty = f"{database}%20-chnsw.max_scan_tuples%3D1%20-cenable_sort%3Doff"
    other = PostgresStore(hasty, lambda: FINGERPRINT, Settings(index_ef_search=1), exact_max=100)
    filters = Filters(languages=("fr", "de"))
    with other.reader() as reader:
        kept = {key for key, _ in reader.lexical(WORDS, len(reader), filters)}
        assert len(kept) > 50
        for query in questions():
            assert {key for key, _ in reader.dense(query, len(reader), filters)} == kept
    other.close()


def test_one_writer_at_a_time_and_a_dead_one_lets_go(store: PostgresStore, database: str) -> None:
    other = PostgresStore(database, lambda: FINGERPRINT, Settings())

    def interrupted() -> None:
        with store.writer() as writer:
            writer.next_generation()
            with pytest.raises(LockedError, match=rf"{os.getpid()}.*--wait"), other.writer():
                pass
            assert str(os.getpid()) in str(other.status().syncing)
            with psycopg.connect(database) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                )
            with other.writer(wait_s=20) as second:
                second.next_generation()
            writer.next_generation()  # what has lost its lock writes no more

    with pytest.raises(StoreError, match=r"starting or stopping|broke"):
        interrupted()
    assert other.status().generation == 2
    other.close()


def test_an_index_of_each_schema_has_a_lock_of_its_own(
    server: Server, store: PostgresStore
) -> None:
    with server.schema() as address:
        bare = address.removesuffix(",public")  # the extension is found all the same
        other = PostgresStore(bare, lambda: FINGERPRINT, Settings())
        with store.writer(), other.writer() as writer:
            writer.next_generation()
        other.close()


def test_an_empty_schema_is_no_index_whatever_is_in_the_path_behind_it(
    folder: Path, server: Server
) -> None:
    server.execute("DROP DATABASE IF EXISTS shared", "CREATE DATABASE shared")
    public = server.address.replace("/postgres?", "/shared?")
    sport = f"{public}&options=-csearch_path%3Dsport,public"
    with Corpus(folder, public, Settings(), WordEmbedder()) as corpus:
        corpus.sync()
        before = corpus.status().generation
    with psycopg.connect(public, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA sport")
    with Corpus(folder, sport, Settings(), WordEmbedder()) as other:
        asked = other.status, other.verify, lambda: [*other.work()], lambda: other.search("harbour")
        for ask in asked:
            with pytest.raises(NotFoundError, match="no index"):
                ask()
        assert len(other.plan().added) == 3
        assert other.sync(rebuild=True).added == 3
        assert other.verify().problems == ()
    with Corpus(folder, public, Settings(), WordEmbedder()) as corpus:
        assert corpus.status().generation == before


def test_the_extension_outlives_the_index_that_came_first(folder: Path, server: Server) -> None:
    server.execute("DROP DATABASE IF EXISTS fresh", "CREATE DATABASE fresh")
    fresh = server.address.replace("/postgres?", "/fresh?")
    first, second = (f"{fresh}&options=-csearch_path%3D{name}" for name in ("one", "two"))
    with psycopg.connect(fresh, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA one; CREATE SCHEMA two")
        for address in (first, second):
            with Corpus(folder, address, Settings(), WordEmbedder()) as corpus:
                corpus.sync()
        connection.execute("DROP SCHEMA one CASCADE")
        with Corpus(folder, second, Settings(), WordEmbedder()) as corpus:
            assert corpus.search("harbour", top_k=1)[0].document.id == "harbour"
        connection.execute("DROP SCHEMA two, public CASCADE; CREATE SCHEMA two")
        with Corpus(folder, second, Settings(), WordEmbedder()) as corpus:
            assert corpus.sync().added == 3


def test_migrations_are_applied_once_and_a_later_version_is_refused(database: str) -> None:
    later = (*MIGRATIONS, "ALTER TABLE meta ADD COLUMN note text NOT NULL DEFAULT ''")
    now = len(MIGRATIONS)
    with psycopg.connect(database, autocommit=True) as connection:
        migrate(connection, "here", WIDTH)
        assert _versions(connection) == [*range(1, now + 1)]
        migrate(connection, "here", WIDTH, later)
        migrate(connection, "here", WIDTH, later)
        assert _versions(connection) == [*range(1, now + 2)]
        with pytest.raises(MismatchError, match=rf"version {now + 1}.*{now}; update the program"):
            migrate(connection, "here", WIDTH)
    store = PostgresStore(database, lambda: FINGERPRINT, Settings())
    with pytest.raises(MismatchError, match="update the program"), store.reader():
        pass
    with pytest.raises(MismatchError, match="update the program"), store.writer():
        pass
    with pytest.raises(MismatchError, match=r"version 1.*uses 2; run `rag sync`"):
        check_version("here", 1, 2)
    store.close()


def _versions(connection: psycopg.Connection[Any]) -> list[int]:
    return [number for (number,) in connection.execute("SELECT version FROM migrations ORDER BY 1")]


def test_a_migration_that_fails_leaves_nothing(database: str) -> None:
    broken = (*MIGRATIONS, "CREATE TABLE half (a int); SELECT nothing_like_it")
    with psycopg.connect(database, autocommit=True) as connection:
        with pytest.raises(psycopg.Error):
            migrate(connection, "here", WIDTH, broken)
        assert _versions(connection) == [*range(1, len(MIGRATIONS) + 1)]
        (half,) = connection.execute("SELECT to_regclass('half')").fetchone() or ("",)
        assert half is None


def test_nothing_of_a_transaction_that_fails_is_there(store: PostgresStore) -> None:
    fill(store)
    before = store.status()

    def interrupted() -> None:
        with store.writer() as writer, writer.transaction():
            writer.remove([f"a{number}" for number in range(100)])
            writer.next_generation()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted()
    assert replace(store.status(), syncing=None) == replace(before, syncing=None)
    assert store.verify() == ((), ())


DAMAGES = {
    "not what was stored": "UPDATE documents SET text = text || ' more' WHERE id = 'bridge.txt'",
    "no slice of it": 'UPDATE chunks SET "end" = 100000',
    "not in order": 'INSERT INTO chunks (document, start, "end", vector, language, terms) '
    'SELECT document, start, "end", vector, language, terms FROM chunks LIMIT 1',
    "has no chunk": "DELETE FROM chunks WHERE document = (SELECT min(key) FROM documents)",
    "another language": "UPDATE chunks SET language = 'xx'",
    "unit length": "UPDATE vectors SET embedding = embedding + embedding",
    "marked as unused and a chunk": "INSERT INTO unused SELECT min(key) FROM vectors",
    "not marked as unused": "INSERT INTO vectors (digest, embedding) "
    "SELECT 'x', embedding FROM vectors LIMIT 1",
    "found by": "UPDATE postings SET count = count + 1 WHERE word = (SELECT min(id) FROM words)",
    "found by$": "UPDATE postings SET length = length + 1",
    "word .* counted wrong": "UPDATE words SET chunks = chunks + 1",
    "language .* counted wrong": "UPDATE languages SET terms = terms + 1 WHERE language = 'en'",
}


@pytest.mark.parametrize("told", DAMAGES)
def test_damage_is_told_and_repair_mends_it(served: Corpus, told: str) -> None:
    served.sync()
    assert served.verify().problems == ()
    before = [(hit.document.id, hit.score) for hit in served.search("iron bridge", top_k=3)]
    with psycopg.connect(served.address) as connection:
        connection.execute(DAMAGES[told].encode())
    problems = served.verify(repair=True).problems
    assert any(re.search(told, problem) for problem in problems), problems
    assert served.verify().problems == ()
    after = [(hit.document.id, hit.score) for hit in served.search("iron bridge", top_k=3)]
    assert after == before


def test_questions_go_on_while_a_rebuild_takes_the_place(served: Corpus) -> None:
    served.sync()
    stop, wrong = threading.Event(), []

    def ask() -> None:
        with Corpus(served.folder, served.address, Settings(), WordEmbedder()) as corpus:
            while not stop.is_set():
                found = corpus.search("harbour", top_k=1)[0].document.id
                if found != "harbour":
                    wrong.append(found)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        assert served.sync(rebuild=True).embedded == 0
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert served.status().generation >= 6


def test_a_rebuild_leaves_alone_what_is_no_rebuild_of_it(
    served: Corpus, server: Server, tmp_path: Path
) -> None:
    served.sync()
    name = served.address.rpartition("%3D")[2].removesuffix(",public")
    server.execute(f"CREATE SCHEMA {name}_next")
    address = served.address.replace(name, f"{name}_next")
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "other.txt").write_text("The tram stopped.")
    with Corpus(folder, address, Settings(), WordEmbedder()) as other:
        other.sync()
        with pytest.raises(StoreError, match=rf"{name}_next .* something else; rename it"):
            served.sync(rebuild=True)
        assert [document.id for document in other.documents()] == ["other.txt"]
    assert served.status().documents == 3
    server.execute(f"COMMENT ON SCHEMA {name}_next IS 'rebuild of {name}'")
    served.sync(rebuild=True)  # as if interrupted: what is not in the folder is gone
    assert served.status().documents == 3
    assert served.verify().problems == ()


def test_before_the_first_sync_there_is_no_index(store: PostgresStore) -> None:
    for use in (store.status, store.verify, store.built_with):
        with pytest.raises(NotFoundError, match="rag sync"):
            use()
    assert store.fits()
    assert store.remembered() == ({}, {}, [])


def test_hostile_names_and_texts_are_kept_as_they_are(served: Corpus) -> None:
    odd = {
        "id": "a'b\";--",
        "title": "x\ty\n\\.",
        "text": "\\N and %s {} é日本\u2028",
        "source": "\\",
    }
    (served.folder / "odd.jsonl").write_text(
        json.dumps(odd) + "\n" + json.dumps({"id": "n\0l", "title": "\0", "text": "a\0b c"}) + "\n"
    )
    served.sync()
    assert served.sync().unchanged == served.status().documents
    assert served.document(odd["id"]).text == odd["text"]
    assert served.listing("\\").rows
    assert served.verify().problems == ()


def test_long_words_and_sources_are_found_and_go(served: Corpus) -> None:
    dice = random.Random(1)
    long = "".join(chr(dice.randrange(0x4E00, 0x9FFF)) for _ in range(999))
    word = "".join(dice.choices(ascii_lowercase, k=3_500))
    rows = [{"id": id, "text": f"Look at {word}{id}.", "source": long} for id in "012"]
    (served.folder / "long.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert served.sync().added == 6
    assert {hit.document.id for hit in served.search(f"{word}0", top_k=3)} == {"0", "1", "2"}
    found = served.search("harbour", top_k=9, filters=Filters(sources=(long,)))
    assert {hit.document.id for hit in found} == {"0", "1", "2"}
    assert served.verify().problems == ()
    (served.folder / "long.jsonl").unlink()
    assert served.sync().removed == 3
    assert served.verify().problems == ()


def test_numbers_of_words_are_not_used_up_by_edits(served: Corpus, database: str) -> None:
    served.sync()
    with psycopg.connect(database, autocommit=True) as connection:
        query = "SELECT last_value FROM words_id_seq"
        (before,) = connection.execute(query).fetchone() or (0,)
        (served.folder / "bridge.txt").write_text("The harbour froze.")
        served.sync()
        (after,) = connection.execute(query).fetchone() or (0,)
    assert after - before <= 1


def test_another_fingerprint_is_refused(store: PostgresStore, database: str) -> None:
    fill(store)
    other = Fingerprint("another", str(WIDTH), "1", "1")
    changed = PostgresStore(database, lambda: other, Settings())
    assert not changed.fits()
    with pytest.raises(MismatchError, match=r"'made up'.*'another'.*--rebuild"), changed.writer():
        pass
    changed.close()
