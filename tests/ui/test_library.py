"""The tab with the articles, in a real browser."""

from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from rag import Corpus, Settings
from rag.arrays import FloatArray
from rag.ui.removal import take_out
from rag.ui.texts import Texts, filled
from rag.ui.texts.reasons import reason_in
from rag.watch import Follower
from tests.conftest import WordEmbedder
from tests.ui.server import running
from tests.ui.test_page import FRENCH
from tests.ui.visit import READERS, Visit


@pytest.mark.loopback
def test_articles_are_listed_found_and_sorted(visit: Visit) -> None:
    visit.page.get_by_role("tab", name=visit.say["tab_articles"]).click()
    articles = visit.page.locator("#articles")
    all_of_them = filled(visit.say, "shown", count=21, total=21)
    expect(articles.locator("caption")).to_have_text(all_of_them)
    expect(visit.page.locator("#corpus-state")).to_contain_text(FRENCH[visit.language])
    visit.page.get_by_label(visit.say["order"]).click()
    visit.page.get_by_role("option", name=visit.say["order_date"]).click()
    visit.page.get_by_label(visit.say["descending"]).check()
    newest_first = articles.locator("tbody tr").first
    expect(newest_first).to_contain_text("2025-10-05")
    visit.page.locator("#find textarea, #find input").fill("Gazette")
    expect(articles.locator("caption")).not_to_have_text(all_of_them)
    expect(newest_first).to_contain_text("La Gazette du Littoral")
    expect(visit.page.get_by_text("--allow-edit")).to_be_visible()
    expect(visit.page.locator("#upload")).to_have_count(0)


@pytest.mark.loopback
@pytest.mark.parametrize(("locale", "scheme", "width"), READERS)
def test_articles_are_added_and_deleted(
    browser: Browser, corpus: Corpus, tmp_path: Path, locale: str, scheme: str, width: int
) -> None:
    corpus.sync()
    new = tmp_path / "Zebra news.md"
    new.write_text("The zebra crossed the river on Friday.")
    bad = tmp_path / "empty.md"
    bad.write_text("")
    with running(corpus, allow_edit=True) as address:
        visit = Visit(browser, address, locale, width=width, scheme=scheme)
        say = visit.say
        visit.page.get_by_role("tab", name=say["tab_articles"]).click()
        caption = visit.page.locator("#articles caption")
        expect(caption).to_have_text(filled(say, "shown", count=3, total=3))
        visit.page.locator("#upload input[type=file]").set_input_files([new, bad])
        did = visit.page.locator("#did")
        expect(did).to_contain_text(filled(say, "did_add", added=1, known=0))
        why = reason_in(say["code"], "there is no text in it")
        expect(did.locator(".failures")).to_contain_text(f"empty.md: {why}")
        expect(visit.page.locator("#corpus-state .failures")).to_contain_text("empty.md")
        expect(visit.page.locator("#articles")).to_contain_text("Zebra news.md")
        assert (corpus.folder / "Zebra news.md").read_text() == new.read_text()
        visit.page.locator("#upload input[type=file]").set_input_files([new, bad])
        expect(did).to_contain_text(filled(say, "did_add", added=0, known=1))
        (corpus.folder / "late.md").write_text("The ferry was late.")
        visit.button(say["sync"]).click()
        expect(caption).to_have_text(filled(say, "shown", count=5, total=5))
        expect(did).to_contain_text(_done(say, added=1, removed=0, unchanged=4))
        visit.page.locator("#doomed input").click()
        visit.page.get_by_role("option", name="Zebra news.md").click()
        visit.page.locator("#doomed input").press("Escape")
        visit.button(say["delete"]).click()
        expect(visit.page.locator("#confirm")).to_contain_text("Zebra news.md")
        visit.button(say["delete_yes"]).click()
        expect(did).to_contain_text(filled(say, "did_delete", count=1))
        assert not (corpus.folder / "Zebra news.md").exists()
        visit.leave()


@pytest.mark.loopback
def test_all_that_is_uploaded_is_counted_while_the_folder_is_followed(
    browser: Browser, corpus: Corpus, tmp_path: Path
) -> None:
    many = [tmp_path / f"{number}.txt" for number in range(200)]
    for number, file in enumerate(many):
        file.write_text(f"Ferry {number} was late.")
    with running(corpus, allow_edit=True) as address, Follower(corpus):
        visit = Visit(browser, address)
        visit.page.get_by_role("tab", name="Articles").click()
        for said in ("200 files added; 0 were in", "0 files added; 200 were in"):
            visit.page.locator("#upload input[type=file]").set_input_files(many)
            expect(visit.page.locator("#did")).to_contain_text(said)
        assert corpus.status().documents == 203
        visit.leave()


