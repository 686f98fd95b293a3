"""Give each cell of a block its sum over a competency, so that no rating follows from the sums of the behaviours. Pure.

A clamp of each cell's sum on its own is not enough: the cells' sums add up to the sum of the behaviours, so the other
cell's sum would follow exactly. Proof: docs/decisions/0037-cells-of-three-blocks-of-five.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

SLACK = 1  # points that a cell's sum keeps away from the ends of what the behaviours' sums allow


class Total(Struct, frozen=True):
    """A sum of n ratings as it is shown, and the limits of the true sum."""

    n: int
    shown: int
    low: int
    high: int


def cell_sums(given: Sequence[int], raters: Sequence[Sequence[int]], items: Sequence[Total], top: int) -> list[Total]:
    """Return each cell's sum, moved inside what the behaviours' sums allow.

    given    the true sum of each cell
    raters   for each cell, how many rated each behaviour; at least one
    items    the sum of each behaviour over all cells, clamped

    A sum that the behaviours allow with room to spare is shown as it is. The cells' sums add up to the behaviours'.
    """
    room = _Room(raters, items, top)
    lost = sum(given) - room.total  # by the clamp of the behaviours; taken off the cells by their size
    totals: list[Total] = []
    left, is_moved = room.total, False
    for cell, own in enumerate(given[:-1]):
        low, high = room.limits(cell, left)
        displayed = min(max(own - _share(lost, room.sizes[cell], room.size), low), high)
        is_moved = is_moved or displayed in (low, high)
        totals.append(room.bounded(cell, displayed, is_low=displayed == low, is_high=displayed == high))
        left -= displayed
    return [*totals, room.rest(totals, left) if is_moved else room.last(left)]


def _share(lost: int, size: int, whole: int) -> int:
    """Return `lost` times size / whole, rounded."""
    return (2 * lost * size + whole) // (2 * whole)


class _Room:
    """What the sums of the behaviours allow each cell to have given."""

    def __init__(self, raters: Sequence[Sequence[int]], items: Sequence[Total], top: int) -> None:
        self._raters, self._items, self._top = raters, items, top
        self.sizes = [sum(row) for row in raters]
        self.size = sum(self.sizes)
        self.total = sum(item.shown for item in items)
        self._up = sum(item.high - item.shown for item in items)
        self._down = sum(item.shown - item.low for item in items)
        cells = range(len(raters))
        self._high = [self._most([cell]) - SLACK for cell in cells]
        self._low = [self.total - self._most([c for c in cells if c != cell]) + SLACK for cell in cells]

    def _most(self, cells: Sequence[int]) -> int:
        """Return the largest sum that these cells can have given: of each behaviour no more than the top from each of
        their raters, and no more than what is left if everyone else gave the lowest rating.
        """
        total = 0
        for k, item in enumerate(self._items):
            inside = sum(self._raters[cell][k] for cell in cells)
            total += min(self._top * inside, item.shown - (item.n - inside))
        return total

    def limits(self, cell: int, left: int) -> tuple[int, int]:
        """Return the least and the most that a cell may show, so that the later cells can share what then remains."""
        low = max(self._low[cell], left - sum(self._high[cell + 1 :]))
        return low, min(self._high[cell], left - sum(self._low[cell + 1 :]))

    def bounded(self, cell: int, displayed: int, *, is_low: bool, is_high: bool) -> Total:
        """Return a cell's sum with its limits: a sum at an end of its room may lie anywhere beyond it."""
        more, less = self._unmoved(self._shares(cell))
        if is_high:
            more = self._high[cell] + SLACK + self._up - displayed
        if is_low:
            less = displayed - self._low[cell] + SLACK + self._down
        return self._within(cell, displayed, displayed - less, displayed + more)

    def last(self, displayed: int) -> Total:
        """Return the last cell's sum if no other was moved: it takes what rounding left of the shares."""
        cells = range(len(self.sizes) - 1)
        taken = ((lost, sum(_share(lost, self.sizes[c], self.size) for c in cells)) for lost in self._possibly_lost)
        more, less = self._unmoved(lost - shares for lost, shares in taken)
        return self._within(len(cells), displayed, displayed - less, displayed + more)

    def rest(self, others: Sequence[Total], displayed: int) -> Total:
        """Return the last cell's sum if another was moved: it may hold what the others lack."""
        low = self.total - self._down - sum(other.high for other in others)
        high = self.total + self._up - sum(other.low for other in others)
        return self._within(len(others), displayed, low, high)

    @property
    def _possibly_lost(self) -> range:
        return range(-self._down, self._up + 1)

    def _shares(self, cell: int) -> Iterable[int]:
        return (_share(lost, self.sizes[cell], self.size) for lost in self._possibly_lost)

    def _unmoved(self, shares: Iterable[int]) -> tuple[int, int]:
        """Return how far the truth may lie above and below a sum that only its share was taken from."""
        possible = list(shares)
        return max(possible), -min(possible)

    def _within(self, cell: int, displayed: int, low: int, high: int) -> Total:
        size = self.sizes[cell]
        return Total(size, displayed, max(size, low), min(self._top * size, high))
