"""The primary is killed: questions go on, the standby takes over, nothing that was said is lost."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Corpus, Settings, StoreError
from tests.postgres.server import Server
from tests.words import WordEmbedder

pytestmark = pytest.mark.loopback


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture
def pair() -> Iterator[tuple[Server, Server]]:
    """A primary, and a standby to which a commit goes before it is said to be done."""
    servers = Server(free_port()), Server(free_port())
    try:
        servers[0].create()
        servers[0].start()
        servers[0].execute("CREATE EXTENSION vector")
        follow(servers[1], servers[0])
        yield servers
    finally:
        for server in servers:
            server.remove()


def follow(standby: Server, primary: Server) -> None:
    """Makes a server the standby of another, whatever it was."""
    standby.empty()
    standby.run("pg_basebackup", "-d", primary.address, "-D", standby.data, "-R", "-c", "fast")
    standby.start()
    wait_for(primary, "*")


def wait_for(primary: Server, standbys: str) -> None:
    """Lets commits wait for standbys: all that there are, or none."""
    primary.execute(
        f"ALTER SYSTEM SET synchronous_standby_names = '{standbys}'", "SELECT pg_reload_conf()"
    )


def test_nothing_that_was_said_to_be_done_is_lost(
    pair: tuple[Server, Server], folder: Path, request: pytest.FixtureRequest
) -> None:
    failovers = 20 if request.config.getoption("--faults-full") else 1
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in pair)
    address = f"postgresql://postgres@{hosts}/postgres"
    primary, standby = pair
    written = 0
    with Corpus(folder, address, Settings(), WordEmbedder()) as corpus:
        corpus.sync()
        for _ in range(failovers):
            for _ in range(3):
                written += 1
                (folder / f"{written}.txt").write_text(f"Article {written}\n\nword{written} it is.")
                assert corpus.sync().added == 1
            primary.kill()
            assert corpus.search(f"word{written}", top_k=1)[0].document.id == f"{written}.txt"
            (folder / "late.txt").write_text(f"What came while nobody wrote: {written}.")
            with pytest.raises(StoreError, match=r"read-only|cannot reach"):
                corpus.sync()
            standby.run("pg_ctl", "promote", "-D", standby.data, "-w")
            wait_for(standby, "")
            report = corpus.sync()
            assert report.added + report.updated == 1
            held = {document.id for document in corpus.documents()}
            assert {f"{number}.txt" for number in range(1, written + 1)} < held
            assert corpus.verify().problems == ()
            follow(primary, standby)
            primary, standby = standby, primary


def test_who_has_written_reads_it_though_the_standby_is_behind(
    pair: tuple[Server, Server], folder: Path
) -> None:
    _, standby = pair
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in pair)
    address = f"postgresql://postgres@{hosts}/postgres?target_session_attrs=prefer-standby"
    with (
        Corpus(folder, address, Settings(), WordEmbedder()) as corpus,
        Corpus(folder, address, Settings(), WordEmbedder()) as other,
    ):
        corpus.sync()
        standby.wait_until("SELECT to_regclass('meta') IS NOT NULL")
        standby.execute("SELECT pg_wal_replay_pause()")
        (folder / "new.txt").write_text("A lighthouse was built.")
        assert corpus.sync().added == 1
        assert corpus.search("lighthouse", top_k=1)[0].document.id == "new.txt"
        assert "new.txt" not in {document.id for document in other.documents()}
        standby.execute("SELECT pg_wal_replay_resume()")
        standby.wait_until("SELECT count(*) = 4 FROM documents")
        assert other.search("lighthouse", top_k=1)[0].document.id == "new.txt"
