"""One browser that walks through pages and keeps what it saw, at the width of a phone and of a desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.local import people
from infra.local.demo.signing_in import code_for
from infra.local.demo.world import World
from infra.local.pictures.tour import Tour, name_of

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
LIVING = {  # pages that differ from month to month
    "/hub/{token}",
    "/coach/{token}",
    "/coach/{token}/{delegate_id}",
    "/facilitator/{token}",
    "/shared/{token}",
    "/sponsor/{token}",
    "/admin",
    "/admin/cohort/{cohort_id}",
    "/admin/cohort/{cohort_id}/delegate/{delegate_id}",
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


class EveryPage:
    """Keep a picture of each kind of page when it is first reached, and of the pages that change at each visit."""

    def __init__(self, world: World, camera: Camera):
        self._world, self._camera = world, camera
        self._tour = Tour(world.cloud.base_url, partial(camera.visitor, "about:blank"), camera.sign_in)
        self._kept = set[str]()

    @property
    def missing(self) -> Sequence[str]:
        return self._tour.missing

    def shoot(self, label: str) -> None:
        """Walk from everyone's links. label: of this visit, the first part of file names."""
        for key, page in self._tour.pages(people.everyone(self._world.cloud.table)):
            if key not in self._kept or key.partition(" ")[2] in LIVING:
                self._camera.shoot(page, f"{label}-{name_of(key)}")
                self._kept.add(key)


@contextmanager
def chromium(path: str | None) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()
