"""Forms that name a coach offer the coaches of the cohort. No script is needed."""

from __future__ import annotations

import re
from datetime import date

import pytest
from msgspec.structs import replace

from chalicelib.core.model import Cohort, CohortDates
from chalicelib.people.known_coaches import KNOWN, list_coaches
from chalicelib.people.planned import ActRefused
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import cohorts, delegates
from chalicelib.store.cohorts import lines_from
from tests.people import scene
from tests.people.scene import DANA, NEW_COACH, NORA
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain

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


# --- a transfer: coaches of the other cohorts ---------------------------------------------------------------------


def load_other(clock, cohort_id: str, coach: str) -> None:
    rules, days = people.programme(), CohortDates(date(2026, 10, 5), date(2026, 10, 30), date(2026, 12, 15))
    other = Cohort(cohort_id, f"{cohort_id.title()} cohort", rules.id, rules.version, days, None)
    entry = people.entry(f"{cohort_id} delegate")
    load_cohort(other, rules, (replace(entry, coach=people.person(coach)),), {}, clock.now())
    drain(clock.now())


@pytest.fixture
def elsewhere(visitor, clock):
    """Dana's questionnaire is not open yet; two other cohorts have a coach each."""
    people.load(clock.now())
    drain(clock.now())
    for cohort_id, coach in (("spring", "sue coach"), ("winter", "wim coach")):
        load_other(clock, cohort_id, coach)


SUE, WIM = (people.person(name).email for name in ("sue coach", "wim coach"))


def test_a_transfer_offers_the_coaches_of_the_other_cohorts_and_says_of_which(elsewhere, visitor, clock):
    admin = visitor.let_in_administrator(clock.now()).open(f"{COHORT}/person/{people.dana()}/transfer")

    assert (admin.status, options(admin.page)) == (200, ["", SUE, WIM])
    label_of = dict(re.findall(r'<option value="([^"]+)">([^<]+)', admin.page))
    assert ("Spring cohort" in label_of[SUE], "Winter cohort" in label_of[WIM]) == (True, True)


def test_who_is_transferred_gets_the_coach_who_is_chosen(elsewhere, visitor, clock):
    """The form holds the coach of now. The choice replaces them."""
    before = delegates.find(people.dana()).coach
    page = f"{COHORT}/person/{people.dana()}/transfer"
    admin = visitor.let_in_administrator(clock.now()).open(page)
    admin.post(page, {"cohort": "spring", KNOWN: SUE, **shown(before), "why": "asked"})
    assert admin.shows == "people/preview"
    admin.post(page, {"confirmed": "yes"})
    scene.settle(clock)

    after = delegates.find(people.dana())
    assert (after.cohort_id, after.coach) == ("spring", people.person("sue coach"))


@pytest.mark.parametrize("typed", [{KNOWN: WIM}, {KNOWN: SUE, "coach_name": "Una", "coach_email": "una@example.org"}])
def test_a_coach_of_a_third_cohort_and_a_choice_with_another_address_are_refused(elsewhere, clock, typed):
    with pytest.raises(ActRefused) as refused:
        scene.plan(clock, "transfer", cohort="spring", **typed)

    assert [fault.field for fault in refused.value.faults] == [KNOWN]


def test_a_transfer_without_a_choice_keeps_the_coach_or_takes_who_is_typed(elsewhere, clock):
    kept = scene.plan(clock, "transfer", cohort="spring", **{KNOWN: ""}, **shown(delegates.find(people.dana()).coach))
    other = scene.plan(clock, "transfer", cohort="spring", **{KNOWN: ""}, **NEW_COACH)

    assert [NORA in [recipient.email for recipient in planned.emails] for planned in (kept, other)] == [False, True]
