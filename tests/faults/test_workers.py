"""Workers that are killed at any moment: every document is indexed, and exactly once."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from rag import Corpus, Settings
from rag.store import Stored
from tests.words import WordEmbedder

WORKERS = 3

#: Notes every document that is ever committed.
_NOTE = """
CREATE TABLE stored (id text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO stored VALUES (NEW.id); RETURN NULL; END $$;
CREATE TRIGGER note AFTER INSERT ON documents FOR EACH ROW EXECUTE FUNCTION note()
"""


def begin(address: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.faults.worker", address])


def kept(corpus: Corpus) -> list[Stored]:
    with corpus.retriever().retriever.store.reader() as reader:
        return reader.stored("", 1_000_000)


def test_every_document_is_indexed_exactly_once(
    folder: Path, database: str, tmp_path: Path, is_full: bool
) -> None:
    (kills, articles), dice = (10, 12_000) if is_full else (3, 4_000), random.Random(9)
    with (folder / "many.jsonl").open("w") as rows:
        for number in range(articles):
            words = " ".join(f"w{dice.randrange(500)}" for _ in range(60))
            rows.write(f'{{"id": "{number}", "lang": "en", "text": "{words}"}}\n')
    with Corpus(folder, database, Settings(), WordEmbedder()) as corpus:
        corpus.enqueue()
        with psycopg.connect(database) as connection:
            connection.execute(_NOTE)
        workers = [begin(database) for _ in range(WORKERS)]
        try:
            for _ in range(kills):
                time.sleep(dice.uniform(1.0, 1.5))
                assert corpus.status().waiting, "they were done before they could be killed"
                number = dice.randrange(WORKERS)
                workers[number].kill()
                assert workers[number].wait() < 0
                workers[number] = begin(database)
            assert [worker.wait(120) for worker in workers] == [0] * WORKERS
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
        assert corpus.status().waiting == 0
        assert corpus.status().documents == articles + 3
        assert corpus.verify().problems == ()
        with psycopg.connect(database) as connection:
            stored = [id for (id,) in connection.execute("SELECT id FROM stored")]
        assert len(stored) == len(set(stored)) == articles + 3
        with Corpus(folder, tmp_path / "index", Settings(), WordEmbedder()) as alone:
            alone.sync()
            pairs = zip(kept(alone), kept(corpus), strict=True)
            assert all(one.equals(two) for one, two in pairs)
