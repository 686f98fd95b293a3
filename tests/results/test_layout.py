"""Which groups are heard together under the second rule: cells and blocks, from counts alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.model import RaterGroup
from chalicelib.results.comments import comment_cells
from chalicelib.results.layout import MAX_CELLS, cells_heard, layout, rule_of
from tests.report.example import by_second_rule, programme_of, tiny_programme

PROGRAMME = by_second_rule(tiny_programme(items=4))
WIDE = by_second_rule(
    tiny_programme(),
    groups=tuple(RaterGroup(name, name.title(), 0, 20, False, heard_apart=name == "b") for name in "abcdefg"),
)
COUNTS = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 9))


@pytest.mark.parametrize(
    ("completed", "cells", "blocks"),
    [
        ((5, 5, 2), "P+O D", "P+O D"),
        ((5, 5, 3), "P O D", "P+O D"),
        ((6, 3, 3), "P D O", "P D+O"),
        ((7, 4, 4), "P D O", "P D+O"),
        ((4, 3, 2), "P+O D", "P+D+O"),
        ((3, 3, 0), "P D", "P+D"),
        ((3, 2, 2), "P D+O", "P+D+O"),
        ((3, 3, 3), "P D O", "P+D+O"),
        ((6, 3, 0), "P D", "P+D"),
        ((3, 5, 0), "P D", "P+D"),
        ((3, 5, 1), "P+O D", "P+D+O"),
        ((0, 5, 2), "D+O", "D+O"),
        ((2, 4, 0), "P+D", "P+D"),
        ((2, 2, 1), "P+D+O", "P+D+O"),
        ((2, 2, 0), "P+D", ""),
        ((4, 0, 0), "P", ""),
        ((3, 0, 0), "P", ""),
        ((1, 1, 0), "", ""),
    ],
    ids=str,
)
def test_the_decision_table(completed, cells, blocks):
    counts = dict(zip(("peer", "direct_report", "other"), completed, strict=True))
    letters = {"peer": "P", "direct_report": "D", "other": "O"}

    def names(groups_of_each):
        return {"+".join(letters[group] for group in groups) for groups in groups_of_each}

    laid_out = layout(PROGRAMME, counts)
    assert names(cell.groups for cell in cells_heard(PROGRAMME, counts)) == set(cells.split())
    assert names(block.groups for block in laid_out if block.shows_behaviours) == set(blocks.split())
    assert names(cell.groups for cell in comment_cells(PROGRAMME, laid_out)) == set(blocks.split())


@given(COUNTS, st.integers(3, 5), st.integers(1, 4))
def test_cells_and_blocks_hold_enough_raters_and_no_one_is_left_out(counts, threshold, more):
    programme = replace(WIDE, threshold=threshold, behaviours_from=threshold + more)
    blocks, total = layout(programme, counts), sum(counts.values())

    assert sum(block.n for block in blocks) == (total if total >= threshold else 0)
    for block in blocks:
        assert block.n == sum(cell.n for cell in block.cells) == sum(counts[group] for group in block.groups)
        assert all(cell.n >= threshold for cell in block.cells)
        assert len(block.cells) <= MAX_CELLS
        assert block.n >= programme.behaviours_from if block.shows_behaviours else len(block.cells) == 1
    assert all(block.shows_behaviours for block in blocks) == (total < threshold or total >= threshold + more)


@given(COUNTS, st.permutations("abcdefg"))
def test_the_order_in_which_counts_come_makes_no_difference(counts, order):
    again = {group: counts[group] for group in order if group in counts}

    assert layout(WIDE, again) == layout(WIDE, counts)


@given(st.dictionaries(st.sampled_from("abc"), st.integers(0, 9)))
def test_a_group_heard_apart_takes_in_others_only_if_no_other_group_can(counts):
    host = [cell for cell in cells_heard(WIDE, counts) if "b" in cell.groups and counts["b"] >= WIDE.threshold]

    for cell in host:
        others_stand = any(n >= WIDE.threshold for group, n in counts.items() if group != "b")
        assert cell.groups == ("b",) or not others_stand


def test_more_than_three_cells_of_one_block_become_three():
    (block,) = layout(replace(WIDE, behaviours_from=15), {"a": 4, "c": 3, "d": 3, "e": 3, "f": 5})

    assert [(cell.id, cell.n) for cell in block.cells] == [("a+e", 7), ("c+d", 6), ("f", 5)]


def test_a_programme_stored_before_the_second_rule_keeps_the_first():
    programme = programme_of()

    assert programme.behaviours_from == 0
    assert rule_of(programme).number == 1
    assert [block.id for block in layout(programme, {"peer": 6, "direct_report": 4, "other": 2})] == [
        "peer",
        "direct_report+other",
    ]
    assert rule_of(PROGRAMME).number == 2
