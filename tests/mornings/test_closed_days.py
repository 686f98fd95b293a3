"""Reminders of questionnaires, reports and meetings do not go out on the cohort's own days off."""

from __future__ import annotations

import ast
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

import chalicelib
from chalicelib.core.model import Cohort, Wave
from chalicelib.core.working_days import BEFORE_EMAILS
from chalicelib.impact.result.jobs import plan_result
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import delegates, emails, jobs, meetings
from chalicelib.store.meetings import MeetingKind
from chalicelib.store.waiting_emails import list_waiting
from tests.mornings.calendar import utc
from tests.support import people
from tests.support.drain import drain

CODE = Path(chalicelib.__file__).parent
CLOSED = (date(2026, 9, 25), date(2026, 9, 28), date(2026, 9, 29))


def load(clock, closed: tuple[date, ...] = CLOSED) -> None:
    rules, dates = people.programme(), replace(people.DATES, closed=closed)
    cohort = Cohort(people.COHORT, "Autumn", rules.id, rules.version, dates, people.SPONSOR)
    load_cohort(cohort, rules, (people.entry("dana delegate"),), {}, clock.now(), sessions=())
    drain(clock.now())


@pytest.fixture
def opened(aws, clock):
    load(clock)
    drain(clock.to(people.OPENING))


def test_reminders_of_the_questionnaire_avoid_the_days_off(opened):
    due = [email.due_at for email in list_waiting(people.dana()) if email.template == "collect/self_reminder"]

    assert due != []
    assert {moment.date() for moment in due}.isdisjoint(CLOSED)
    assert date(2026, 9, 24) in {moment.date() for moment in due}  # moved from the 25th to the working day before


def test_days_off_of_a_later_load_count_for_a_wave_that_is_planned(aws, clock):
    load(clock, ())
    load(clock)

    _, wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)
    assert wave.closed == CLOSED


def test_a_review_is_proposed_once_after_the_close_of_the_survey(aws, clock):
    from chalicelib.meetings.effects import start_review

    load(clock)
    delegate = delegates.find(people.dana())
    people.write(*start_review(delegate, utc("2026-09-23T23:00")))

    assert start_review(delegate, utc("2026-09-24T23:00")) == []  # the survey was opened and closed again
    (job,) = [queued_job for queued_job in jobs.waiting(utc("2027-01-01")) if queued_job.kind == "meeting"]
    assert f"{job.due_at:%Y-%m-%d}" == "2026-10-01"  # two working days after Thursday 24 September, over the days off
    drain(clock.to(job.due_at + BEFORE_EMAILS))
    review = meetings.find(delegate.id, MeetingKind.REVIEW)
    assert review.revision == 0
    sent = emails.find(f"meetings/propose#{delegate.id}#review#0#0")
    assert (sent.state, sent.to) == (emails.EmailState.SENT, delegate.coach)
    later = [queued_job for queued_job in jobs.waiting(utc("2027-01-01")) if queued_job.kind == "meeting"]
    assert [f"{planned_email.due_at:%Y-%m-%d}" for planned_email in later] == ["2026-10-06"]  # three working days later


def test_a_result_is_made_for_a_day_on_which_the_cohort_works(aws, clock):
    load(clock)
    delegate, closes_at = delegates.find(people.dana()), utc("2026-09-24T23:00")
    people.write(plan_result(people.programme(), delegate, closes_at, closes_at))

    (job,) = [queued_job for queued_job in jobs.waiting(utc("2027-01-01")) if queued_job.kind == "impact_result"]
    assert job.due_at.date() == date(2026, 9, 30)


OF_SEVERAL_COHORTS = {"admin/emails.py", "waves/lifecycle.py"}  # one email to an administrator about all of them


def test_every_use_of_working_days_counts_the_days_off_of_its_cohort():
    uses = {
        str(path.relative_to(CODE))
        for path in CODE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "working_days"
        if len(node.args) + len(node.keywords) < 2
    }
    assert uses == OF_SEVERAL_COHORTS
