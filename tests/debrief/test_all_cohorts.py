"""A coach with delegates in many cohorts has one page and one sign-in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib.core.model import Wave
from chalicelib.links.kinds import COACH
from chalicelib.store import catalogue, cohorts, delegates, holds
from chalicelib.store.table import Missing, update
from tests.support import people

OTHERS = 9
COACHS = people.person("cleo coach").email


def add_cohort(cohort_id: str, title: str, coach=None, ended_before: int = 0) -> None:
    """Add a cohort with one delegate. ended_before: days before the first cohort ends."""
    first = cohorts.find(people.COHORT)
    dates = replace(first.dates, ends=first.dates.ends - timedelta(days=ended_before))
    other = replace(first, id=cohort_id, title=title, dates=dates)
    delegate = replace(delegates.find(people.dana()), id=f"{cohort_id}-dana", cohort_id=cohort_id, cohort_title=title)
    delegate = replace(delegate, coach=coach) if coach else delegate
    line = cohorts.add_line(delegate, Wave.BASELINE, people.CLOSE - timedelta(days=ended_before))
    people.write(cohorts.save(other, "x", 0), catalogue.add_cohort(other), line)


def test_one_sign_in_shows_every_cohort_of_the_coach(visitor, clock):
    people.opened(clock)
    coach = delegates.find(people.dana()).coach
    for place in range(OTHERS):
        add_cohort(f"cohort-{place}", f"Cohort {place}")
    add_cohort("strangers", "Strangers", people.person("another coach"))

    first = cohorts.find(people.COHORT)
    page = visitor.let_in(COACHS, clock.now()).open(f"{people.coach_url()}/cohorts").page
    assert visitor.status == 200
    assert all(f"Cohort {place}</a>" in page for place in range(OTHERS))
    assert first.title in page
    assert "Strangers" not in page
    for place in range(OTHERS):
        cohort = cohorts.find(f"cohort-{place}")
        assert visitor.open(COACH.url(cohort.id, coach, 1)).status == 200
        assert "/sign-in/" not in visitor.page


def test_a_cohort_whose_links_have_expired_is_left_out(visitor, clock):
    people.opened(clock)
    add_cohort("old", "Old cohort", ended_before=1000)

    page = visitor.let_in(COACHS, clock.now()).open(f"{people.coach_url()}/cohorts").page
    assert visitor.status == 200
    assert "Old cohort" not in page


def test_a_cohort_in_which_the_address_is_held_is_left_out(visitor, clock):
    people.opened(clock)
    add_cohort("held", "Held cohort")
    coach = delegates.find(people.dana()).coach
    people.write(
        holds.add(
            holds.make_hold("held", coach, clock.now() + timedelta(days=1), "administrator@example.org", "held-dana")
        )
    )

    page = visitor.let_in(COACHS, clock.now()).open(f"{people.coach_url()}/cohorts").page
    assert visitor.status == 200
    assert "Held cohort" not in page


@pytest.mark.made_up_rows
def test_a_hold_that_cannot_be_read_still_holds(visitor, clock):
    people.opened(clock)
    add_cohort("held", "Held cohort")
    coach = delegates.find(people.dana()).coach
    hold = holds.make_hold("held", coach, clock.now() + timedelta(days=1), "administrator@example.org", "held-dana")
    people.write(holds.add(hold))
    people.write(update(holds.key("held", hold.id), remove=["until"], refusal=Missing))

    page = visitor.let_in(COACHS, clock.now()).open(f"{people.coach_url()}/cohorts").page

    assert visitor.status == 200
    assert "Held cohort" not in page
