"""What a delegate's page says of raters and steps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.milestones.progress import Progress, progress
from chalicelib.milestones.timeline import StepState, steps
from chalicelib.model import Invitation, InvitationState, Person, Wave, WaveState
from tests.support import people

ANSWERED, INVITED, REVOKED = InvitationState.ANSWERED, InvitationState.INVITED, InvitationState.REVOKED


def asked(group: str, count: int, answered: int = 0) -> list[Invitation]:
    one = Invitation("i", "d", Wave.BASELINE, group, Person("P", "p@example.org"), INVITED)
    return [replace(one, state=ANSWERED if n < answered else INVITED) for n in range(count)]


def seen(*groups: list[Invitation]) -> list[tuple[str, int, int]]:
    lines = progress(people.programme(), [one for group in groups for one in group])
    return [(line.title, line.invited, line.answered) for line in lines]


def test_a_group_with_enough_invited_is_counted_by_itself():
    assert seen(asked("peer", 4, 3), asked("direct_report", 5, 0)) == [("Peers", 4, 3), ("Direct reports", 5, 0)]


def test_smaller_groups_are_counted_together():
    found = seen(asked("peer", 6, 2), asked("direct_report", 3, 1), asked("other", 2, 2))
    assert found == [("Peers", 6, 2), ("Direct reports and other colleagues and partners", 5, 3)]


def test_a_few_by_themselves_are_not_counted_nor_is_anybody_shown_by_name():
    assert seen(asked("peer", 3, 2), asked("manager", 1, 1), asked("self", 1, 1)) == []


def test_who_was_taken_off_the_list_is_not_counted():
    gone = [replace(one, state=REVOKED) for one in asked("peer", 2)]
    assert seen(asked("peer", 4, 1), gone) == [("Peers", 4, 1)]


@given(
    st.dictionaries(
        st.sampled_from(["peer", "direct_report", "other"]), st.tuples(st.integers(0, 9), st.integers(0, 9))
    )
)
def test_no_total_stands_for_fewer_than_the_threshold_nor_can_one_be_worked_out(counts):
    lines: tuple[Progress, ...] = progress(
        people.programme(), [one for group, (n, done) in counts.items() for one in asked(group, n, min(n, done))]
    )
    invited = sum(n for n, _ in counts.values())

    assert all(line.invited >= people.programme().threshold for line in lines)
    assert sum(line.invited for line in lines) in (0, invited)
    assert all(0 <= line.answered <= line.invited for line in lines)


@pytest.mark.parametrize(
    ("wave", "known", "states"),
    [
        pytest.param(WaveState.PLANNED, {}, "now later later later", id="planned"),
        pytest.param(WaveState.OPEN, {}, "now later later later", id="open"),
        pytest.param(WaveState.CLOSED, {}, "done now later later", id="closed"),
        pytest.param(WaveState.CLOSED, {"released": True}, "done done now later", id="released"),
        pytest.param(WaveState.CLOSED, {"released": True, "asked": True}, "done done done now", id="surveyed"),
        pytest.param(
            WaveState.CLOSED, {"released": True, "asked": True, "told": True}, "done done done done", id="complete"
        ),
        pytest.param(WaveState.CLOSED, {"asked": True}, "done done done now", id="never-released"),
    ],
)
def test_a_delegate_is_at_one_step_at_most(wave, known, states):
    found = steps(wave, **{"released": False, "asked": False, "told": False, **known})

    assert " ".join(step.state for step in found) == states
    assert sum(step.state is StepState.NOW for step in found) <= 1
