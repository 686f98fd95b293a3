"""A load whose work failed is run again by hand, perhaps after a later one: what is newer stays."""

from __future__ import annotations

from msgspec.structs import replace

from chalicelib.core.model import Cohort, Wave
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import cohorts, delegates, jobs
from chalicelib.store.due import list_due
from tests.support import people
from tests.support.drain import run_row


def load(now, *entries, raters=None):
    rules = people.programme()
    cohort = Cohort(people.COHORT, "Autumn cohort", rules.id, rules.version, people.DATES, people.SPONSOR)
    load_cohort(cohort, rules, entries, raters or {}, now)


def run_load(number, now):
    found = ((row, jobs.find(row["pk"].removeprefix("JOB#"))) for row in list_due(now) if row["kind"] == "enrol")
    (wanted,) = [row for row, job in found if job.about["load"] == str(number)]
    run_row(wanted, now)


def posts():
    found = (delegates.find(line.delegate_id) for line in cohorts.list_lines(people.COHORT))
    return {delegate.person.name: delegate.job_title for delegate in found}


def test_an_older_load_adds_whom_it_names_and_corrects_nobody_a_later_one_named(aws, clock):
    now = clock.now()
    dana, lee = people.entry("dana delegate"), people.entry("lee delegate")
    load(now, replace(dana, job_title="Nurse"), lee, raters={dana.person.email: people.raters(1, 0)})
    load(now, replace(dana, job_title="Matron"))

    run_load(2, now)
    run_load(1, now)

    assert posts() == {"Dana Delegate": "Matron", "Lee Delegate": lee.job_title}
    (line,) = [line for line in cohorts.list_lines(people.COHORT) if line.name == "Dana Delegate"]
    listed = delegates.find_nomination(line.delegate_id, Wave.BASELINE)
    assert [rater.person.name for rater in listed.raters] == ["Mara Manager", "P0"]
    assert listed.sent_raters == 2


def test_a_later_load_corrects_what_an_earlier_one_said(aws, clock):
    now = clock.now()
    dana = people.entry("dana delegate")
    load(now, replace(dana, job_title="Nurse"))
    load(now, replace(dana, job_title="Matron"))

    run_load(1, now)
    run_load(2, now)

    assert posts() == {"Dana Delegate": "Matron"}
