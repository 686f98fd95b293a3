"""What each change of a date, a part or an address does: emails, calendar, audit line, and who opens what afterwards.

With test_table.py, this is the whole table of changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from chalicelib.admin import address_change
from chalicelib.core.ids import delegate_id
from chalicelib.core.model import Cohort, Delegate, Wave
from chalicelib.links.kinds import COACH, FACILITATOR, HUB, SPONSOR
from chalicelib.people.cohort import find_cohort
from chalicelib.people.cohort_acts import find_cohort_act
from chalicelib.people.planned import Asking, perform
from chalicelib.store import audit_events, catalogue, cohorts, delegates, workshops
from chalicelib.workshops import change_sessions
from tests.people import scene
from tests.people.scene import BY, DANA, MANAGER, NORA
from tests.people.scene import COACH as CLEO
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.workshops import dates

MO, SAM = people.FACILITATOR.person.email, people.SPONSOR.email
P0 = people.person("p0").email
LENA = "lena.late@example.org"
PERSON = {"name": "Nora New", "email": NORA}
JOINER = {
    "name": "Lena Late",
    "email": LENA,
    "job_title": "Lead",
    "service": "Nursing",
    "manager_name": "Mara Manager",
    "manager_email": MANAGER,
    "coach_name": "Cleo Coach",
    "coach_email": CLEO,
}
SESSIONS = tuple(dates.plan(day, by="mo") for day in ("2026-10-22", "2026-10-23"))
METHOD, SEQUENCE = re.compile(r"METHOD:(\w+)"), re.compile(r"SEQUENCE:(\d+)")
Act = Callable[[Any], None]


class Before(Struct, frozen=True):
    """What was stored before the change."""

    cohort: Cohort
    dana: Delegate
    sessions: set[str]  # ids; an entry keeps its UID with its session
    answer: str  # the link of a rater, once there is one


class Row(Struct, frozen=True):
    """One change.

    emails    (address, kind) of every email until the next working morning, each once
    calendar  (address, method, sequence) of every calendar entry
    audit     the line of the trail
    then      checks who opens what
    is_ahead  whether the questionnaire has not opened yet
    """

    act: Act
    emails: list[tuple[str, str]]
    audit: str
    then: Callable[[Any, Before], None]
    calendar: list[tuple[str, str, str]] = []
    is_ahead: bool = False


def set_sessions(*plans) -> Act:
    return lambda clock: change_sessions.set_dates(people.COHORT, plans, clock.now(), BY, "asked by phone")


def of_cohort(act: str, **typed: str) -> Act:
    def run(clock):
        asking = Asking(BY, clock.now(), "asked by phone")
        perform(find_cohort_act(act).plan(find_cohort(people.COHORT), typed, asking), clock.now())

    return run


def address(old: str) -> Act:
    return lambda clock: address_change.change_address(people.COHORT, old, NORA, clock.now(), BY, why="asked by phone")


# --- who opens what afterwards --------------------------------------------------------------------------


def ends_on(day: str) -> Callable[[Any, Before], None]:
    def check(visitor, before):
        assert f"{cohorts.find(people.COHORT).dates.ends}" == day
        assert {session.id for session in workshops.list_sessions(people.COHORT)} == before.sessions
        assert visitor.open(HUB.url(before.dana)).status == 200

    return check


def every_date_is(name: str, day: str) -> Callable[[Any, Before], None]:
    def check(visitor, before):
        assert f"{getattr(cohorts.find(people.COHORT).dates, name)}" == day
        (entry,) = catalogue.everything().cohorts
        assert f"{getattr(entry.dates, name)}" == day

    return check


def raters_have_until_then(visitor, before):
    every_date_is("closes", "2026-10-09")(visitor, before)
    wave = delegates.find_with_wave(before.dana.id, Wave.BASELINE)[1]
    assert wave.closes_at == people.CLOSE + timedelta(days=7)
    assert visitor.open(people.link("p0", "answer")).status == 200


def newcomer_has_own_dates(visitor, before):
    lena, wave = delegates.find_with_wave(delegate_id(people.COHORT, LENA), Wave.BASELINE)
    assert wave.own_dates
    assert wave.closes_at >= people.CLOSE
    assert visitor.open(HUB.url(lena)).status == 200


def old_facilitator_opens_nothing(visitor, before):
    after = cohorts.find(people.COHORT)
    assert visitor.open(FACILITATOR.url(before.cohort, people.FACILITATOR.person)).status in (404, 410)
    assert visitor.open(FACILITATOR.url(after, after.facilitators[0].person)).status == 200


def old_sponsor_opens_nothing(visitor, before):
    assert visitor.open(SPONSOR.url(before.cohort)).status == 410
    assert visitor.open(SPONSOR.url(cohorts.find(people.COHORT))).status == 200


def old_link_of_rater_opens_nothing(visitor, before):
    assert visitor.open(before.answer).status in (404, 410)
    assert scene.line().counts_hidden == ("peer",)


def old_pages_of_delegate_open_nothing(visitor, before):
    assert visitor.open(HUB.url(before.dana)).status in (404, 410)
    assert visitor.open(HUB.url(delegates.find(before.dana.id))).status == 200


def old_pages_of_coach_open_nothing(visitor, before):
    after = delegates.find(before.dana.id)
    assert visitor.open(COACH.url(before.cohort.id, before.dana.coach, before.dana.coach_link)).status in (404, 410)
    assert visitor.open(COACH.url(after.cohort_id, after.coach, after.coach_link)).status == 200


REASON = "(asked by phone)"
SECOND_DAY = "Leading Self, day 2 of 2 from 2026-10-23 09:30-16:30, Education Centre, Room 4, by Mo Facilitator to"
ASKED = [person.person.email for person in people.raters(4, 4)]
BOTH_DAYS = [("CANCEL", "1"), ("CANCEL", "1")], [("REQUEST", "0"), ("REQUEST", "0")]


def both(old: str, new: str) -> list[tuple[str, str, str]]:
    """Return the calendar entries of sessions that pass from one address to another."""
    cancelled, invited = BOTH_DAYS
    return [*((old, *event) for event in cancelled), *((new, *event) for event in invited)]


ROWS = {
    "session moved": Row(
        set_sessions(SESSIONS[0], dates.plan("2026-10-26", by="mo")),
        [(DANA, "workshops/moved"), (MANAGER, "workshops/days"), (MO, "workshops/runs_session")],
        f"changed the dates of workshops: moved {SECOND_DAY} 2026-10-26 09:30-16:30, Education Centre, Room 4, "
        f"by Mo Facilitator {REASON}",
        ends_on("2026-10-26"),
        [(DANA, "REQUEST", "1"), (MO, "REQUEST", "1")],
    ),
    "place of a session changed": Row(
        set_sessions(SESSIONS[0], replace(SESSIONS[1], place="Room 9")),
        [(DANA, "workshops/moved"), (MO, "workshops/runs_session")],  # the days are the same: not the manager
        f"changed the dates of workshops: moved {SECOND_DAY} 2026-10-23 09:30-16:30, Room 9, "
        f"by Mo Facilitator {REASON}",
        ends_on("2026-10-23"),
        [(DANA, "REQUEST", "1"), (MO, "REQUEST", "1")],
    ),
    "last session cancelled": Row(
        set_sessions(SESSIONS[0]),
        [(DANA, "workshops/cancelled"), (MANAGER, "workshops/days"), (MO, "workshops/runs_session")],
        "changed the dates of workshops: cancelled Leading Self, day 2 of 2, 2026-10-23 09:30-16:30, "
        "Education Centre, Room 4, "
        f"by Mo Facilitator {REASON}",
        ends_on("2026-10-22"),
        [(DANA, "CANCEL", "1"), (MO, "CANCEL", "1")],
    ),
    "opening moved": Row(
        of_cohort("move-opens", to="2026-09-21"),
        [(DANA, "programme/dates_moved"), (MANAGER, "programme/dates_moved_manager")],
        "moved the opening of the questionnaire from 2026-09-14 to 2026-09-21: asked by phone",
        every_date_is("opens", "2026-09-21"),
        is_ahead=True,
    ),
    "last day moved before the opening": Row(
        of_cohort("move-closes", to="2026-10-09"),
        [(DANA, "programme/dates_moved"), (MANAGER, "programme/dates_moved_manager")],
        "moved the last day of the questionnaire from 2026-10-02 to 2026-10-09: asked by phone",
        every_date_is("closes", "2026-10-09"),
        is_ahead=True,
    ),
    "last day moved after the opening": Row(
        of_cohort("move-closes", to="2026-10-09"),
        [(DANA, "programme/dates_moved"), *((to, "collect/extended") for to in (*ASKED, MANAGER))],
        "moved the last day of the questionnaire from 2026-10-02 to 2026-10-09: asked by phone",
        raters_have_until_then,
    ),
    "survey moved": Row(
        of_cohort("move-survey", to="2027-12-01"),
        [(DANA, "programme/dates_moved"), (MANAGER, "programme/dates_moved_manager")],
        "moved the opening of the impact survey from 2027-04-23 to 2027-12-01: asked by phone",
        every_date_is("survey", "2027-12-01"),
    ),
    "joined late": Row(
        of_cohort("add", **JOINER),
        [
            *((LENA, kind) for kind in ("programme/opening", "workshops/dates", "workshops/session")),
            (MANAGER, "workshops/manager_dates"),
        ],
        f"added the delegate: questionnaire from Tuesday 15 September 2026 to Friday 2 October 2026 {REASON}",
        newcomer_has_own_dates,
        [(LENA, "REQUEST", "0"), (LENA, "REQUEST", "0")],
    ),
    "facilitator changed": Row(
        of_cohort("facilitator", former=MO, **PERSON),
        [
            (MO, "admin/former"),
            (MO, "workshops/runs_session"),
            (NORA, "people/facilitator_new"),
            (NORA, "workshops/runs_session"),
        ],
        f"changed the facilitators from Mo Facilitator to Nora New {REASON}",
        old_facilitator_opens_nothing,
        both(MO, NORA),
    ),
    "sponsor changed": Row(
        of_cohort("sponsor", **PERSON),
        [(SAM, "admin/former"), (NORA, "people/sponsor_new")],
        f"changed the sponsor from Sam Sponsor to Nora New {REASON}",
        old_sponsor_opens_nothing,
    ),
    "address of a rater": Row(
        address(P0),
        [(NORA, "collect/invitation"), (P0, "admin/replaced")],
        f"replaced the address of a rater: from {P0} to {NORA} {REASON}",
        old_link_of_rater_opens_nothing,
    ),
    "address of the delegate": Row(
        address(DANA),
        [
            (DANA, "admin/replaced"),
            (DANA, "workshops/cancelled"),
            (NORA, "admin/new_link"),
            (NORA, "workshops/session"),
        ],
        f"replaced the address of the delegate: from {DANA} to {NORA} {REASON}",
        old_pages_of_delegate_open_nothing,
        both(DANA, NORA),
    ),
    "address of the coach": Row(
        address(CLEO),
        [(CLEO, "admin/replaced"), (NORA, "admin/new_link")],
        f"replaced the address of the coach: from {CLEO} to {NORA} {REASON}",
        old_pages_of_coach_open_nothing,
    ),
    "address of the sponsor": Row(
        address(SAM),
        [(NORA, "admin/new_link"), (SAM, "admin/replaced")],
        f"replaced the address of the sponsor: from {SAM} to {NORA} {REASON}",
        old_sponsor_opens_nothing,
    ),
}


def begin(clock, *, is_ahead: bool) -> None:
    if not is_ahead:
        return scene.open_cohort(clock, sessions=SESSIONS)
    people.load(clock.now(), chosen=people.raters(4, 4))
    drain(clock.now())
    change_sessions.set_dates(people.COHORT, SESSIONS, clock.now(), BY)
    return drain(clock.to(dates.NEXT_MORNING))


def entries_since(count: int) -> list[tuple[str, str, str]]:
    """Return (address, method, sequence) of every calendar entry after the first `count` emails."""
    return sorted(
        (email.to[0], METHOD.findall(part["content"])[0], SEQUENCE.findall(part["content"])[0])
        for email in sent_emails()[count:]
        for part in email.attachments
        if part["type"] == "text/calendar"
    )


def trail() -> list[str]:
    return [audit_events.say_line(row) for row in audit_events.of_cohort(people.COHORT)]


@pytest.mark.parametrize("name", ROWS)
def test_a_change_emails_and_records_and_shows_what_the_table_says(visitor, clock, name):
    row = ROWS[name]
    begin(clock, is_ahead=row.is_ahead)
    sessions = {session.id for session in workshops.list_sessions(people.COHORT)}
    before = Before(
        cohorts.find(people.COHORT),
        delegates.find(people.dana()),
        sessions,
        "" if row.is_ahead else people.link("p0", "answer"),
    )
    count, lines = len(sent_emails()), len(trail())
    row.act(clock)
    scene.settle(clock)
    drain(clock.advance(days=1))
    sent = [(email.to[0], email.row.partition("#")[0]) for email in sent_emails()[count:]]

    assert sorted({*sent}) == sorted(row.emails)
    assert len(sent) == len({*sent}) or row.calendar  # each once, but for several entries of a calendar
    assert entries_since(count) == sorted(row.calendar)
    assert trail()[lines:] == [row.audit]
    row.then(visitor, before)