class _Patient(WordEmbedder):
    """Embeds when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.may_embed = threading.Event()

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        self.may_embed.wait(60)
        return super().embed_documents(texts)


@pytest.mark.loopback
def test_the_articles_can_be_read_during_a_sync(
    browser: Browser, folder: Path, tmp_path: Path
) -> None:
    embedder = _Patient()
    with (
        Corpus(folder, tmp_path / "index", Settings(), embedder) as corpus,
        running(corpus, allow_edit=True) as address,
    ):
        visit = Visit(browser, address)
        visit.page.get_by_role("tab", name="Articles").click()
        visit.button("Sync now").click()
        covered = "[data-testid=status-tracker]:not(.hide)"
        expect(visit.page.locator(f"#upload {covered}")).to_be_visible()
        expect(visit.page.locator(covered)).to_have_count(1)
        embedder.may_embed.set()
        expect(visit.page.locator("#did")).to_contain_text("3 added")
        visit.leave()


@pytest.mark.loopback
def test_an_article_in_an_archive_is_called_by_its_own_name(
    browser: Browser, corpus: Corpus
) -> None:
    with zipfile.ZipFile(corpus.folder / "2024.zip", "w") as archive:
        archive.writestr("may/ferry.txt", "The ferry\n\nThe ferry was late on Monday.\n")
    corpus.sync()
    with running(corpus) as address:
        visit = Visit(browser, address)
        visit.page.get_by_role("tab", name="Articles").click()
        files = visit.page.locator("#articles td:nth-child(5)")
        named = ["rows.jsonl", "pont.md", "bridge.txt", "2024.zip/may/ferry.txt"]
        expect(files).to_have_text(named)
        with visit.context.expect_page() as opened:
            visit.page.get_by_role("link", name="The ferry").click()
        expect(opened.value.locator("header")).to_contain_text("may/ferry.txt · 2024.zip")
        visit.leave()


@pytest.mark.loopback
def test_an_article_is_no_wider_than_its_window(browser: Browser, corpus: Corpus) -> None:
    long = "Donaudampfschifffahrtsgesellschaft" * 9
    about = f"title: {long}\nsource: https://example.org/{long}"
    (corpus.folder / "long.md").write_text(f"---\n{about}\n---\n{long}\n")
    corpus.sync()
    with running(corpus) as address:
        visit = Visit(browser, address, width=390)
        visit.page.goto(f"{address}/article?id=long.md")
        assert visit.page.evaluate("document.documentElement.scrollWidth") == 390
        visit.leave()


@pytest.mark.loopback
def test_what_others_add_can_be_deleted_and_filtered_at_once(
    browser: Browser, corpus: Corpus
) -> None:
    corpus.sync()
    with running(corpus, allow_edit=True) as address:
        visit = Visit(browser, address)
        expect(visit.page.locator(".example").first).to_be_visible()  # what is loaded is there
        row = {"id": "a", "text": "It thawed.", "source": "The Late Post", "language": "de"}
        (corpus.folder / "late.jsonl").write_text(json.dumps(row))
        corpus.sync()
        visit.unfold("Filters and caution")
        for label, name in (("sources", "The Late Post"), ("languages", "German")):
            visit.page.get_by_label(visit.say[f"filter_{label}"]).click()
            visit.page.get_by_role("option", name=name).click()
        visit.page.get_by_role("tab", name="Articles").click()
        visit.page.locator("#doomed input").click()
        expect(visit.page.get_by_role("option", name="late.jsonl")).to_be_visible()
        visit.leave()


@pytest.mark.loopback
def test_what_cannot_be_read_or_deleted(browser: Browser, corpus: Corpus) -> None:
    (corpus.folder / "empty.md").touch()
    corpus.sync()
    with running(corpus, allow_edit=True) as address:
        visit = Visit(browser, address)
        visit.page.get_by_role("tab", name="Articles").click()
        doomed = visit.page.locator("#doomed input")
        (corpus.folder / "bridge.txt").unlink()
        (corpus.folder / "bridge.txt").mkdir()  # which unlink refuses
        doomed.click()
        for name in ("bridge.txt", "empty.md"):
            visit.page.get_by_role("option", name=name).click()
        doomed.press("Escape")
        visit.button("Delete files").click()
        visit.button("Delete").click()
        expect(visit.page.locator("#did .failures")).to_contain_text("bridge.txt: cannot be")
        assert not (corpus.folder / "empty.md").exists()
        visit.leave()


def _done(say: Texts, *, added: int, removed: int, unchanged: int) -> str:
    """What the page says of a sync, up to how long it took."""
    counts = {"added": added, "updated": 0, "removed": removed, "unchanged": unchanged}
    return filled(say, "did_sync", **counts, seconds="\0").partition("\0")[0]


def test_nothing_outside_is_deleted(folder: Path) -> None:
    secret = folder.parent / "secret.md"
    secret.touch()
    (folder / "out").symlink_to(folder.parent)
    outside = ["../secret.md", str(secret), "", ".", "a/../../secret.md", "out/secret.md"]
    failed = take_out([*outside, "bridge.txt"], folder)
    assert [path for path, _ in failed] == outside
    assert secret.exists()
    assert not (folder / "bridge.txt").exists()


def test_of_a_link_only_the_link_is_deleted(folder: Path) -> None:
    file, link = folder.parent / "elsewhere.md", folder / "link.md"
    file.touch()
    link.symlink_to(file)
    assert take_out(["link.md"], folder) == []
    assert not link.is_symlink()
    assert file.exists()
