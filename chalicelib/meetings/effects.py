"""What a meeting brings about: reminders, cancelled entries, and its end when people or stages change."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from chalicelib.core.formatting import local_date
from chalicelib.core.model import Delegate, Programme
from chalicelib.core.state_machine import By
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.jobs.kinds import JobKind
from chalicelib.meetings import emails as letters
from chalicelib.meetings import machine
from chalicelib.store import emails, jobs, meetings
from chalicelib.store.meetings import Meeting, MeetingState
from chalicelib.store.table import Write

ARRANGE_DAYS = (3, 7, 10)  # working days after which the coach is reminded, and then the administrators


def first_check(programme: Programme, delegate: Delegate, meeting: Meeting, now: datetime) -> list[Write]:
    """Plan the reminders for a meeting that waits for the coach to offer times."""
    days = working_days(programme.organisation)
    today = local_date(now, days.zone)
    due = days.morning(days.add(today, ARRANGE_DAYS[0]))
    return [plan_job(delegate, meeting, "arrange", due, since=today.isoformat(), step="0")]


def hold(delegate_id: str, before: Meeting) -> list[Write]:
    """Write that the meeting was held: part of recording it. Nothing if that was written before."""
    if not machine.MACHINES[before.kind].allows(before.state, machine.HOLD, By.COACH):
        return []
    after = replace(before, state=MeetingState.HELD, slots=(), revision=before.revision + 1)
    freed = meetings.free(before.coach, before.booked) if before.booked else []
    return [meetings.save(delegate_id, before, after), *freed]


def end(programme: Programme, delegate: Delegate, before: Meeting, now: datetime, *, start_again: bool) -> list[Write]:
    """Cancel what is open, because the delegate left, or (`start_again`) has another coach.

    delegate  with the people before the change: the former coach's entry is cancelled
    """
    act = machine.RESET if start_again else machine.CANCEL
    if before.revision == 0 or not machine.MACHINES[before.kind].allows(before.state, act, By.ADMINISTRATOR):
        return []
    state = machine.MACHINES[before.kind].move(before.state, act, By.ADMINISTRATOR)
    after = replace(before, state=state, slots=(), booked=None, line="", coach="", revision=before.revision + 1)
    days = working_days(programme.organisation)
    after, writes = released(programme, delegate, before, after, days, now, checked=start_again)
    return [meetings.save(delegate.id, before, after), *writes]


def released(
    programme: Programme,
    delegate: Delegate,
    before: Meeting,
    after: Meeting,
    days: WorkingDays,
    now: datetime,
    *,
    checked: bool = True,
) -> tuple[Meeting, list[Write]]:
    """Return the meeting and the writes after a booking or an offer is taken back.

    checked   whether the coach is reminded to offer other times
    """
    writes = first_check(programme, delegate, after, now) if checked else []
    if before.booked is None:
        is_asked = bool(after.line)
        email = letters.meeting_email(letters.NO_TIME, programme, delegate, after, days.soon(now))
        return after, [*writes, *(emails.add(email) if is_asked else [])]
    gone = replace(after, sequence=before.sequence + 1)
    kinds = (letters.CANCELLED, letters.CANCELLED_COACH)
    both = letters.entries(programme, delegate, gone, before.booked, cancelled=True)
    sent = [
        letters.meeting_email(kind, programme, delegate, gone, days.soon(now), entry=entry, slot=before.booked)
        for kind, entry in zip(kinds, both, strict=True)
    ]
    free = meetings.free(before.coach, before.booked)
    return replace(after, number=before.number + 1, sequence=-1), [*writes, *free, *emails.add_all(sent)]


def plan_job(delegate: Delegate, meeting: Meeting, what: str, due: datetime, **about: str) -> Write:
    subject = (delegate.id, meeting.kind.value, what, str(meeting.revision), about.get("step", "0"))
    named = {"delegate": delegate.id, "meeting": meeting.kind.value, "what": what, "revision": str(meeting.revision)}
    return jobs.add(JobKind.MEETING.job(*subject, due_at=due, **named, **{"step": "0", **about}))
