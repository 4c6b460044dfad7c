"""A person's browser: one context and one page, watched for everything a page must not do."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, ViewportSize, expect

from local.visitor import Visitor
from tests.journeys.town import Town

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 360, "height": 740}
LOCALES = {"ja": "ja-JP", "en": "en-GB"}
_STATUS = "Failed to load resource: the server responded with a status of"
_PATIENCE = 20_000

expect.set_options(timeout=_PATIENCE)


@dataclass
class Window:
    """One browser context with its page."""

    town: Town
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    origins: set[str] = field(default_factory=set)

    def watch(self) -> None:
        """Note what any page of this context says and calls."""

        def hear(message: ConsoleMessage) -> None:
            # A page that answers 400 or 410 on purpose is no complaint: its status is asserted where it is meant.
            if message.type in {"error", "warning"} and _STATUS not in message.text:
                self.complaints.append(f"{self.page.url}: {message.text}")

        def note(request: Request) -> None:
            self.origins.add("{0.scheme}://{0.netloc}".format(urlsplit(request.url)))
            if request.method == "POST":
                self.posts.append(urlsplit(request.url).path)

        self.context.on("console", hear)
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.context.on("request", note)

    def goto(self, path: str, *, status: int = 200) -> Page:
        """Open an address (a path is one of the service) and expect this status."""
        answer = self.page.goto(path if path.startswith("http") else self.town.stack.app + path)
        assert answer is not None
        assert answer.status == status, (path, answer.status)
        return self.page

    def sign_in(self, person: Visitor | dict[str, Any], role: str, next_path: str) -> Page:
        """Go to a page and choose oneself on the sign-in page that comes in between."""
        query = urlencode({"as_role": role, "next": next_path})
        self.page.goto(f"{self.town.stack.app}/auth/sign-in?{query}")
        return self.chooses(person)

    def chooses(self, person: Visitor | dict[str, Any]) -> Page:
        """Click oneself on the sign-in page."""
        upn = person.upn if isinstance(person, Visitor) else person["upn"]
        self.page.locator(f'a[data-upn="{upn}"]').click()
        return self.page

    def press(self, name: str) -> None:
        """Press the button with this name and wait for the next page."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def says(self, text: str) -> None:
        """The page says this, soon."""
        expect(self.page.locator("main")).to_contain_text(text)

    def until(self, text: str) -> None:
        """Reload the page, as a person would, until it says this."""
        for _ in range(60):
            if text in self.page.locator("main").inner_text():
                return
            self.page.wait_for_timeout(400)
            self.page.reload()
        raise AssertionError(f"{text!r} never came: {self.page.locator('main').inner_text()[:600]}")

    def attach(self, photo: bytes, name: str = "card.jpg") -> None:
        """Choose a photo in the file input."""
        self.page.locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": "image/jpeg", "buffer": photo}
        )

    def fits(self) -> bool:
        """Whether nothing sticks out to the right."""
        root = "document.documentElement"
        return bool(self.page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"))


@dataclass
class Windows:
    """All windows of a test."""

    browser: Browser
    town: Town
    opened: list[Window] = field(default_factory=list)

    def open(
        self,
        language: str = "en",
        viewport: ViewportSize = DESKTOP,
        *,
        scripts: bool = True,
        signed_in: Visitor | None = None,
    ) -> Window:
        """A new window, as new to the service as a borrowed phone; ``signed_in`` takes over somebody's cookies."""
        context = self.browser.new_context(
            locale=LOCALES[language],
            viewport=viewport,
            java_script_enabled=scripts,
            color_scheme="light",
        )
        context.set_default_timeout(_PATIENCE)
        if signed_in is not None:
            context.add_cookies(
                [
                    {"name": each.name, "value": each.value or "", "url": self.town.stack.app}
                    for each in signed_in.http.cookies
                ]
            )
        window = Window(self.town, context, context.new_page())
        window.watch()
        self.opened.append(window)
        return window

    def close(self) -> None:
        """Close them; nothing may have been complained of, and nobody else have been called."""
        for each in self.opened:
            each.context.close()
        complaints = [text for each in self.opened for text in each.complaints]
        assert complaints == []
        local = urlsplit(self.town.stack.local).port
        ours = {self.town.stack.app, f"http://127.0.0.1:{local}", f"http://localhost:{local}"}
        called = {origin for each in self.opened for origin in each.origins}
        assert called <= ours
