"""Every job that writes an email for a morning writes it before that morning: each reader gets one digest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.core.formatting import local_date
from chalicelib.core.working_days import BEFORE_EMAILS, working_days
from chalicelib.jobs.kinds import BY_ID, JobKind, morning_of
from chalicelib.meetings import emails as letters
from chalicelib.meetings.effects import AHEAD, first_check
from chalicelib.store import delegates, emails, jobs
from chalicelib.store.meetings import Meeting, MeetingKind
from tests.mornings.calendar import CLEO, DANA, run_until, utc
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.workshops import dates
from tests.workshops.registers import ZONE

FAR = utc("2029-01-01")
DAYS = working_days(people.programme().organisation)
AT_NINE = {  # kinds that open or make something at nine, and whose emails are no reminders of a morning
    JobKind.OPEN: "the questionnaire opens",
    JobKind.SUMMARY: "its email goes out on the next morning",
    JobKind.SEND_DATES: "a session may move shortly before; calendar entries are emails of their own in any case",
}


def test_a_coach_is_reminded_of_a_debrief_in_the_digest_of_the_morning(dated, clock):
    """The reminder is written by a job of the meeting, and another email waits for that morning already."""
    run_until(clock, "2026-09-15")
    dana, debrief = delegates.find(people.dana()), Meeting(MeetingKind.DEBRIEF)
    people.write(*first_check(dana, debrief, DAYS, clock.now()))
    (job,) = [queued_job for queued_job in jobs.waiting(FAR) if queued_job.kind == JobKind.MEETING.id]
    morning = job.due_at + AHEAD
    queued = letters.meeting_email(letters.PREPARE_COACH, people.programme(), dana, debrief, morning)
    people.write(*emails.add(queued))
    count = len(sent_emails(CLEO))
    drain(clock.to(job.due_at))
    assert sent_emails(CLEO)[count:] == [], "the morning has not come"
    drain(clock.to(morning))

    (email,) = sent_emails(CLEO)[count:]
    kinds = {item.partition("#")[0] for item in emails.find(email.row).items}
    assert kinds == {"meetings/arrange", "meetings/prepare_coach"}


def test_dates_wait_for_the_morning_on_which_they_go_out(aws, clock):
    dates.load(clock)
    drain(clock.now())
    count = len(sent_emails(DANA))
    drain(clock.to(dates.NEXT_MORNING - BEFORE_EMAILS))
    assert sent_emails(DANA)[count:] == []
    drain(clock.to(dates.NEXT_MORNING))

    assert {email.sent_at for email in sent_emails(DANA)[count:]} == {dates.NEXT_MORNING}


def test_no_job_writes_the_emails_of_a_morning_at_nine(dated, clock):
    at_nine = set()
    for day in ("2026-09-08", "2026-09-15", "2026-10-05", "2026-10-20"):
        run_until(clock, day)
        waiting = [queued_job for queued_job in jobs.waiting(FAR) if queued_job.kind in BY_ID]
        at_nine |= {
            BY_ID[waiting_job.kind]
            for waiting_job in waiting
            if DAYS.morning(local_date(waiting_job.due_at, ZONE)) == waiting_job.due_at
        }

    assert at_nine <= AT_NINE.keys()


@pytest.mark.parametrize("late", [timedelta(0), timedelta(minutes=3)])
def test_emails_of_a_job_that_runs_late_go_out_at_once(late):
    morning = utc("2026-09-15T08:00")
    job = JobKind.MORNING.job_of_morning("x", morning=morning)

    assert morning_of(job, job.due_at) == morning
    assert morning_of(job, morning + late) == morning + late
    assert morning_of(JobKind.MORNING.job("x", due_at=morning), job.due_at) == job.due_at, "of an earlier release"
