"""A meeting's entry is in one calendar of each person: that of their present address, if it ever left."""

from __future__ import annotations

from datetime import datetime

import pytest
import vobject

from chalicelib.admin import retry_emails
from chalicelib.admin.address_change import change_address
from chalicelib.emails import delivery_events
from chalicelib.meetings import acts
from chalicelib.store import jobs
from infra.local import outbox
from tests.emails.test_send import CONTENT, SesIsSilent, SesSays
from tests.meetings.test_meetings import (
    COACH_EMAIL,
    DANA,
    OFFER,
    PLACE,
    book_in_the_evening,
    choose,
    emails,
    for_coach,
    for_delegate,
    meeting,
    offer,
)
from tests.people import scene
from tests.support import people
from tests.support.calls import watched_by
from tests.support.drain import drain
from tests.support.emails import sent_emails

NEW, NEWER = "dana@example.org", "d.delegate@example.org"
NEXT_WEEK = OFFER | {"day-1": "2026-09-28", "day-2": "2026-09-29"}
MONDAY, TUESDAY = "2026-09-28T13:00:00Z", "2026-09-29T08:30:00Z"
LATER = {"day-1": "2026-09-30", "time-1": "10:00", "minutes": "60"} | PLACE


def events(address: str) -> list[tuple[str, str, int]]:
    """Return (method, uid, sequence) of every entry that reached an address, oldest first."""
    parts = [part for email in sent_emails(address) for part in email.attachments if part["type"] == "text/calendar"]
    calendars = [vobject.readOne(part["content"]) for part in parts]
    return [
        (calendar.method.value, calendar.vevent.uid.value, int(calendar.vevent.sequence.value))
        for calendar in calendars
    ]


def methods(address: str) -> list[str]:
    return [method for method, _, _ in events(address)]


def booked(clock) -> None:
    offer(clock, NEXT_WEEK)
    choose(clock, MONDAY)
    drain(clock.advance(minutes=10))
    assert methods(DANA) == methods(COACH_EMAIL) == ["REQUEST"]


def replace_address(clock, old: str, new: str) -> None:
    change_address(people.COHORT, old, new, clock.advance(minutes=1), scene.BY)
    drain(clock.now())


def after_the_hold(clock, days: int = 2) -> None:
    for _ in range(days):
        drain(clock.advance(days=1))


def test_a_booked_meeting_moves_from_the_old_calendar_to_the_new_one(ready, clock):
    """And what comes later reaches who holds the entry."""
    booked(clock)
    replace_address(clock, DANA, NEW)
    after_the_hold(clock)
    assert methods(DANA) == ["REQUEST", "CANCEL"]
    assert methods(NEW) == ["REQUEST"]
    old, new = events(DANA), events(NEW)
    assert old[0][1] == old[1][1] != new[0][1]
    assert old[1][2] > old[0][2]

    acts.enter(for_coach(), meeting(), LATER, clock.now())
    drain(clock.advance(minutes=5))
    acts.ask(for_delegate(), meeting(), "none fits", clock.advance(minutes=5))
    drain(clock.now())

    assert methods(DANA) == ["REQUEST", "CANCEL"]
    assert methods(NEW) == methods(COACH_EMAIL) == ["REQUEST", "REQUEST", "CANCEL"]
    for address in (NEW, COACH_EMAIL):
        assert len({uid for _, uid, _ in events(address)}) == 1
        assert [number for _, _, number in events(address)] == sorted({number for _, _, number in events(address)})
    assert jobs.failed() == []


def test_there_and_back_again_leaves_one_entry(ready, clock):
    booked(clock)
    replace_address(clock, DANA, NEW)
    after_the_hold(clock)
    replace_address(clock, NEW, DANA)
    after_the_hold(clock, days=4)

    assert methods(NEW) == ["REQUEST", "CANCEL"]
    assert methods(DANA) == ["REQUEST", "CANCEL", "REQUEST"]
    assert events(DANA)[2][1] not in {events(DANA)[0][1], events(NEW)[0][1]}


def test_an_entry_that_waits_goes_to_the_new_address_alone(ready, clock):
    book_in_the_evening(clock)
    replace_address(clock, DANA, NEW)
    after_the_hold(clock)
    assert methods(DANA) == []
    assert methods(NEW) == ["REQUEST"]


