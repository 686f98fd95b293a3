"""Arrange a meeting: the coach offers times or enters one, the delegate chooses, either of them moves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from chalicelib.areas.openings import AreasPage
from chalicelib.core.addresses import link_fault
from chalicelib.core.clock import stamp
from chalicelib.core.errors import FieldError, Refusal
from chalicelib.core.formatting import day_and_time, local_date
from chalicelib.core.ids import coach_id, reader_key
from chalicelib.core.state_machine import By, NotAllowed
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.jobs.commit import commit
from chalicelib.meetings import emails as letters
from chalicelib.meetings import machine
from chalicelib.meetings.effects import (
    cancel_outdated,
    first_check,
    plan_emails,
    plan_lapse,
    plan_reminders,
    take_back_booking,
)
from chalicelib.meetings.form import BOOKED_ALREADY, Calendar, read_offer, read_place, read_slot
from chalicelib.store import audit_events, delegates, emails, meetings
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.delegates import DelegateChanged
from chalicelib.store.meetings import Meeting, MeetingChanged, MeetingState, Slot, SlotTaken
from chalicelib.store.table import Write

MOVES_UNTIL = timedelta(hours=2)  # before the meeting
CHOOSE_AGAIN_DAYS = 3  # working days
MAX_LINE_CHARS = 280  # characters


class MeetingRefused(Refusal):
    """The meeting changed since the page was shown, or the time can no longer be chosen."""

    status = 409
    title = "Nothing was changed"


class SlotGone(MeetingRefused):
    """Someone else has just chosen this time."""

    title = "This time has just been taken"

    def __init__(self) -> None:
        super().__init__("Someone else chose it a moment ago. Choose one of the other times.")


def calendar(opened: AreasPage, now: datetime) -> Calendar:
    """Return what limits the times. One query."""
    days = working_days(opened.programme.organisation, opened.cohort.dates.closed)
    return Calendar(now, days, meetings.booked_quarters(opened.delegate.coach.email))


def open_slots(opened: AreasPage, meeting: Meeting, now: datetime) -> list[Slot]:
    """Return the offered times that can still be chosen. One query."""
    booked = meetings.booked_quarters(opened.delegate.coach.email)
    return [slot for slot in meeting.slots if slot.starts > now and meetings.is_free(slot, booked)]


def offer(opened: AreasPage, before: Meeting, fields: Mapping[str, str], now: datetime) -> Sequence[FieldError]:
    """Offer times to the delegate, or return what is wrong with them."""
    slots, place, faults = read_offer(fields, calendar(opened, now))
    if faults:
        return faults
    if (slots, place, before.state) == (before.slots, before.place, MeetingState.OFFERED):
        return ()  # pressed twice
    after = _after(opened, before, machine.OFFER, slots=slots, place=place, line="")
    email = letters.meeting_email(letters.OFFERED, opened.programme, opened.delegate, after, _days(opened).soon(now))
    today = local_date(now, opened.programme.organisation.timezone)
    again = _days(opened).morning(_days(opened).add(today, CHOOSE_AGAIN_DAYS))
    later = [plan_emails(opened.delegate, after, "choose", again), plan_lapse(opened.delegate, after)]
    _commit(opened, before, after, [*emails.add(email), *later], now, machine.OFFER)
    return ()


def enter(opened: AreasPage, before: Meeting, fields: Mapping[str, str], now: datetime) -> Sequence[FieldError]:
    """Book a time that both agreed elsewhere, or move a booked one; or return what is wrong with it."""
    act = machine.MOVE if before.state is MeetingState.BOOKED else machine.ENTER
    own = frozenset(map(stamp, meetings.quarters(before.booked))) if before.booked else frozenset()
    limits = calendar(opened, now)
    slot, fault = read_slot(fields, replace(limits, booked=limits.booked - own), 1, limits.today)
    place, faults = read_place(fields)
    if fault or faults or slot is None:
        return [*([fault] if fault else []), *faults]
    try:
        _book(opened, before, act, slot, place, now)
    except SlotGone:
        return [FieldError("day-1", BOOKED_ALREADY)]
    return ()


def choose(opened: AreasPage, before: Meeting, starts: str, now: datetime) -> None:
    """Book one of the offered times, or move to it. Raises SlotGone or MeetingRefused."""
    slot = next((slot for slot in before.slots if stamp(slot.starts) == starts), None)
    if slot is None or slot.starts <= now:
        raise MeetingRefused("This time is no longer on offer. Choose one of the times on the page.")
    act = machine.MOVE if before.state is MeetingState.BOOKED else machine.CHOOSE
    _book(opened, before, act, slot, before.place, now)


def ask(opened: AreasPage, before: Meeting, line: str, now: datetime) -> list[FieldError]:
    """Ask the coach for other times, because the delegate can make none of the offered or booked times.

    Return what is wrong with the line.
    """
    line = " ".join(line.split())[:MAX_LINE_CHARS]
    if fault := link_fault(line):
        return [FieldError("line", f"The text {fault}.")]
    if before.state is MeetingState.WAITING and before.line == line:
        return []  # pressed twice
    _refuse_late(before, now)
    after = _after(opened, before, machine.ASK, slots=(), booked=None, line=line)
    after, writes = take_back_booking(opened.programme, opened.delegate, before, after, _days(opened), now)
    _commit(opened, before, after, writes, now, machine.ASK)
    return []


def miss(opened: AreasPage, before: Meeting, now: datetime) -> None:
    """Note that the meeting did not take place. Raises MeetingRefused before its time."""
    if before.booked and before.booked.starts > now:
        raise MeetingRefused("The meeting is still to come. Move it, if it cannot take place.")
    after = _after(opened, before, machine.MISS, slots=(), booked=None)
    soon = _days(opened).soon(now)
    email = letters.meeting_email(letters.LAPSED, opened.programme, opened.delegate, after, soon, missed="yes")
    writes = [*emails.add(email), *first_check(opened.delegate, after, _days(opened), now)]
    _commit(opened, before, after, writes, now, machine.MISS)


# --- helpers ----------------------------------------------------------------------------------------------------


def _days(opened: AreasPage) -> WorkingDays:
    return working_days(opened.programme.organisation, opened.cohort.dates.closed)


def _after(opened: AreasPage, before: Meeting, act: str, **changes: object) -> Meeting:
    try:
        state = machine.MACHINES[before.kind].move(before.state, act, opened.by)
    except NotAllowed:
        raise MeetingRefused("It was changed in another window, or by someone else. Open the page again.") from None
    coach = reader_key(opened.delegate.coach.email)
    return replace(before, state=state, coach=coach, revision=before.revision + 1, **changes)


def _refuse_late(before: Meeting, now: datetime) -> None:
    if before.booked and before.booked.starts - now < MOVES_UNTIL:
        raise MeetingRefused("It is less than two hours until the meeting. Please call or email each other.")


def _book(opened: AreasPage, before: Meeting, act: str, slot: Slot, place: str, now: datetime) -> None:
    if (before.booked, before.place) == (slot, place):
        return  # pressed twice
    _refuse_late(before, now)
    after = _after(opened, before, act, booked=slot, place=place, sequence=before.sequence + 1, line="")
    old = meetings.free(before.coach, before.booked) if before.booked else []
    new = meetings.take(after.coach, slot, opened.delegate.id)
    kept = {write.key for write in old} & {write.key for write in new}
    changed = [write for write in (*new, *old) if write.key not in kept]
    _commit(opened, before, after, [*changed, *_booked_writes(opened, after, slot, act, now)], now, act)


def _booked_writes(opened: AreasPage, after: Meeting, slot: Slot, act: str, now: datetime) -> list[Write]:
    programme, delegate, days = opened.programme, opened.delegate, _days(opened)
    moved = "yes" if act == machine.MOVE else ""
    kinds = zip((letters.BOOKED, letters.BOOKED_COACH), letters.entries(programme, delegate, after, slot), strict=True)
    both = [
        letters.meeting_email(kind, programme, delegate, after, days.soon(now), entry=entry, moved=moved)
        for kind, entry in kinds
    ]
    return [*emails.add_all(both), *plan_reminders(delegate, after, slot, days, now)]


def _commit(
    opened: AreasPage, before: Meeting, after: Meeting, writes: Sequence[Write], now: datetime, act: str
) -> None:
    delegate = opened.delegate
    by = "delegate" if opened.by is By.DELEGATE else f"coach {coach_id(delegate.cohort_id, delegate.coach.email)}"
    audit = audit_events.add(
        delegate.cohort_id,
        AuditEvent.ARRANGED,
        by,
        delegate.id,
        now,
        meeting=after.kind.value,
        act=act,
        before=_describe(before, opened.programme.organisation.timezone),
        after=_describe(after, opened.programme.organisation.timezone),
    )
    saved = meetings.save(delegate.id, before, after, now)
    try:
        outdated = cancel_outdated(delegate.id, before)
        commit([saved, *writes, *outdated, audit, delegates.still_coached(delegate)], now)
    except MeetingChanged:
        raise MeetingRefused("It was changed in another window, or by someone else. Open the page again.") from None
    except SlotTaken:
        raise SlotGone from None
    except DelegateChanged:
        raise MeetingRefused("The delegate has left the programme, or has another coach now.") from None


def _describe(meeting: Meeting, zone: str) -> str:
    if meeting.booked is None:
        return meeting.state.value
    return f"{meeting.state.value} for {day_and_time(meeting.booked.starts, zone)}"
