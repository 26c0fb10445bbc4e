from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from rag import Corpus
from tests.ui.browser import chromium, headless
from tests.ui.server import running


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
