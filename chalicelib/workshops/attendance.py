"""The state machine of one delegate's attendance at one session, and what it means for a workshop. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from chalicelib.core.calendar import local_moment
from chalicelib.core.formatting import local_date
from chalicelib.core.state_machine import By, Machine, Transition, declare_machine
from chalicelib.core.working_days import WorkingDays
from chalicelib.store.attendance import IS_ABSENT
from chalicelib.store.attendance import AttendanceState as State

OPENS_BEFORE = timedelta(minutes=15)
CLOSES_AFTER_DAYS = 10  # working days after the session
ATTEND, ATTEND_PARTLY, MISS, EXCUSE, EXPECT = "attend", "attend in part", "miss", "excuse", "expect again"
SET_CATCH_UP, CATCH_UP, REOPEN = "say how to catch up", "catch up", "take back that they caught up"
MARKS = {
    State.ATTENDED: ATTEND,
    State.PARTLY: ATTEND_PARTLY,
    State.ABSENT: MISS,
    State.EXCUSED: EXCUSE,
    State.EXPECTED: EXPECT,
}  # what a register may say of a person -> the act
WORDS = {
    State.EXPECTED: "expected",
    State.EXCUSED: "excused",
    State.ATTENDED: "attended",
    State.PARTLY: "attended in part",
    State.ABSENT: "absent",
    State.CATCH_UP: "absent, catching up",
    State.CAUGHT_UP: "caught up",
}
RUNS = (By.FACILITATOR, By.ADMINISTRATOR)
EVERY = tuple(State)


def _all_but(*states: State) -> tuple[State, ...]:
    return tuple(state for state in EVERY if state not in states)


ATTENDANCE = declare_machine(
    Machine(
        thread="Attendance at a session",
        start=State.EXPECTED,
        transitions=(
            Transition(EXCUSE, _all_but(State.EXCUSED), State.EXCUSED, RUNS),
            Transition(EXPECT, (State.EXCUSED,), State.EXPECTED, (By.ADMINISTRATOR,)),
            Transition(ATTEND, _all_but(State.ATTENDED), State.ATTENDED, RUNS),
            Transition(ATTEND_PARTLY, _all_but(State.PARTLY), State.PARTLY, RUNS),
            Transition(MISS, _all_but(*IS_ABSENT), State.ABSENT, RUNS),
            Transition(SET_CATCH_UP, (State.ABSENT, State.CATCH_UP), State.CATCH_UP, RUNS, sends=("workshops/absent",)),
            Transition(CATCH_UP, (State.CATCH_UP,), State.CAUGHT_UP, RUNS),
            Transition(REOPEN, (State.CAUGHT_UP,), State.CATCH_UP, RUNS),
        ),
    )
)


class Window(Struct, frozen=True):
    """When the facilitator may fill in the register of a session; the administrator may at any time."""

    opens_at: datetime
    closes_at: datetime  # the first moment at which the facilitator may not

    def is_open(self, now: datetime) -> bool:
        return self.opens_at <= now < self.closes_at


def window_of(starts_at: datetime, ends_at: datetime, days: WorkingDays) -> Window:
    last = days.add(local_date(ends_at, days.zone), CLOSES_AFTER_DAYS)
    return Window(starts_at - OPENS_BEFORE, local_moment(last + timedelta(days=1), 0, days.zone))


class Outcome(StrEnum):
    """What one delegate has of a workshop, over all of its sessions."""

    NOT_YET = "not yet recorded"
    ATTENDED = "attended"
    PARTLY = "attended in part"
    CAUGHT_UP = "caught up"
    CATCHING_UP = "catching up"
    EXCUSED = "excused"
    ABSENT = "absent"


def outcome(states: Sequence[State]) -> Outcome:
    """Sum up the sessions of a workshop. What is not recorded yet counts first."""
    has = set(states)
    if not has or State.EXPECTED in has:
        return Outcome.NOT_YET
    if has <= {State.ATTENDED}:
        return Outcome.ATTENDED
    if has <= {State.ATTENDED, State.CAUGHT_UP}:
        return Outcome.CAUGHT_UP
    if State.CATCH_UP in has:
        return Outcome.CATCHING_UP
    if has & {State.ATTENDED, State.PARTLY, State.CAUGHT_UP}:
        return Outcome.PARTLY
    return Outcome.EXCUSED if has <= {State.EXCUSED} else Outcome.ABSENT
