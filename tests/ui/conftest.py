from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from rag import Corpus
from tests.ui.browser import chromium, headless
from tests.ui.server import running
from tests.ui.visit import READERS, Visit


@pytest.fixture(scope="session")
def address(sample: Corpus) -> Iterator[str]:
    """The page over the shipped articles."""
    with running(sample) as address:
        yield address


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One for all tests here; until it is closed, no other could run an event loop of its own."""
    if chromium() is None:
        pytest.skip("no Chromium on this machine; `make test` installs Debian's as root")
    with headless() as browser:
        yield browser


@pytest.fixture(scope="package", params=READERS, ids=lambda reader: "-".join(map(str, reader)))
def tab(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Visit]:
    """One tab for all tests of each of the `READERS`."""
    locale, scheme, width = request.param
    visit = Visit(browser, address, locale, scheme=scheme, width=width)
    yield visit
    visit.context.close()


@pytest.fixture
def visit(tab: Visit, caplog: pytest.LogCaptureFixture) -> Iterator[Visit]:
    """Somebody new at the page over the shipped articles, as each of the `READERS`."""
    tab.come_again()
    yield tab
    gc.collect()  # a task that failed unseen is logged when it is collected
    tab.check()
    logged = [record.getMessage() for record in caplog.get_records("call")]
    assert logged == []  # by the server, which runs in this process
