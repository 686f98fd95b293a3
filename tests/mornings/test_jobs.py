"""One job for each cohort wakes on planned mornings and each Monday, sends nothing twice, and ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib.core.working_days import BEFORE_EMAILS
from chalicelib.jobs.kinds import HANDLERS, label_of
from chalicelib.mornings import jobs as mornings
from chalicelib.mornings.jobs import LOOKS_UNTIL, list_planned, open_day, planned_job, run_morning
from chalicelib.programme.emails import FACILITATOR_NEW, about_cohort
from chalicelib.store import emails, jobs
from tests.mornings.calendar import DANA, MO, run_until, utc
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails, sent_rows

pytestmark = pytest.mark.usefixtures("dated")
FAR = utc("2029-01-01")


def waiting() -> list[str]:
    return [f"{job.due_at:%Y-%m-%d %H:%M}" for job in jobs.waiting(FAR) if job.kind == "morning"]


def test_acts_of_one_day_meet_in_one_job(clock):
    run_until(clock, "2026-09-09")

    assert waiting() == ["2026-09-14 07:50"]  # the Monday: nothing is planned before it


def test_the_job_goes_from_one_planned_morning_to_the_next_and_wakes_on_mondays(clock):
    run_until(clock, "2026-09-15")
    seen = waiting()
    for day in ("2026-09-22", "2026-09-23", "2026-10-06"):
        run_until(clock, day)
        seen += waiting()

    assert seen == ["2026-09-21 07:50", "2026-09-22 07:50", "2026-09-28 07:50", "2026-10-06 07:50"]


def test_what_a_job_writes_for_a_morning_goes_out_with_what_was_queued_for_it(clock):
    run_until(clock, "2026-09-22")
    day = open_day(people.COHORT, clock.now())
    morning = day.days.next_morning(clock.now())
    queued = about_cohort(
        FACILITATOR_NEW, day.programme, day.cohort, people.FACILITATOR.person, morning, clock.now(), replaces=""
    )
    people.write(*emails.add(queued))
    drain(clock.to(morning - BEFORE_EMAILS))
    before = sent_emails(MO)
    drain(clock.to(morning))

    (digest,) = sent_emails(MO)[len(before) :]
    kinds = {item.partition("#")[0] for item in emails.find(digest.row).items}
    assert kinds == {FACILITATOR_NEW.name, "workshops/prepare"}


def test_a_run_that_is_repeated_sends_nothing_twice(clock):
    run_until(clock, "2026-09-22")
    job = planned_job(people.COHORT, "2026-09-22", clock.now() - timedelta(days=1), clock.now())
    run_until(clock, "2026-09-23")
    before = sent_rows()

    run_morning(job, clock.now())
    run_until(clock, "2026-09-24")

    assert sent_rows()[len(before) :] == []
    assert [row for row, _ in before if row.startswith("workshops/joining")] != []


def test_it_ends_some_time_after_the_survey(clock):
    clock.to(open_day(people.COHORT, clock.now()).survey_closes_at + LOOKS_UNTIL + timedelta(days=7))

    drain(clock.now())

    assert waiting() == []


def test_a_job_of_an_earlier_version_still_runs():
    assert HANDLERS["workshop_emails"] is run_morning
    assert label_of("workshop_emails") == label_of("morning")


def test_a_job_of_a_cohort_that_is_gone_does_nothing(clock):
    job = planned_job("no-such-cohort", "1", clock.now(), clock.now())

    assert run_morning(job, clock.now()) == []


def test_an_email_to_an_address_that_takes_none_waits_for_another(clock, monkeypatch):
    monkeypatch.setattr(mornings, "list_suppressed", lambda _cohort: frozenset({DANA}))

    run_until(clock, "2026-09-23")

    assert [row for row, _ in sent_rows(DANA) if row.startswith("workshops/joining")] == []


def test_a_plan_says_who_reads_each_email(clock):
    planned = list_planned(open_day(people.COHORT, clock.now()))

    assert planned == sorted(planned, key=lambda email_plan: email_plan.at)
    assert {replace(email_plan, write=print).to.name for email_plan in planned} >= {
        "DELEGATE",
        "MANAGER",
        "FACILITATOR",
        "COACH",
    }
