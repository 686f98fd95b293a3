"""State machines of the programme's threads: states, and who may move from one to another. Pure.

Each thread declares one machine next to its actions. docs/threads.md is drawn from the declarations.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from importlib import import_module
from pkgutil import walk_packages
from typing import Generic, TypeVar

from msgspec import Struct

State = TypeVar("State", bound=StrEnum)
PACKAGE = "chalicelib"


class By(StrEnum):
    """Who makes a transition."""

    DELEGATE = "delegate"
    COACH = "coach"
    MANAGER = "line manager"
    FACILITATOR = "facilitator"
    RATER = "rater"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"  # a job: a date has come, or another act needs it


class Transition(Struct, Generic[State], frozen=True):
    """One act that changes a state.

    act     the verb, such as "release"
    before  the states from which it is allowed
    after   the state that it leads to
    by      who may do it
    sends   names of the kinds of email that it sends
    """

    act: str
    before: tuple[State, ...]
    after: State
    by: tuple[By, ...]
    sends: tuple[str, ...] = ()


class NotAllowed(Exception):
    """The thread's state, or the person's role, does not allow this act."""

    def __init__(self, thread: str, act: str, state: StrEnum, by: By) -> None:
        super().__init__(f"{thread}: the {by.value} cannot {act} when it is {state.value}")
        self.act, self.state, self.by = act, state, by


class Machine(Struct, Generic[State], frozen=True):
    """The states of one thread of one delegate, or of one session, and the acts between them.

    thread       its name in docs/threads.md, such as "Debrief"
    start        the state in which each one begins
    transitions  in the order of the year
    ends         states that nothing leaves
    """

    thread: str
    start: State
    transitions: tuple[Transition[State], ...]
    ends: tuple[State, ...] = ()

    def move(self, state: State, act: str, by: By) -> State:
        """Return the state after an act. Raises NotAllowed."""
        transition = next((step for step in self.transitions if self._fits(step, state, act, by)), None)
        if transition is None:
            raise NotAllowed(self.thread, act, state, by)
        return transition.after

    def allows(self, state: State, act: str, by: By) -> bool:
        """Return whether someone may do an act now: pages offer only what is allowed."""
        return any(self._fits(step, state, act, by) for step in self.transitions)

    def before(self, act: str) -> tuple[State, ...]:
        """Return the states from which an act is allowed: conditions of a write name them."""
        return tuple(dict.fromkeys(state for step in self.transitions if step.act == act for state in step.before))

    @staticmethod
    def _fits(step: Transition[State], state: State, act: str, by: By) -> bool:
        return step.act == act and state in step.before and by in step.by


_declared: dict[str, Machine[StrEnum]] = {}


def declare_machine(machine: Machine[State]) -> Machine[State]:
    """Add a machine to those that docs/threads.md shows. Raises ValueError if the thread has one already."""
    if machine.thread in _declared:
        raise ValueError(f"two state machines are called {machine.thread}")
    _declared[machine.thread] = machine  # type: ignore[assignment]  # a registry of every type of state
    return machine


def load_machines() -> Mapping[str, Machine[StrEnum]]:
    """Return every machine by thread, for tests and docs. Imports all of chalicelib."""
    for module in walk_packages(import_module(PACKAGE).__path__, f"{PACKAGE}."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    return dict(sorted(_declared.items()))
