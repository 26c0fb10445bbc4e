"""The tab with the articles, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from rag import Corpus, RagError
from rag.ui.removal import take_out
from tests.ui.server import running
from tests.ui.visit import Visit


@pytest.mark.loopback
def test_articles_are_listed_found_and_sorted(visit: Visit) -> None:
    visit.page.get_by_role("tab", name="Articles").click()
    articles = visit.page.locator("#articles")
    expect(articles.locator("caption")).to_have_text("21 of 21 articles")
    expect(visit.page.locator("#corpus-state")).to_contain_text("French")
    visit.page.locator("#find textarea, #find input").fill("Gazette")
    expect(articles.locator("tbody tr").first).to_contain_text("La Gazette du Littoral")
    expect(articles.locator("caption")).not_to_have_text("21 of 21 articles")
    expect(visit.page.get_by_text("--allow-edit")).to_be_visible()
    expect(visit.page.locator("#upload")).to_have_count(0)


@pytest.mark.loopback
def test_articles_are_added_and_deleted(browser: Browser, corpus: Corpus, tmp_path: Path) -> None:
    corpus.sync()
    new = tmp_path / "Zebra news.md"
    new.write_text("The zebra crossed the river on Friday.")
    bad = tmp_path / "empty.md"
    bad.write_text("")
    with running(corpus, allow_edit=True) as address:
        visit = Visit(browser, address)
        visit.page.get_by_role("tab", name="Articles").click()
        expect(visit.page.locator("#articles caption")).to_have_text("3 of 3 articles")
        visit.page.locator("#upload input[type=file]").set_input_files([new, bad])
        did = visit.page.locator("#did")
        expect(did).to_contain_text("1 added")
        expect(visit.page.locator("#corpus-state .failures")).to_contain_text("empty.md")
        expect(visit.page.locator("#articles")).to_contain_text("Zebra news.md")
        assert (corpus.folder / "Zebra news.md").read_text() == new.read_text()
        visit.page.locator("#doomed input").click()
        visit.page.get_by_role("option", name="Zebra news.md").click()
        visit.page.locator("#doomed input").press("Escape")
        visit.button("Delete files").click()
        expect(visit.page.locator("#confirm")).to_contain_text("Zebra news.md")
        visit.button("Delete").click()
        expect(did).to_contain_text("1 removed")
        assert not (corpus.folder / "Zebra news.md").exists()
        visit.leave()


@pytest.mark.parametrize("path", ["../secret.md", "/etc/passwd", "", "a/../../b.md"])
def test_nothing_outside_is_deleted(folder: Path, path: str) -> None:
    with pytest.raises(RagError):
        take_out([path], folder)
