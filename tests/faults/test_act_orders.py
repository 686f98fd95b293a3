"""After an administrator's decisions about a delegate, in any order, the report can still be made."""

from contextlib import suppress
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chalicelib.core.clock
from chalicelib.admin import close_or_extend, remind
from chalicelib.admin.close_or_extend import CloseRefused
from chalicelib.admin.remind import ChaseRefused
from chalicelib.core.model import Wave, WaveState
from chalicelib.people import leave
from chalicelib.store import delegates, jobs
from tests.faults import scene
from tests.faults.scene import Scene
from tests.support import people
from tests.support.drain import drain

BY = "ada@example.org"
DANA = people.person("dana delegate").email
START = people.OPENING + timedelta(days=2)


def extend(now, step):
    close_or_extend.extend(people.COHORT, DANA, date(2026, 10, 5) + timedelta(days=step), now, BY)


ACTS = {
    "extend": extend,
    "close": lambda now, _: close_or_extend.close_now(people.COHORT, DANA, now, BY),
    "publish": lambda now, _: close_or_extend.publish_with_few_answers(people.COHORT, DANA, now, BY),
    "chase": lambda now, _: remind.remind_delegate(people.dana(), now, BY),
}
DECISIONS = ("extend", "close", "publish")
SHORT = [order for length in (1, 2, 3) for order in product(DECISIONS, repeat=length)]


@pytest.fixture(scope="module")
def opened():
    from tests.support import cloud

    cloud.switch_on()
    cloud.empty()
    yield Scene(scene.open_wave)
    cloud.empty()
    cloud.switch_off()
    chalicelib.core.clock.use(None)


def act_in_order(opened: Scene, order, jobs_run_between: bool) -> None:
    """Play acts in an order. One may be refused; its result must not block the next."""
    from tests.support import cloud

    cloud.empty()
    opened.lay_out()
    now = START
    for step, name in enumerate(order):
        now += timedelta(minutes=7)
        with suppress(CloseRefused, ChaseRefused):
            ACTS[name](now, step)
        if jobs_run_between:
            drain(now)
    now += timedelta(minutes=7)
    _, wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)
    if wave.state in (WaveState.OPEN, WaveState.HELD):
        close_or_extend.publish_with_few_answers(people.COHORT, DANA, now, BY)
    drain(now)
    _, wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)
    assert wave.state is WaveState.CLOSED, f"{wave.state.value} after {order}"
    assert jobs.failed() == []


@pytest.mark.parametrize("jobs_run_between", [True, False])
@pytest.mark.parametrize("order", SHORT, ids="-".join)
def test_after_any_order_of_decisions_the_report_is_made(opened, order, jobs_run_between):
    act_in_order(opened, order, jobs_run_between)


@given(order=st.lists(st.sampled_from(sorted(ACTS)), min_size=4, max_size=7), jobs_run_between=st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_a_long_order_of_acts_the_report_is_made(opened, order, jobs_run_between):
    act_in_order(opened, order, jobs_run_between)


@pytest.mark.parametrize("order", [(), ("extend",), ("close",), ("close", "extend"), ("publish", "extend")])
def test_after_any_order_a_delegate_can_be_withdrawn(opened, order):
    from tests.support import cloud

    cloud.empty()
    opened.lay_out()
    now = START
    for step, name in enumerate(order):
        now += timedelta(minutes=7)
        ACTS[name](now, step)
    leave.leave(people.dana(), now, BY)
    drain(now)

    assert delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].state is WaveState.WITHDRAWN
    assert jobs.failed() == []
