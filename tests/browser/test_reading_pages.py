"""Coach, sponsor and delegate in front of what a link alone does not open, in Chromium: with and without JavaScript."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.core import ids
from chalicelib.links import signing
from infra.local.example import SPONSOR
from tests.browser import people, seeds
from tests.browser.checks import assert_fits, assert_sound, message, page_name
from tests.support.served import Served, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

COACH, *_ = (entry.coach for entry in seeds.delegates_of_one_coach())
FIRST, SECOND, THIRD = seeds.delegates_of_one_coach()[:3]


@pytest.fixture(scope="module")
def cloud() -> Iterator[Served]:
    """Open the example cohort; three of one coach's delegates have their reports, and the sponsor the summary."""
    with served() as server, pytest.MonkeyPatch.context() as patch:
        keys = seeds.Keys(server)
        patch.setattr(signing, "settings", lambda: keys)
        patch.setattr(ids, "settings", lambda: keys)
        people.load_example(server)
        for entry in (FIRST, SECOND, THIRD):
            seeds.finish_report(server, entry)
        seeds.finish_summary(server)
        yield server


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def ask_for_code(cloud: Served, page: Page, email: str) -> str:
    """Press the button; the code, once it has come."""
    before = len(people.letters(cloud, email))
    press(page, "Send me a code")
    for _ in range(100):
        if len(people.letters(cloud, email)) > before:
            return people.code(cloud, email)
        page.wait_for_timeout(50)
    raise AssertionError(f"no code came for {email}")


def sign_in(cloud: Served, page: Page, email: str) -> None:
    code = ask_for_code(cloud, page, email)
    page.get_by_label("Six-digit code").fill(code)
    press(page, "Sign in")


def let_in(cloud: Served, page: Page, url: str, email: str) -> Page:
    """Signed in, whether or not a code was asked for a moment ago."""
    page.goto(url)
    sign_in(cloud, page, email)
    return page


# --- signing in -----------------------------------------------------------------------------------------------------


def test_signing_in_wrong_codes_and_signing_out_are_sound_pages(cloud, visit):
    page = visit(seeds.hub_link(THIRD) + "/report")
    assert page_name(page) == "web/sign_in"
    assert_sound(page)
    code = ask_for_code(cloud, page, THIRD.person.email)
    assert page_name(page) == "web/code"
    assert_sound(page)
    for _ in range(5):
        page.get_by_label("Six-digit code").fill("000000" if code != "000000" else "000001")
        press(page, "Sign in")
        assert page.get_by_role("alert").is_visible()
        if "4 tries" in page.content():
            assert_sound(page)
    assert page.locator("#new-code").is_visible()
    assert_sound(page)
    press(page, "Send me a new code")
    assert page_name(page) == "web/code"


def test_a_strict_cookie_survives_a_click_on_another_site(cloud, visit):
    url = seeds.hub_link(SECOND) + "/report"
    page = let_in(cloud, visit(), url, SECOND.person.email)
    assert page_name(page) == "milestones/report"
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["secure"], cookie["httpOnly"]) == ("__Host-session", True, True)
    assert cookie["sameSite"] == "Strict"

    with other_site(f'<a href="{url}">Your email</a>') as message:
        page.goto(message)
        page.get_by_text("Your email").click()
        page.wait_for_url("**/report?here=1")
    assert page_name(page) == "milestones/report"
    assert_sound(page)
    press(page, "Sign out")
    assert page_name(page) == "web/signed_out"
    assert_sound(page)
    assert page.context.cookies() == []


