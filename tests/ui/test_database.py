"""The page over an index in a database, while that goes and comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from rag import Corpus, Settings
from rag.embed import Embedder
from rag.migrate import migrate
from tests.postgres.server import Server
from tests.ui.server import running
from tests.ui.test_page import CHAIRS, QUESTION
from tests.ui.visit import Visit

pytestmark = pytest.mark.loopback


def test_an_open_page_says_that_the_database_is_gone_and_goes_on_when_it_is_back(
    browser: Browser,
    sample: Corpus,
    embedder: Embedder,
    server: Server,
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)  # conversations are kept there
    migrate(sample.address, database, Settings())
    with (
        Corpus(sample.folder, database, Settings(), embedder) as corpus,
        running(corpus) as address,
    ):
        visit = Visit(browser, address)
        assert all(name in visit.ask(QUESTION["en"]) for name in CHAIRS)
        server.kill()
        try:
            told = visit.ask("where did it take place?")
            assert "cannot reach postgresql://" in told or "the connection to" in told
            assert "\n" not in told.strip()
        finally:
            server.start()
        expect(visit.box).to_be_editable()
        assert "La rencontre s’est tenue à Alger" in visit.ask("where did it take place?")
        visit.leave()
