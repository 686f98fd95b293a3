"""An erasure takes nothing back that another act does while it runs, at whichever of its calls that is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.ownership import erase_person
from chalicelib.people import leave
from chalicelib.people.planned import ActRefused
from chalicelib.store import cohorts, delegates
from chalicelib.store.table import scan
from tests.faults import scene
from tests.faults.scene import Scene
from tests.support import people
from tests.support.interleave import play

COACH = people.person("cleo coach")
BY = "ada@example.org"


@pytest.mark.parametrize("first", [pytest.param(0, id="erasure-begins"), pytest.param(1, id="leaving-begins")])
def test_leaving_is_refused_or_stays_and_the_erased_coach_is_in_no_row(aws, clock, first):
    opened, now = Scene(scene.open_wave), clock.to(people.OPENING.replace(day=20))
    acts: list[Callable[[], object]] = [
        lambda: erase_person.erase(COACH.email, now),
        lambda: leave.leave(people.dana(), now, BY),
    ]
    step, last = 0, 1
    while step < last:
        opened.lay_out()
        outcomes, last = play(acts, first, step)

        refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        has_left = not refused
        assert not refused or (first == 1 and isinstance(refused[0], ActRefused)), f"at call {step}"
        assert delegates.find(people.dana()).withdrawn is has_left, f"at call {step}"
        assert cohorts.list_lines(people.COHORT)[0].withdrawn is has_left, f"at call {step}"
        assert [row["sk"] for row in scan() if COACH.email in str(row)] == [], f"at call {step}"
        step += 1
    assert step > 3
