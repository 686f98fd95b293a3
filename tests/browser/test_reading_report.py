"""The report on a page of ours, in Chromium: it comes back after a reload, folds, and keeps a coach's ticks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from chalicelib.core import ids
from chalicelib.links import signing
from chalicelib.report.render_html import render_html
from chalicelib.results.facts import facts_bytes
from tests.browser import people, seeds
from tests.browser.checks import assert_fits, assert_sound
from tests.browser.test_reading_pages import let_in, press
from tests.report.gallery import PROGRAMME, report
from tests.support.served import Served, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

COACH = seeds.delegates_of_one_coach()[0].coach
FIRST, SECOND = seeds.delegates_of_one_coach()[:2]
TICKED = [item.id for item in PROGRAMME.items][:2]
MAX_SCREENS = 12  # of a phone, with every part folded


@pytest.fixture(scope="module")
def cloud() -> Iterator[Served]:
    """Load the example cohort; two of one coach's delegates have a report as the product makes it."""
    with served() as server, pytest.MonkeyPatch.context() as patch:
        keys = seeds.Keys(server)
        patch.setattr(signing, "settings", lambda: keys)
        patch.setattr(ids, "settings", lambda: keys)
        people.load_example(server)
        facts = report("usual")
        for entry in (FIRST, SECOND):
            seeds.finish_report(server, entry, render_html(PROGRAMME, facts).encode())
            seeds.save(server, seeds.facts_name(entry), facts_bytes(facts))
        yield server


def open_report(cloud: Served, page: Page, delegate: str) -> Page:
    case = f"{seeds.coach_link()}/{delegate}"
    let_in(cloud, page, case, COACH.email)
    page.goto(case)
    press(page, "Read it on screen")
    page.wait_for_selector("#contents")
    return page


def open_first_workshop(page: Page) -> None:
    page.locator("#workshop-1 > summary").click()


def box(page: Page, behaviour: str):  # type: ignore[no-untyped-def]
    return page.locator(f'input[name="tick-{behaviour}"]')


def test_the_report_is_sound_folded_and_comes_back_after_a_reload(cloud, visit):
    page = open_report(cloud, visit(), seeds.of(FIRST))
    assert page.evaluate(f"document.documentElement.scrollHeight < {MAX_SCREENS} * innerHeight")
    assert page.evaluate("getComputedStyle(document.querySelector('header')).borderTopWidth") == "8px", "no styles"
    assert_sound(page)

    page.reload()
    assert page.locator("#contents").is_visible()
    open_first_workshop(page)
    assert_fits(page)
    page.locator(".way-back a").click()
    assert page.locator("h1").inner_text() == FIRST.person.name


def test_a_tick_is_saved_at_once(cloud, visit):
    page = open_report(cloud, visit(), seeds.of(FIRST))
    open_first_workshop(page)
    box(page, TICKED[0]).check()
    page.get_by_text("1 ticked, saved").wait_for()
    box(page, TICKED[1]).check()
    page.get_by_text("2 ticked, saved").wait_for()
    box(page, TICKED[0]).uncheck()
    page.get_by_text("1 ticked, saved").wait_for()

    page.reload()
    assert [box(page, behaviour).is_checked() for behaviour in TICKED] == [False, True]


def test_a_tick_that_is_not_saved_is_reported_and_the_button_saves_it(cloud, visit):
    page = open_report(cloud, visit(), seeds.of(FIRST))
    open_first_workshop(page)
    page.route("**/ticks", lambda route: route.abort())
    was = box(page, TICKED[0]).is_checked()
    box(page, TICKED[0]).click()
    page.locator('#ticks-said[data-state="trouble"]').wait_for()

    page.unroute("**/ticks")
    press(page, "Save ticks")
    page.wait_for_load_state()
    assert box(page, TICKED[0]).is_checked() is not was


def test_ticks_are_saved_without_javascript(cloud, visit):
    page = open_report(cloud, visit(javascript=False), seeds.of(SECOND))
    open_first_workshop(page)
    box(page, TICKED[0]).check()
    press(page, "Save ticks")
    page.wait_for_load_state()
    assert box(page, TICKED[0]).is_checked()

    page.locator(".way-back a").click()
    press(page, "Start an area from: Asks for feedback on their own leadership.")
    assert page.locator('textarea[name="behaviour-1"]').input_value() == "I ask for feedback on my own leadership."
