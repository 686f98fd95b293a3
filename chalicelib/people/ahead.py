"""What lies ahead of a delegate, and what a change of standing does to it: meetings, sessions, the impact survey."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from chalicelib.admin.survey_acts import Asked, give_time
from chalicelib.core.calendar import local_moment
from chalicelib.core.formatting import last_date
from chalicelib.core.model import Delegate, Pause, Wave
from chalicelib.core.schedule import held, title_of
from chalicelib.core.working_days import survey_job_at, working_days
from chalicelib.jobs.kinds import JobKind
from chalicelib.meetings.effects import cancel_outdated, end, first_check
from chalicelib.people.loaded import LoadedDelegate
from chalicelib.store import jobs, meetings, workshops
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.impact_surveys import surveys_from
from chalicelib.store.jobs import Job, JobState
from chalicelib.store.meetings import Meeting, MeetingKind, MeetingState
from chalicelib.store.table import Write
from chalicelib.workshops.change_sessions import notify_of_dates


def end_meetings(loaded: LoadedDelegate, now: datetime, *, start_again: bool, checked: bool) -> Iterator[Write]:
    """Cancel what is booked or offered, with the entries in both calendars.

    start_again   the meeting is still to come, at another time
    checked       whether the coach is reminded to offer times
    """
    for kind in MeetingKind:
        meeting = meetings.from_rows(loaded.rows, kind)
        yield from end(
            loaded.programme,
            loaded.delegate,
            meeting,
            now,
            start_again=start_again,
            checked=checked and start_again,
            closed=loaded.cohort.dates.closed,
        )


def cancel_reminders(loaded: LoadedDelegate) -> list[Write]:
    """Cancel emails that wait and name the time of a meeting that ends, its calendar entry included."""
    booked = [meetings.from_rows(loaded.rows, kind) for kind in MeetingKind]
    return [write for meeting in booked for write in cancel_outdated(loaded.delegate.id, meeting)]


def restart_meetings(loaded: LoadedDelegate, now: datetime) -> Iterator[Write]:
    """Remind the coach, from now on, of each meeting that waits for times. Reminders of before are over."""
    for kind in MeetingKind:
        before = meetings.from_rows(loaded.rows, kind)
        if before.state is MeetingState.WAITING and _is_due(loaded, before):
            after = replace(before, revision=before.revision + 1)
            yield meetings.save(loaded.delegate.id, before, after, now)
            days = working_days(loaded.programme.organisation, loaded.cohort.dates.closed)
            yield from first_check(loaded.delegate, after, days, now)


def _is_due(loaded: LoadedDelegate, meeting: Meeting) -> bool:
    """Return whether the meeting was asked for: the debrief is as soon as there is a report."""
    report = DelegateRecord(loaded.rows).find_report(Wave.BASELINE)
    is_unread = report is not None and not report.is_released
    return meeting.revision > 0 or (meeting.kind is MeetingKind.DEBRIEF and is_unread)


def send_calendar(loaded: LoadedDelegate, cause: str, now: datetime) -> list[Write]:
    """Bring the calendar to the sessions that the delegate comes to from now on."""
    who = loaded.delegate.id
    return notify_of_dates(loaded.cohort, loaded.programme, f"{cause}.{who}", now, only=[who])


def move_survey(loaded: LoadedDelegate, after: Delegate) -> list[Write]:
    """Move the opening of the impact survey, if it still waits."""
    due_at = survey_job_at(loaded.programme, loaded.cohort.dates, after.survey_days)
    waiting = waiting_survey(after.id)
    return [jobs.move(waiting.id, due_at)] if waiting and waiting.due_at != due_at else []


def extend_open_survey(loaded: LoadedDelegate, pause: Pause, now: datetime) -> Iterator[Write]:
    """Close an impact survey that is open later, by the length of a pause. Who has not answered is emailed after it.

    The raters’ one minute closes when it would: a pause does not stop who has a form.
    """
    surveys = tuple(survey for survey in surveys_from(loaded.rows) if survey.is_open and survey.closes_at > now)
    if not surveys:
        return
    asked = Asked(loaded.programme, loaded.delegate, surveys, None, loaded.days)
    last = last_date(asked.closes_at, loaded.days.zone) + (pause.until - pause.since)
    closes_at = local_moment(last + timedelta(days=1), 0, loaded.days.zone)
    yield from give_time(asked, closes_at, now, announced_at=loaded.days.morning(pause.until))


def waiting_survey(delegate_id: str) -> Job | None:
    """Return the job that opens the impact survey, unless it has run."""
    job = jobs.find(JobKind.IMPACT.job_id(delegate_id))
    return job if job and job.state is JobState.WAITING else None


def list_missed(loaded: LoadedDelegate, since: date, until: date) -> list[str]:
    """Return the titles of the sessions that took place between two days, the last one excluded."""
    every = workshops.list_sessions(loaded.cohort.id)
    return [title_of(loaded.programme, each, every) for each in held(every) if since <= each.plan.date < until]
