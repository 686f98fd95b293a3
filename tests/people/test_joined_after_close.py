"""Who joins after the cohort's questionnaire has closed: they read the cohort's figures, and are in none of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.admin import close_or_extend
from chalicelib.collect.submit_answers import submit
from chalicelib.core.model import Wave, WaveState
from chalicelib.people.cohort import find_cohort
from chalicelib.people.cohort_acts import find_cohort_act
from chalicelib.people.planned import Asking, perform
from chalicelib.store import cohort_figures, cohorts, delegates, invitations, jobs, objects
from chalicelib.store.table import query
from tests.faults.scene import fill_in, link_of
from tests.people import scene
from tests.people.scene import BY
from tests.people.test_table_of_dates import JOINER, LENA
from tests.report.test_freeze_cohort import an_id, facts_of
from tests.report.test_freeze_cohort import close as store_answers
from tests.support import people
from tests.support.drain import drain

NAMES = tuple(f"dee {letter}" for letter in "abcde")  # as many as figures of a cohort need
RATERS = people.raters(4, 0)
DAYS = timedelta(days=13)  # of more time: the figures wait for five delegates that long


@pytest.fixture
def answered(aws, clock):
    """Four of five delegates were rated with a 4, and have closed; one has more time."""
    people.load(clock.now(), chosen=RATERS, names=NAMES)
    drain(clock.now())
    for name in NAMES[:-1]:
        store_answers(name, clock.now())
    drain(clock.to(people.OPENING))
    drain(clock.advance(minutes=1))
    close_or_extend.extend(people.COHORT, people.person(NAMES[-1]).email, people.DATES.closes + DAYS, clock.now(), BY)
    drain(clock.to(people.CLOSE))
    drain(clock.advance(hours=2))


def answer(name: str, rating: str, clock) -> None:
    for invitation in invitations.of_delegate(an_id(name), Wave.BASELINE):
        fill_in(link_of(invitation), rating, clock.now())
        submit(link_of(invitation), clock.now())
    drain(clock.now())


def close(name: str, clock) -> None:
    close_or_extend.close_now(people.COHORT, people.person(name).email, clock.now(), BY)
    settle(clock)
    assert delegates.find_with_wave(an_id(name), Wave.BASELINE)[1].state is WaveState.CLOSED


def settle(clock) -> None:
    """Let a weekend pass with what waits for it: an opening, a report, a document for the sponsor."""
    for _ in range(4):
        drain(clock.advance(days=1))


def join(clock) -> None:
    """Let Lena join, be rated with a 1 by everyone, and have her questionnaire closed."""
    asking = Asking(BY, clock.now(), "asked by phone")
    perform(find_cohort_act("add").plan(find_cohort(people.COHORT), JOINER, asking), clock.now())
    settle(clock)
    for rater in RATERS:
        typed = {"name": rater.person.name, "email": rater.person.email, "group": "peer"}
        scene.change(clock, "rater-add", address=LENA, **typed)
    drain(clock.advance(days=1))
    answer("lena late", "1", clock)
    close("lena late", clock)


def figures_of_cohort() -> dict[str, object]:
    """Return each document that is made, and each row of a cohort's figures."""
    documents = {name: objects.load(name) for folder in ("reports/", "sponsor/") for name in objects.list_names(folder)}
    rows = {
        row["sk"]: row for row in query(f"COHORT#{people.COHORT}") if row["sk"].startswith(("FIGURES#", "SUMMARY#"))
    }
    return documents | rows


def test_their_report_shows_the_frozen_figures_and_none_of_these_moves(answered, clock):
    answer(NAMES[-1], "4", clock)
    close(NAMES[-1], clock)
    before = figures_of_cohort()
    join(clock)
    after = figures_of_cohort()

    assert facts_of("lena late").cohort_means == facts_of(NAMES[0]).cohort_means != ()
    assert {name: after.get(name) for name in before} == before
    assert [name for name in after if name not in before and an_id("lena late") not in name] == []
    assert jobs.failed() == []


def test_figures_that_wait_for_someone_else_do_not_count_them_in(answered, clock):
    """Hers is the fifth questionnaire that closes: figures of five would be over her answers too."""
    join(clock)
    assert cohort_figures.find(people.COHORT, Wave.BASELINE) is None
    answer(NAMES[-1], "4", clock)
    close(NAMES[-1], clock)

    frozen = cohort_figures.find(people.COHORT, Wave.BASELINE)
    assert set(frozen.delegates) == set(map(an_id, NAMES))
    means = facts_of("lena late").cohort_means
    assert {(mean.delegates, mean.display) for mean in means if mean.cell == "self"} == {(5, "3.2")}, "without her 1"
    assert means == facts_of(NAMES[0]).cohort_means
    line = next(line for line in cohorts.list_lines(people.COHORT) if line.email == LENA)
    assert line.apart
