"""A load whose work failed is run again by hand, perhaps after a later one: what is newer stays."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from chalicelib.core.model import Cohort, Wave
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.programme.load_programme import LoadRefused, load_programme
from chalicelib.results.layout import rule_of
from chalicelib.store import cohorts, delegates, jobs, programmes
from chalicelib.store.due import list_due
from tests.support import people
from tests.support.drain import run_row


def load(now, *entries, raters=None):
    rules = people.programme()
    cohort = Cohort(people.COHORT, "Autumn cohort", rules.id, rules.version, people.DATES, people.SPONSOR)
    load_cohort(cohort, rules, entries, raters or {}, now)


def run_load(number, now):
    rows_and_jobs = (
        (row, jobs.find(row["pk"].removeprefix("JOB#"))) for row in list_due(now) if row["kind"] == "enrol"
    )
    (wanted,) = [row for row, job in rows_and_jobs if job.about["load"] == str(number)]
    run_row(wanted, now)


def posts():
    loaded = (delegates.find(line.delegate_id) for line in cohorts.list_lines(people.COHORT))
    return {delegate.person.name: delegate.job_title for delegate in loaded}


def test_an_older_load_adds_new_names_and_corrects_no_one_that_a_later_one_named(aws, clock):
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


def test_a_cohort_keeps_the_publishing_rule_that_its_programme_was_stored_under(aws, clock):
    """The file has not changed, but the reader gives it fields that did not exist when it was stored."""
    file = replace(people.programme(), threshold=4, behaviours_from=5, comments_from=5)
    file = replace(file, groups=tuple(replace(group, heard_apart=False) for group in file.groups))
    before = replace(file, behaviours_from=0)

    assert load_programme(before, clock.now()) is True
    assert load_programme(file, clock.now()) is False

    assert rule_of(programmes.load(file.id, file.version)).number == 1
    assert load_programme(replace(file, version=file.version + 1), clock.now()) is True
    assert rule_of(programmes.load(file.id, file.version + 1)).number == 2
    with pytest.raises(LoadRefused, match="raise `version`"):
        load_programme(replace(file, threshold=3), clock.now())
