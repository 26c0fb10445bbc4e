"""Pictures of the page, for the README and to look at: `make screenshot`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

os.environ["HF_HUB_OFFLINE"] = "1"

from rag import Corpus, Settings
from tests.conftest import ROOT
from tests.ui.browser import headless
from tests.ui.server import running
from tests.ui.visit import Visit

_NARROW = 400
_FRENCH = "Qui a co-présidé la session ?"
_ENGLISH = "who co-chaired the session?"

#: File name, width, colour scheme, language of the browser, questions.
PICTURES: tuple[tuple[str, int, str, str, list[str]], ...] = (
    ("page.png", 1280, "light", "en-GB", [_ENGLISH]),
    ("page-dark-fr.png", 1280, "dark", "fr-FR", [_FRENCH]),
    ("page-narrow.png", 390, "light", "en-GB", [_ENGLISH]),
)


def take(
    browser: Browser,
    address: str,
    file: Path,
    width: int,
    scheme: str,
    locale: str,
    questions: list[str],
) -> None:
    """Asks the questions, opens what the last one quotes, and saves what is then to be seen."""
    visit = Visit(browser, address, locale, width=width, scheme=scheme)
    for question in questions:
        visit.ask(question)
    if width > _NARROW:
        visit.answers.last.get_by_role("link").first.click()
    visit.page.wait_for_timeout(1_000)  # the last animation
    visit.page.screenshot(path=file)
    visit.leave()


def take_articles(browser: Browser, address: str, file: Path) -> None:
    """Saves the tab with the articles."""
    visit = Visit(browser, address)
    visit.page.get_by_role("tab", name="Articles").click()
    visit.page.locator("#articles caption").wait_for()
    visit.page.wait_for_timeout(1_000)
    visit.page.screenshot(path=file)
    visit.leave()


def main(folder: Path) -> None:
    """Takes every picture into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as index,
        Corpus(ROOT / "corpus", Path(index) / "index", Settings()) as corpus,
    ):
        corpus.sync()
        corpus.warm()
        with running(corpus, allow_edit=True) as address, headless() as browser:
            for name, width, scheme, locale, questions in PICTURES:
                take(browser, address, folder / name, width, scheme, locale, questions)
                print(folder / name)
            take_articles(browser, address, folder / "articles.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
