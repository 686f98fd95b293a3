"""Every form of the code is a step of the year, or has a reason why not."""

from __future__ import annotations

import re

import pytest

from chalicelib.people.acts import ACTS as CHANGES
from tests.faults import recording
from tests.year import later  # noqa: F401 (its acts are declared)
from tests.year.world import ACTS

NO_STEP = {  # pattern of the route -> why
    r"/sign-in/.*|/sign-out|/code/.*|/admin/second-factor.*": "who gets in: tests/faults/test_sign_in.py",
    r"/admin/programme.*|/admin/start.*": "before the year: tests/admin/test_start.py",
    r"/admin/cohort/\{cohort_id\}/people.*|.*/change/add": "who joins late: tests/people/test_cohort.py",
    r".*/change/(discard|move-opens)": "only before the first email or the opening: tests/people/, tests/programme/",
    r"/nominate/.*|/approve/.*|.*/rater-approve": "lists of raters, which a year has from a file: tests/nominate/",
    r".*/(link|revoke-links|dismiss|confirm)": "an address or a link, and no state of the year: tests/admin/",
    r"/admin/cohort/\{cohort_id\}/many": "the same acts for several delegates at once: tests/people/test_many.py",
    r".*/person/\{delegate_id\}/settle": "only after a restore: tests/ownership/test_settle.py",
    r"/admin/work": "starts a failed job over: no job fails in a year (I19), so tests/faults/test_extensions.py",
    r".*/round/\{number\}": "mid-way rounds, which this programme has not: tests/pulse/test_rounds.py",
    r".*/(plan|ticks|hand-over|start|result|review|file|evidence)|/hub/\{token\}/report|/sponsor/\{token\}": "reads a "
    "document, or writes what no other thread reads: tests/areas/, tests/debrief/, tests/sponsor/",
}


def steps() -> set[str]:
    return {form for act in ACTS.values() for form in act.forms}


@pytest.mark.parametrize("form", sorted(recording.forms()))
def test_a_form_is_a_step_of_the_year_or_says_why_not(form):
    reasons = [why for pattern, why in NO_STEP.items() if re.fullmatch(pattern, form)]

    assert (form in steps()) != bool(reasons), "declare it in an act of tests/year/, or give a reason here"


def test_every_step_names_forms_that_there_are():
    assert steps() <= set(recording.forms())


def test_every_change_of_a_person_is_a_step():
    changes = {f"/admin/cohort/{{cohort_id}}/person/{{delegate_id}}/{change.id}" for change in CHANGES}
    assert {form for form in changes if not form.endswith(("/settle", "/rater-approve"))} <= steps()
