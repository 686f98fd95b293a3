"""What a delegate's page says of raters and steps."""

from __future__ import annotations

import pytest

from chalicelib.core.model import AnswerCount, WaveState
from chalicelib.milestones.rater_progress import Progress, progress
from chalicelib.milestones.timeline import StepState, steps
from tests.support import people


def test_raters_are_told_as_they_were_counted_and_no_one_who_is_shown_by_name():
    parts = (
        AnswerCount(("manager",), 1, 1, named=True),
        AnswerCount(("peer", "direct_report"), 8, 4),
        AnswerCount(("other",), 6, 0),
    )

    assert progress(people.programme(), parts) == (
        Progress("Peers and direct reports", "4 or more of 8", 8, 4),
        Progress("Other colleagues and partners", "a few or none of 6", 6, 0),
    )


@pytest.mark.parametrize(
    ("wave", "known", "states"),
    [
        pytest.param(WaveState.PLANNED, {}, "now later later later", id="planned"),
        pytest.param(WaveState.OPEN, {}, "now later later later", id="open"),
        pytest.param(WaveState.CLOSED, {}, "done now later later", id="closed"),
        pytest.param(WaveState.CLOSED, {"released": True}, "done done now later", id="released"),
        pytest.param(WaveState.CLOSED, {"released": True, "asked": True}, "done done done now", id="surveyed"),
        pytest.param(
            WaveState.CLOSED,
            {"released": True, "asked": True, "is_answered": True},
            "done done done done",
            id="complete",
        ),
        pytest.param(WaveState.CLOSED, {"asked": True}, "done done done now", id="never-released"),
    ],
)
def test_a_delegate_is_at_one_step_at_most(wave, known, states):
    found = steps(wave, **{"released": False, "asked": False, "is_answered": False, **known})

    assert " ".join(step.state for step in found) == states
    assert sum(step.state is StepState.NOW for step in found) <= 1
