"""One browser that walks through pages and keeps what it saw, at the width of a phone and of a desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.local.demo.signing_in import code_for
from infra.local.demo.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# The six that the README shows, and at which width.
BEST = {
    "rater-questions": "phone",
    "delegate-raters": "phone",
    "delegate-hub": "phone",
    "coach-case": "desk",
    "report": "desk",
    "administrator-cohort": "desk",
}
WIDTHS = {"phone": 390, "desk": 1280}
HEIGHT = 844
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


class Camera:
    """`folder` gets phone/<name>.png and desk/<name>.png of whole pages."""

    def __init__(self, browser: Browser, world: World, folder: Path, report: Callable[[str], None]):
        self._browser, self._world, self._folder, self._report = browser, world, folder, report

    @contextmanager
    def visitor(self, url: str, reader: str = "") -> Iterator[Page]:
        """Open a page in a new browser context; `reader` is who signs in with a code."""
        context = self._browser.new_context(viewport={"width": WIDTHS["phone"], "height": HEIGHT}, locale="en-GB")
        try:
            page = context.new_page()
            page.goto(url)
            if reader:
                self.sign_in(page, reader)
            yield page
        finally:
            context.close()

    def shoot(self, page: Page, name: str, at: str = "") -> None:
        """Whole pages; of the best, what a screen shows from the element `at` down is kept for the README."""
        for kind, width in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.evaluate("window.scrollTo(0, 0)")
            target = self._folder / kind / f"{name}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=target, full_page=True)
            if BEST.get(name) == kind:
                page.evaluate("at => at && document.querySelector(at).scrollIntoView()", at)
                page.screenshot(path=self._folder / f"{name}.png")
        self._report(name)

    def sign_in(self, page: Page, reader: str) -> None:
        """From the page that asks for a code to what is behind it."""
        page.locator("main form button").first.click()
        self._world.cloud.settle()
        self._world.mailbox.look()
        page.fill("input[name=code]", code_for(self._world, reader))
        page.locator("form:has(input[name=code]) button").first.click()
        page.wait_for_load_state()


@contextmanager
def chromium(path: str | None) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()
