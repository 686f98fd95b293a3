"""Where mid-way rounds are, on a cohort's page: dates and counts of delegates, and nothing about raters."""

from __future__ import annotations

import re
from itertools import product

import pytest

from chalicelib.admin.rounds import WORDS, Group, group_of
from chalicelib.core.model import Wave
from chalicelib.core.state_machine import By
from chalicelib.pulse.machine import ROUND
from chalicelib.store.pulse_rounds import Round, RoundState, Why
from tests.pulse import rounds
from tests.pulse.rounds import CHECK, OPENS
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain

COHORT = f"{BASE_URL}/admin/cohort/{people.COHORT}"
NAMES = ("dana delegate", "dev delegate", "dora delegate")


def look(visitor, clock, number: int = 1) -> dict[str, int]:
    """Return the counts of one round on the page."""
    page = visitor.let_in_administrator(clock.now()).open(COHORT).page
    own = page.split(f'data-round="{number}"')[1].split("</div>")[0]
    return {group: int(count) for group, count in re.findall(r'data-group="([^"]+)"><b class="number">(\d+)', own)}


def test_a_round_ahead_shows_its_dates_and_reads_nothing(visitor, clock):
    rounds.load(clock)
    assert look(visitor, clock) == {}
    assert "Friday 16 October 2026" in visitor.page
    assert visitor.links("/dates")


def test_the_counts_follow_the_round_from_the_check_to_its_end(visitor, clock):
    rounds.load(clock, names=NAMES)
    drain(clock.to(CHECK))
    assert look(visitor, clock) == {Group.TO_CHECK: 3}
    assert len(visitor.links("/link?delegate=")) >= 3

    rounds.approve()
    rounds.approve(name="dev delegate")
    assert look(visitor, clock) == {Group.TO_CHECK: 1, Group.CHECKED: 2}
    drain(clock.to(OPENS))
    assert look(visitor, clock) == {Group.ASKED: 2, Group.NOT_HELD: 1}

    rounds.answer(clock, rating="6")
    drain(clock.to(rounds.found().closes_at))
    states = {rounds.found(name=name).state for name in NAMES[:2]}
    assert states == {RoundState.PUBLISHED, RoundState.TOO_FEW}  # no one answered about the second
    assert look(visitor, clock) == {Group.ENDED: 2, Group.NOT_HELD: 1}


def test_the_page_is_the_same_whether_raters_answered_or_not(visitor, clock):
    rounds.load(clock, names=NAMES[:2])
    drain(clock.to(CHECK))
    for name in NAMES[:2]:
        rounds.approve(name=name)
    drain(clock.to(OPENS))
    look(visitor, clock)
    before = visitor.page.split('id="rounds"')[1].split("</section>")[0]
    rounds.answer(clock, rating="6")
    look(visitor, clock)

    assert visitor.page.split('id="rounds"')[1].split("</section>")[0] == before


def test_a_cohort_without_rounds_shows_none(visitor, clock):
    people.opened(clock)
    visitor.let_in_administrator(clock.now()).open(COHORT)
    assert 'id="rounds"' not in visitor.page


@pytest.mark.parametrize(("state", "why"), [*product(RoundState, [None, *Why])])
@pytest.mark.usefixtures("aws")
def test_every_state_has_a_group_with_words(state, why):
    pulse_round = Round(rounds.id_of(), Wave.MIDWAY_1, state, CHECK, OPENS, why=why)
    assert WORDS[group_of(pulse_round)]


def test_no_act_of_an_administrator_is_missing_from_the_page():
    """The page offers none, because the machine has none."""
    assert not [transition for transition in ROUND.transitions if By.ADMINISTRATOR in transition.by]
