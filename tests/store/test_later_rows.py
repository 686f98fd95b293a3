"""Rows of a later version are read by this one, which passes over attributes that it does not know."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.core.model import Wave
from chalicelib.store import jobs, reports
from chalicelib.store.table import put_all, scan
from tests.journey.conftest import visitor  # noqa: F401 (a fixture)
from tests.journey.test_few_answers import answer
from tests.support import people
from tests.support.drain import drain

LATER = {"of_a_later_version": {"kind": "unknown", "many": [1, 2]}}


def test_a_cohort_goes_on_with_rows_that_a_later_version_has_written(visitor, clock):  # noqa: F811
    people.opened(clock, chosen=people.raters(6, 0))
    put_all([{**row, **LATER} for row in scan()])
    for number in range(6):
        answer(f"p{number}", "5", clock)
    put_all([{**row, **LATER} for row in scan()])
    drain(clock.to(people.CLOSE + timedelta(hours=2)))
    put_all([{**row, **LATER} for row in scan()])
    drain(clock.advance(days=3))

    assert reports.find(people.dana(), Wave.BASELINE)
    assert jobs.failed() == []
