"""Forms that name a coach offer the coaches of the cohort. No script is needed."""

from __future__ import annotations

import re

import pytest

from chalicelib.people.known_coaches import KNOWN, list_coaches
from chalicelib.people.planned import ActRefused
from chalicelib.store import cohorts, delegates
from chalicelib.store.cohorts import lines_from
from tests.people import scene
from tests.people.scene import DANA, NEW_COACH, NORA
from tests.support import people
from tests.support.cloud import BASE_URL

CLEO = people.person("cleo coach").email
COHORT = f"{BASE_URL}/admin/cohort/{people.COHORT}"


@pytest.fixture
def two(aws, clock):
    """Load two delegates, each with a coach of their own."""
    scene.open_cohort(clock, names=("dana delegate", "dora delegate"))
    scene.change(clock, "coach", address=people.person("dora delegate").email, **NEW_COACH)


def shown(coach) -> dict[str, str]:
    """Return what the form holds before anything is typed: the coach of now."""
    return {"coach_name": coach.name, "coach_email": coach.email}


def options(page: str) -> list[str]:
    (choice,) = re.findall(rf'<select id="{KNOWN}".*?</select>', page, re.DOTALL)
    return re.findall(r'<option value="([^"]*)"', choice)


def test_each_form_offers_the_coaches_of_the_cohort_and_someone_else(two, visitor, clock):
    admin, dana = visitor.let_in_administrator(clock.now()), people.dana()
    for path in (f"person/{dana}/coach", f"many?act=coach&ids={dana}", "change/add"):
        admin.open(f"{COHORT}/{path}")
        assert (admin.status, options(admin.page)) == (200, ["", CLEO, NORA]), path


def test_a_coach_who_is_chosen_takes_over_by_name_and_address(two, visitor, clock):
    before = delegates.find(people.dana()).coach
    page = f"{COHORT}/person/{people.dana()}/coach"
    admin = visitor.let_in_administrator(clock.now()).open(page)
    admin.post(page, {KNOWN: NORA, **shown(before), "why": "asked"})
    assert admin.shows == "people/preview"
    admin.post(page, {"confirmed": "yes"})
    scene.settle(clock)

    coach = delegates.find(people.dana()).coach
    assert (coach.name, coach.email) == ("Nora New", NORA)


def test_a_coach_who_is_typed_is_used_if_none_is_chosen(two, clock):
    planned = scene.plan(clock, "coach", **{KNOWN: "", "coach_name": "Una Other", "coach_email": "una@example.org"})

    assert "una@example.org" in [recipient.email for recipient in planned.emails]


@pytest.mark.parametrize(
    "typed",
    [
        {KNOWN: NORA, "coach_name": "Una Other", "coach_email": "una@example.org"},  # which of the two?
        {KNOWN: "gone@example.org", "coach_name": "", "coach_email": ""},
    ],
)
def test_a_choice_that_cannot_be_meant_is_refused_at_its_field(two, clock, typed):
    with pytest.raises(ActRefused) as refused:
        scene.plan(clock, "coach", **typed)

    assert [fault.field for fault in refused.value.faults] == [KNOWN]


def test_no_one_who_coaches_here_no_more_is_offered(two, clock):
    dora = next(line for line in lines_from(cohorts.rows(people.COHORT)) if line.email != DANA)
    people.write(cohorts.change_line(delegates.find(dora.delegate_id), put={"withdrawn": True}))

    assert [coach.email for coach in list_coaches(people.COHORT)] == [CLEO]
