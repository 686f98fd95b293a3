"""What a delegate wrote between workshops comes back above the questions of the impact survey."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from chalicelib.impact.wrote_then import NO_NOTE
from chalicelib.store import impact_surveys
from chalicelib.store.assignments import Submission, Work, add_submission, save
from tests.journey.conftest import visitor
from tests.support import people
from tests.support.drain import drain

__all__ = ["visitor"]

MEASURES = [
    {
        "row": "18aa",
        "name": "Days to first visit",
        "unit": "days",
        "better": "down",
        "value": "26",
        "source": "Records",
    },
    {"row": "18ab", "name": "Visits missed", "unit": "%", "better": "down", "period": "March", "target": "5"},
]
VALUES = {
    "performance": {"measures": MEASURES, "experience": "x", "gap": "access", "change": "y"},
    "action": {"action": "One nurse reads each referral.", "state": "under_way", "happened": "Two weeks of chaos."},
}


@pytest.fixture
def survey(visitor, clock):
    """Return the link to the delegate's survey; two forms were submitted in time."""
    people.opened(clock)
    for assignment, values in VALUES.items():
        now = clock.now()
        work = Work("leading_others", assignment, now, state="submitted", submissions=1, submitted_at=now)
        new = Submission("leading_others", assignment, 1, now, values)
        people.write(save(people.dana(), work, None), add_submission(people.dana(), new))
    drain(clock.to(datetime.fromisoformat("2027-05-31T09:00:00Z")))
    drain(clock.advance(minutes=1))
    return people.link("dana delegate", "impact")


def stored() -> dict[str, str]:
    rows = impact_surveys.of_delegate(people.dana())
    return next(dict(survey.answers) for survey in impact_surveys.surveys_from(rows) if survey.role == "delegate")


def test_measures_begin_with_what_was_written_and_ask_only_for_now(visitor, survey):
    page = visitor.open(f"{survey}/part/measures").page

    then = visitor.said("wrote-then")
    assert "Monday 14 September 2026: Days to first visit: 26 days." in then
    assert "March, target 5." in then
    for name, value in (("1.name", "Days to first visit"), ("1.baseline", "26"), ("2.unit", "%")):
        assert f'name="measure.{name}" value="{value}"' in page
    assert 'name="measure.1.direction" value="down" checked' in page
    assert stored() == {}  # opening a page changes nothing


def test_what_was_filled_in_is_the_delegates_answer_once_saved_and_never_overwrites(visitor, survey):
    page = f"{survey}/part/measures"
    visitor.open(page).post(page, {"measure.1.name": "Days to visit", "measure.1.now": "17", "measure.1.unit": "days"})

    assert stored()["measure.1.name"] == "Days to visit"
    again = visitor.open(page).page
    assert 'name="measure.1.name" value="Days to visit"' in again
    assert 'name="measure.1.baseline" value=""' in again
    assert "wrote-then" in visitor.messages


def test_each_piece_of_work_says_when_it_was_submitted_or_that_there_is_no_note(visitor, survey):
    page = visitor.open(f"{survey}/part/work").page

    then = re.findall(r'data-message="wrote-then">(.*?)</div>', page)
    assert [NO_NOTE in lines for lines in then].count(True) == 5
    dated = [lines for lines in then if "Monday 14 September 2026" in lines]
    assert ["Two weeks of chaos." in lines for lines in dated] == [False, False, True]
    assert "Two weeks of chaos." in page
    assert "How far is it? Under way" in page


def test_the_line_manager_sees_none_of_it(visitor, survey):
    manager = people.link("mara manager", "impact")
    for url in [manager, *visitor.open(manager).links("/part/")]:
        assert "Two weeks of chaos" not in visitor.open(url).page
        assert "wrote-then" not in visitor.messages
