"""The machine of attendance, the time for a register, and what a workshop comes to."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.state_machine import By, NotAllowed
from chalicelib.core.working_days import working_days
from chalicelib.store.attendance import AttendanceState as State
from chalicelib.store.attendance import had_workshop
from chalicelib.workshops.attendance import (
    ATTEND,
    ATTENDANCE,
    CATCH_UP,
    EXCUSE,
    EXPECT,
    IS_ABSENT,
    MARKS,
    MISS,
    REOPEN,
    SET_CATCH_UP,
    WORDS,
    Outcome,
    outcome,
    window_of,
)
from tests.support import people

DAYS = working_days(people.programme().organisation, [date(2026, 10, 16)])
STARTS, ENDS = (datetime.fromisoformat(f"2026-10-13T{hour}:30:00Z") for hour in ("08", "15"))
ACTS = [step.act for step in ATTENDANCE.transitions]


@pytest.mark.parametrize(
    ("state", "act", "by", "after"),
    [
        (State.EXPECTED, EXCUSE, By.ADMINISTRATOR, State.EXCUSED),
        (State.EXCUSED, EXPECT, By.ADMINISTRATOR, State.EXPECTED),
        (State.EXCUSED, ATTEND, By.FACILITATOR, State.ATTENDED),
        (State.EXPECTED, MISS, By.FACILITATOR, State.ABSENT),
        (State.ABSENT, SET_CATCH_UP, By.FACILITATOR, State.CATCH_UP),
        (State.CATCH_UP, CATCH_UP, By.FACILITATOR, State.CAUGHT_UP),
        (State.CAUGHT_UP, REOPEN, By.FACILITATOR, State.CATCH_UP),
        (State.CATCH_UP, ATTEND, By.ADMINISTRATOR, State.ATTENDED),
    ],
)
def test_what_may_be_recorded(state, act, by, after):
    assert ATTENDANCE.move(state, act, by) is after


@pytest.mark.parametrize(
    ("state", "act", "by"),
    [
        (State.EXPECTED, SET_CATCH_UP, By.FACILITATOR),  # absent first
        (State.EXPECTED, CATCH_UP, By.ADMINISTRATOR),
        (State.ABSENT, CATCH_UP, By.FACILITATOR),  # it was not agreed how
        (State.EXCUSED, EXPECT, By.FACILITATOR),
        (State.EXPECTED, MISS, By.DELEGATE),
        (State.EXPECTED, ATTEND, By.COACH),
    ],
)
def test_what_may_not(state, act, by):
    with pytest.raises(NotAllowed):
        ATTENDANCE.move(state, act, by)


def test_every_state_has_words_and_every_choice_of_the_register_an_act():
    assert WORDS.keys() == {*State}
    assert {*MARKS.values()} <= {*ACTS}


@given(st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from([By.FACILITATOR, By.ADMINISTRATOR])), max_size=12))
def test_only_someone_who_was_absent_catches_up(steps):
    state = State.EXPECTED
    for act, by in steps:
        before = state
        if ATTENDANCE.allows(state, act, by):
            state = ATTENDANCE.move(state, act, by)
        if state in (State.CATCH_UP, State.CAUGHT_UP):
            assert before in IS_ABSENT


def test_a_register_is_open_from_a_quarter_of_an_hour_before_until_ten_working_days_after():
    window = window_of(STARTS, ENDS, DAYS)

    assert window.opens_at == STARTS - timedelta(minutes=15)
    # the 13th is a Tuesday; ten working days later is the 28th, because the 16th is a day off
    assert window.closes_at == datetime.fromisoformat("2026-10-29T00:00:00+00:00")  # clocks went back on the 25th
    moments = {
        window.opens_at - timedelta(seconds=1): False,
        window.opens_at: True,
        window.closes_at - timedelta(seconds=1): True,
        window.closes_at: False,
    }
    assert {moment: window.is_open(moment) for moment in moments} == moments


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((), Outcome.NOT_YET),
        ((State.ATTENDED, State.EXPECTED), Outcome.NOT_YET),
        ((State.ATTENDED, State.ATTENDED), Outcome.ATTENDED),
        ((State.ATTENDED, State.CAUGHT_UP), Outcome.CAUGHT_UP),
        ((State.ATTENDED, State.CATCH_UP), Outcome.CATCHING_UP),
        ((State.ATTENDED, State.ABSENT), Outcome.PARTLY),
        ((State.PARTLY,), Outcome.PARTLY),
        ((State.EXCUSED, State.EXCUSED), Outcome.EXCUSED),
        ((State.EXCUSED, State.ABSENT), Outcome.ABSENT),
        ((State.ABSENT,), Outcome.ABSENT),
    ],
)
def test_what_the_sessions_of_a_workshop_come_to(states, expected):
    assert outcome(states) is expected


@pytest.mark.parametrize(
    ("states", "had"),
    [
        ((), True),
        ((State.ABSENT, State.ABSENT), False),
        ((State.EXCUSED, State.ABSENT), False),
        ((State.ABSENT, State.ATTENDED), True),
        ((State.CATCH_UP,), True),  # the tasks open once it is agreed how to catch up
        ((State.EXPECTED,), True),
    ],
)
def test_no_one_is_asked_about_a_workshop_that_they_did_not_have(states, had):
    assert had_workshop(states) is had
