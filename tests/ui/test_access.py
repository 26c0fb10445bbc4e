"""What a screen reader or a keyboard cannot use, as axe-core finds it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from rag import Corpus
from rag.people import People, add_user
from tests.ui.server import running
from tests.ui.test_page import QUESTION, UNANSWERED
from tests.ui.visit import READERS, Visit

pytestmark = pytest.mark.loopback

axe = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")

_SERIOUS = ("serious", "critical")

#: By then what slides or fades in is there.
_MOVED_MS = 600


def violations(page: Page) -> list[str]:
    """The serious violations, a line each."""
    source = (Path(axe.__file__).parent / "axe.min.js").read_text()
    page.evaluate(f"window.axe || {source}")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found
        if each["impact"] in _SERIOUS
        for node in each["nodes"]
    ]


def test_nothing_serious_is_found_in_a_conversation(visit: Visit) -> None:
    visit.page.locator(".example").first.wait_for()
    assert violations(visit.page) == []
    visit.ask(QUESTION[visit.language])
    visit.ask(UNANSWERED[visit.language])
    visit.page.locator("#sources details").evaluate_all("all => all.forEach(e => e.open = true)")
    visit.unfold(visit.say["options"])
    visit.unfold(visit.say["copy"])
    visit.icon("dislike").click()
    visit.page.locator("#note").wait_for()
    visit.icon("edit").click()
    visit.box.fill(" ")
    visit.box.press("Enter")  # a warning is shown
    visit.page.get_by_text(visit.say["empty_question"]).wait_for()
    visit.page.wait_for_timeout(_MOVED_MS)
    assert violations(visit.page) == []
    visit.page.get_by_label("Toggle Sidebar").click()
    visit.page.wait_for_timeout(_MOVED_MS)
    assert violations(visit.page) == []


def test_nothing_serious_is_found_in_an_article(visit: Visit) -> None:
    for place in ("id=tram-retard.md&at=0-50", "id=nothing"):
        article = visit.context.new_page()
        article.goto(f"{visit.address}/article?{place}")
        assert violations(article) == []
        visit.errors.clear()  # the browser notes that there is no such article


def test_nothing_serious_is_found_where_people_sign_in_and_change_articles(
    browser: Browser, corpus: Corpus, tmp_path: Path
) -> None:
    (corpus.folder / "empty.md").touch()
    corpus.sync()
    file = tmp_path / "users.toml"
    add_user(file, "ann", "correct horse", "editor")
    with running(corpus, allow_edit=True, people=People(file)) as address:
        for locale, scheme, width in READERS:
            visit = Visit(browser, address, locale, width=width, scheme=scheme, wait=False)
            assert violations(visit.page) == []
            visit.sign_in("ann", "correct horse")
            visit.page.get_by_role("tab", name=visit.say["tab_articles"]).click()
            visit.page.locator("#articles caption").wait_for()
            visit.page.locator("#doomed input").click()
            visit.page.get_by_role("option", name="pont.md").click()
            visit.page.locator("#doomed input").press("Escape")
            visit.button(visit.say["delete"]).click()
            visit.button(visit.say["delete_yes"]).wait_for()
            visit.page.wait_for_timeout(_MOVED_MS)
            assert violations(visit.page) == []
            visit.context.close()


def test_a_question_is_asked_with_the_keyboard_alone(visit: Visit) -> None:
    visit.page.locator("body").press("Tab")
    for _ in range(40):
        if visit.box.evaluate("box => box === document.activeElement"):
            break
        visit.page.keyboard.press("Tab")
    visit.page.keyboard.type(QUESTION[visit.language])
    visit.page.keyboard.press("Enter")
    visit.asked = 1
    assert "Magramane" in visit.reply
    visit.answers.last.get_by_role("link").focus()
    visit.page.keyboard.press("Enter")
    assert visit.page.locator("#sources mark:target").is_visible()
