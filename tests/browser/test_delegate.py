"""A delegate's pages: choosing raters, the hub, assignments, the impact survey; the line manager's and the pulse."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from chalicelib.core.model import Person
from chalicelib.store.areas import Area
from chalicelib.store.debriefs import Debrief
from chalicelib.store.marshal import fields, item
from infra.local.demo import filling
from infra.local.demo.browser import Browser
from tests.browser.checks import assert_sound, message, page_name
from tests.browser.people import advance, approve_lists, letters, link, load_example
from tests.browser.scanner import rows, scan_emails
from tests.support.served import Served

AMARA, DANIEL, PRIYA = "amara.osei@example.org", "daniel.prentice@example.org", "priya.raghunathan@example.org"
MANAGER = "helen.whitcombe@example.org"
NAMES = ("Ann", "Ben", "Cy", "Di", "Ed")
LIST = "; ".join(f"Rater, {name} <{name.lower()}.rater@example.org>" for name in NAMES)


@pytest.fixture(scope="module")
def opened(cloud: Served) -> Served:
    load_example(cloud)
    return cloud


# --- choosing raters --------------------------------------------------------------------------------------------------


def test_a_list_is_pasted_corrected_checked_and_sent(opened, visit):
    page = visit(link(opened, "nominate", AMARA))
    assert_sound(page)
    page.get_by_text("Paste a list from Outlook").click()
    page.get_by_label("Names and addresses").fill(f"{LIST}; Slip <slip@exmaple.org>; no-one")
    assert "6 addresses" in page.locator("#list-count").inner_text()
    page.get_by_role("button", name="Add them to the list").click()
    message(page, "no-address").first.wait_for()
    assert page.evaluate("document.activeElement.className") == "errors"
    page.get_by_label("Names and addresses").fill(f"{LIST}; Slip <slip@exmaple.org>")
    page.get_by_role("button", name="Add them to the list").click()
    page.get_by_text("Perhaps it is slip@example.org.").wait_for()
    assert_sound(page)

    page.locator(".person", has_text="slip@exmaple.org").get_by_role("link").click()
    assert_sound(page)
    page.get_by_label("Work email").fill("slip@example")
    page.get_by_role("button", name="Save").click()
    page.locator("#email-error").wait_for()
    page.get_by_label("Work email").fill("slip@example.org")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Check and send").click()
    assert_sound(page)
    page.get_by_role("button", name="Send the list").click()
    page.locator(".errors").wait_for()
    assert_sound(page)
    page.get_by_label("I have no more people").check()
    page.get_by_role("button", name="Send the list").click()
    message(page, "with-approver").wait_for()
    assert_sound(page)


def test_people_are_added_one_after_the_other_by_the_keyboard_alone(opened, visit):
    page = visit(link(opened, "nominate", DANIEL))
    page.locator("#name-peer").focus()
    for name in ("Ann", "Ben"):
        page.keyboard.type(name)
        page.keyboard.press("Tab")
        page.keyboard.type(f"{name.lower()}@example.org")
        page.keyboard.press("Enter")
        page.locator(".person", has_text=f"{name.lower()}@example.org").wait_for()
        assert page.evaluate("document.activeElement.id") == "name-peer"
    assert "Peers 3 more needed" in page.locator("p[role=status].off").inner_text()


def test_a_list_without_a_connection_says_so_and_keeps_what_was_typed(opened, visit):
    page = visit(link(opened, "nominate", DANIEL))
    page.route("**/nominate/*", lambda route: route.abort())
    page.locator("#name-peer").fill("Cy")
    page.locator("#email-peer").fill("cy@example.org")
    page.locator("#email-peer").press("Enter")
    page.wait_for_selector(".error[data-state=no-connection]")
    page.unroute_all()
    page.locator("#email-peer").press("Enter")
    page.locator(".person", has_text="cy@example.org").wait_for()


def test_choosing_needs_no_javascript(opened, visit):
    page = visit(link(opened, "nominate", PRIYA), javascript=False)
    page.get_by_text("Paste a list from Outlook").click()
    page.get_by_label("Names and addresses").fill(LIST)
    page.get_by_role("button", name="Add them to the list").click()
    page.locator("#name-direct_report").fill("Eve")
    page.locator("#email-direct_report").fill("eve@example.org")
    page.locator("#add-direct_report").get_by_role("button", name="Add").click()
    page.get_by_role("button", name="Remove Eve").click()
    assert page.locator(".person", has_text="eve@example.org").count() == 0
    page.get_by_role("link", name="Check and send").click()
    page.get_by_label("I have no more people").check()
    page.get_by_role("button", name="Send the list").click()
    assert message(page, "with-approver").first.is_visible()


# --- the hub ----------------------------------------------------------------------------------------------------------


def test_the_hub(opened, visit):
    page = visit(link(opened, "hub", DANIEL))
    assert_sound(page)
    assert page.locator("#first h2").inner_text() == "Choose your raters"
    page.get_by_text("Workshops: dates, materials and work").click()
    page.get_by_role("link", name="Leading Self", exact=True).click()
    assert_sound(page)
    page.get_by_role("link", name="Write a vision for your service").click()
    page.get_by_role("link", name="Your programme").click()
    page.get_by_text("Later in the programme").click()
    assert_sound(page)


# --- six months on ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def months_on(opened: Served) -> Served:
    """Amara's debrief was held; nine months have passed, and everyone is asked for the result."""
    advance(opened, "PT1H")
    if not letters(opened, about="Amara Osei wants to ask"):  # no test before has sent the list
        parts = [SimpleNamespace(group="peer", person=Person(f"{name} Rater", _email(name))) for name in NAMES]
        filling.choose(Browser(), link(opened, "nominate", AMARA), parts)
    approve_lists(opened)
    delegate = link(opened, "hub", AMARA).rsplit("/", 1)[1].partition(".")[0]
    database = opened.client("dynamodb")
    table = next(name for name in database.list_tables()["TableNames"] if not name.endswith("-keys"))
    area = Area("1", "Asks before answering", "", "One open question a day", "", "", "")
    for key, row in (("DEBRIEF", Debrief(date(2027, 1, 8), ("1",))), ("AREA#1", area)):
        stored = {"pk": f"DELEGATE#{delegate}", "sk": key, **fields(row)}
        database.put_item(TableName=table, Item=item(stored))
    for _ in range(22):  # steps shorter than the survey is open: the test may begin at any hour
        advance(opened, "P14D")
        if any("/impact/" in letter for letter in _links(opened)):
            break
    return opened


