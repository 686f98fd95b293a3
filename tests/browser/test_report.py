"""The report as a page: sound on phone, desk and paper, in any colour scheme, without a script."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from chalicelib.report.render_html import render_html
from tests.browser.checks import assert_accessible, assert_fits, assert_sound
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


def open_all(page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")


@pytest.mark.parametrize("lane", SOUND)
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_sound_closed_and_open(visit, shelf, lane, width):
    page = visit(shelf + lane, width=width)
    assert_sound(page)
    open_all(page)
    assert_sound(page)


@pytest.mark.parametrize("lane", ["/usual", "/noise"])
def test_it_is_sound_in_the_dark(visit, shelf, lane):
    page = visit(shelf + lane, width=390, color_scheme="dark")
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    open_all(page)

    assert ground == "rgb(20, 25, 29)"
    assert_accessible(page)


def test_it_is_short_on_a_phone_while_its_parts_are_folded(visit, shelf):
    page = visit(f"{shelf}/usual", width=390, height=844)

    assert page.evaluate("document.documentElement.scrollHeight") < 12 * 844


def test_it_prints_within_the_paper_and_with_every_part(visit, shelf):
    page = visit(f"{shelf}/usual", width=720)
    page.emulate_media(media="print")

    assert_fits(page)
    assert page.evaluate("[...document.querySelectorAll('details .in')].every(part => part.clientHeight > 20)")


def test_it_needs_no_script(visit, shelf):
    page = visit(f"{shelf}/usual", javascript=False)

    assert page.get_by_role("heading", name="Summary").is_visible()
    page.get_by_role("heading", name="In their own words").click()
    assert page.locator("#comments blockquote").first.is_visible()
