"""The middle of the programme in Chromium: meetings, areas, work, sessions, the register, and who is to act."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.core import ids
from chalicelib.core.ids import facilitator_id, manager_id
from chalicelib.core.model import Wave
from chalicelib.links import signing
from chalicelib.store import debriefs, reports
from chalicelib.store.areas import Area
from chalicelib.store.debriefs import Debrief
from chalicelib.store.marshal import item
from infra.local.example import COHORT
from tests.browser import people, seeds
from tests.browser.checks import assert_sound, message
from tests.browser.test_reading_pages import heading, let_in, press
from tests.support.served import Served, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

FIRST, SECOND = seeds.delegates_of_one_coach()[:2]
MO = "mo.hart@example.org"
ADMIN_COHORT = f"/admin/cohort/{COHORT}"
AREAS = (
    Area("aaaaaaaa", "Ask two people first", first_step="On Monday", when_i_will="When I plan, I will ask", place=1),
    Area("bbbbbbbb", "Say no once a week", first_step="On Friday", others_text="Says no kindly", place=2),
)


@pytest.fixture(scope="module")
def cloud() -> Iterator[Served]:
    """Load the example cohort; one delegate's report waits for the debrief, and another one's is released."""
    with served() as server, pytest.MonkeyPatch.context() as patch:
        keys = seeds.Keys(server)
        patch.setattr(signing, "settings", lambda: keys)
        patch.setattr(ids, "settings", lambda: keys)
        people.load_example(server)
        for entry in (FIRST, SECOND):
            seeds.finish_report(server, entry)
        release(server)
        yield server


def release(cloud: Served) -> None:
    """Two areas are agreed with the second delegate, whose report is released."""
    who, now = seeds.of(SECOND), seeds.now(cloud)
    rows = [
        write.params["Item"] for write in debriefs.save(who, Wave.BASELINE, Debrief(now.date(), ("a",)), agreed(now))
    ]
    key = reports.key(who, Wave.BASELINE)
    client = cloud.client("dynamodb")
    for row in rows:
        client.put_item(TableName=seeds.TABLE, Item=row)
    client.update_item(
        TableName=seeds.TABLE,
        Key=item(key._asdict()),
        UpdateExpression="SET #s = :s, released_at = :r",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":s": {"S": "released"}, ":r": {"S": now.isoformat()}},
    )


def agreed(now) -> list[Area]:  # type: ignore[no-untyped-def]
    from msgspec.structs import replace

    return [replace(area, review_by=now.date() + timedelta(days=60)) for area in AREAS]


def hub(entry) -> str:  # type: ignore[no-untyped-def]
    return seeds.hub_link(entry)


def coach_page(entry=None) -> str:  # type: ignore[no-untyped-def]
    return seeds.coach_link() + (f"/{seeds.of(entry)}" if entry else "")


def first_day(cloud: Served) -> date:
    """Return the day of the first session."""
    rows = cloud.client("dynamodb").scan(
        TableName=seeds.TABLE,
        FilterExpression="begins_with(sk, :s)",
        ExpressionAttributeValues={":s": {"S": "SESSION#"}},
    )["Items"]
    return min(date.fromisoformat(row["plan"]["M"]["date"]["S"]) for row in rows)


def as_administrator(cloud: Served, page: Page, path: str) -> Page:
    page.context.add_cookies([seeds.let_in_administrator(cloud, "middle")])
    page.goto(signing.url(path))
    return page


# --- meetings -----------------------------------------------------------------------------------------------------


def test_a_debrief_is_offered_chosen_and_moved(cloud, visit):
    coach = let_in(cloud, visit(), coach_page(), FIRST.coach.email)
    assert coach.locator("#waiting").get_by_role("link", name="arrange the debrief").count() == 1
    assert_sound(coach)
    coach.locator("#waiting").get_by_role("link", name="arrange the debrief").click()
    assert_sound(coach)
    day = seeds.now(cloud).date() + timedelta(days=10)
    while day.weekday() > 4:
        day += timedelta(days=1)
    for number, time in ((1, "10:00"), (2, "14:00")):
        coach.locator(f"[name='day-{number}']").first.fill(day.isoformat())
        coach.locator(f"[name='time-{number}']").first.fill(time)
    press(coach, "Offer these times")
    assert "Offered" in coach.locator("main").inner_text()
    assert_sound(coach)

    page = visit(hub(FIRST))
    assert_sound(page)
    page.get_by_role("link", name="Choose a time").first.click()
    assert_sound(page)
    page.locator("button[name=slot]").first.click()
    assert page.locator("h2").first.inner_text().endswith("10:00")
    assert_sound(page)
    page.locator("button[name=slot]").first.click()
    assert page.locator("h2").first.inner_text().endswith("14:00")


def test_the_record_shows_one_quadrant_of_behaviours_at_a_time(cloud, visit):
    page = let_in(cloud, visit(), coach_page(), FIRST.coach.email)
    page.goto(coach_page(FIRST))
    if not page.locator(".show-quadrant").is_visible():
        page.get_by_text("behaviours of the report").first.click()
    visible_rows = page.locator("tr[data-quadrant]:visible")
    everything = visible_rows.count()
    page.locator("#show-agreed_work").check()
    kinds = {row.get_attribute("data-quadrant") for row in visible_rows.all()}

    assert everything > visible_rows.count()
    assert kinds <= {"agreed_work"}
    assert_sound(page)


# --- areas --------------------------------------------------------------------------------------------------------


def test_areas_are_approved_noted_on_changed_and_shared(cloud, visit):
    page = visit(f"{hub(SECOND)}/areas")
    assert_sound(page)
    page.get_by_role("link", name="Approve what others read").click()
    assert_sound(page)
    press(page, "Approve these words")
    assert page.get_by_role("link", name="Approve what others read").count() == 0
    page.get_by_role("link", name="Note your progress").first.click()
    assert_sound(page)
    page.goto(f"{hub(SECOND)}/areas")
    page.locator("#sharing input[type=checkbox]").first.check()
    page.locator("#sharing button").first.click()
    assert_sound(page)

    manager = manager_id(seeds.of(SECOND), SECOND.manager.email)
    shared = visit(signing.make("shared", seeds.of(SECOND), manager, "1"))
    assert "Ask two people first" in shared.locator("main").inner_text()
    assert_sound(shared)


def test_the_coach_sees_the_areas_and_has_the_plan_made(cloud, visit):
    page = let_in(cloud, visit(), coach_page(), SECOND.coach.email)
    page.goto(f"{coach_page(SECOND)}/areas")
    assert_sound(page)
    page.goto(f"{coach_page(SECOND)}/area/new")
    assert_sound(page)
    page.goto(coach_page(SECOND))
    assert_sound(page)


# --- the administrator ----------------------------------------------------------------------------------------------


def test_the_administrator_sees_who_is_to_act_and_waives_work(cloud, visit):
    page = as_administrator(cloud, visit(), ADMIN_COHORT)
    assert_sound(page)
    page.get_by_role("link", name="Waiting for the delegate").click()
    assert page.locator("#waiting tbody tr").count()
    page.get_by_role("link", name="All (").click()
    page.get_by_role("link", name=SECOND.person.name).first.click()
    assert_sound(page)
    page.get_by_text("Waive a piece of work").click()
    page.get_by_role("link", name="Present to the Executive Board").click()
    press(page, "Waive this work")
    assert page.get_by_role("alert").get_by_role("link").count() == 1
    assert_sound(page)
    page.locator("textarea").fill("He presented last year.")
    press(page, "Waive this work")
    assert message(page, "waived").is_visible()


def test_the_dates_of_a_session_are_moved_after_a_look_at_who_is_sent_what(cloud, visit):
    page = as_administrator(cloud, visit(), f"{ADMIN_COHORT}/dates")
    assert_sound(page)
    page.get_by_label("Place").first.fill("Library, first floor")
    page.locator("[name=why]").fill("Room 4 is too small")
    press(page, "See who gets an email")
    assert "Library, first floor" in page.locator("main").inner_text()
    assert_sound(page)
    press(page, "Change the dates")
    assert message(page, "dates").is_visible()
    page.goto(f"{hub(SECOND)}/milestone/leading_self")
    assert "Library, first floor" in page.locator("main").inner_text()
    assert_sound(page)


# --- the facilitator: last, because time goes on ----------------------------------------------------------------------


def test_the_register_is_filled_in_and_an_absence_settled(cloud, visit):
    day = first_day(cloud)
    assert cloud.post("/_local/clock", to=f"{day}T17:00:00+00:00").status == 200
    link = signing.make("facilitator", COHORT, facilitator_id(COHORT, MO), "1")
    page = let_in(cloud, visit(), link, MO)
    assert heading(page).startswith("Your workshops")
    assert_sound(page)
    page.locator(".caseload a").first.click()
    assert_sound(page)
    people_on_it = page.evaluate("[...new Set([...document.querySelectorAll('input[type=radio]')].map(i => i.name))]")
    for name in people_on_it:
        state = "absent" if name == people_on_it[0] else "attended"
        page.check(f"input[name='{name}'][value='{state}']", force=True)
    press(page, "Save the register")
    assert_sound(page)
    page.locator("textarea[name=what], input[name=what]").first.fill("Watch the recording.")
    page.locator("input[name=by]").first.fill((day + timedelta(days=14)).isoformat())
    page.locator("button[value=set]").first.click()
    assert "Watch the recording" in page.content()
    assert_sound(page)


def test_the_work_of_a_workshop_opens_with_it(cloud, visit):
    page = visit(f"{hub(SECOND)}/work/vision")
    assert_sound(page)
    assert page.locator("form#answers").count() == 1
    page.goto(hub(SECOND))
    assert_sound(page)
    registers = as_administrator(cloud, visit(), f"{ADMIN_COHORT}/registers")
    assert_sound(registers)
