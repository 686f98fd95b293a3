"""What the sponsor's page shows before the first edition: every count is of five delegates or more."""

from __future__ import annotations

import re

import pytest

from chalicelib.links.kinds import SPONSOR
from chalicelib.sponsor.interim import load_interim
from chalicelib.store import assignments, cohorts, delegates
from chalicelib.store.assignments import WorkLine
from tests.support import people
from tests.support.drain import drain

NAMES = tuple(f"d{number} delegate" for number in range(7))
SUBMITTED = "Vision statement: {} of {} submitted"


@pytest.fixture
def loaded(visitor, clock):
    people.load(clock.now(), names=NAMES)
    drain(clock.now())
    return visitor


def lines():
    return list(cohorts.list_lines(people.COHORT))


def change(count: int, **put: object) -> None:
    for line in lines()[:count]:
        people.write(cohorts.change_line(delegates.find(line.delegate_id), put=put))


def submit(clock, count: int) -> None:
    for line in lines()[:count]:
        work = WorkLine(line.delegate_id, "leading_self", "vision", "submitted", clock.now(), submissions=1)
        people.write(assignments.save_line(people.COHORT, work))


def so_far(visitor, clock) -> str:
    visitor.let_in(people.SPONSOR.email, clock.now())
    page = visitor.open(SPONSOR.url(cohorts.find(people.COHORT))).page
    return " ".join(re.search('id="so-far".*?</section>', page, re.DOTALL)[0].split())


@pytest.mark.parametrize("count", range(8))
def test_no_count_of_fewer_than_five_delegates_is_shown(loaded, clock, count):
    change(count, debriefed_on="2026-10-20")
    submit(clock, count)

    page = so_far(loaded, clock)

    numbers = [int(number) for number in re.findall(r"<b>(\d+)</b>|: (\d+) of", page) for number in number if number]
    assert min(numbers) >= 5
    assert ("debrief" in page) == ("submitted" in page) == (count >= 5)
    if count >= 5:
        assert f"{count} of 7 submitted" in page


@pytest.mark.parametrize("stayed", [4, 5])
def test_who_stayed_is_not_counted_below_five(loaded, clock, stayed):
    change(len(NAMES) - stayed, withdrawn=True)

    counted = load_interim(cohorts.find(people.COHORT), people.programme())

    assert counted.stayed == (stayed if stayed >= 5 else None)
    assert ("stayed" in so_far(loaded, clock)) == (stayed >= 5)


def test_a_cohort_of_fewer_than_five_has_no_counts(visitor, clock):
    people.load(clock.now(), names=NAMES[:4])
    drain(clock.now())

    assert load_interim(cohorts.find(people.COHORT), people.programme()) is None
