"""The administrator in front of the console, in Chromium: with and without JavaScript, by keyboard, faults first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyotp
import pytest

from chalicelib.core import ids
from chalicelib.links import signing
from infra.local.account import ADMINISTRATOR
from tests.browser import people, seeds
from tests.browser.checks import assert_fits, assert_sound, fault, message, page_name
from tests.support.served import Served, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

EXAMPLE = Path(__file__).parents[2] / "examples" / "maximising-potential"
SCRIPT = [pytest.param(True, id="script"), pytest.param(False, id="no-script")]
SHOW, START = "Show what will happen", "Start the cohort"

Admin = Callable[..., "Page"]


@pytest.fixture(scope="module")
def cloud() -> Iterator[Served]:
    """Open the example cohort, with an address that does not work."""
    with served() as server, pytest.MonkeyPatch.context() as patch:
        keys = seeds.Keys(server)
        patch.setattr(signing, "settings", lambda: keys)
        patch.setattr(ids, "settings", lambda: keys)
        people.load_example(server)
        seeds.bounce(server, seeds.delegates_of_one_coach()[0].person.email)
        yield server


@pytest.fixture
def admin(cloud, visit, request) -> Admin:
    """`admin("/start")`: a page of the console, signed in."""

    def open_page(path: str = "", **more: object) -> Page:
        page = visit(**more)
        session_id = re.sub(r"[^a-z0-9]", "", request.node.name.lower())
        page.context.add_cookies([seeds.let_in_administrator(cloud, session_id)])
        page.goto(signing.url(f"/admin{path}"))
        return page

    return open_page


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def sound(page: Page, javascript: bool = True) -> None:
    (assert_sound if javascript else assert_fits)(page)


def tab_to(page: Page, text: str) -> None:
    """Move by Tab alone to the element with these words."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == text:
            return
    raise AssertionError(f"80 presses of Tab do not reach “{text}”")


# --- in and out -----------------------------------------------------------------------------------------------------


def test_an_administrator_signs_in_with_a_code_and_out(cloud, visit):
    page = visit(signing.url(f"/admin/cohort/{seeds.COHORT}"))
    assert page_name(page) == "web/sign_in_administrator"
    sound(page)
    before = len(people.letters(cloud, ADMINISTRATOR))
    page.get_by_label("Email address").fill(ADMINISTRATOR)
    press(page, "Send me a code")
    sound(page)
    for _ in range(100):
        if len(people.letters(cloud, ADMINISTRATOR)) > before:
            break
        page.wait_for_timeout(50)
    page.get_by_label("Six-digit code").fill(people.code(cloud, ADMINISTRATOR))
    press(page, "Sign in")
    assert page.url == signing.url(f"/admin/cohort/{seeds.COHORT}")  # where they were on the way to
    press(page, "Sign out")
    assert page_name(page) == "web/signed_out"
    page.goto(signing.url("/admin"))
    assert page_name(page) == "web/sign_in_administrator"


def test_a_second_factor_is_set_up_shown_and_removed_on_sound_pages(cloud, admin):
    page = admin("/second-factor")
    assert message(page, "set-up").first.is_visible()
    sound(page)
    secret = page.locator("strong.code").inner_text().replace(" ", "")
    page.get_by_label("Six-digit code from the app").fill("000")
    press(page, "Set it up")
    sound(page)
    now = seeds.now(cloud)
    page.get_by_label("Six-digit code from the app").fill(pyotp.TOTP(secret).at(now))
    press(page, "Set it up")
    assert message(page, "recovery-codes").first.is_visible()
    sound(page)
    recovery = page.locator("strong.code").first.inner_text()
    page.goto(signing.url("/admin/second-factor"))
    assert message(page, "second-factor").first.is_visible()
    sound(page)
    page.get_by_label("Code from the app, or a recovery code").fill(recovery)
    press(page, "Remove the second factor")
    assert message(page, "set-up").first.is_visible()


# --- a cohort from two files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("javascript", SCRIPT)
def test_two_files_start_a_cohort_faults_first(cloud, admin, tmp_path, javascript):
    page = admin("/start", javascript=javascript)
    sound(page, javascript)
    press(page, SHOW)
    summary = page.get_by_role("alert")
    assert summary.get_by_role("link").count() == 6  # two files, a name, three dates
    sound(page, javascript)

    spoilt = tmp_path / "delegates.csv"
    spoilt.write_text((EXAMPLE / "delegates.csv").read_text().replace("@", " at ", 1))
    page.set_input_files("#programme", EXAMPLE / "programme.yaml")
    page.set_input_files("#delegates", spoilt)
    title = f"Winter cohort {'with' if javascript else 'without'} script"
    page.get_by_label("Name of the cohort").fill(title)
    first = seeds.now(cloud).date() + timedelta(days=10)
    for label, days in (("Questionnaire opens", 0), ("Last day for answers", 18), ("Last day of the programme", 80)):
        page.get_by_label(label).fill((first + timedelta(days=days)).isoformat())
    press(page, SHOW)
    assert summary.locator("li").evaluate_all("all => all.map(line => line.dataset.fault)") == ["delegates"]
    row = page.locator("#faults tbody tr").first.inner_text()
    assert "delegates.csv, row 2" in row
    assert "is not one email address" in row
    assert page.get_by_text("programme.yaml is kept").is_visible()
    sound(page, javascript)

    page.set_input_files("#delegates", EXAMPLE / "delegates.csv")
    press(page, SHOW)
    assert page_name(page) == "programme/preview"
    assert title in heading(page)
    assert "No one gets an email before" in page.locator("main").inner_text()
    sound(page, javascript)
    press(page, START)
    assert heading(page) == title
    assert message(page, "loaded").is_visible()
    sound(page, javascript)


