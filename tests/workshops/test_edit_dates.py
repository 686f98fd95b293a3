"""The page “Edit dates”: a form, a preview of who is sent what, and the change."""

from __future__ import annotations

import html
import re
from datetime import date, datetime

import pytest

from chalicelib.store import audit_events
from chalicelib.workshops.change_sessions import set_dates
from chalicelib.workshops.effects import list_effects
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.workshops import dates
from tests.workshops.dates import BOTH, DELEGATE, FIRST, about_dates

PAGE = f"{BASE_URL}/admin/cohort/{people.COHORT}/dates"


@pytest.fixture
def admin(visitor, clock, aws):
    dates.announce(clock)
    return visitor.let_in_administrator(clock.now())


def typed(session, **changes: str) -> dict[str, str]:
    plan = session.plan
    fields = {
        "date": f"{plan.date}",
        "start": f"{plan.start:%H:%M}",
        "end": f"{plan.end:%H:%M}",
        "place": plan.place,
        "link": plan.link,
        "by": plan.by,
    } | changes
    return {f"{session.id}.{name}": value for name, value in fields.items()}


def ids() -> list[str]:
    return [each.id for each in dates.sessions()]


def plans():
    return [each.plan for each in dates.sessions() if not each.cancelled]


def words(page: str) -> str:
    return " ".join(html.unescape(page).split())


def test_the_page_shows_every_session(admin):
    page = words(admin.open(PAGE).page)

    assert admin.status == 200
    assert "Leading Self, Thursday 22 October 2026, 09:30 to 16:30" in page
    assert 'value="Education Centre, Room 4"' in page
    assert "Leading Others" in page


def test_a_preview_changes_nothing_and_names_everyone_concerned(admin):
    _, second = dates.sessions()
    page = words(admin.open(PAGE).post(PAGE, typed(second, date="2026-10-26")).page)

    assert admin.status == 200
    assert "Friday 23 October 2026, 09:30 to 16:30" in page
    assert "Leading Self, day 2 of 2, Monday 26 October 2026" in page
    assert "Mara Manager" in page
    for day in ("Monday 26 October 2026", "Friday 23 October 2026"):
        assert day in effects(admin.page), "when the programme ends, and when it ended before"
    assert plans() == [*BOTH]


def test_a_confirmed_change_is_made_once_however_often_it_is_sent(admin, clock):
    _, second = dates.sessions()
    admin.open(PAGE).post(PAGE, typed(second, date="2026-10-26") | {"why": "Room is taken"})
    preview = admin.page
    for _ in range(2):
        admin.page = preview
        admin.post(PAGE, {"confirmed": "yes"})
        assert "dates" in admin.messages
    drain(clock.advance(days=3))

    assert plans()[1].date == date(2026, 10, 26)
    acts = [row["act"] for row in audit_events.of_cohort(people.COHORT) if "dates of workshops" in row["act"]]
    assert len(acts) == 2
    assert acts[1].endswith("(Room is taken)")
    assert [email.row.partition("#")[0] for email in about_dates(DELEGATE)][3:] == ["workshops/moved"]


def test_sessions_are_cancelled_and_added(admin):
    first, second = dates.sessions()
    new = {"milestone": "leading_others", "date": "2026-11-12", "start": "10:00", "end": "15:00", "place": "Library"}
    fields = typed(first) | typed(second, cancel="yes") | {f"new1.{name}": value for name, value in new.items()}
    admin.open(PAGE).post(PAGE, fields)
    admin.post(PAGE, {"confirmed": "yes"})

    assert plans()[0] == FIRST
    assert [(each.milestone, each.date, each.place) for each in plans()[1:]] == [
        ("leading_others", date(2026, 11, 12), "Library")
    ]


def test_every_session_that_the_cohort_lacks_can_be_added_at_once(admin):
    admin.open(PAGE)
    lists = re.findall(r'<select id="(new\d+)\.milestone"(.*?)</select>', admin.page, re.DOTALL)
    rows = {row: "".join(re.findall(r'value="(\w+)" selected', inside)) for row, inside in lists}
    assert [*rows.values()] == ["leading_others"] * 2 + ["leading_the_service"] * 2

    stored = {name: value for session in dates.sessions() for name, value in typed(session).items()}
    new = {f"{row}.milestone": workshop for row, workshop in rows.items()}
    for day, row in enumerate(rows, 12):
        new |= {f"{row}.date": f"2026-11-{day}", f"{row}.start": "10:00", f"{row}.end": "15:00", f"{row}.place": "Hall"}
    left_empty = {f"{[*rows][-1]}.{field}": "" for field in ("date", "start", "end", "place")}
    admin.post(PAGE, stored | new | left_empty)
    admin.post(PAGE, {"confirmed": "yes"})

    assert [each.milestone for each in plans()[2:]] == [*rows.values()][:3]


