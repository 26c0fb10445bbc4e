from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from rag import Corpus
from tests.ui.browser import chromium, headless
from tests.ui.server import running
from tests.ui.visit import Visit


@pytest.fixture(scope="session")
def address(sample: Corpus) -> Iterator[str]:
    """The page over the shipped articles."""
    with running(sample) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if chromium() is None:
        pytest.skip("no Chromium on this machine; `make test` installs Debian's as root")
    with headless() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, address: str, caplog: pytest.LogCaptureFixture) -> Iterator[Visit]:
    """A person in English at the page over the shipped articles, who meets no trouble."""
    with _untroubled(Visit(browser, address), caplog) as visit:
        yield visit


@pytest.fixture(params=["en-US", "fr-FR"])
def reader(
    request: pytest.FixtureRequest,
    browser: Browser,
    address: str,
    caplog: pytest.LogCaptureFixture,
) -> Iterator[Visit]:
    """As `visit`, once in English and once in French."""
    with _untroubled(Visit(browser, address, request.param), caplog) as visit:
        yield visit


@contextmanager
def _untroubled(visit: Visit, caplog: pytest.LogCaptureFixture) -> Iterator[Visit]:
    yield visit
    gc.collect()  # a task that failed unseen is logged when it is collected
    visit.leave()
    logged = [record.getMessage() for record in caplog.get_records("call")]
    assert logged == []  # by the server, which runs in this process
