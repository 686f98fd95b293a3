"""Plan the reminders of a meeting, cancel its emails and entries, and end it when people or stages change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.formatting import local_date
from chalicelib.core.model import Delegate, Programme
from chalicelib.core.state_machine import By
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.jobs.kinds import JobKind
from chalicelib.meetings import emails as letters
from chalicelib.meetings import machine
from chalicelib.store import cohorts, emails, jobs, meetings, programmes, waiting_emails
from chalicelib.store.emails import Email, EmailState
from chalicelib.store.jobs import Job
from chalicelib.store.marshal import Row
from chalicelib.store.meetings import Meeting, MeetingKind, MeetingState, Slot
from chalicelib.store.table import Write

ARRANGE_DAYS = (3, 7, 10)  # working days after which the coach is reminded, and then the administrators
REVIEW_DAYS = (2, 5, 9, 12)  # the same after the close of the survey: first the coach learns that it is time
AHEAD = timedelta(minutes=1)  # before the morning's emails, which keep the meeting's time from then
AT_MOST = timedelta(minutes=15)  # from reading the emails to storing the act: a function's time limit
PREPARE_DAYS, RECORD_DAYS = -2, (2, 5)  # working days from the meeting
DAYS = {MeetingKind.DEBRIEF: ARRANGE_DAYS, MeetingKind.REVIEW: REVIEW_DAYS}


def first_check(delegate: Delegate, meeting: Meeting, days: WorkingDays, now: datetime) -> list[Write]:
    """Plan the reminders for a meeting that waits for the coach to offer times."""
    today = local_date(now, days.zone)
    due = days.morning(days.add(today, DAYS[meeting.kind][0]))
    return [plan_emails(delegate, meeting, "arrange", due, since=today.isoformat(), step="0")]


def start_review(delegate: Delegate, now: datetime) -> list[Write]:
    """Ask the coach to propose times for the review once the survey has closed. Do not ask again if it reopens."""
    review = meetings.find(delegate.id, MeetingKind.REVIEW)
    if delegate.withdrawn or review.revision or jobs.find(_job(delegate, review, "arrange", now).id):
        return []
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    cohort = cohorts.find(delegate.cohort_id)
    days = working_days(programme.organisation, cohort.dates.closed if cohort else ())
    return first_check(delegate, review, days, now)


def cancel_outdated(delegate_id: str, before: Meeting) -> list[Write]:
    """Cancel unsent emails that name the time that was booked before an act, such as a reminder.

    No retry sends them. Emails that cancel a calendar entry or follow the record of the meeting are still sent.
    """
    return [emails.cancel(email.id) for email in waiting_emails.find_unsettled(list_outdated(delegate_id, [before]))]


def list_outdated(delegate_id: str, ended: Iterable[Meeting]) -> list[str]:
    """Return the possible ids of emails that name the booked time that meetings had before an act."""
    return [id for meeting in ended if meeting.booked for id in letters.list_outdated(delegate_id, meeting)]


def hold(delegate_id: str, before: Meeting, now: datetime) -> list[Write]:
    """Return the writes that mark the meeting as held when it is recorded; none if it is marked already."""
    if not machine.MACHINES[before.kind].allows(before.state, machine.HOLD, By.COACH):
        return []
    after = replace(before, state=MeetingState.HELD, slots=(), revision=before.revision + 1)
    freed = meetings.free(before.coach, before.booked) if before.booked else []
    return [meetings.save(delegate_id, before, after, now), *freed, *cancel_outdated(delegate_id, before)]


def end(
    programme: Programme,
    delegate: Delegate,
    before: Meeting,
    now: datetime,
    *,
    start_again: bool,
    checked: bool | None = None,
    closed: Sequence[date] = (),
) -> list[Write]:
    """Cancel open meetings, because the delegate has left, or (`start_again`) has a new coach.

    delegate  with the people before the change: the former coach's entry is cancelled
    checked   whether the coach is reminded to offer other times; None: if the meeting starts again
    closed    the cohort's days off
    """
    act = machine.RESET if start_again else machine.CANCEL
    if before.revision == 0 or not machine.MACHINES[before.kind].allows(before.state, act, By.ADMINISTRATOR):
        return []
    state = machine.MACHINES[before.kind].move(before.state, act, By.ADMINISTRATOR)
    after = replace(before, state=state, slots=(), booked=None, line="", coach="", revision=before.revision + 1)
    days = working_days(programme.organisation, closed)
    is_checked = start_again if checked is None else checked
    after, writes = take_back_booking(programme, delegate, before, after, days, now, checked=is_checked)
    return [meetings.save(delegate.id, before, after, now), *writes]


def _list_unsent(delegate_id: str, before: Meeting, now: datetime) -> list[str]:
    """Return the names of the cancellations that are not needed, because the entry was never sent."""
    entries = letters.list_entries(delegate_id, before)
    return [kind for kind, ids in entries.items() if _never_went_out(waiting_emails.read_all(ids), now)]


def _never_went_out(entries: Sequence[Email], now: datetime) -> bool:
    """Return whether the emails of an entry wait or were rejected, and this cannot change before the act is stored."""
    return bool(entries) and not any(entry.may_have_left or _may_leave(entry, now + AT_MOST) for entry in entries)


def _may_leave(email: Email, latest: datetime) -> bool:
    return email.state is EmailState.QUEUED and not email.cancelled and email.due_at <= latest


def take_back_booking(
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

    A person who never got the calendar entry, because its email waits, gets no cancellation. No one gets one for a time
    that has passed: it may have been used, and stays in both calendars.

    checked   whether the coach is reminded to offer other times
    """
    writes = first_check(delegate, after, days, now) if checked else []
    if before.booked is None:
        is_asked = bool(after.line)
        email = letters.meeting_email(letters.NO_TIME, programme, delegate, after, days.soon(now))
        return after, [*writes, *(emails.add(email) if is_asked else [])]
    gone = replace(after, sequence=before.sequence + 1)
    kinds = (letters.CANCELLED, letters.CANCELLED_COACH)
    both = letters.entries(programme, delegate, gone, before.booked, cancelled=True)
    unsent = _list_unsent(delegate.id, before, now)
    sent = [
        letters.meeting_email(kind, programme, delegate, gone, days.soon(now), entry=entry, slot=before.booked)
        for kind, entry in zip(kinds, both, strict=True)
        if kind.name not in unsent and before.booked.starts > now
    ]
    free = meetings.free(before.coach, before.booked)
    return replace(after, number=before.number + 1, sequence=-1, delegate_since=0), [
        *writes,
        *free,
        *emails.add_all(sent),
    ]


