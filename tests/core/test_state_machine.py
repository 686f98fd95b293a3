"""Each thread's machine is complete, and refuses what it does not declare."""

from __future__ import annotations

from enum import StrEnum

import pytest

from chalicelib.core.state_machine import By, Machine, NotAllowed, Transition, load_machines
from chalicelib.emails.kinds import load_kinds

MACHINES = load_machines()


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"


DOOR = Machine(
    thread="Door",
    start=Door.OPEN,
    transitions=(Transition("shut", (Door.OPEN,), Door.SHUT, (By.COACH,)),),
    ends=(Door.SHUT,),
)


def test_an_act_leads_to_its_state():
    assert DOOR.move(Door.OPEN, "shut", By.COACH) is Door.SHUT
    assert DOOR.allows(Door.OPEN, "shut", By.COACH)


@pytest.mark.parametrize(
    ("state", "act", "by"),
    [(Door.SHUT, "shut", By.COACH), (Door.OPEN, "shut", By.DELEGATE), (Door.OPEN, "paint", By.COACH)],
)
def test_what_is_not_declared_is_refused(state, act, by):
    assert not DOOR.allows(state, act, by)
    with pytest.raises(NotAllowed):
        DOOR.move(state, act, by)


@pytest.mark.parametrize("thread", MACHINES)
def test_every_state_can_be_reached_and_left(thread):
    machine = MACHINES[thread]
    reached = {machine.start}
    for _ in machine.transitions:
        reached |= {step.after for step in machine.transitions if set(step.before) & reached}
    left = {state for step in machine.transitions for state in step.before}
    states = set(type(machine.start))
    assert reached == states, f"{thread}: nothing leads to {states - reached}"
    assert states - left == set(machine.ends), f"{thread}: the ends are {states - left}"


@pytest.mark.parametrize("thread", MACHINES)
def test_no_act_leads_to_two_states(thread):
    machine = MACHINES[thread]
    moves = [(step.act, before, by) for step in machine.transitions for before in step.before for by in step.by]
    assert len(moves) == len(set(moves))


@pytest.mark.parametrize("thread", MACHINES)
def test_every_email_of_a_transition_is_declared(thread):
    named = {name for step in MACHINES[thread].transitions for name in step.sends}
    assert named <= load_kinds().keys()
