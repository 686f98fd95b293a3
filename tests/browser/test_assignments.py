"""A form between workshops on a phone: tapped, typed, saved by itself, submitted; with and without script."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from chalicelib.core import ids
from chalicelib.links import signing
from tests.browser import seeds
from tests.browser.checks import assert_sound
from tests.browser.people import advance, link, load_example
from tests.browser.test_reading_pages import let_in
from tests.support.served import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

AMARA, DANIEL, PRIYA = "amara.osei@example.org", "daniel.prentice@example.org", "priya.raghunathan@example.org"


MONTHS_TO_THE_LAST_WORKSHOP = 3


@pytest.fixture(scope="module")
def opened(cloud: Served) -> Served:
    """Load the example cohort on the days of its last workshop: all of its forms are open."""
    load_example(cloud)
    for _ in range(MONTHS_TO_THE_LAST_WORKSHOP):
        advance(cloud, "P28D")
    return cloud


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the page at both widths, if a folder for it is set."""
    folder = os.environ.get("FULLCIRCLE_SHOTS")
    size = page.viewport_size
    for width in (390, 1280) if folder else ():
        page.set_viewport_size({"width": width, "height": 844})
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    page.set_viewport_size(size)


@pytest.mark.parametrize(("javascript", "who"), [(True, DANIEL), (False, PRIYA)])
def test_a_vision_is_written_and_submitted(opened, visit, javascript, who):
    page = visit(link(opened, "hub", who), javascript=javascript)
    page.get_by_role("link", name="Write a vision for your service").click()
    page.get_by_label("What will be the first sign").fill("A parent rings once.")
    page.get_by_role("button", name="Check and submit").click()
    page.locator(".errors").wait_for()
    assert page.locator(".errors li").count() == 2  # what is missing, each a link to its field
    if javascript:
        assert_sound(page)
        shoot(page, "vision-faults")
    assert page.get_by_label("What will be the first sign").input_value() == "A parent rings once."

    page.get_by_label("Where will the service be").fill("Every child is seen within two weeks.")
    page.get_by_label("Why now?").fill("The strategy puts care close to home first.")
    page.get_by_role("button", name="Check and submit").click()
    page.get_by_role("button", name="Take it back").wait_for()
    assert "Submitted on" in page.locator(".status").inner_text()
    if javascript:
        assert_sound(page)
        shoot(page, "vision-submitted")
    page.get_by_role("button", name="Take it back").click()
    page.get_by_label("Why now?").wait_for()


@pytest.mark.parametrize(("javascript", "who"), [(True, DANIEL), (False, PRIYA)])
def test_stakeholders_are_rows_that_are_added_and_removed(opened, visit, javascript, who):
    page = visit(f"{link(opened, 'hub', who)}/work/engage", javascript=javascript)
    if javascript:
        assert_sound(page)
        shoot(page, "engage-empty")
    for number, name in enumerate(("Ward sisters", "Head of finance", "Family doctors"), start=1):
        card = page.get_by_role("group", name=f"Stakeholder {number}", exact=True)
        if number > 1:
            page.locator("summary", has_text=f"Stakeholder {number}").click()
        card.get_by_label("Who (role, not name)").fill(name)
        card.get_by_role("radio", name="Much").check()
        card.get_by_label("When I meet them, I will").fill("ask first")
    page.get_by_role("button", name="Add another stakeholder").click()
    page.get_by_role("group", name="Stakeholder 4", exact=True).get_by_label("Who (role").fill("Union")
    page.get_by_role("button", name="Save and finish later").click()
    page.get_by_role("link", name="Engage your stakeholders with the vision").click()
    assert (
        page.get_by_role("group", name="Stakeholder 4", exact=True).get_by_label("Who (role").input_value() == "Union"
    )
    page.get_by_role("button", name="Remove Stakeholder 4").click()
    page.wait_for_load_state("load")
    page.get_by_role("group", name="Stakeholder 4", exact=True).wait_for(state="detached")
    assert page.get_by_label("Who (role, not name)").count() == 3
    if javascript:
        shoot(page, "engage")


def test_an_answer_is_saved_while_it_is_typed_and_a_question_appears_when_it_is_asked(opened, visit):
    page = visit(f"{link(opened, 'hub', AMARA)}/work/board")
    assert not page.get_by_label("How much?").is_visible()
    page.get_by_role("checkbox", name="Money").check()
    page.get_by_label("How much?").fill("€5,000")
    note = page.locator("[id$='-note']:visible")
    note.wait_for()
    page.get_by_label("How much?").fill("£12k")
    page.locator('#saved[data-state="saved"]').wait_for()
    assert note.count() == 0
    page.get_by_label("The idea in three sentences").fill("The patient 943 476 5919 waited long.")
    note.wait_for()
    assert_sound(page)
    shoot(page, "board")
    page.reload()
    assert page.get_by_label("How much?").input_value() == "£12k"


def test_measures_and_a_pick_of_them(opened, visit):
    hub = link(opened, "hub", AMARA)
    page = visit(f"{hub}/work/performance")
    page.get_by_label("What is measured").fill("Days to first visit")
    page.get_by_label("Unit").fill("days")
    page.get_by_role("radio", name="Lower is better").check()
    page.locator('#saved[data-state="saved"]').wait_for()
    assert_sound(page)
    shoot(page, "performance")
    page.goto(f"{hub}/work/action")
    page.get_by_role("radio", name="Days to first visit").check()
    assert_sound(page)
    shoot(page, "action")
    page.goto(hub)
    assert_sound(page)
    shoot(page, "hub")


def test_a_coach_reads_work_and_returns_it(opened, visit, monkeypatch):
    keys = seeds.Keys(opened)
    monkeypatch.setattr(signing, "settings", lambda: keys)
    monkeypatch.setattr(ids, "settings", lambda: keys)
    entry = seeds.delegates_of_one_coach()[0]
    work = visit(f"{link(opened, 'hub', entry.person.email)}/work/simulation")
    work.get_by_label("The decision you would take again").fill("I would open the clinic again.")
    work.get_by_label("What does it mean for your service?").fill("We publish the whole picture.")
    work.get_by_role("button", name="Check and submit").click()
    work.get_by_role("button", name="Take it back").wait_for()

    page, coach = visit(), seeds.coach_link()
    let_in(opened, page, coach, entry.coach.email)
    page.goto(coach)
    assert_sound(page)
    shoot(page, "caseload")
    page.locator("#waiting a", has_text=f"{entry.person.name}: read “Business simulation”").click()
    assert_sound(page)
    shoot(page, "review")
    page.locator("summary", has_text="Return it").click()
    page.get_by_label("Why?").fill("What would you not do again?")
    page.get_by_role("button", name="Return it").click()
    assert "returned" in page.locator("#work").inner_text()
    work.reload()
    assert "What would you not do again?" in work.locator("main").inner_text()
    assert_sound(work)
    shoot(work, "returned")
