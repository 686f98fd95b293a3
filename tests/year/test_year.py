"""A year of a cohort: acts of everyone in any order, lost and doubled jobs, and what must hold after each step."""

from __future__ import annotations
import __future__

import importlib
import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from msgspec import Struct

import chalicelib.core.clock
from tests.support import cloud
from tests.support.clock import Clock
from tests.support.effort import FACTOR
from tests.support.world import World, put_back, take
from tests.year import after_report, stages  # noqa: F401 (its checks are declared)
from tests.year.invariants import CHECKS, check_all, check_one
from tests.year.mutations import CLOSED, MUTATIONS, OPENING, SURVEY, all_rules
from tests.year.world import ACTS, Year

RUNS, PARTS = 100, 10  # from each stage in `make prove` without SHARE, in as many tests: processors share them
OTHERS = sorted(name for name in ACTS if name != "days")


class Begun(Struct):
    """Where years begin; each place is laid out once, when it is asked for."""

    laid_out: dict[str, tuple[World, Year]] = {}

    def start(self, stage: str) -> Year:
        if stage not in self.laid_out:
            cloud.empty()
            clock = Clock()
            chalicelib.core.clock.use(clock.now)
            year = STAGES[stage](clock)
            self.laid_out[stage] = take(), year
        world, year = self.laid_out[stage]
        put_back(world)
        clock = Clock(year.clock.now())
        chalicelib.core.clock.use(clock.now)
        return year.again(clock)


STAGES = {OPENING: stages.at_opening, SURVEY: stages.before_survey}


@pytest.fixture(scope="module")
def begun() -> Iterator[Begun]:
    cloud.switch_on()
    yield Begun()
    cloud.empty()
    cloud.switch_off()
    chalicelib.core.clock.use(None)


def machine(begun: Begun, stage: str) -> type[RuleBasedStateMachine]:
    class Programme(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.year = begun.start(stage)

        @rule(name=st.sampled_from(OTHERS), place=st.integers(0, 5), which=st.integers(0, 30), jobs=JOBS)
        def act(self, name: str, place: int, which: int, jobs: str) -> None:
            self.year.do(name, place, which, jobs)

        @rule(which=st.integers(0, 9), jobs=JOBS)
        def wait(self, which: int, jobs: str) -> None:
            self.year.do("days", 0, which, jobs)

        @invariant()
        def holds(self) -> None:
            check_all(self.year)

    return Programme


JOBS = st.sampled_from(["", "", "twice", "lost"])
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def play(begun: Begun, stage: str, runs: int, steps: int, *, same: bool = False) -> None:
    """Play some runs. same: the same ones each time, so that `make test` is red for a change and not by chance."""
    chosen = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        derandomize=same,
        suppress_health_check=QUIET,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shorten an example takes hours
        print_blob=True,
    )
    run_state_machine_as_test(machine(begun, stage), settings=chosen)


def test_a_few_weeks_of_any_acts_break_no_promise(begun):
    play(begun, OPENING, runs=2, steps=5, same=True)


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("stage", STAGES)
def test_a_year_of_any_acts_breaks_no_promise(begun, stage, part):
    play(begun, stage, runs=max(1, round(RUNS / PARTS * FACTOR)), steps=50)


# --- each invariant notices when its rule is taken out ------------------------------------------------------------


@contextmanager
def without_rule(place: str, before: str, after: str) -> Iterator[None]:
    """Change a function where everyone uses it: its code is replaced, not its name."""
    module, _, path = place.partition(":")
    function = importlib.import_module(module)
    for name in path.split("."):
        function = getattr(function, name)
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(before) == 1, f"{place} has changed: change the mutation"
    made = dict(function.__globals__)
    flags = __future__.annotations.compiler_flag
    exec(compile(source.replace(before, after), place, "exec", flags, dont_inherit=True), made)  # noqa: S102
    kept, function.__code__ = function.__code__, made[function.__name__].__code__
    try:
        yield
    finally:
        function.__code__ = kept


def play_acts(year: Year, acts, name: str) -> None:
    """Play a script and check one invariant after each act: all of them take as long as the script."""
    for step in acts:
        year.do(*step)
        check_one(year, name)


def stage_of(rule: tuple[Any, ...]) -> str:
    return (*rule, OPENING)[4]


def _mark(name: str, rule: tuple[Any, ...]) -> object:
    """Scripts in which days pass take a while: `make prove` plays them."""
    is_long = stage_of(rule) == SURVEY or any(step[0] in ("days", "months") for step in rule[3])
    return pytest.param(name, rule, marks=[pytest.mark.prove] if is_long else [], id=f"{name}: {rule[0]}")


@pytest.mark.parametrize(("name", "rule"), [_mark(*each) for each in all_rules()])
def test_an_invariant_fails_when_its_rule_is_taken_out(begun, name, rule):
    place, before, after, acts = rule[:4]
    stage = stage_of(rule)
    play_acts(begun.start(stage), acts, name)
    with without_rule(place, before, after), pytest.raises(AssertionError, match=f"^{name}: "):
        play_acts(begun.start(stage), acts, name)


@pytest.mark.prove
def test_a_debrief_that_no_one_records_is_missed_in_the_list_too(begun):
    """I15 has two rules: the other one is in MUTATIONS."""
    name = next(name for name in MUTATIONS if name.startswith("I15 "))
    acts = [*CLOSED, ("enter_time", 0, 0), *[("days", 0, 9)] * 5]
    play_acts(begun.start(OPENING), acts, name)
    rule = ("chalicelib.admin.overdue:_may_wait", "return is_active and", "return False and")
    with without_rule(*rule), pytest.raises(AssertionError, match="not recorded"):
        play_acts(begun.start(OPENING), acts, name)


def test_each_invariant_has_a_mutation():
    assert CHECKS.keys() == MUTATIONS.keys()
