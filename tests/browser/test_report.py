"""The report as a page: sound on phone, desk and paper, in any colour scheme, without a script."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from chalicelib.report.render_html import render_html
from tests.browser.checks import assert_fits, assert_sound
from tests.report.gallery import CASES, PROGRAMME, report

LANES = {f"/{case.replace(' ', '-')}": case for case in CASES}
SOUND = ("/noise", "/crowd", "/self-alone")  # with everything, with much, with little


class Shelf(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = render_html(PROGRAMME, report(LANES[self.path])).encode() if self.path in LANES else b""
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def shelf() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Shelf) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("lane", SOUND)
def test_the_page_is_sound(visit, shelf, lane):
    assert_sound(visit(shelf + lane))


def test_nothing_is_lost_in_the_dark(visit, shelf):
    """It keeps its own light colours, so that charts stay readable."""
    page = visit(f"{shelf}/usual", color_scheme="dark")

    colours = page.evaluate("[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]")
    assert colours == ["rgb(255, 255, 255)", "rgb(23, 34, 43)"]


def test_it_prints_within_the_paper_and_with_its_charts(visit, shelf):
    page = visit(f"{shelf}/usual", width=720)
    page.emulate_media(media="print")

    assert_fits(page)
    assert page.locator("table[role=table] thead").first.is_visible()
    assert page.evaluate("[...document.querySelectorAll('figure svg')].every(svg => svg.clientWidth > 200)")


def test_it_needs_no_script(visit, shelf):
    page = visit(f"{shelf}/usual", javascript=False)

    assert page.get_by_role("heading", name="Summary").is_visible()
    page.get_by_role("link", name="Comments").click()
    assert page.url.endswith("#comments")
