"""Pictures of the page, for the README and to look at: `make screenshot`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, expect

os.environ["HF_HUB_OFFLINE"] = "1"

from rag import Corpus, Settings
from tests.conftest import ROOT
from tests.ui.browser import headless
from tests.ui.server import running

_DESKTOP, _PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)
_FRENCH = "Qui a co-présidé la session ?"
_ENGLISH = "who co-chaired the session?"

#: File name, size, colour scheme, language of the browser, questions.
PICTURES: tuple[tuple[str, ViewportSize, str, str, list[str]], ...] = (
    ("page.png", _DESKTOP, "light", "en-GB", [_ENGLISH]),
    ("page-dark-fr.png", _DESKTOP, "dark", "fr-FR", [_FRENCH]),
    ("page-narrow.png", _PHONE, "light", "en-GB", [_ENGLISH]),
)


def take(
    browser: Browser,
    address: str,
    file: Path,
    size: ViewportSize,
    scheme: str,
    locale: str,
    questions: list[str],
) -> None:
    """Asks the questions and saves what is then to be seen."""
    context = browser.new_context(
        viewport=size, locale=locale, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    page.goto(address)
    box = page.get_by_role("textbox").first
    for number, question in enumerate(questions, 1):
        box.fill(question)
        box.press("Enter")
        expect(page.locator("#sources .turn")).to_have_count(number, timeout=60_000)
        expect(box).to_have_value("", timeout=60_000)
    box.wait_for()
    page.wait_for_timeout(1_000)  # the last animation
    page.screenshot(path=file)
    context.close()


def main(folder: Path) -> None:
    """Takes every picture into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as index,
        Corpus(ROOT / "corpus", Path(index), Settings()) as corpus,
    ):
        corpus.sync()
        with running(corpus) as address, headless() as browser:
            for name, size, scheme, locale, questions in PICTURES:
                take(browser, address, folder / name, size, scheme, locale, questions)
                print(folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
