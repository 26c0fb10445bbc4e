"""The page as a person uses it, in a real browser."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rag import Corpus, Settings
from tests.conftest import WordEmbedder
from tests.ui.server import running

pytestmark = pytest.mark.loopback

CHAIRS = ("Lounes Magramane", "Mikhail Bogdanov")


class Visit:
    """A page in a browser, and everything it asked for or complained about."""

    def __init__(self, browser: Browser, address: str, locale: str = "en-US") -> None:
        self.address = address
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page: Page = browser.new_page(locale=locale, viewport={"width": 1280, "height": 900})
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", lambda dialog: self.errors.append(f"dialog {dialog.message}"))
        self.page.on(
            "console",
            lambda message: self.errors.append(message.text) if message.type == "error" else None,
        )
        self.page.goto(address)

    def ask(self, question: str) -> None:
        box = self.page.get_by_role("textbox").first
        box.fill(question)
        box.press("Enter")

    @property
    def reply(self) -> str:
        """The newest answer, once it is complete: when the passages are there."""
        self.page.locator("#sources .turn").first.wait_for(timeout=60_000)
        expect(self.page.get_by_role("textbox").first).to_have_value("", timeout=60_000)
        return self.page.locator(".message.bot").last.inner_text()

    def foreign_requests(self) -> list[str]:
        own = (self.address, "data:", "blob:")
        return [url for url in self.requests if not url.startswith(own)]


@pytest.fixture
def visit(browser: Browser, address: str, caplog: pytest.LogCaptureFixture) -> Iterator[Visit]:
    visit = Visit(browser, address)
    yield visit
    gc.collect()  # a task that failed unseen is logged when it is collected
    visit.page.close()
    assert visit.errors == []
    logged = [record.getMessage() for record in caplog.get_records("call")]
    assert logged == []  # by the server, which runs in this process
    assert visit.foreign_requests() == []


def test_who_co_chaired_the_session(visit: Visit) -> None:
    visit.ask("who co-chaired the session?")
    reply = visit.reply
    marked = visit.page.locator("#sources mark").first.inner_text()
    for name in CHAIRS:
        assert name in reply
        assert name in marked


def test_a_marker_leads_to_its_passage(visit: Visit) -> None:
    visit.ask("who co-chaired the session?")
    assert visit.reply
    link = visit.page.locator('.message.bot a[href^="#src-1-"]').first
    link.click()
    target = visit.page.locator("#sources .source:target")
    expect(target).to_be_in_viewport()
    assert target.locator("mark").count() == 1


def test_where_did_the_session_take_place(visit: Visit) -> None:
    visit.ask("Where did the session take place?")
    assert "au siège du ministère" in visit.reply


def test_a_declined_answer_shows_the_nearest_passages(visit: Visit) -> None:
    visit.ask("What is the capital of Japan?")
    assert "no answer" in visit.reply
    assert visit.page.locator("#sources .nearest .source").count() == 5
    assert visit.page.locator("#sources mark").count() == 0


def test_two_turns_keep_their_own_passages(visit: Visit) -> None:
    visit.ask("who co-chaired the session?")
    assert visit.reply
    visit.ask("What is the capital of Japan?")
    expect(visit.page.locator("#sources .turn")).to_have_count(2, timeout=60_000)
    assert "no answer" in visit.reply
    visit.page.locator('.message.bot a[href^="#src-1-"]').first.click()
    expect(visit.page.locator("#sources .source:target mark")).to_have_count(1)


def test_an_empty_question_is_told_so(visit: Visit) -> None:
    visit.ask("   ")
    expect(visit.page.locator(".message.bot").last).to_contain_text("empty")


def test_before_the_first_question_the_panel_says_what_it_is_for(visit: Visit) -> None:
    expect(visit.page.locator("#sources")).to_contain_text("The passages behind an answer")


def test_on_a_phone_a_marker_leads_to_its_passage(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.ask("who co-chaired the session?")
    assert visit.reply
    visit.page.locator('.message.bot a[href^="#src-1-"]').first.click()
    expect(visit.page.locator("#sources .source:target mark")).to_be_in_viewport()
    width = visit.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


def test_the_page_speaks_french(browser: Browser, address: str) -> None:
    visit = Visit(browser, address, "fr-FR")
    expect(visit.page.get_by_role("button", name="Demander")).to_be_visible()
    visit.page.get_by_role("button", name="Qui a co-présidé la session ?").click()
    visit.page.get_by_role("button", name="Demander").click()
    assert all(name in visit.reply for name in CHAIRS)
    visit.page.close()
    assert visit.errors == []


def test_articles_and_questions_are_shown_and_never_run(browser: Browser, tmp_path: Path) -> None:
    payloads = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(2)>",
        "![x](http://127.0.0.1:9/pixel.png)",
        "[click](javascript:alert(3))",
        "</p></article></section><iframe src='http://127.0.0.1:9/'></iframe>",
        "<style>@import 'http://127.0.0.1:9/a.css';</style>",
        "$\\href{javascript:alert(4)}{x}$ `code` **bold** http://127.0.0.1:9/auto",
    ]
    folder = tmp_path / "corpus"
    folder.mkdir()
    for number, payload in enumerate(payloads):
        (folder / f"{number}.md").write_text(
            f"---\ntitle: {payload!r}\nsource: {payload!r}\n---\n"
            f"The hostile article number {number} says {payload} at noon.\n\n{payload}\n"
        )
    with Corpus(folder, tmp_path / "index", Settings(), WordEmbedder()) as corpus:
        corpus.sync()
        with running(corpus) as address:
            visit = Visit(browser, address)
            for number, payload in enumerate(payloads):
                visit.ask(f"what does hostile article number {number} say at noon {payload}")
                turns = visit.page.locator("#sources .turn")
                expect(turns).to_have_count(number + 1, timeout=20_000)
                assert visit.reply
            shown = visit.page.locator("#sources").inner_text()
            visit.page.close()
    assert all(payload in shown for payload in payloads)
    assert visit.foreign_requests() == []
    assert visit.errors == []
