"""The line manager approves a delegate's list of raters in Chromium, where the programme asks for that."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from infra.local.example import FOLDER
from tests.browser.checks import assert_sound, message
from tests.browser.people import advance, link
from tests.browser.seeds import now
from tests.support.served import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

AMARA, HELEN = "amara.osei@example.org", "helen.whitcombe@example.org"
DANIEL, GARETH = "daniel.prentice@example.org", "gareth.llewellyn@example.org"
LIST = "; ".join(f"{name} Rater <{name.lower()}.rater@example.org>" for name in ("Ann", "Ben", "Cy", "Di"))
DATES = {"--opens": 2, "--closes": 22, "--ends": 80}  # days from now


@pytest.fixture(scope="module")
def approving(cloud: Served, tmp_path_factory: pytest.TempPathFactory) -> Served:
    """Load the example's people in a programme whose line managers approve."""
    programme = tmp_path_factory.mktemp("files") / "programme.yaml"
    text = (FOLDER / "programme.yaml").read_text().replace("programme: maximising-potential", "programme: approving")
    programme.write_text(text)
    people = str(FOLDER / "delegates.csv")
    dates = [part for name, days in DATES.items() for part in (name, str((now(cloud) + timedelta(days)).date()))]
    load = ["cohort", "load", "approved", "--programme", str(programme), "--delegates", people, *dates]
    where = ["--local", "--port", str(cloud.port)]
    subprocess.run([sys.executable, "-m", "chalicelib", *load, *where], check=True, capture_output=True)
    advance(cloud, "P3D")
    return cloud


@pytest.mark.parametrize(
    ("delegate", "manager", "javascript"),
    [pytest.param(AMARA, HELEN, True, id="script"), pytest.param(DANIEL, GARETH, False, id="no-script")],
)
def test_a_list_is_sent_back_then_approved(approving, visit, delegate, manager, javascript):
    send_list(approving, visit(link(approving, "nominate", delegate), javascript=javascript))
    page = visit(link(approving, "approve", manager), javascript=javascript)
    sound = assert_sound if javascript else lambda page: None
    sound(page)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("alert").wait_for()
    sound(page)
    page.get_by_label("No, ask for a change").check()
    page.get_by_label("What would you change?").fill("Ask the night team too.")
    page.get_by_role("button", name="Confirm").click()
    message(page, "change-wanted").wait_for()
    sound(page)

    own = visit(link(approving, "nominate", delegate), javascript=javascript)
    assert "Ask the night team too." in own.locator("main").inner_text()
    sound(own)
    confirm(own)

    page.goto(page.url)
    page.get_by_label("Yes, invite them").check()
    page.get_by_role("button", name="Confirm").click()
    message(page, "approved").wait_for()
    sound(page)


def send_list(cloud: Served, page: Page) -> None:
    page.get_by_text("Paste a list from Outlook").click()
    page.get_by_label("Names and addresses").fill(LIST)
    page.get_by_role("button", name="Add them to the list").click()
    page.locator(".person", has_text="di.rater@example.org").wait_for()
    confirm(page)
    advance(cloud, "PT1H")


def confirm(page: Page) -> None:
    page.get_by_role("link", name="Check and send").click()
    page.get_by_label("I have no more people").check()
    page.locator("main form button").last.click()
    message(page, "with-approver").wait_for()
