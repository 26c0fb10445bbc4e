"""The server while it starts: up at once, and true about what is not ready."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from rag import Corpus
from rag.store.seal import write_seal
from tests.conftest import ROOT

pytestmark = pytest.mark.loopback


@contextmanager
def serving(
    folder: Path, index: Path, *options: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`rag serve`, ended with the block, and its address."""
    command = [sys.executable, "-m", "rag", "serve", "--port", "0", *options]
    with subprocess.Popen(
        [*command, "--corpus", str(folder), "--index", str(index)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
    ) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found
            yield process, found[0]
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
        finally:
            process.kill()


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[str, float]]:
    """The address of `rag serve` over articles that were never indexed, and when it was begun."""
    begun = time.monotonic()
    with serving(ROOT / "corpus", tmp_path / "index") as (_, address):
        yield address, begun


def test_the_page_is_there_before_the_models(browser: Browser, started: tuple[str, float]) -> None:
    address, begun = started
    page = browser.new_page(locale="fr-FR")
    page.goto(address, wait_until="commit")
    expect(page.get_by_text("Le serveur démarre")).to_be_visible()
    painted = time.monotonic() - begun
    print(f"first paint after {painted:.1f} s")
    assert painted < 15  # 3 s on a machine that does nothing else; docs/page.md measures it
    answer = httpx.post(
        f"{address}/api/ask", json={"question": "Qui a co-présidé la session ?"}, timeout=120
    )
    assert "Magramane" in answer.json()["text"]  # a program waits until there is an answer
    page.locator("#question textarea").wait_for(timeout=60_000)
    page.close()


def test_a_page_that_is_open_is_no_error_when_the_server_ends(
    browser: Browser, tmp_path: Path
) -> None:
    with serving(ROOT / "corpus", tmp_path / "index", "--host", "::1") as (process, address):
        httpx.get(f"{address}/health", timeout=120)
        page = browser.new_page()
        page.goto(address)
        page.locator(".example").first.wait_for(timeout=120_000)  # nothing is asked any more
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        page.close()
    assert len(said.splitlines()) == 1  # what the first sync did


#: Runs what comes after a folder with that folder mounted read-only, which binds root too.
_READ_ONLY = [
    *("unshare", "--map-root-user", "--mount", "sh", "-c"),
    'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"',
]


@pytest.mark.parametrize(
    ("is_read_only", "environment", "cure"),
    [
        (False, {"RAG_CHUNK_TOKENS": "128"}, "rag sync --rebuild"),
        (True, {}, "`rag serve --no-sync` serves what is indexed"),
    ],
    ids=["other settings", "read-only"],
)
def test_an_index_that_no_sync_may_write_to_is_refused_before_the_page_is_up(
    sample: Corpus, is_read_only: bool, environment: dict[str, str], cure: str
) -> None:
    index, before = str(sample.index), [*_READ_ONLY, str(sample.index)] if is_read_only else []
    if subprocess.run([*before, "true"] if before else ["true"], capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    place = ("--corpus", str(sample.folder), "--index", index)
    served = subprocess.run(
        [*before, sys.executable, "-m", "rag", "serve", "--port", "0", *place],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment, "HF_HUB_OFFLINE": "1"},
    )
    assert served.returncode == 1
    assert served.stdout == ""
    assert cure in served.stderr
    assert len(served.stderr.splitlines()) == 1


def test_an_index_of_a_later_version_is_refused_before_the_page_is_up(
    sample: Corpus, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    shutil.copytree(sample.index, index)
    (catalog,) = index.glob("catalog.*.sqlite")
    with closing(sqlite3.connect(catalog)) as connection:
        connection.execute("PRAGMA user_version = 999")
    write_seal(catalog)
    place = ("--corpus", str(sample.folder), "--index", str(index))
    served = subprocess.run(
        [sys.executable, "-m", "rag", "serve", "--port", "0", *place],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (served.returncode, served.stdout) == (1, "")
    assert "schema version 999" in served.stderr
    assert len(served.stderr.splitlines()) == 1


def test_ctrl_c_ends_the_first_sync(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    words = (ROOT / "corpus" / "tram-retard.md").read_text().split()
    for number in range(1500):
        random.Random(number).shuffle(words)
        (folder / f"{number}.txt").write_text(" ".join(words * 4))
    with serving(folder, tmp_path / "index") as (process, _):
        while not any((tmp_path / "index").glob("catalog.*.sqlite")):
            time.sleep(0.1)
        time.sleep(2)  # at work
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0  # the whole takes minutes
