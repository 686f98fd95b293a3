"""Run the jobs of meetings: reminders to coach and delegate, notices to administrators, and offers that expire."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.model import Delegate, Programme, Standing, Wave
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.emails.kinds import EmailKind
from chalicelib.jobs.kinds import morning_of
from chalicelib.meetings import emails as letters
from chalicelib.meetings.effects import DAYS, first_check, plan_emails
from chalicelib.store import administrator_rights, cohorts, delegates, emails, meetings, programmes, reports
from chalicelib.store.jobs import Job
from chalicelib.store.meetings import Meeting, MeetingKind, MeetingState
from chalicelib.store.reports import ReportState
from chalicelib.store.table import Write


class _Due(Struct, frozen=True):
    job: Job
    delegate: Delegate
    programme: Programme
    days: WorkingDays
    meeting: Meeting
    now: datetime

    @property
    def step(self) -> int:
        return int(self.job.about["step"])


def run_meeting(job: Job, now: datetime) -> Sequence[Write]:
    """Do what is due, unless the meeting has changed since the job was planned."""
    delegate = delegates.find(job.about["delegate"])
    if delegate is None:
        raise LookupError(f"no delegate {job.about['delegate']}")
    meeting = meetings.find(delegate.id, MeetingKind(job.about["meeting"]))
    if delegate.standing is not Standing.ACTIVE or str(meeting.revision) != job.about["revision"]:
        return []
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    cohort = cohorts.find(delegate.cohort_id)
    days = working_days(programme.organisation, cohort.dates.closed if cohort else ())
    return STEPS[job.about["what"]](_Due(job, delegate, programme, days, meeting, morning_of(job, now)))


def _arrange(due: _Due) -> list[Write]:
    """Remind the coach several times, and at the end notify the administrators."""
    report = reports.find(due.delegate.id, Wave.BASELINE)
    is_over = report is not None and report.state is ReportState.RELEASED and due.meeting.kind is MeetingKind.DEBRIEF
    if is_over or due.meeting.state is not MeetingState.WAITING:
        return []
    if due.step + 1 == len(DAYS[due.meeting.kind]):
        return _to_administrators(due, letters.NOT_ARRANGED)
    is_first = due.meeting.kind is MeetingKind.REVIEW and due.step == 0
    kind = letters.PROPOSE if is_first else letters.ARRANGE
    email = letters.meeting_email(kind, due.programme, due.delegate, due.meeting, due.now, due.job.about["step"])
    return [*emails.add(email), _next_check(due)]


def _next_check(due: _Due) -> Write:
    step = due.step + 1
    since = due.job.about["since"]
    at = due.days.morning(due.days.add(date.fromisoformat(since), DAYS[due.meeting.kind][step]))
    return plan_emails(due.delegate, due.meeting, "arrange", at, since=since, step=str(step))


def _choose(due: _Due) -> list[Write]:
    """Ask the delegate once more to choose a time."""
    if due.meeting.state is not MeetingState.OFFERED:
        return []
    last = due.meeting.slots[-1].starts
    email = letters.meeting_email(
        letters.OFFERED, due.programme, due.delegate, due.meeting, due.now, "again", good_until=last, again="yes"
    )
    return emails.add(email) if due.now < last else []


def _lapse(due: _Due) -> list[Write]:
    """Ask the coach for other times and notify the delegate, because all times that were offered have passed."""
    if due.meeting.state is not MeetingState.OFFERED:
        return []
    before = due.meeting
    after = replace(before, state=MeetingState.WAITING, slots=(), line="", revision=before.revision + 1)
    soon = due.days.soon(due.now)
    to_coach = letters.meeting_email(letters.NO_TIME, due.programme, due.delegate, after, soon, passed="yes")
    to_delegate = letters.meeting_email(letters.LAPSED, due.programme, due.delegate, after, soon)
    return [
        meetings.save(due.delegate.id, before, after, due.now),
        *emails.add_all([to_coach, to_delegate]),
        *first_check(due.delegate, after, due.days, due.now),
    ]


def _prepare(due: _Due) -> list[Write]:
    """Remind the coach and the delegate two working days before the meeting."""
    booked = due.meeting.booked
    if due.meeting.state is not MeetingState.BOOKED or booked is None or booked.starts <= due.now:
        return []
    both = (letters.PREPARE, letters.PREPARE_COACH)
    return emails.add_all(
        letters.meeting_email(kind, due.programme, due.delegate, due.meeting, due.now, good_until=booked.starts)
        for kind in both
    )


def _record(due: _Due) -> list[Write]:
    """Ask the coach to record the meeting, and notify the administrators three working days later."""
    if due.meeting.state is not MeetingState.BOOKED:
        return []
    if due.step:
        return _to_administrators(due, letters.NOT_RECORDED)
    return emails.add(letters.meeting_email(letters.RECORD, due.programme, due.delegate, due.meeting, due.now))


def _to_administrators(due: _Due, kind: EmailKind) -> list[Write]:
    return emails.add_all(
        letters.administrator_email(kind, due.programme, due.delegate, due.meeting, address, due.now)
        for address in administrator_rights.list_administrators(due.programme.id)
    )


STEPS: Mapping[str, Callable[[_Due], list[Write]]] = {
    "arrange": _arrange,
    "choose": _choose,
    "lapse": _lapse,
    "prepare": _prepare,
    "record": _record,
}
