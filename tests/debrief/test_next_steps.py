"""A caseload lists delegates who wait for the coach first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.model import AnswerCount, Person
from chalicelib.debrief.next_steps import STEPS, Owner, sort_by_next_step
from chalicelib.store.cohorts import DelegateLine, DelegateStatus

LINE = DelegateLine("id", "Ann", "ann@example.org", "Nursing", Person("Cleo", "cleo@example.org"), "coach")
lines = st.builds(
    replace,
    st.just(LINE),
    name=st.sampled_from(["Ann", "Ben", "Cas"]),
    stage=st.sampled_from(list(DelegateStatus)),
    debriefed_on=st.sampled_from(["", "2026-10-09"]),
    withdrawn=st.booleans(),
)


def test_every_stage_has_a_next_step():
    assert set(STEPS) == set(DelegateStatus)


@given(st.lists(lines, max_size=8))
def test_no_one_is_lost_and_the_coachs_turn_comes_first(found):
    needs = sort_by_next_step(found)

    assert sorted(need.line.name for need in needs) == sorted(line.name for line in found)
    assert [need.turn for need in needs] == sorted(need.turn for need in needs)
    mine = [need for need in needs if need.turn is Owner.COACH]
    assert all(need.line.stage is DelegateStatus.REPORT_READY and not need.line.withdrawn for need in mine)


def test_a_debrief_that_was_held_comes_before_a_report_to_be_read():
    held = replace(LINE, name="Zoe", stage=DelegateStatus.REPORT_READY, debriefed_on="2026-10-09")
    unread = replace(LINE, stage=DelegateStatus.REPORT_READY)
    counted = (AnswerCount(("manager",), 1, 1, named=True), AnswerCount(("peer",), 9, 4))
    collecting = replace(LINE, stage=DelegateStatus.COLLECTING, counted=counted)

    assert [(need.line.name, need.next_step) for need in sort_by_next_step([collecting, unread, held])] == [
        ("Zoe", "Debrief recorded: release the report"),
        ("Ann", "Read the report and hold the debrief"),
        ("Ann", "Feedback is being collected: 4 or more of 9 answers are in"),
    ]
