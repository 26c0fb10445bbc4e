"""A dump of the database, put back somewhere else, is the same index."""

from __future__ import annotations

from pathlib import Path

from rag import Corpus, Settings
from tests.postgres.server import Server
from tests.postgres.test_queue import indexed
from tests.words import WordEmbedder


def test_a_dump_that_is_put_back_is_the_same_index(folder: Path, server: Server) -> None:
    server.execute("DROP DATABASE IF EXISTS kept", "CREATE DATABASE kept")
    server.execute("DROP DATABASE IF EXISTS restored", "CREATE DATABASE restored")
    kept, restored = (
        server.address.replace("/postgres?", f"/{name}?") for name in ("kept", "restored")
    )
    dump = server.home / "kept.dump"
    words = WordEmbedder()
    with (
        Corpus(folder, kept, Settings(), words) as corpus,
        Corpus(folder, restored, Settings(), words) as copy,
    ):
        corpus.sync()
        server.run("pg_dump", "--format=custom", f"--file={dump}", kept)
        server.run("pg_restore", f"--dbname={restored}", "--exit-on-error", dump)
        pairs = zip(indexed(corpus), indexed(copy), strict=True)
        assert all(one.equals(two) for one, two in pairs)
        assert copy.verify().problems == ()
        words.embedded.clear()
        (folder / "new.txt").write_text("A lighthouse was built.")
        assert (copy.sync().added, len(words.embedded)) == (1, 1)  # new keys do not collide
        assert copy.search("lighthouse", top_k=1)[0].document.id == "new.txt"
