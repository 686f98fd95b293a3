"""A cohort that was loaded without facilitators: the console leads to naming one, who waits once there is work."""

from __future__ import annotations

from msgspec.structs import replace

from chalicelib.people.cohort import find_cohort
from chalicelib.people.cohort_acts import find_cohort_act
from chalicelib.people.planned import Asking, perform
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import audit_events, cohorts, holds
from tests.people.scene import BY, NORA
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain

BARE = "bare"
DATES = f"{BASE_URL}/admin/cohort/{BARE}/dates"


def load(clock) -> None:
    people.load(clock.now())
    cohort = replace(cohorts.find(people.COHORT), id=BARE, title="Bare", facilitators=())
    load_cohort(cohort, people.programme(), (people.entry("dora delegate"),), {}, clock.now())
    drain(clock.now())


def name(clock, **typed: str):
    planned = find_cohort_act("facilitator").plan(find_cohort(BARE), typed, Asking(BY, clock.now(), "asked"))
    perform(planned, clock.now())
    drain(clock.now())
    return planned


def is_held(address: str) -> bool:
    return any(hold.person.email == address for hold in holds.from_rows(cohorts.rows(BARE)))


def test_the_preview_promises_a_wait_exactly_if_there_is_one(visitor, clock):
    load(clock)
    first = name(clock, name="Nora New", email=NORA)
    assert (first.effects, is_held(NORA)) == ((), False)

    second = name(clock, name="Otto Other", email="otto@example.org")
    assert (len(second.effects), is_held("otto@example.org")) == (1, True)


def test_the_first_one_waits_once_the_cohort_has_opened(visitor, clock):
    """Else one administrator reads what delegates have submitted within minutes, and no one is notified."""
    load(clock)
    clock.to(people.OPENING)
    first = name(clock, name="Nora New", email=NORA)

    assert (len(first.effects), is_held(NORA)) == (1, True)


def test_the_trail_says_who_was_named_first(clock, aws):
    load(clock)
    name(clock, name="Nora New", email=NORA)
    acts = [audit_events.say_line(row) for row in audit_events.of_cohort(BARE) if row["by"] == BY]

    assert [act.partition(" (")[0].endswith("from no one to Nora New") for act in acts] == [True]


def test_the_form_of_dates_leads_to_naming_a_facilitator(visitor, clock):
    load(clock)
    admin = visitor.let_in_administrator(clock.now()).open(DATES)
    assert 'data-message="no-facilitator"' in admin.page
    assert admin.open(admin.links("/change/facilitator")[0]).status == 200

    name(clock, name="Nora New", email=NORA)
    assert 'data-message="no-facilitator"' not in admin.open(DATES).page