class other_site:  # noqa: N801 (reads as a sentence)
    """A page elsewhere: `localhost` is another site than 127.0.0.1."""

    def __init__(self, html: str):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(html.encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://localhost:{self._server.server_port}/"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


# --- the coach ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "javascript"), [pytest.param(FIRST, True, id="script"), pytest.param(SECOND, False, id="no-script")]
)
def test_a_coach_goes_from_the_email_to_the_release(cloud, visit, entry, javascript):
    page = visit(javascript=javascript)
    let_in(cloud, page, seeds.coach_link(), COACH.email)
    sound = assert_sound if javascript else assert_fits
    assert heading(page).startswith("Your delegates")
    assert page.locator("#waiting a", has_text=f"{entry.person.name}: read the report").count() == 1
    sound(page)

    page.locator("#people").get_by_role("link", name=entry.person.name).click()
    assert heading(page) == entry.person.name
    sound(page)
    press(page, "Record the debrief")
    faults = page.get_by_role("alert").get_by_role("link")
    assert faults.count() == 2  # the date, and that areas are missing
    sound(page)

    today = seeds.now(cloud).date().isoformat()
    page.get_by_label("Date of the debrief").fill(today)
    for number in (1, 2):
        page.locator(f"#behaviour-{number}").fill(f"Behaviour {number} <b>")
        page.locator(f"#when_i_will-{number}").fill("When I plan my week, I will ask first.")
        page.locator(f"#first_step-{number}").fill("First step")
        page.locator(f"#why_no_item-{number}").fill("We spoke about it")
    press(page, "Record the debrief")
    assert message(page, "recorded").is_visible()
    page.get_by_label("Notes").fill("For me alone")
    press(page, "Save the notes")
    assert page.get_by_label("Notes").input_value() == "For me alone"
    sound(page)

    assert page.locator('[data-message="open-first"]').count() == 1
    press(page, "Read it on screen")
    page.goto(f"{seeds.coach_link()}/{seeds.of(entry)}")
    page.get_by_role("link", name="Release the report…").click()
    assert "Behaviour 2 <b>" in page.locator("main").inner_text()
    assert "For me alone" not in page.content()
    sound(page)
    press(page, "Release the report")
    assert message(page, "released").is_visible()
    assert page.locator("#behaviour-1").count() == 0
    sound(page)
    press(page, "Read it on screen")
    assert heading(page) == "The frozen document"


def test_a_coach_needs_no_mouse(cloud, visit):
    page = visit(seeds.coach_link(), width=1280)
    tab_to(page, "Send me a code")
    before = len(people.letters(cloud, COACH.email))
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/**")
    for _ in range(100):
        if len(people.letters(cloud, COACH.email)) > before:
            break
        page.wait_for_timeout(50)
    page.get_by_label("Six-digit code").focus()
    page.keyboard.type(people.code(cloud, COACH.email))
    page.keyboard.press("Enter")
    page.wait_for_url(seeds.coach_link())
    tab_to(page, THIRD.person.name)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{seeds.of(THIRD)}")
    assert heading(page) == THIRD.person.name
    tab_to(page, "Open the PDF")


def tab_to(page: Page, text: str) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == text:
            return
    raise AssertionError(f"40 presses of Tab do not reach “{text}”")


# --- the sponsor ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("javascript", [True, False])
def test_a_sponsor_signs_in_and_reads_the_summary(cloud, visit, javascript):
    page = visit(javascript=javascript)
    let_in(cloud, page, seeds.sponsor_link(), SPONSOR.email)
    assert message(page, "documents-ready").is_visible()
    (assert_sound if javascript else assert_fits)(page)
    press(page, "Read the summary")
    assert heading(page) == "The frozen document"


# --- the administrator, once questionnaires have closed -------------------------------------------------------------


def test_a_follow_up_is_planned_faults_first(cloud, visit, request):
    page = visit()
    page.context.add_cookies([seeds.let_in_administrator(cloud, request.node.name)])
    page.goto(signing.url(f"/admin/cohort/{seeds.COHORT}/followup"))
    assert "3 delegates are asked about again" in page.locator("main").inner_text()
    assert_sound(page)
    press(page, "See what happens")
    assert page.get_by_role("alert").get_by_role("link").count() == 2
    assert_sound(page)

    opens = seeds.now(cloud).date() + timedelta(days=180)
    page.get_by_label("First day").fill(opens.isoformat())
    page.get_by_label("Last day for answers").fill((opens + timedelta(days=20)).isoformat())
    press(page, "See what happens")
    assert_sound(page)
    press(page, "Plan the follow-up")

    assert message(page, "planned").is_visible()
    assert page.get_by_role("button", name="See what happens").count() == 0
    assert_sound(page)
