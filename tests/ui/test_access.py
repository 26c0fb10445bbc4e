"""What a screen reader or a keyboard cannot use, as axe-core finds it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.ui.visit import Visit

pytestmark = pytest.mark.loopback

axe = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")

_SERIOUS = ("serious", "critical")

# Gradio's own: its examples are called a list, but the buttons in it are no items of one.
# They are reached and read as buttons.
_KNOWN = ("aria-required-children", [".examples"])


def violations(page: Page) -> list[str]:
    """The serious violations, a line each."""
    source = (Path(axe.__file__).parent / "axe.min.js").read_text()
    page.evaluate(source)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found
        if each["impact"] in _SERIOUS
        for node in each["nodes"]
        if (each["id"], node["target"]) != _KNOWN
    ]


@pytest.mark.parametrize(
    ("locale", "scheme", "width"), [("en-US", "light", 1280), ("fr-FR", "dark", 390)]
)
def test_nothing_serious_is_found(
    browser: Browser, address: str, locale: str, scheme: str, width: int
) -> None:
    visit = Visit(browser, address, locale, width=width, scheme=scheme)
    visit.page.locator(".examples button").first.wait_for()
    assert violations(visit.page) == []
    visit.ask("who co-chaired the session?")
    visit.ask("What is the capital of Japan?")
    visit.page.locator("details.why summary").first.click()
    assert violations(visit.page) == []
    visit.page.get_by_role("tab", name="Articles").click()
    visit.page.locator("#articles caption").wait_for()
    assert violations(visit.page) == []
    article = visit.context.new_page()
    article.goto(f"{address}/article?id=tram-retard.md&at=0-50")
    assert violations(article) == []
    visit.leave()


def test_a_question_is_asked_with_the_keyboard_alone(visit: Visit) -> None:
    visit.page.locator("body").press("Tab")
    for _ in range(40):
        if visit.box.evaluate("box => box === document.activeElement"):
            break
        visit.page.keyboard.press("Tab")
    visit.page.keyboard.type("who co-chaired the session?")
    visit.page.keyboard.press("Enter")
    visit.asked = 1
    assert "Magramane" in visit.reply
    visit.answers.last.get_by_role("link").focus()
    visit.page.keyboard.press("Enter")
    assert visit.page.locator("#sources mark:target").is_visible()