@pytest.mark.parametrize(
    "changes", [{"date": ""}, {"start": "noon"}, {"end": "09:00"}, {"place": ""}, {"date": "2026-10-22"}], ids=str
)
def test_a_fault_is_shown_at_its_field_and_what_was_typed_stays(admin, changes):
    _, second = dates.sessions()
    admin.open(PAGE).post(PAGE, typed(second, **changes))

    (field,) = changes if "date" not in changes or not changes["date"] else ("start",)
    assert admin.status == 400
    assert admin.faults == {f"{second.id}.{field}"}
    assert f'href="#{second.id}.{field}"' in admin.page
    assert f'id="{second.id}.{field}-error"' in admin.page
    assert f'name="{second.id}.date" value="{changes.get("date", "2026-10-23")}"' in admin.page
    assert plans() == [*BOTH]


def test_the_list_of_faults_names_the_session_of_each(admin):
    first, second = dates.sessions()
    new = {"new1.milestone": "leading_others", "new1.date": "2026-12-01", "new1.start": "9", "new1.end": "16:30"}
    page = words(admin.open(PAGE).post(PAGE, typed(first) | typed(second, date="") | new).page)

    assert "Leading Self, Friday 23 October 2026, 09:30 to 16:30: Give the day of the session" in page
    assert "Leading Others, new session: Give the start of the session" in page


@pytest.mark.parametrize("time", ["9.30", "9:30", "09.30"])
def test_a_time_is_read_as_people_write_it(admin, time):
    _, second = dates.sessions()
    page = words(admin.open(PAGE).post(PAGE, typed(second, start="10:00")).page)
    assert "10:00 to 16:30" in page
    admin.open(PAGE).post(PAGE, typed(second, start=time, date="2026-10-26"))
    assert (admin.status, admin.faults) == (200, set())
    assert "26 October 2026, 09:30 to 16:30" in words(admin.page)


def test_a_change_of_dates_that_were_changed_meanwhile_is_refused(admin, clock):
    _, second = dates.sessions()
    admin.open(PAGE).post(PAGE, typed(second, date="2026-10-26"))
    dates.change(clock, FIRST, dates.plan("2026-10-27"))
    admin.post(PAGE, {"confirmed": "yes"})

    assert admin.status == 409
    assert "changed-meanwhile" in admin.messages
    assert plans()[1].date == date(2026, 10, 27)


def test_a_session_that_has_begun_is_shown_and_stays(admin, clock):
    first, second = dates.sessions()
    clock.to(first.starts_at)
    admin.let_in_administrator(clock.now())
    admin.open(PAGE)
    assert "has-begun" in admin.messages

    admin.post(PAGE, typed(first, date="2026-10-29") | typed(second, place="Library"))
    admin.post(PAGE, {"confirmed": "yes"})

    assert [(each.date.day, each.place) for each in plans()] == [(22, FIRST.place), (23, "Library")]


def test_an_unknown_cohort_has_no_dates(admin):
    assert admin.open(PAGE.replace(people.COHORT, "nothing")).status == 404


# --- a workshop without a session left ---------------------------------------------------------------------


def effects(page: str) -> str:
    return words(page.partition("data-effects")[2].partition("</ul>")[0])


def cancel_workshop(admin) -> None:
    first, second = dates.sessions()
    admin.open(PAGE).post(PAGE, typed(first, cancel="yes") | typed(second, cancel="yes"))


def test_the_preview_says_what_becomes_of_a_workshop_whose_last_session_is_cancelled(admin):
    cancel_workshop(admin)

    assert "Leading Self has no date then. Its work does not open" in effects(admin.page)


def test_the_preview_says_nothing_of_work_while_a_session_is_left(admin):
    first, second = dates.sessions()
    admin.open(PAGE).post(PAGE, typed(first) | typed(second, cancel="yes"))

    assert "no date" not in effects(admin.page)


def test_a_workshop_without_a_date_needs_the_administrator_until_it_has_one(admin, clock):
    cancel_workshop(admin)
    admin.post(PAGE, {"confirmed": "yes"})
    assert "Leading Self" in admin.open(PAGE.removesuffix("/dates")).page.partition('data-message="no-date"')[2]
    assert admin.open(f"{BASE_URL}/admin").links(f"/{people.COHORT}/dates")
    assert "Leading Self" in admin.page

    dates.change(clock, FIRST)
    assert admin.open(f"{BASE_URL}/admin").links(f"/{people.COHORT}/dates") == []
    assert "Leading Self" not in admin.page


def test_the_command_says_the_same_of_a_date_that_is_set_again(admin, clock):
    dates.change(clock)
    planned = set_dates(people.COHORT, [FIRST], clock.now(), "ada@example.org", dry_run=True)

    assert list_effects(planned, clock.now())[-1].startswith("Leading Self has a date again")


def test_the_preview_names_the_day_of_the_survey_and_says_if_it_opens_at_once(admin, clock):
    """Without the workshop that was to come, the six months may be over already."""
    later = dates.plan("2027-09-16", milestone="leading_others")
    dates.change(clock, *BOTH, later)
    for today, wanted in (("2026-11-02", "opens on Friday 23 April 2027; it was"), ("2027-06-01", "opens at once")):
        clock.to(datetime.fromisoformat(f"{today}T09:00:00Z"))
        planned = set_dates(people.COHORT, BOTH, clock.now(), "ada@example.org", dry_run=True)
        assert f"The six-month survey {wanted}" in " ".join(list_effects(planned, clock.now()))
