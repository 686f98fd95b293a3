"""Who sees what of attendance: the delegate, their coach, and the sponsor counts of five or more."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from chalicelib.assignments.book import open_book
from chalicelib.assignments.spans import load_timetable
from chalicelib.impact.background import collect_background
from chalicelib.links.kinds import HUB, SPONSOR
from chalicelib.store import cohorts, delegates, workshops
from chalicelib.store.attendance import Attendance, save
from chalicelib.store.attendance import AttendanceState as State
from chalicelib.store.table import transact
from tests.support import people
from tests.workshops.registers import BEGINS, DAY_1, DAY_2, NAMES, OTHERS, id_of

DANA = NAMES[0]
CATCHING_UP = Attendance(DAY_1, State.CATCH_UP, "Watch the recording.", date(2026, 10, 30))
CLEO = people.person("cleo coach").email
LATER = datetime.fromisoformat("2026-10-15T10:00:00Z")


def record(name: str, *marks: Attendance) -> None:
    transact([save(id_of(name), Attendance(mark.session), mark) for mark in marks])


def workshop() -> str:
    person = delegates.find(id_of(DANA))
    assert person
    return f"{HUB.url(person)}/milestone/leading_self"


def coach(delegate_id: str = "") -> str:
    return people.coach_url() + (f"/{delegate_id}" if delegate_id else "")


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (Attendance(DAY_1, State.ATTENDED), ">attended<"),
        (Attendance(DAY_1, State.PARTLY), ">attended in part<"),
        (Attendance(DAY_1, State.EXCUSED), ">excused<"),
        (CATCHING_UP, "absent; catch up by Friday 30 October 2026"),
        (Attendance(DAY_1, State.CAUGHT_UP, "Watch the recording.", date(2026, 10, 30)), ">caught up<"),
    ],
)
def test_the_delegate_sees_what_is_recorded_of_them(dated, clock, mark, words):
    clock.to(LATER)
    record(DANA, mark)

    assert words in dated.open(workshop()).page
    assert ("Watch the recording." in dated.page) is (mark is CATCHING_UP)


def test_before_a_session_its_page_shows_when_and_where_alone(dated, clock):
    page = dated.open(workshop()).page

    assert "Tuesday 13 October 2026, 09:30 to 16:30" in page
    assert "not-recorded" not in dated.messages
    clock.to(LATER)
    assert dated.open(workshop()).page.count('data-message="not-recorded"') == 2


def test_the_coach_sees_an_absence_in_the_caseload_and_on_the_delegates_page(dated, clock):
    clock.to(LATER)
    record(DANA, CATCHING_UP, Attendance(DAY_2, State.ATTENDED))
    dated.let_in(CLEO, clock.now())

    assert "Leading Self, day 1 of 2: absent; catch up by Friday 30 October 2026" in dated.open(coach()).page
    assert "Leading Self, day 2 of 2" not in dated.page
    assert "absent; catch up by Friday 30 October 2026" in dated.open(coach(id_of(DANA))).page
    assert "Watch the recording." in dated.page


# --- the sponsor: counts of five delegates or more ---------------------------------------------------------

SIX = tuple(f"d{n} delegate" for n in range(6))


def sponsor_page(visitor, clock):
    visitor.let_in(people.SPONSOR.email, clock.now())
    return visitor.open(SPONSOR.url(cohorts.find(people.COHORT))).page


def attended_by(names, *days):
    for name in names:
        record(name, *(Attendance(day, State.ATTENDED) for day in days))


@pytest.mark.parametrize("dated", [SIX], indirect=True)
def test_the_sponsor_sees_counts_and_no_names(dated, clock):
    clock.to(LATER)
    attended_by(SIX[:5], DAY_1, DAY_2)
    record(SIX[5], Attendance(DAY_1, State.ABSENT), Attendance(DAY_2, State.ABSENT))

    page = " ".join(sponsor_page(dated, clock).split())

    assert "5 of 6 attended</p>" in page
    assert "did not attend" not in page
    assert "Leading Others" not in page  # nothing is recorded yet
    assert all(people.person(name).name not in page for name in SIX)


@pytest.mark.parametrize("dated", [SIX], indirect=True)
def test_a_workshop_that_fewer_than_five_attended_is_not_shown(dated, clock):
    clock.to(LATER)
    attended_by(SIX[:4], DAY_1, DAY_2)
    record(SIX[4], Attendance(DAY_1, State.ABSENT), Attendance(DAY_2, State.ATTENDED))

    assert 'id="workshops"' not in sponsor_page(dated, clock)


@pytest.mark.parametrize("dated", [SIX[:4]], indirect=True)
def test_with_fewer_than_five_the_sponsor_sees_no_count(dated, clock):
    clock.to(BEGINS)
    attended_by(SIX[:4], DAY_1, DAY_2)

    assert 'id="workshops"' not in sponsor_page(dated, clock)


TWELVE = tuple(
    f"{first} delegate"
    for first in ["ann", "bea", "cas", "dev", "eli", "fay", "gus", "hal", "ian", "jen", "kim", "lou"]
)


@pytest.mark.parametrize("dated", [TWELVE], indirect=True)
def test_one_of_twelve_who_missed_a_workshop_has_no_work_of_it_and_is_not_asked_about_it(dated, clock):
    """Absent without a way to catch up: the sponsor's count says 11 of 12."""
    absent, *others = TWELVE
    clock.to(datetime.fromisoformat("2026-11-19T10:00:00Z"))
    record(absent, Attendance(OTHERS, State.ABSENT))
    attended_by(tuple(others), OTHERS)
    delegate, rules = delegates.find(id_of(absent)), people.programme()
    rows = list(delegates.load_rows(delegate.id))
    book = open_book(rules, cohorts.find(people.COHORT), rows, load_timetable(people.COHORT, rows))
    (step,) = [milestone for milestone in rules.milestones if milestone.id == "leading_others"]

    for assignment in step.assignments:
        assert "missed" in dated.open(f"{HUB.url(delegate)}/work/{assignment.id}").messages
    missed = collect_background(book, workshops.list_sessions(people.COHORT), rows).missed
    assert missed == ("leading_others", "leading_the_service"), "the second has no date in this cohort"
    assert "11 of 12 attended</p>" in " ".join(sponsor_page(dated, clock).split())
