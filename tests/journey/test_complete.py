"""A programme that closes a questionnaire once no one is left to answer."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib.cli import parser
from chalicelib.collect.close_early import close_if_complete
from chalicelib.collect.decline import decline
from chalicelib.collect.questionnaire import parse_answer_link
from chalicelib.collect.submit_answers import submit
from chalicelib.core.clock import stamp
from chalicelib.core.model import Approver, Invitation, Wave, WaveState
from chalicelib.jobs.kinds import JobKind
from chalicelib.links import signing
from chalicelib.links.kinds import DECLINE
from chalicelib.people.acts import find_act
from chalicelib.people.planned import Asking, perform
from chalicelib.store import delegates, jobs, reports
from chalicelib.store.table import scan
from tests.faults import scene
from tests.people.scene import found
from tests.support import people
from tests.support.calls import count_calls
from tests.support.drain import drain

RULES = replace(people.programme(), id="closing-early", close_when_complete=True)
LOOK = timedelta(minutes=5)  # until the next sweep


@pytest.fixture
def asked(visitor, clock) -> list[Invitation]:
    """Four peers, the manager and the delegate; everyone has filled in the whole form, no one has sent it."""
    people.opened(clock, chosen=people.raters(4, 0), rules=RULES)
    for invitation in scene.asked():
        scene.fill_in(scene.link_of(invitation), "4", clock.now())
    return scene.asked()


def state() -> WaveState:
    return delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].state


def say_no(invited: Invitation, clock) -> None:
    token = signing.token("decline", invited.delegate_id, invited.wave.value, invited.id, str(invited.link_version))
    decline(parse_answer_link(token, DECLINE), "no_time", clock.now())


def look(clock) -> None:
    drain(clock.now())
    drain(clock.advance(seconds=LOOK.seconds))


def test_the_last_answer_closes_and_the_report_is_made(asked, clock):
    for invited in asked[:-1]:
        submit(scene.link_of(invited), clock.now())
    look(clock)
    assert state() is WaveState.OPEN

    submit(scene.link_of(asked[-1]), clock.now())
    look(clock)
    assert state() is WaveState.CLOSED
    assert reports.find(people.dana(), Wave.BASELINE)
    drain(clock.to(people.CLOSE))
    assert jobs.failed() == []


def test_a_refusal_may_be_the_last_word(asked, clock):
    (peer, *_), others = [invited for invited in asked if invited.group == "peer"], asked
    for other in others:
        if other != peer:
            submit(scene.link_of(other), clock.now())
    say_no(peer, clock)
    look(clock)

    assert state() is WaveState.HELD  # four answers where five are wanted: the administrator decides


def test_who_declined_first_can_send_what_they_had_saved(asked, clock):
    say_no(asked[0], clock)
    submit(scene.link_of(asked[0]), clock.now())
    for invited in asked[1:]:
        submit(scene.link_of(invited), clock.now())
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
    for invitation in scene.asked():
        scene.fill_in(scene.link_of(invitation), "4", clock.now())
        submit(scene.link_of(invitation), clock.now())
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


def test_who_is_asked_in_place_of_a_removed_rater_is_waited_for(asked, visitor, clock):
    """Their invitation may be a moment late, and the removed one must not make up the number."""
    remove = find_act("rater-remove")
    planned = remove.plan(found(), {"rater": "p0@example.org"}, Asking("ada@example.org", clock.now(), "left"))
    perform(planned, clock.now())
    look(clock)
    choose = people.link("dana delegate", "nominate")
    visitor.open(choose).post(choose, {"group": "peer", "name": "New", "email": "new@example.org"})
    visitor.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
    for invited in asked:
        if invited.rater.email != "p0@example.org":
            submit(scene.link_of(invited), clock.now())
    late = JobKind.COMPLETE.job("late", due_at=clock.now(), delegate=people.dana(), wave="baseline")

    assert close_if_complete(late, clock.now()) == []
    look(clock)  # the invitation is made
    new = scene.invitation("new")
    scene.fill_in(scene.link_of(new), "4", clock.now())
    submit(scene.link_of(new), clock.now())
    look(clock)
    assert state() is not WaveState.OPEN


def test_the_notice_of_too_few_answers_counts_no_one_who_was_removed(asked, clock):
    planned = find_act("rater-remove").plan(
        found(), {"rater": "p0@example.org"}, Asking("ada@example.org", clock.now(), "left")
    )
    perform(planned, clock.now())
    drain(clock.to(people.CLOSE))
    drain(clock.advance(days=3))
    (notice,) = [email for email in scan() if email["pk"].startswith("MAIL#report/too_few#")]

    assert notice["words"]["invited"] == str(len(asked) - 2)  # the delegate's own is not counted either


def test_sending_is_three_calls_here_too(asked, clock):
    with count_calls() as calls:
        submit(scene.link_of(asked[0]), clock.now())

    assert calls.total() == 3


def test_an_operator_sees_a_job_for_each_answer(asked, clock, capsys):
    """docs/threat-model.md, “An operator with a shell”."""
    for invited in asked[:3]:
        submit(scene.link_of(invited), clock.advance(minutes=1))
    assert parser.main(["jobs", "due", "--by", stamp(clock.advance(minutes=5)), "--json"]) == 0
    waiting = json.loads(capsys.readouterr().out)["waiting"]
    listed = [job for job in waiting if job["id"].startswith("complete#")]

    assert len(listed) == 3
    assert len({job["due_at"] for job in listed}) == 3
