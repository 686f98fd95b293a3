"""What each change of a person does: emails, calendar, audit line, and who may see what afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.ids import reader_key
from chalicelib.core.model import InvitationState, Standing, Wave
from chalicelib.core.working_days import survey_opens_at
from chalicelib.links.kinds import COACH, HUB, SHARED
from chalicelib.people.cohort import find_cohort
from chalicelib.store import delegates, meetings
from chalicelib.store.meetings import Meeting, MeetingKind, MeetingState, Slot
from chalicelib.store.table import scan
from tests.people import scene
from tests.people.scene import COACH as OLD_COACH
from tests.people.scene import DANA, MANAGER, NEW_COACH, NEW_MANAGER, NORA
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

P0 = people.person("p0").email
CANCELLED, INVITED = [(DANA, "CANCEL")] * 2, [(DANA, "REQUEST")] * 2


class Row(Struct, frozen=True):
    """One change.

    emails    (address, kind) of every email, but for entries of sessions
    calendar  (address, method) of every calendar entry
    audit     the line about the delegate
    then      checks who may see what
    before    the acts that come first
    next_morning  who gets an email about it the next working morning
    """

    act: str
    emails: list[tuple[str, str]]
    audit: str
    then: Callable[[Any, Any], None]
    typed: dict[str, str] = {}
    calendar: list[tuple[str, str]] = []
    before: tuple[tuple[str, dict[str, str]], ...] = ()
    next_morning: list[str] = []


def old_coach_sees_nothing(visitor, before) -> None:
    assert visitor.open(COACH.url(before.cohort_id, before.coach, before.coach_link)).status in (404, 410)
    now = delegates.find(people.dana())
    assert now.coach.email == NORA
    assert visitor.open(COACH.url(now.cohort_id, now.coach, now.coach_link)).status == 200  # asks for a code
    assert visitor.open(HUB.url(now)).status == 200


def old_manager_sees_nothing(visitor, before) -> None:
    assert visitor.open(SHARED.url(before)).status == 410
    now = delegates.find(people.dana())
    assert now.manager.email == NORA
    assert scene.invitation("mara manager").state is InvitationState.INVITED  # the named answer stays theirs


def everyone_waits(visitor, before) -> None:
    assert scene.line().standing is Standing.PAUSED
    assert visitor.open(HUB.url(delegates.find(people.dana()))).status == 200
    assert visitor.open(people.link("p0", "answer")).status == 200  # raters' open forms stay


def everyone_goes_on(visitor, before) -> None:
    assert scene.line().standing is Standing.ACTIVE


def links_are_dead(visitor, before) -> None:
    assert scene.line().standing is Standing.LEFT
    for who, verb in (("dana delegate", "hub"), ("dana delegate", "nominate"), ("p0", "answer"), ("p0", "decline")):
        assert visitor.open(people.link(who, verb)).status == 410


def rater_is_listed(visitor, before) -> None:
    nomination = delegates.find_nomination(people.dana(), Wave.BASELINE)
    assert "pia@example.org" in [rater.person.email for rater in nomination.raters[: nomination.sent_raters]]


def rater_is_gone(visitor, before) -> None:
    assert visitor.open(people.link("p0", "answer")).status == 410
    assert scene.invitation("p0").state is InvitationState.REVOKED
    assert scene.line().counts_hidden == ("peer",)


def rater_answers_in_the_other_group(visitor, before) -> None:
    assert visitor.open(people.link("p0", "answer")).status == 200
    assert scene.invitation("p0").group == "direct_report"
    assert scene.line().counts_hidden == ("direct_report", "peer")


def name_is_new(visitor, before) -> None:
    assert scene.line().name == "Dana Doe"
    assert "Dana Doe" in visitor.open(people.link("p0", "inbox")).page


PAUSE = ("pause", {"until": "2026-11-20", "reason": "leave"})
RETURN: tuple[str, dict[str, str]] = ("return", {})
FORMER = "admin/former"
ROWS = {
    "another coach, the one before was never emailed": Row(
        act="coach",
        typed=NEW_COACH,
        emails=[(DANA, "people/coach_changed"), (NORA, "people/coach_new")],
        audit="changed the coach from Cleo Coach to Nora New (asked by phone)",
        then=old_coach_sees_nothing,
    ),
    "another coach": Row(
        act="coach",
        before=(PAUSE, RETURN),
        typed=NEW_COACH,
        emails=[(DANA, "people/coach_changed"), (NORA, "people/coach_new"), (OLD_COACH, FORMER)],
        audit="changed the coach from Cleo Coach to Nora New (asked by phone)",
        then=old_coach_sees_nothing,
    ),
    "another line manager": Row(
        act="manager",
        typed=NEW_MANAGER,
        emails=[
            (DANA, "people/manager_changed"),
            (NORA, "emails/digest"),
            (MANAGER, FORMER),
        ],  # with the days: test_manager_days.py
        audit="changed the line manager from Mara Manager to Nora New (asked by phone)",
        then=old_manager_sees_nothing,
    ),
    "paused": Row(
        act=PAUSE[0],
        typed=PAUSE[1],
        emails=[(DANA, "people/paused"), (OLD_COACH, "people/coach_paused"), (MANAGER, "people/manager_paused")],
        calendar=CANCELLED,
        audit="changed the status from active to paused from Monday 14 September 2026 until Friday 20 November 2026 "
        "(leave; asked by phone)",
        then=everyone_waits,
    ),
    "back from a pause": Row(
        act="return",
        before=(PAUSE,),
        emails=[(DANA, "people/returned"), (OLD_COACH, "people/coach_returned")],
        next_morning=[MANAGER],  # with the days of future sessions: tests/people/test_pause.py
        calendar=INVITED,
        audit="changed the status from paused until Friday 20 November 2026 to active (asked by phone)",
        then=everyone_goes_on,
    ),
    "left": Row(
        act="leave",
        emails=[(DANA, "people/left"), (OLD_COACH, "people/coach_left"), (MANAGER, "people/manager_left")],
        calendar=CANCELLED,
        audit="changed the status from active to left (asked by phone)",
        then=links_are_dead,
    ),
    "rater added": Row(
        act="rater-add",
        typed={"name": "Pia Peer", "email": "pia@example.org", "group": "peer"},
        emails=[],
        next_morning=["pia@example.org"],  # the invitation, at the next full hour: tests/people/test_add_rater.py
        audit="added a rater to the group Peers (asked by phone)",
        then=rater_is_listed,
    ),
    "rater removed": Row(
        act="rater-remove",
        typed={"rater": P0},
        emails=[(P0, "people/rater_removed")],
        audit="removed a rater of the group Peers (asked by phone)",
        then=rater_is_gone,
    ),
    "rater regrouped": Row(
        act="rater-group",
        typed={"rater": P0, "group": "direct_report"},
        emails=[(P0, "people/rater_regrouped")],
        audit="moved a rater from the group Peers to Direct reports (asked by phone)",
        then=rater_answers_in_the_other_group,
    ),
    "name of the delegate": Row(
        act="details",
        typed={"name": "Dana Doe", "job_title": "Team lead", "service": "Community nursing"},
        emails=[],
        audit="changed the name from Dana Delegate to Dana Doe (asked by phone)",
        then=name_is_new,
    ),
}


@pytest.fixture
def opened(visitor, clock):
    scene.open_cohort(clock)
    return visitor


@pytest.mark.parametrize("name", ROWS)
def test_a_change_sends_and_records_and_shows_what_the_table_says(opened, clock, name):
    row = ROWS[name]
    for act, typed in row.before:
        scene.change(clock, act, **typed)
    before, count = delegates.find(people.dana()), len(sent_emails())
    planned = scene.change(clock, row.act, **row.typed)

    assert scene.emails_since(count) == sorted(row.emails)
    assert scene.entries_since(count) == sorted(row.calendar)
    assert scene.trail()[-1] == row.audit
    row.then(opened, before)
    at_once = {address for address, _ in row.emails}
    assert {email.email for email in planned.emails} == at_once | {*row.next_morning}  # the preview says it


@pytest.mark.parametrize("name", ROWS)
def test_the_preview_of_a_change_changes_nothing(opened, clock, name):
    row = ROWS[name]
    for act, typed in row.before:
        scene.change(clock, act, **typed)
    rows = sorted(map(repr, scan()))
    scene.plan(clock, row.act, **row.typed)

    assert sorted(map(repr, scan())) == rows


def test_another_coach_ends_a_booked_debrief_in_both_calendars(opened, clock):
    """The debrief waits for the new coach to offer times."""
    slot = Slot(clock.now() + timedelta(days=7), 60)
    waiting = Meeting(MeetingKind.DEBRIEF)
    booked = replace(
        waiting, state=MeetingState.BOOKED, coach=reader_key(OLD_COACH), booked=slot, sequence=0, revision=1
    )
    people.write(meetings.save(people.dana(), waiting, booked, clock.now()))
    count = len(sent_emails())
    scene.change(clock, "coach", **NEW_COACH)

    assert scene.entries_since(count) == [(OLD_COACH, "CANCEL"), (DANA, "CANCEL")]
    assert meetings.find(people.dana(), MeetingKind.DEBRIEF).state is MeetingState.WAITING


def test_the_survey_asks_who_is_the_line_manager_when_it_opens(opened, clock):
    scene.change(clock, "manager", **NEW_MANAGER)
    cohort = find_cohort(people.COHORT)
    drain(clock.to(survey_opens_at(cohort.programme, cohort.cohort.dates)))
    asked = {row["to"]["email"] for row in scan() if row["pk"].startswith("MAIL#impact/manager#")}

    assert asked == {NORA}
