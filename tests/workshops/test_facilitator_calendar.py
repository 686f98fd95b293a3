"""A facilitator's calendar holds the sessions that they run, as they are stored."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from chalicelib.core.model import Facilitator
from chalicelib.store import cohorts
from chalicelib.store.cohorts import CohortChanged
from chalicelib.store.marshal import fields
from chalicelib.store.table import transact, update
from chalicelib.workshops import change_sessions
from chalicelib.workshops.recipients import list_recipients
from tests.support import people
from tests.workshops import dates
from tests.workshops.dates import FIRST, SECOND, about_dates, events

pytestmark = pytest.mark.usefixtures("aws")
MO = people.FACILITATOR.person.email
RUNS = replace(FIRST, by=people.FACILITATOR.id)


def name_facilitators(*all_of_them: Facilitator) -> None:
    put = {"facilitators": [fields(facilitator) for facilitator in all_of_them]}
    transact([update(cohorts.key(people.COHORT), put=put, refusal=CohortChanged)])


def test_a_facilitator_gets_entries_of_the_sessions_that_they_run(clock):
    dates.announce(clock, sessions=(RUNS, SECOND))

    ((method, event),) = events(MO)
    assert (method, event.sequence.value, event.dtstart.value.day) == ("REQUEST", "0", 22)
    assert event.attendee.value == f"mailto:{MO}"
    (email,) = [email for email in about_dates(MO) if email.row.startswith("workshops/runs_session")]
    assert "You run Leading Self, day 1 of 2 on Thursday 22 October 2026" in email.message["Subject"]
    uids = {event.uid.value for _, event in events()}
    assert event.uid.value not in uids, "each person has an entry of their own"


def test_a_move_and_a_cancellation_change_the_same_entry(clock):
    dates.announce(clock, sessions=(RUNS, SECOND))
    dates.change(clock, replace(RUNS, date=date(2026, 10, 21)), SECOND)
    dates.in_a_week(clock)
    dates.change(clock, SECOND)
    dates.in_a_week(clock)

    assert [(method, event.sequence.value) for method, event in events(MO)] == [
        ("REQUEST", "0"),
        ("REQUEST", "1"),
        ("CANCEL", "2"),
    ]
    assert len({event.uid.value for _, event in events(MO)}) == 1


def test_another_facilitator_takes_a_session_over(clock):
    dates.announce(clock, sessions=(RUNS, SECOND))
    jo = Facilitator("jo", people.person("jo facilitator"))
    name_facilitators(people.FACILITATOR, jo)
    dates.change(clock, replace(RUNS, by="jo"), SECOND)
    dates.in_a_week(clock)

    assert [method for method, _ in events(MO)] == ["REQUEST", "CANCEL"]
    assert [method for method, _ in events(jo.person.email)] == ["REQUEST"]
    assert [method for method, _ in events()] == ["REQUEST", "REQUEST"], "delegates need not know"


def test_who_is_no_longer_named_gets_cancellations(clock):
    dates.announce(clock, sessions=(RUNS, SECOND))
    name_facilitators()
    dates.change(clock, replace(RUNS, by=""), SECOND)
    dates.in_a_week(clock)

    assert [method for method, _ in events(MO)] == ["REQUEST", "CANCEL"]


def test_another_person_under_the_same_id_gets_the_entries(clock):
    dates.announce(clock, sessions=(RUNS, SECOND))
    jo = people.person("jo facilitator")
    name_facilitators(Facilitator(people.FACILITATOR.id, jo))
    dates.change(clock, RUNS, replace(SECOND, place="Library"))
    dates.in_a_week(clock)

    assert [method for method, _ in events(MO)] == ["REQUEST", "CANCEL"]
    ((method, event),) = events(jo.email)
    assert (method, event.uid.value.endswith("-2@programmes.example.org")) == ("REQUEST", True)


def test_a_preview_names_the_facilitator(clock):
    dates.announce(clock, sessions=(RUNS, SECOND))
    wanted = (replace(RUNS, place="Library"), SECOND)
    planned = change_sessions.set_dates(people.COHORT, wanted, clock.now(), "x", dry_run=True)

    assert (MO, "facilitator") in [
        (recipient.email, recipient.role) for recipient in list_recipients(planned, clock.now())
    ]
