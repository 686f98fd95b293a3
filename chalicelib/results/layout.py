"""Decide which groups are heard together: cells for competencies, blocks of cells for behaviours; from counts. Pure.

The rule and its proofs: docs/decisions/0037-cells-of-three-blocks-of-five.md and tests/report/test_anonymity.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from chalicelib.core.model import Programme
from chalicelib.results.partition import Cell, in_order, pooled

FIRST_RULE = 1
MAX_CELLS = 3  # in a block: `cell_sums` leaves every sum its room only for up to three


class Block(Struct, frozen=True):
    """Cells whose behaviours, values, overall figure and comments are shown together."""

    id: str  # group ids joined by "+": the cell's own id if there is one cell
    groups: tuple[str, ...]  # in programme order
    n: int  # completed raters
    cells: tuple[Cell, ...]  # in programme order
    shows_behaviours: bool  # without them, only competencies are shown


class Rule(Struct, frozen=True):
    """The numbers of a programme's publishing rule."""

    number: int  # 1: one threshold for everything; 2: cells and blocks
    threshold: int  # minimum raters of a cell
    behaviours_from: int  # minimum raters of a block
    min_ratings: int  # of a block, for one behaviour
    clamp: int  # how far the sum of a behaviour stays from the ends of what it can be


def rule_of(programme: Programme) -> Rule:
    """Return the rule that a wave of this programme version is published by, as its raters were informed."""
    threshold, behaviours_from = programme.threshold, programme.behaviours_from
    if not behaviours_from:
        return Rule(FIRST_RULE, threshold, behaviours_from=threshold, min_ratings=threshold, clamp=1)
    return Rule(2, threshold, behaviours_from, min_ratings=behaviours_from - 1, clamp=2)


def layout(programme: Programme, counts: Mapping[str, int]) -> tuple[Block, ...]:
    """Return the blocks of one delegate and wave, in programme order; none if no anonymous answer can be shown.

    counts   group id -> completed raters; a group may be absent
    """
    rule, order = rule_of(programme), [group.id for group in programme.anonymous_groups]
    if rule.number == FIRST_RULE:
        cells = [_cell(part, counts) for part in pooled(counts, order, rule.threshold)]
        return tuple(_block([cell], order) for cell in cells)
    cells = [_cell(part, counts) for part in combined(counts, order, rule.threshold, _apart(programme))]
    joined = join_cells(programme, cells, rule.behaviours_from)
    if not joined:
        return tuple(_block([cell], order, shows_behaviours=False) for cell in cells)
    return tuple(_block(_at_most_three(part, order), order) for part in joined)


def cells_heard(programme: Programme, counts: Mapping[str, int]) -> tuple[Cell, ...]:
    """Return the anonymous cells of one delegate and wave, in programme order."""
    return tuple(cell for block in layout(programme, counts) for cell in block.cells)


def join_cells(programme: Programme, cells: Sequence[Cell], fewest: int) -> list[list[Cell]]:
    """Combine cells so that each part has `fewest` raters. A cell is kept apart if its first group is."""
    by_id = {cell.id: cell for cell in cells}
    apart = [cell.id for cell in cells if cell.groups[0] in _apart(programme)]
    parts = combined({cell.id: cell.n for cell in cells}, list(by_id), fewest, apart)
    return [[by_id[cell] for cell in part] for part in parts]


def combined(
    counts: Mapping[str, int], order: Sequence[str], fewest: int, apart: Collection[str]
) -> tuple[tuple[str, ...], ...]:
    """Combine non-empty members of `order` so that each part counts at least `fewest`.

    A member that reaches it has a part of its own. The smaller ones are pooled. A pool that is still too small joins
    the largest such part that is not in `apart`, and one of `apart` only if there is no other; of equals, the first in
    `order`. Without such a part there is none at all.
    """
    filled = [member for member in order if counts.get(member, 0) > 0]
    large: list[tuple[str, ...]] = [(member,) for member in filled if counts[member] >= fewest]
    small = tuple(member for member in filled if counts[member] < fewest)
    if sum(counts[member] for member in small) >= fewest:
        return in_order([*large, small], filled)
    if small and large:
        host = min(large, key=lambda part: (part[0] in apart, -counts[part[0]]))
        large[large.index(host)] = host + small
    return in_order(large, filled)


def _apart(programme: Programme) -> frozenset[str]:
    return frozenset(group.id for group in programme.anonymous_groups if group.heard_apart)


def _at_most_three(cells: Sequence[Cell], order: Sequence[str]) -> list[Cell]:
    """Join the two smallest cells until there are no more than MAX_CELLS."""
    kept = list(cells)
    while len(kept) > MAX_CELLS:
        first, second = sorted(kept, key=lambda cell: cell.n)[:2]
        groups = _sorted_groups([first, second], order)
        kept = [cell for cell in kept if cell not in (first, second)]
        kept.append(Cell("+".join(groups), groups, first.n + second.n, named=False))
    return sorted(kept, key=lambda cell: order.index(cell.groups[0]))


def _cell(groups: tuple[str, ...], counts: Mapping[str, int]) -> Cell:
    return Cell("+".join(groups), groups, sum(counts[group] for group in groups), named=False)


def _block(cells: Sequence[Cell], order: Sequence[str], *, shows_behaviours: bool = True) -> Block:
    groups = _sorted_groups(cells, order)
    return Block("+".join(groups), groups, sum(cell.n for cell in cells), tuple(cells), shows_behaviours)


def _sorted_groups(cells: Sequence[Cell], order: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted((group for cell in cells for group in cell.groups), key=order.index))
