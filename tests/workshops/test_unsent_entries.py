"""Entries that wait while another change comes: no one gets the end of an entry that they never got."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from chalicelib.admin import retry_emails
from chalicelib.admin.address_change import change_address
from chalicelib.jobs.kinds import JobKind
from chalicelib.people.loaded import find_by_address
from chalicelib.people.pause import Reason, plan_pause, plan_return
from chalicelib.people.planned import Asking, perform
from chalicelib.store import cohorts, jobs
from chalicelib.store.table import transact
from chalicelib.workshops.jobs import send_dates
from tests.emails.test_send import CONTENT, SesSays
from tests.people.scene import entries_since
from tests.support import people
from tests.support.calls import watched_by
from tests.support.drain import drain
from tests.workshops import dates
from tests.workshops.dates import DELEGATE, FIRST, NEXT_MORNING, SECOND, events, plan

BY = "ada@example.org"
NEW = "dana@example.org"
TUESDAY_TEN = NEXT_MORNING + timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("aws")


def replace_address(clock, old: str, new: str) -> None:
    change_address(people.COHORT, old, new, clock.now(), BY)
    drain(clock.now())


def entries(to: str) -> list[tuple[str, str, str]]:
    return [(method, event.uid.value.partition("@")[0][-2:], event.sequence.value) for method, event in events(to)]


@pytest.fixture
def announced(clock):
    dates.announce(clock)
    clock.to(TUESDAY_TEN)
    return clock


def test_a_pause_during_a_hold_sends_no_cancellation_and_the_return_one_entry_of_each_session(announced):
    clock = announced
    replace_address(clock, DELEGATE, NEW)
    drain(clock.advance(minutes=30))
    perform(
        plan_pause(find_by_address(people.COHORT, NEW), date(2026, 9, 28), Reason.LEAVE, Asking(BY, clock.now())),
        clock.now(),
    )
    drain(clock.advance(days=2))
    assert entries(NEW) == []

    perform(plan_return(find_by_address(people.COHORT, NEW), Asking(BY, clock.now())), clock.now())
    drain(clock.now())
    drain(clock.advance(minutes=30))

    assert entries(NEW) == [("REQUEST", "-3", "0"), ("REQUEST", "-3", "0")]
    assert [method for method, *_ in entries(DELEGATE)] == ["REQUEST", "REQUEST", "CANCEL", "CANCEL"]
    assert jobs.failed() == []


def test_an_address_that_is_replaced_during_its_hold_gets_no_cancellation(announced):
    clock = announced
    replace_address(clock, DELEGATE, NEW)
    clock.advance(minutes=30)
    replace_address(clock, NEW, "d.delegate@example.org")
    drain(clock.advance(days=2))

    assert entries(NEW) == []
    assert [method for method, *_ in entries("d.delegate@example.org")] == ["REQUEST", "REQUEST"]


def test_a_session_that_moves_during_a_hold_comes_once_with_its_last_date(announced):
    clock = announced
    replace_address(clock, DELEGATE, NEW)
    drain(clock.now())
    dates.change(clock, plan("2026-10-28"), SECOND)
    send_dates(job(), clock.now())
    drain(clock.advance(days=2))

    assert [(method, event.dtstart.value.day) for method, event in events(NEW)] == [("REQUEST", 23), ("REQUEST", 28)]


def test_a_facilitator_whose_entry_waits_gets_no_cancellation_at_the_old_address(clock):
    """Such as while the mail service postpones every email."""
    dates.load(clock, (replace(FIRST, by="mo"),))
    drain(clock.now())
    old = people.FACILITATOR.person.email
    send_dates(job(), clock.to(NEXT_MORNING))
    replaced = replace(cohorts.find(people.COHORT).facilitators[0], person=people.person("mo new"))
    before = cohorts.find(people.COHORT)
    transact([cohorts.change_addresses(before, replace(before, facilitators=(replaced,)))])
    send_dates(job(), clock.now())
    drain(clock.advance(minutes=1))

    assert [calendar_entry for calendar_entry in entries_since(0) if calendar_entry[0] == old] == []
    assert [calendar_entry for calendar_entry in entries_since(0) if calendar_entry[0] == "mo.new@example.org"] == [
        ("mo.new@example.org", "REQUEST")
    ]


@pytest.mark.parametrize("how", ["refused", "unconfirmed"])
@pytest.mark.parametrize("cancelled", [True, False], ids=["cancelled", "moved"])
def test_an_entry_that_ses_did_not_take_is_not_sent_once_it_is_outdated(clock, cancelled, how):
    """Nor cancelled for who never got it; an unconfirmed one may have arrived, so it is."""
    dates.load(clock, (FIRST,))
    drain(clock.now())
    refusal = SesSays(CONTENT[0], message=CONTENT[1]) if how == "refused" else SesSays("InternalFailure", 500)
    with watched_by(refusal):
        drain(clock.to(NEXT_MORNING))
    clock.advance(minutes=5)
    dates.change(clock, *([] if cancelled else [plan("2026-10-28")]))
    if how == "unconfirmed":  # before its lease ends
        send_dates(job(), clock.now())
    refused, _ = retry_emails.find([], clock.now())
    retry_emails.retry(refused, clock.now())
    for _ in range(3):
        drain(clock.advance(minutes=61))
    drain(clock.advance(days=1))

    methods = [(method, event.dtstart.value.day) for method, event in events(DELEGATE)]
    after_doubt = [("CANCEL", 22)] if how == "unconfirmed" else []
    assert methods == (after_doubt if cancelled else [("REQUEST", 28)])


def test_an_entry_that_went_out_is_cancelled(announced):
    clock = announced
    dates.change(clock, SECOND)
    drain(clock.advance(days=1))

    assert entries_since(0)[0] == (DELEGATE, "CANCEL")


def job():
    return JobKind.SEND_DATES.job(people.COHORT, "test", due_at=NEXT_MORNING, cohort=people.COHORT)
