"""A person at the page: a tab of a real browser, and everything that went on in it."""

from __future__ import annotations

from playwright.sync_api import Browser, Locator, Page, expect

from rag.ui.texts import texts

#: Language, colours and width of those who try every feature: each two of them meet.
READERS = (
    ("en-US", "light", 1280),
    ("fr-FR", "dark", 1280),
    ("en-US", "dark", 390),
    ("fr-FR", "light", 390),
)

#: What Gradio itself calls the icons at a message and at the conversation.
_ICONS = {
    "en": {
        "clear": "Clear",
        "copy": "Copy message",
        "dislike": "Dislike",
        "edit": "Edit",
        "retry": "Retry",
        "submit": "Submit",
        "undo": "Undo",
    },
    "fr": {
        "clear": "Effacer la conversation",
        "copy": "Copy message",
        "dislike": "Je n'aime pas",
        "edit": "Modifier",
        "retry": "Réessayer",
        "submit": "Envoyer",
        "undo": "Annuler",
    },
}

# A machine at work on other things is slow.
expect.set_options(timeout=30_000)

_LONGEST_MS = 60_000


class Visit:
    """A page in a browser, and everything it asked for or complained about."""

    def __init__(
        self,
        browser: Browser,
        address: str,
        locale: str = "en-US",
        *,
        width: int = 1280,
        scheme: str = "light",
        wait: bool = True,
    ) -> None:
        self.address = address
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.asked = 0
        self.is_narrow = width < 600
        self.language = locale[:2]
        self.say = texts(self.language)
        self.context = browser.new_context(
            locale=locale,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            permissions=["clipboard-read", "clipboard-write"],
        )
        self.context.set_default_timeout(_LONGEST_MS)
        self.context.on("page", self._listen)
        self.page: Page = self.context.new_page()
        self.page.goto(address)
        if wait:
            self.box.wait_for()

    def sign_in(self, name: str, password: str) -> None:
        """Says who it is."""
        self.page.get_by_label(self.say["login_name"]).fill(name)
        self.page.get_by_label(self.say["login_password"]).fill(password)
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=self.say["login"]).click()

    @property
    def box(self) -> Locator:
        """Where questions are typed."""
        return self.page.locator("#question textarea")

    @property
    def answers(self) -> Locator:
        """The answers in the conversation."""
        return self.page.locator(".message.bot")

    @property
    def reply(self) -> str:
        """The newest answer, once it is complete."""
        expect(self.box).to_have_value("")  # the question has arrived
        expect(self.answers).to_have_count(self.asked)
        self.page.get_by_role("button", name=self.say["ask"], exact=True).wait_for()
        return self.answers.last.inner_text()

    def ask(self, question: str) -> str:
        """The answer to a question."""
        self.begin(question)
        return self.reply

    def begin(self, question: str) -> None:
        """Asks, and does not wait."""
        self.box.fill(question)
        self.box.press("Enter")
        self.asked += 1

    def button(self, name: str) -> Locator:
        """A button by what it says."""
        return self.page.get_by_role("button", name=name, exact=True)

    def icon(self, name: str) -> Locator:
        """An icon at the newest message, or one of the conversation, by its English name."""
        return self.page.get_by_label(_ICONS[self.language][name], exact=True).last

    def unfold(self, name: str) -> None:
        """Opens what is folded away under a name."""
        self.page.get_by_role("button", name=name).click()

    def foreign_requests(self) -> list[str]:
        """What was asked of anybody else."""
        own = (self.address, "data:", "blob:")
        return [url for url in self.requests if not url.startswith(own)]

    def come_again(self) -> None:
        """Opens the page as somebody whom it has never seen."""
        for page in self.context.pages[1:]:
            page.close()
        self.context.clear_cookies()
        self.load()
        self.asked = 0
        self.requests.clear()

    def load(self) -> None:
        """Opens the page anew."""
        self.page.goto(self.address)
        self.box.wait_for()
        self.errors.clear()  # the connections of the page that was left

    def check(self) -> None:
        """Nothing has gone wrong."""
        assert self.errors == []
        assert self.foreign_requests() == []

    def leave(self) -> None:
        """Closes the tab; nothing may have gone wrong in it."""
        self.context.close()
        self.check()

    def _listen(self, page: Page) -> None:
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: self.errors.append(f"dialog {dialog.message}"))
        page.on(
            "console",
            lambda message: self.errors.append(message.text) if message.type == "error" else None,
        )
