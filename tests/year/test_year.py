"""A year of a cohort: acts of everyone in any order, lost and doubled jobs, and what must hold after each step."""

from __future__ import annotations
import __future__

import importlib
import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

import chalicelib.core.clock
from tests.people import scene
from tests.support import cloud, people
from tests.support.clock import Clock
from tests.support.effort import FACTOR
from tests.support.world import World, put_back, take
from tests.year.invariants import CHECKS, check_all
from tests.year.world import ACTS, NAMES, Year

RUNS = 8  # in `make prove` without SHARE
OTHERS = sorted(name for name in ACTS if name != "days")


class Begun:
    """The cohort on the morning of its opening; laid out once."""

    world: World
    clock: Clock


@pytest.fixture(scope="module")
def begun() -> Iterator[Begun]:
    cloud.switch_on()
    cloud.empty()
    found = Begun()
    found.clock = Clock()
    chalicelib.core.clock.use(found.clock.now)
    scene.open_cohort(found.clock, chosen=people.raters(4, 1), names=NAMES)
    found.world = take()
    yield found
    cloud.empty()
    cloud.switch_off()
    chalicelib.core.clock.use(None)


def start(begun: Begun) -> Year:
    put_back(begun.world)
    clock = Clock(begun.clock.now())
    chalicelib.core.clock.use(clock.now)
    return Year(clock)


def machine(begun: Begun) -> type[RuleBasedStateMachine]:
    class Programme(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.year = start(begun)

        @rule(name=st.sampled_from(OTHERS), place=st.integers(0, 2), which=st.integers(0, 30), jobs=JOBS)
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


def play(begun: Begun, runs: int, steps: int, *, same: bool = False) -> None:
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
    run_state_machine_as_test(machine(begun), settings=chosen)


def test_a_few_weeks_of_any_acts_break_no_promise(begun):
    play(begun, runs=2, steps=5, same=True)


@pytest.mark.prove
def test_a_year_of_any_acts_breaks_no_promise(begun):
    play(begun, runs=round(RUNS * FACTOR), steps=50)


# --- each invariant notices when its rule is taken out ------------------------------------------------------------

CLOSED = [("answer_all", 0), ("answer_all", 1), ("close", 0), ("close", 1), ("days", 0, 4)]
CLAIM = """\
one_of("state", [EmailState.QUEUED, EmailState.SENDING]),
                either(equals("state", EmailState.QUEUED), again),
                either(at_most("due_at", now), again),"""
MUTATIONS = {  # invariant -> function, what it says, what it says instead, acts
    "an email goes once": (
        "chalicelib.store.emails:claim",
        CLAIM,
        "",
        [("change_coach", 0, 0, "twice"), ("days", 0, 3, "twice")],
    ),
    "an answer that was sent counts once": (
        "chalicelib.store.invitations:remove",
        'changes = {**NOTHING_SAVED, "state": InvitationState.REVOKED, "reason": "", "sealed": False}',
        'changes, SENT_FIELDS = {"reason": ""}, ()',
        [("answer_all", 0), ("remove", 0, 0), ("publish", 0), ("days", 0, 1)],
    ),
    "I1 an old link opens nothing": (
        "chalicelib.debrief.caseload:open_case",
        " or coach not in coach_ids(cohort_id, delegate.coach.email)",
        "",
        [("change_coach", 0)],
    ),
    "I2 notes are served to their writer only": (
        "chalicelib.debrief.caseload:_notes",
        "notes = notes_from(rows, now)",
        'notes = next((notes_from(rows, row["sk"][6:]) for row in rows if row["sk"].startswith("NOTES#")), None)',
        [("write_notes", 0), ("change_coach", 0)],
    ),
    "I7 what is released keeps its bytes": (
        "chalicelib.ownership.erase_person:_delete_with_documents",
        "kind.folder_of(key_of(row))",
        "'reports/'",
        [*CLOSED, ("release", 1), ("leave", 0), ("erase_delegate", 0)],
    ),
    "I8 a corrected address sees no saved answers": (
        "chalicelib.store.invitations:_change_link",
        " | NOTHING_SAVED",
        "",
        [("save", 0, 0), ("correct", 0, 0)],
    ),
    "I9 a pack holds no address of another person": (
        "chalicelib.admin.person_export:_delegates_part",
        "name: _by_role(value, email) for",
        "name: value for",
        [("save", 0, 0), ("save", 1, 0), ("change_coach", 0)],
    ),
    "I10 after an erasure nothing names the person": (
        "chalicelib.ownership.redact:redact",
        "ERASED_ADDRESS if value == email else value",
        "value",
        [("erase_rater", 0, 0)],
    ),
    "I12 no email about someone who is paused or left": (
        "chalicelib.emails.send:_is_paused",
        'now < paused.get(held.about.get("delegate", ""), now)',
        "False",
        [("pause", 0, 29), ("days", 0, 9), ("days", 0, 9)],
    ),
    "I13 one digest a day, and nothing planned on a day off": (
        "chalicelib.core.working_days:WorkingDays.is_working",
        "return day.weekday() not in self.weekend and day not in self.days_off",
        "return True",
        [("answer_all", 1), ("days", 0, 9), ("days", 0, 9)],
    ),
    "I14 sequences of calendar entries rise": (
        "chalicelib.workshops.notices:_Made.notice",
        "sequence=seat.entry.sequence + 1",
        "sequence=0",
        [("move_session", 0, 1), ("days", 0, 3), ("move_session", 1, 2), ("days", 0, 3)],
    ),
    "I16 too few answers wait for a decision": (
        "chalicelib.collect.close_wave:_needs_decision",
        "return has_too_few_answers(programme, invited)",
        "return False",
        [("answer", 0, 0), ("close", 0), ("days", 0, 0)],
    ),
    "I17 a change of a person has a line in the trail": (
        "chalicelib.people.raters:_removal_writes",
        "yield audit_events.add(",
        "audit_events.add(",
        [("remove", 0, 0)],
    ),
    "I19 no job fails": (
        "chalicelib.collect.close_wave:_verify",
        "if answered != stored:",
        "if True:",
        [("answer_all", 0), ("close", 0), ("days", 0, 4)],
    ),
}


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


def play_acts(year: Year, acts) -> None:
    for one in acts:
        year.do(*one)
        check_all(year)


def _mark(name: str) -> object:
    """Scripts in which days pass take a while: `make prove` plays them."""
    is_long = any(one[0] == "days" for one in MUTATIONS[name][3])
    return pytest.param(name, marks=[pytest.mark.prove] if is_long else [])


@pytest.mark.parametrize("name", [_mark(name) for name in MUTATIONS])
def test_an_invariant_fails_when_its_rule_is_taken_out(begun, name):
    place, before, after, acts = MUTATIONS[name]
    play_acts(start(begun), acts)
    with without_rule(place, before, after), pytest.raises(AssertionError, match=f"^{name}: "):
        play_acts(start(begun), acts)


def test_each_invariant_has_a_mutation():
    assert CHECKS.keys() == MUTATIONS.keys()
