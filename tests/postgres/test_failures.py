"""A server that cannot be used: one clear line each time, and everything goes on afterwards."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rag import Corpus, MismatchError, Settings, StoreError
from rag.postgres.failures import check_server
from tests.postgres.server import Server
from tests.words import WordEmbedder


@pytest.fixture
def served(folder: Path, database: str, words: WordEmbedder) -> Iterator[Corpus]:
    """The three articles, in a database."""
    with Corpus(folder, database, Settings(index_timeout_s=1), words) as corpus:
        corpus.sync()
        yield corpus


def said(error: pytest.ExceptionInfo[StoreError]) -> str:
    line = str(error.value)
    assert "\n" not in line
    assert "secret" not in line
    return line


def elsewhere(corpus: Corpus, address: str) -> Corpus:
    return Corpus(corpus.folder, address, Settings(), WordEmbedder())


def test_a_server_that_is_gone_and_comes_back(served: Corpus, server: Server) -> None:
    assert served.search("harbour", top_k=1)
    server.kill()
    for use in (lambda: served.search("harbour"), served.status, served.sync):
        with pytest.raises(StoreError, match=r"cannot reach|broke|starting") as error:
            use()
        said(error)
    server.start()
    assert served.search("harbour", top_k=1)[0].document.id == "harbour"
    assert served.sync().unchanged == 3


def test_the_page_says_so_and_goes_on_by_itself(served: Corpus, server: Server) -> None:
    from fastapi.testclient import TestClient

    from rag.ui.server import build_app

    client, question = TestClient(build_app(served)), {"question": "harbour"}
    assert client.post("/api/search", json=question).status_code == 200
    server.kill()
    refused = client.post("/api/search", json=question)
    assert refused.status_code == 503
    assert "postgresql://" in refused.text
    server.start()
    assert client.post("/api/search", json=question).json()["results"][0]["document"]


def test_a_connection_that_was_cut_is_made_again_without_a_word(
    served: Corpus, server: Server
) -> None:
    assert served.search("harbour", top_k=1)
    server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'rag %'"
    )
    assert served.search("harbour", top_k=1)[0].document.id == "harbour"


def test_a_server_that_does_not_answer_in_time(served: Corpus) -> None:
    with psycopg.connect(served.address) as connection:
        connection.execute("LOCK TABLE meta IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreError, match=r"did not answer in time.*index_timeout_s") as error:
            served.search("harbour")
        said(error)
    assert served.search("harbour", top_k=1)[0].document.id == "harbour"


def test_a_wrong_password_and_an_unknown_user(served: Corpus, server: Server) -> None:
    server.execute("DROP ROLE IF EXISTS writer", "CREATE ROLE writer LOGIN PASSWORD 'secret'")
    for user in ("writer:secretly", "writer", "nobody:secret"):
        address = server.address.replace("postgres@", f"{user}@")
        with (
            elsewhere(served, address) as corpus,
            pytest.raises(StoreError, match="refuses the user or the password") as error,
        ):
            corpus.sync()
        said(error)


def test_a_database_that_is_not_there(served: Corpus, server: Server) -> None:
    address = server.address.replace("/postgres?", "/nothing?")
    with (
        elsewhere(served, address) as corpus,
        pytest.raises(StoreError, match=r"nothing does not exist.*createdb") as error,
    ):
        corpus.sync()
    said(error)


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_of_another_encoding(served: Corpus, server: Server, encoding: str) -> None:
    server.execute(
        "DROP DATABASE IF EXISTS odd",
        f"CREATE DATABASE odd ENCODING {encoding} LOCALE 'C' TEMPLATE template0",
    )
    odd = server.address.replace("/postgres?", "/odd?")
    with elsewhere(served, odd) as corpus:
        for use in (corpus.sync, lambda: corpus.search("harbour")):
            with pytest.raises(StoreError, match=rf"encoded in {encoding}.*createdb -E") as error:
                use()
            said(error)


def test_a_client_that_is_told_another_encoding(
    served: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    (served.folder / "snow.txt").write_text("Снег идёт в Москве.", "utf-8")
    with elsewhere(served, served.address) as corpus:
        assert corpus.sync().added == 1
        assert corpus.document("snow.txt").text == "Снег идёт в Москве."


def test_a_schema_that_is_not_there(served: Corpus, server: Server) -> None:
    with (
        elsewhere(served, f"{server.address}&options=-csearch_path%3Dnothing") as corpus,
        pytest.raises(StoreError, match="no such schema") as error,
    ):
        corpus.sync()
    said(error)


def test_a_server_that_is_read_only(served: Corpus) -> None:
    address = f"{served.address}%20-cdefault_transaction_read_only%3Don"
    with elsewhere(served, address) as corpus:
        assert corpus.search("harbour", top_k=1)[0].document.id == "harbour"
        with pytest.raises(StoreError, match=r"read-only.*primary") as error:
            corpus.sync()
        said(error)


def test_a_user_who_may_not_create_the_extension(served: Corpus, server: Server) -> None:
    server.execute("DROP DATABASE IF EXISTS bare", "CREATE DATABASE bare")
    server.execute("DROP ROLE IF EXISTS writer", "CREATE ROLE writer LOGIN PASSWORD 'secret'")
    address = server.address.replace("postgres@", "writer:secret@").replace("/postgres?", "/bare?")
    with (
        elsewhere(served, address) as corpus,
        pytest.raises(StoreError, match="administrator must run CREATE EXTENSION vector") as error,
    ):
        corpus.sync()
    said(error)


def test_a_server_without_the_extension(served: Corpus, server: Server, tmp_path: Path) -> None:
    server.execute("DROP DATABASE IF EXISTS bare", "CREATE DATABASE bare")
    bare = server.address.replace("/postgres?", "/bare?")
    with (
        elsewhere(served, f"{bare}&options=-cextension_control_path%3D{tmp_path}") as corpus,
        pytest.raises(StoreError, match="has no pgvector; install it") as error,
    ):
        corpus.sync()
    said(error)


def test_an_extension_that_is_too_old(served: Corpus, server: Server) -> None:
    server.execute("DROP DATABASE IF EXISTS old", "CREATE DATABASE old")
    old = server.address.replace("/postgres?", "/old?")
    with elsewhere(served, old) as corpus:
        corpus.sync()
        with psycopg.connect(old) as connection:
            connection.execute(
                "UPDATE pg_extension SET extversion = '0.7.4' WHERE extname = 'vector'"
            )
        corpus.close()
        for use in (lambda: corpus.search("harbour"), corpus.sync):
            with pytest.raises(MismatchError, match=r"pgvector 0\.7\.4, at least 0\.8") as error:
                use()
            said(error)


def test_a_server_that_is_too_old() -> None:
    check_server("here", 140001)
    with pytest.raises(MismatchError, match="here runs PostgreSQL 13, at least 14 is needed"):
        check_server("here", 130012)


@pytest.fixture
def tiny(server: Server) -> Iterator[str]:
    """The address of an index on a disk of a few megabytes."""
    place = server.home / "tiny"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m,mode=777", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk can be mounted by root only")
    try:
        inside = place / "space"
        inside.mkdir()
        os.chown(inside, server.data.stat().st_uid, server.data.stat().st_gid)
        server.execute(f"CREATE TABLESPACE tiny LOCATION '{inside}'")
        with server.schema() as address:
            yield f"{address}%20-cdefault_tablespace%3Dtiny"
        server.execute("DROP TABLESPACE tiny")
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk_loses_nothing(
    folder: Path, server: Server, tiny: str, words: WordEmbedder
) -> None:
    with Corpus(folder, tiny, Settings(), words) as corpus:
        corpus.sync()
        for number in range(50):
            said_nothing = " ".join(os.urandom(200).hex() for _ in range(250))
            (folder / f"{number}.txt").write_text(f"Article {number}\n\n{said_nothing}")
        with pytest.raises(StoreError, match=r"disk of .* is full") as error:
            corpus.sync()
        said(error)
        assert corpus.search("harbour", top_k=1)[0].document.id == "harbour"
        larger = ["mount", "-o", "remount,size=64m", str(server.home / "tiny")]
        subprocess.run(larger, check=True)
        for number in range(50):
            (folder / f"{number}.txt").unlink()
        assert corpus.sync().chunks == 3
        assert corpus.verify().problems == ()
