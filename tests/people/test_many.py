"""Ticked delegates are changed together: each with its own preview, emails and line in the trail, as alone."""

from __future__ import annotations

import re

import pytest

from chalicelib.core.model import Cohort, Standing
from chalicelib.people import acts, many
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import audit_events, cohorts, delegates
from tests.people import scene
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails

COHORT = f"{BASE_URL}/admin/cohort/{people.COHORT}"
MANY = f"{COHORT}/many"
NAMES = ("dana delegate", "dev delegate", "dora delegate")
TYPED = {
    "coach": scene.NEW_COACH,
    "manager": scene.NEW_MANAGER,
    "pause": {"until": "2026-11-20", "reason": "leave"},
    "return": {},
    "transfer": {"cohort": "winter"},
}


@pytest.fixture
def admin(visitor, clock):
    scene.open_cohort(clock, names=NAMES)
    return visitor.let_in_administrator(clock.now())


def ids() -> dict[str, str]:
    return {line.name.lower(): line.delegate_id for line in cohorts.list_lines(people.COHORT)}


def ticked(*names: str) -> str:
    return "&".join(f"d.{ids()[name]}=yes" for name in names)


def form(admin, act: str, *names: str):
    return admin.open(f"{MANY}?act={act}&ids={','.join(ids()[name] for name in names)}")


def trail() -> list[tuple[str, str]]:
    return [(row["about"], row["act"]) for row in audit_events.of_cohort(people.COHORT) if row["by"] != "system"]


def test_ticks_lead_to_every_act_that_several_can_share(admin):
    assert f'formaction="{MANY}"' in admin.open(COHORT).page
    admin.open(f"{MANY}?{ticked(*NAMES[:2])}")
    assert re.findall(r'name="act" value="([^"]+)"', admin.page) == [act.id for act in many.OF_TICKED] == [*TYPED]


def test_another_coach_for_those_ticked_alone(admin, clock):
    two, count = NAMES[:2], len(sent_emails())
    form(admin, "coach", *two).post(MANY, {**scene.NEW_COACH, "why": "Cleo is on leave."})
    assert admin.page.count("data-plan") == 2
    assert len(sent_emails()) == count

    admin.post(MANY, {"confirmed": "yes"})
    scene.settle(clock)

    coaches = {name: delegates.find(delegate_id).coach.email for name, delegate_id in ids().items()}
    assert coaches == {NAMES[0]: scene.NORA, NAMES[1]: scene.NORA, NAMES[2]: scene.COACH}
    about = [who for who, act in trail() if "Cleo is on leave." in act]
    assert sorted(about) == sorted(ids()[name] for name in two)
    reached = {email for email, _ in scene.emails_since(count)}
    assert {scene.NORA, *(people.person(name).email for name in two)} <= reached
    assert scene.COACH not in reached  # no email has said yet that they are a coach


def test_pressing_twice_does_it_once(admin, clock):
    form(admin, "pause", *NAMES).post(MANY, TYPED["pause"])
    preview = admin.page
    for _ in range(2):
        admin.page = preview
        admin.post(MANY, {"confirmed": "yes"})
        assert admin.status == 200
        scene.settle(clock)

    assert {line.standing for line in cohorts.list_lines(people.COHORT)} == {Standing.PAUSED}
    assert sorted(who for who, act in trail() if act.startswith("changed the status")) == sorted(ids().values())


def test_who_left_since_the_preview_is_not_said_to_be_changed(admin, clock):
    form(admin, "pause", *NAMES[:2]).post(MANY, TYPED["pause"])
    page = admin.page
    scene.change(clock, "leave", address=people.person(NAMES[1]).email)
    admin.page = page
    admin.post(MANY, {"confirmed": "yes"})

    assert "done=changed-some" in admin.url
    assert "changed-some" in admin.messages


def test_who_was_left_out_of_the_preview_is_left_out_of_the_act(admin, clock):
    scene.change(clock, "pause", **TYPED["pause"])
    form(admin, "pause", *NAMES[:2]).post(MANY, TYPED["pause"])
    page = admin.page
    scene.change(clock, "return")
    admin.page = page
    admin.post(MANY, {"confirmed": "yes"})

    standing = {line.name.lower(): line.standing.value for line in cohorts.list_lines(people.COHORT)}
    assert (standing[NAMES[0]], standing[NAMES[1]]) == ("active", "paused")


def test_who_does_not_fit_is_left_out_by_name(admin, clock):
    scene.change(clock, "pause", **TYPED["pause"])
    form(admin, "return", *NAMES).post(MANY)
    assert admin.page.count("data-plan") == 1
    left_out = admin.page.partition("data-left-out")[2].partition("</ul>")[0]
    assert ("Dev Delegate" in left_out, "Dora Delegate" in left_out) == (True, True)


def test_several_move_to_another_cohort_and_keep_their_coaches(visitor, clock):
    people.load(clock.now(), names=NAMES)
    rules = people.programme()
    winter = Cohort("winter", "Winter cohort", rules.id, rules.version, people.DATES, None)
    load_cohort(winter, rules, (people.entry("wilma delegate"),), {}, clock.now())
    drain(clock.now())
    admin = visitor.let_in_administrator(clock.now())
    form(admin, "transfer", *NAMES[:2]).post(MANY, TYPED["transfer"])
    assert admin.page.count("data-plan") == 2, admin.page
    admin.post(MANY, {"confirmed": "yes"})
    scene.settle(clock)

    moved = {line.name.lower() for line in cohorts.list_lines("winter") if line.standing is Standing.ACTIVE}
    assert moved == {*NAMES[:2], "wilma delegate"}
    assert {delegates.find(line.delegate_id).coach.email for line in cohorts.list_lines("winter")} == {scene.COACH}


@pytest.mark.parametrize("act", [act.id for act in many.OF_TICKED if act.fields is not acts._none])
def test_a_fault_is_shown_at_its_field_and_nothing_changes(admin, act):
    if act == "transfer":
        pytest.skip("there is no other cohort here; its form is refused before")
    before = [delegates.find(delegate_id) for delegate_id in ids().values()]
    form(admin, act, *NAMES[:2]).post(MANY, {"confirmed": "yes"})
    assert (admin.status, "data-plan" in admin.page) == (400, False)
    assert 'class="error"' in admin.page
    assert [delegates.find(delegate_id) for delegate_id in ids().values()] == before


def test_too_many_are_refused_before_anything_is_read(admin):
    admin.open(f"{MANY}?act=coach&ids={','.join(f'd{n}' for n in range(many.MAX_AT_ONCE + 1))}")
    assert admin.status == 400


def test_no_tick_changes_nothing_and_says_so(admin):
    assert "no-tick" in admin.open(MANY).messages


def test_an_unknown_act_is_no_page(admin):
    assert form(admin, "rater-remove", NAMES[0]).status == 404