class Readdressed(Struct, frozen=True):
    """A booked meeting whose entry must be sent to a delegate's new address.

    has_left   whether the old address may have got the entry
    outdated   possible ids of the emails that added or moved it
    """

    booked: Meeting
    has_left: bool
    outdated: Sequence[str]


def list_readdressed(delegate_id: str, rows: Sequence[Row], now: datetime) -> list[Readdressed]:
    """Return the entries that a new address needs. An unsent entry is not listed: its email is redirected."""
    readdressed = []
    for meeting in (meetings.from_rows(rows, kind) for kind in MeetingKind):
        if meeting.state is MeetingState.BOOKED and meeting.booked and meeting.booked.starts > now:
            ids = letters.list_entries(delegate_id, meeting)[letters.CANCELLED.name]
            brought = waiting_emails.read_all(ids)
            has_left = not brought or any(email.may_have_left for email in brought)
            if has_left or not any(email.state is EmailState.QUEUED and not email.cancelled for email in brought):
                readdressed.append(Readdressed(meeting, has_left, ids))
    return readdressed


def readdress(
    programme: Programme, before: Delegate, after: Delegate, readdressed: Readdressed, days: WorkingDays, now: datetime
) -> list[Write]:
    """Cancel the entry of a booked meeting at the delegate's old address, and send one to the new address."""
    booked, slot = readdressed.booked, readdressed.booked.booked
    if slot is None:
        return []
    revision = booked.revision + 1
    gone = replace(booked, revision=revision, sequence=booked.sequence + 1)
    moved = replace(gone, delegate_since=revision)
    old, _ = letters.entries(programme, before, gone, slot, cancelled=True)
    new, _ = letters.entries(programme, after, moved, slot)
    soon = days.soon(now)
    cancelled = letters.meeting_email(letters.CANCELLED, programme, before, gone, soon, entry=old, readdressed="yes")
    again = letters.meeting_email(letters.BOOKED, programme, after, moved, soon, entry=new, good_until=slot.starts)
    return [
        meetings.save(before.id, booked, moved, now),
        *emails.add_all([cancelled] if readdressed.has_left else []),
        *emails.add(again),
        *plan_reminders(after, moved, slot, days, now),
    ]


def plan_reminders(delegate: Delegate, booked: Meeting, slot: Slot, days: WorkingDays, now: datetime) -> list[Write]:
    """Plan the emails before and after a booked meeting that are still to come."""
    day = local_date(slot.starts, days.zone)
    planned = [("prepare", days.morning(days.add(day, PREPARE_DAYS)), "0")]
    planned += [("record", days.morning(days.add(day, count)), str(step)) for step, count in enumerate(RECORD_DAYS)]
    return [plan_emails(delegate, booked, what, due, step=step) for what, due, step in planned if due > now]


def plan_lapse(delegate: Delegate, meeting: Meeting) -> Write:
    """Plan the job that runs when the last of the offered times has passed."""
    subject, about = _named(delegate, meeting, "lapse")
    return jobs.add(JobKind.MEETING.job(*subject, due_at=meeting.slots[-1].starts, **about))


def plan_emails(delegate: Delegate, meeting: Meeting, what: str, morning: datetime, **about: str) -> Write:
    """Plan emails for a morning. `about`: other values that they need, such as the `step` of a reminder."""
    return jobs.add(_job(delegate, meeting, what, morning, **about))


def _job(delegate: Delegate, meeting: Meeting, what: str, morning: datetime, **more: str) -> Job:
    subject, about = _named(delegate, meeting, what, **more)
    return JobKind.MEETING.job_of_morning(*subject, morning=morning, ahead=AHEAD, **about)


def _named(delegate: Delegate, meeting: Meeting, what: str, **about: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the parts of a job's id, and what the job is about."""
    subject = (delegate.id, meeting.kind.value, what, str(meeting.revision), about.get("step", "0"))
    named = {"delegate": delegate.id, "meeting": meeting.kind.value, "what": what, "revision": str(meeting.revision)}
    return subject, {**named, "step": "0", **about}
