"""A programme that closes a questionnaire once no one is left to answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib.collect.decline import decline
from chalicelib.collect.questionnaire import parse_answer_link
from chalicelib.collect.submit_answers import submit
from chalicelib.core.model import Approver, Invitation, Wave, WaveState
from chalicelib.links import signing
from chalicelib.links.kinds import DECLINE
from chalicelib.store import delegates, jobs, reports
from tests.faults import scene
from tests.support import people
from tests.support.calls import count_calls
from tests.support.drain import drain

RULES = replace(people.programme(), id="closing-early", close_when_complete=True)
LOOK = timedelta(minutes=5)  # until the next sweep


@pytest.fixture
def asked(visitor, clock) -> list[Invitation]:
    """Four peers, the manager and the delegate; everyone has filled in the whole form, no one has sent it."""
    people.opened(clock, chosen=people.raters(4, 0), rules=RULES)
    for one in scene.asked():
        scene.fill_in(scene.link_of(one), "4", clock.now())
    return scene.asked()


def state() -> WaveState:
    return delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].state


def say_no(one: Invitation, clock) -> None:
    token = signing.token("decline", one.delegate_id, one.wave.value, one.id, str(one.link_version))
    decline(parse_answer_link(token, DECLINE), "no_time", clock.now())


def look(clock) -> None:
    drain(clock.now())
    drain(clock.advance(seconds=LOOK.seconds))


def test_the_last_answer_closes_and_the_report_is_made(asked, clock):
    for one in asked[:-1]:
        submit(scene.link_of(one), clock.now())
    look(clock)
    assert state() is WaveState.OPEN

    submit(scene.link_of(asked[-1]), clock.now())
    look(clock)
    assert state() is WaveState.CLOSED
    assert reports.find(people.dana(), Wave.BASELINE)
    drain(clock.to(people.CLOSE))
    assert jobs.failed() == []


def test_a_refusal_may_be_the_last_word(asked, clock):
    (peer, *_), others = [one for one in asked if one.group == "peer"], asked
    for one in others:
        if one != peer:
            submit(scene.link_of(one), clock.now())
    say_no(peer, clock)
    look(clock)

    assert state() is WaveState.HELD  # four answers where five are wanted: the administrator decides


def test_who_declined_first_can_send_what_they_had_saved(asked, clock):
    say_no(asked[0], clock)
    submit(scene.link_of(asked[0]), clock.now())
    for one in asked[1:]:
        submit(scene.link_of(one), clock.now())
    look(clock)

    assert state() is WaveState.CLOSED


def test_a_delegate_who_answers_before_choosing_raters_closes_nothing(visitor, clock):
    people.opened(clock, rules=RULES)
    (own,) = scene.asked()
    scene.fill_in(scene.link_of(own), "4", clock.now())
    submit(scene.link_of(own), clock.now())
    look(clock)

    assert state() is WaveState.OPEN


def test_people_who_are_chosen_and_not_yet_asked_are_waited_for(visitor, clock):
    rules = replace(RULES, id="approving-and-closing-early", raters_approved_by=Approver.COACH)
    people.opened(clock, chosen=people.raters(4, 0), rules=rules)
    choose = people.link("dana delegate", "nominate")
    visitor.open(choose).post(choose, {"group": "peer", "name": "New", "email": "new@example.org"})
    visitor.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
    for one in scene.asked():
        scene.fill_in(scene.link_of(one), "4", clock.now())
        submit(scene.link_of(one), clock.now())
    look(clock)
    assert state() is WaveState.OPEN

    approve = people.link("cleo coach", "approve")
    visitor.open(approve).post(approve, {"decision": "approve"})
    look(clock)
    new = scene.invitation("new")
    scene.fill_in(scene.link_of(new), "4", clock.now())
    submit(scene.link_of(new), clock.now())
    look(clock)
    assert state() is WaveState.CLOSED


def test_sending_is_three_calls_here_too(asked, clock):
    with count_calls() as calls:
        submit(scene.link_of(asked[0]), clock.now())

    assert calls.total() == 3
