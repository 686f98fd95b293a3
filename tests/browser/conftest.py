"""A served cloud for each module, and visitors in Chromium."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import checks
from tests.browser.needs import chromium as chromium_path
from tests.support.served import Served, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

if importlib.util.find_spec("playwright") is None:
    collect_ignore_glob = ["test_*.py"]  # `make test` leaves these out, and need not have the packages

HERE = Path(__file__).parent
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, DESKTOP = 390, 1280  # pixels wide
HEIGHT = 844

Visit = Callable[..., "Page"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        follow_clicks(patch)
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=QUIET)
        yield browser
        browser.close()


def follow_clicks(patch: pytest.MonkeyPatch) -> None:
    """Let each click return once the page that it opens has loaded.

    Playwright returns as soon as the new page begins to arrive. On a busy machine a test would then count the
    elements of half a page.
    """
    from playwright.sync_api import Locator

    click = Locator.click

    def click_and_load(self: Locator, **options: Any) -> None:
        click(self, **options)
        self.page.wait_for_load_state()

    patch.setattr(Locator, "click", click_and_load)


@pytest.fixture(scope="session", autouse=True)
def valid_html() -> Iterator[None]:
    """Every page that a test found sound is HTML by the book too."""
    yield
    faults = checks.html_faults(checks.seen) if checks.seen else []
    assert faults == [], "\n".join(faults)


@pytest.fixture(scope="module")
def cloud() -> Iterator[Served]:
    """Start an empty local cloud; `load_example` fills it."""
    with served() as server:
        yield server


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """`visit(url, width=390, javascript=True)`: a page of a new visitor, without cookies.

    More keywords go to the browser's context: forced_colors="active", reduced_motion="reduce", height=256 ...
    """
    contexts = []

    def open_page(
        url: str = "", *, width: int = PHONE, height: int = HEIGHT, javascript: bool = True, **more: Any
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=javascript, locale="en-GB", **more
        )
        contexts.append(context)
        page = context.new_page()
        if url:
            page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