def _managers_survey_about_amara(cloud: Served) -> str:
    """Find the line manager's survey about Amara: the manager has other delegates too."""
    amara = link(cloud, "hub", AMARA).rsplit("/", 1)[1].partition(".")[0]
    return next(url for url in _links(cloud) if f"/impact/{amara}.manager" in url)


def _email(name: str) -> str:
    return f"{name.lower()}.rater@example.org"


def _links(cloud: Served) -> list[str]:
    return [link for email in cloud.get("/_local/mail.json").json for link in email["links"]]


def test_a_scanner_changes_nothing_six_months_on_either(months_on, visit):
    before = rows(months_on)

    assert scan_emails(months_on, visit) >= {"answer", "impact", "hub"}

    assert rows(months_on) == before


@pytest.mark.parametrize("javascript", [True, False])
def test_an_impact_survey_is_filled_in_resumed_and_sent(months_on, visit, javascript):
    url = link(months_on, "impact", AMARA) if javascript else _managers_survey_about_amara(months_on)
    page = visit(url, javascript=javascript)
    sound = assert_sound if javascript else lambda page: None
    sound(page)
    page.get_by_role("link", name="Start").click()
    if not javascript:
        page.get_by_label("A little better").check()
        page.get_by_label("What did you see?").fill("More questions in meetings.")
        page.get_by_role("button", name="Save and finish later").click()
        page.get_by_role("link", name="Check and send").click()
        page.get_by_role("button", name="Send my answers").click()
        assert page_name(page) == "impact/thanks"
        return
    page.get_by_label("Fully relevant").check()
    page.locator('#saved[data-state="saved"]').wait_for()
    sound(page)
    for part in ("learning", "application", "work", "measures"):
        page.get_by_role("button", name="Save and continue").click()
        page.wait_for_url(f"**/part/{part}")
    sound(page)
    assert not page.get_by_label("What is measured?").first.is_visible()
    page.get_by_label("Yes, for better or worse").check()
    page.get_by_label("What is measured?").first.fill("Falls")
    page.locator("summary", has_text="Figure 1: what it is worth").click()
    page.get_by_label("Worth in money").first.fill("lots")
    page.locator('#saved[data-state="refused"]').wait_for()
    page.get_by_role("button", name="Save and continue").click()
    page.locator(".errors").wait_for()
    page.get_by_label("Worth in money").first.fill("")
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url("**/part/factors")
    page.goto(f"{url}/review")
    sound(page)
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    sound(page)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_pulse_takes_two_taps(months_on, visit, javascript):
    page = visit(
        link(months_on, "answer", f"{'ann' if javascript else 'ben'}.rater@example.org"), javascript=javascript
    )
    if javascript:
        assert_sound(page)
        page.get_by_role("button", name="Send").click()
        page.locator(".errors").wait_for()
        assert_sound(page)
    page.locator("label", has_text="A little better").click()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()


def test_closed_surveys_say_so(months_on, visit):
    advance(months_on, "P2M")
    page = visit(link(months_on, "impact", MANAGER))
    assert page_name(page) == "impact/counted"
    assert_sound(page)
    page = visit(link(months_on, "answer", "cy.rater@example.org"))
    assert message(page, "questionnaire-closed").is_visible()
    assert_sound(page)
