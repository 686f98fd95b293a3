"""Which cells exist."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.model import RaterGroup
from chalicelib.results.layout import cells_heard
from chalicelib.results.partition import Cell
from tests.report.example import tiny_programme

GROUPS = tuple(RaterGroup(name, name.title(), 0, 20, named=False) for name in ("peer", "report", "other", "partner"))


def cells_of(counts: dict[str, int], groups: tuple[RaterGroup, ...], threshold: int) -> tuple[Cell, ...]:
    """By the first rule, of a version without behaviours_from."""
    return cells_heard(replace(tiny_programme(), groups=groups, threshold=threshold), counts)


COUNTS = st.dictionaries(st.sampled_from([group.id for group in GROUPS]), st.integers(0, 9))


@given(COUNTS, st.integers(3, 6))
def test_every_anonymous_cell_has_the_threshold_and_every_rater_at_most_one_cell(counts, threshold):
    cells = cells_of(counts, GROUPS, threshold)

    groups = [group for cell in cells for group in cell.groups]
    assert all(cell.n >= threshold and cell.n == sum(counts[g] for g in cell.groups) for cell in cells)
    assert len(groups) == len(set(groups))


@given(COUNTS, st.integers(3, 6))
def test_no_completed_rater_is_left_out_unless_no_one_can_be_shown(counts, threshold):
    cells = cells_of(counts, GROUPS, threshold)

    assert sum(cell.n for cell in cells) == (sum(counts.values()) if cells else 0)
    assert bool(cells) == (sum(counts.values()) >= threshold)


@pytest.mark.parametrize(
    ("counts", "cells"),
    [
        pytest.param({"peer": 4, "report": 5}, {"peer": 4, "report": 5}, id="large-groups-are-apart"),
        pytest.param({"peer": 5, "report": 2, "other": 2}, {"peer": 5, "report+other": 4}, id="small-ones-are-pooled"),
        pytest.param(
            {"peer": 6, "report": 5, "other": 2}, {"peer": 6, "report+other": 7}, id="a-pool-joins-the-smallest"
        ),
        pytest.param({"peer": 5, "report": 5, "other": 1}, {"peer+other": 6, "report": 5}, id="among-equals-the-first"),
        pytest.param({"peer": 1, "report": 5}, {"peer+report": 6}, id="ids-keep-programme-order"),
        pytest.param({"peer": 1, "report": 1, "other": 1}, {}, id="nothing-is-shown"),
        pytest.param({}, {}, id="no-one"),
    ],
)
def test_small_groups_are_merged_by_count_alone(counts, cells):
    assert {cell.id: cell.n for cell in cells_of(counts, GROUPS, 4)} == cells