def test_a_cohort_is_started_without_a_mouse(cloud, admin):
    page = admin(width=1280)
    tab_to(page, "Start a cohort")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/start")
    page.set_input_files("#programme", EXAMPLE / "programme.yaml")  # the dialog is the system's
    page.set_input_files("#delegates", EXAMPLE / "delegates.csv")
    page.locator("#title").focus()
    page.keyboard.type("Keyboard cohort")
    tab_to(page, "Choose its short name yourself")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("by-keyboard")
    first = seeds.now(cloud).date() + timedelta(days=10)
    for field, days in (("opens", 0), ("closes", 18), ("ends", 80)):
        page.locator(f"#{field}").fill((first + timedelta(days=days)).isoformat())
    tab_to(page, SHOW)
    page.keyboard.press("Enter")
    page.wait_for_selector('[data-page="programme/preview"]')
    tab_to(page, START)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/cohort/by-keyboard**")
    assert heading(page) == "Keyboard cohort"


# --- a cohort that runs ---------------------------------------------------------------------------------------------


def test_every_page_of_a_cohort_that_runs_is_sound(cloud, admin):
    job = seeds.fail_job(cloud)
    page = admin()
    assert "1 piece of work failed" in page.locator("main").inner_text()
    sound(page)
    page.goto(signing.url("/admin/work"))
    assert job in page.locator("main").inner_text()
    sound(page)
    page.get_by_role("button", name="Restart").click()
    assert message(page, "job").is_visible()
    cohort = f"/admin/cohort/{seeds.COHORT}"
    delegate = f"{cohort}/delegate/{seeds.of(seeds.delegates_of_one_coach()[0])}"
    for path in (
        "/admin/programme",
        cohort,
        f"{cohort}/people",
        f"{cohort}/followup",
        f"{cohort}/trail",
        f"{cohort}/all/close",
        delegate,
        f"{delegate}/withdraw",
        f"{delegate}/none",  # there is no such act
    ):
        page.goto(signing.url(path))
        sound(page)


@pytest.mark.parametrize("javascript", SCRIPT)
def test_a_cohort_is_chased_given_time_and_closed(cloud, admin, javascript):
    entry = seeds.delegates_of_one_coach()[1 if javascript else 2]
    name = entry.person.name
    page = admin(f"/cohort/{seeds.COHORT}", javascript=javascript)
    assert page.locator("table.cards tbody tr").count() == 12
    assert "1 address does not work" in page.locator("table.cards tbody tr").first.inner_text()  # who needs them first
    page.get_by_role("link", name=name).first.click()
    assert heading(page) == name
    page.get_by_role("link", name="Remind raters who have not answered…").click()
    page.wait_for_url("**/chase")
    sound(page, javascript)
    emails = page.locator("main li").first.inner_text()
    if "email goes" in emails or "emails go" in emails:
        press(page, "Send reminders")
        assert message(page, "chase").is_visible()
    else:  # on the day of the programme's own reminder
        page.get_by_role("link", name="Back", exact=True).click()

    page.get_by_role("link", name="Give more time…").click()
    press(page, "See what happens")
    assert fault(page, "last_day").is_visible()
    sound(page, javascript)
    later = seeds.now(cloud).date() + timedelta(days=30)
    friday = later - timedelta(days=(later.weekday() - 4) % 7)
    page.get_by_label("New last day").fill(friday.isoformat())
    press(page, "See what happens")
    sound(page, javascript)
    press(page, "Give more time")
    assert message(page, "extend").is_visible()
    sound(page, javascript)

    page.get_by_role("link", name="Close the questionnaire now…").click()
    page.wait_for_url("**/close")
    sound(page, javascript)
    press(page, "Close now")
    assert message(page, "close").is_visible()
    page.get_by_role("link", name="Cohort 1").first.click()
    page.goto(f"{page.url}/trail")
    assert name in page.locator("main").inner_text()


@pytest.mark.parametrize("javascript", SCRIPT)
def test_an_address_is_replaced_and_a_link_sent_again_faults_first(cloud, admin, javascript):
    entry = seeds.delegates_of_one_coach()[0]
    page = admin(f"/cohort/{seeds.COHORT}/address", javascript=javascript)
    page.get_by_label("Old address").fill("no.one@example.org")
    page.get_by_label("New address").fill("someone@example.org")
    press(page, "See what happens")
    assert fault(page, "address").is_visible()
    sound(page, javascript)
    page.goto(signing.url(f"/admin/cohort/{seeds.COHORT}/link"))
    sound(page, javascript)
    page.get_by_label("Email address").fill("no.one@example.org")
    press(page, "Send the link")
    assert fault(page, "address").is_visible()
    sound(page, javascript)
    page.get_by_label("Email address").fill(entry.coach.email)
    press(page, "Send the link")
    assert message(page, "sent").or_(message(page, "today")).is_visible()

    if javascript:  # once is enough: afterwards the address works
        page.get_by_role("link", name=entry.person.name).first.click()
        page.get_by_role("link", name="Replace this address").first.click()
        assert page.get_by_label("Old address").input_value() == entry.person.email
        page.get_by_label("New address").fill("new.address@example.org")
        press(page, "See what happens")
        sound(page, javascript)
        press(page, "Replace it and send the emails")
        assert message(page, "replaced").is_visible()