def test_a_move_that_waits_does_not_follow_to_the_new_address(ready, clock):
    """The old calendar has the first date; the new one gets the last alone."""
    booked(clock)
    clock.to(datetime.fromisoformat("2026-09-16T19:00:00Z"))
    choose(clock, TUESDAY)
    replace_address(clock, DANA, NEW)
    after_the_hold(clock, days=3)

    assert methods(DANA) == ["REQUEST", "CANCEL"]
    assert methods(NEW) == ["REQUEST"]
    assert "delegate-" in events(NEW)[0][1]


def test_two_changes_during_the_hold_send_the_last_address_alone_an_entry(ready, clock):
    booked(clock)
    replace_address(clock, DANA, NEW)
    replace_address(clock, NEW, NEWER)
    after_the_hold(clock)

    assert (methods(DANA), methods(NEW), methods(NEWER)) == (["REQUEST", "CANCEL"], [], ["REQUEST"])


def test_an_address_that_bounced_gets_no_cancellation(ready, clock):
    booked(clock)
    email = next(accepted for accepted in sent_emails(DANA) if accepted.row.startswith("meetings/booked"))
    delivery_events.record_delivery_event(outbox.bounce(email, clock.now()), clock.now())
    replace_address(clock, DANA, NEW)
    drain(clock.advance(hours=1))

    assert methods(DANA) == methods(NEW) == ["REQUEST"]


def test_another_coach_after_another_address_cancels_where_the_entry_is(ready, clock):
    booked(clock)
    replace_address(clock, DANA, NEW)
    after_the_hold(clock)
    scene.change(clock, "coach", address=NEW, **scene.NEW_COACH)
    drain(clock.advance(days=1))

    assert methods(DANA) == methods(NEW) == methods(COACH_EMAIL) == ["REQUEST", "CANCEL"]
    assert methods(scene.NORA) == []
    assert events(NEW)[0][1] == events(NEW)[1][1]


def test_both_are_reminded_once_after_another_address(ready, clock):
    booked(clock)
    replace_address(clock, DANA, NEW)
    drain(clock.to(people.OPENING.replace(day=25)))
    assert sorted(sent_email["to"]["email"] for sent_email in (*emails("prepare"), *emails("prepare_coach"))) == [
        COACH_EMAIL,
        NEW,
    ]
    drain(clock.to(people.OPENING.replace(day=30)))
    assert [sent_email["to"]["email"] for sent_email in emails("record")] == [COACH_EMAIL]


@pytest.mark.parametrize("act", ["ask", "move", "coach", "leave"])
@pytest.mark.parametrize("how", ["refused", "unconfirmed"])
def test_an_entry_that_ses_did_not_take_is_not_sent_once_it_is_outdated(ready, clock, act, how):
    """Nor cancelled for who never got it; an unconfirmed one may have arrived, so it is."""
    offer(clock, NEXT_WEEK)
    drain(clock.advance(minutes=10))
    choose(clock, MONDAY)
    with watched_by(SesSays(CONTENT[0], message=CONTENT[1]) if how == "refused" else SesSays("InternalFailure", 500)):
        drain(clock.advance(minutes=1))
    if act == "ask":
        acts.ask(for_delegate(), meeting(), "none fits", clock.advance(minutes=5))
    elif act == "move":
        choose(clock, TUESDAY)
    else:
        scene.change(clock, act, **(scene.NEW_COACH if act == "coach" else {}))
    drain(clock.advance(minutes=5))
    refused, _ = retry_emails.find([], clock.now())
    retry_emails.retry(refused, clock.now())
    for _ in range(4):
        drain(clock.advance(minutes=61))

    after = ["REQUEST"] if act == "move" else ["CANCEL"] if how == "unconfirmed" else []
    assert methods(DANA) == methods(COACH_EMAIL) == after
    assert {number for _, _, number in events(DANA)} <= {1}


def test_an_entry_in_doubt_that_did_arrive_is_cancelled_once(ready, clock):
    offer(clock, NEXT_WEEK)
    drain(clock.advance(minutes=10))
    choose(clock, MONDAY)
    with watched_by(SesIsSilent()):
        drain(clock.advance(minutes=1))
    acts.ask(for_delegate(), meeting(), "none fits", clock.advance(minutes=5))
    for _ in range(4):
        drain(clock.advance(minutes=61))

    assert methods(DANA) == methods(COACH_EMAIL) == ["REQUEST", "CANCEL"]
