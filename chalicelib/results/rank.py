"""Find the behaviours that all others rate highest and lowest. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from msgspec import Struct

from chalicelib.results.rounding import Range, one_decimal

RANKED = 5  # items in each list


class Printed(Struct, frozen=True):
    """A range as it is printed: rules use it, so that no cut-off contradicts the page."""

    low: Decimal
    shown: Decimal
    high: Decimal

    @property
    def is_exact(self) -> bool:
        return self.low == self.high


def printed(interval: Range) -> Printed:
    return Printed(one_decimal(interval.low), one_decimal(interval.shown), one_decimal(interval.high))


def ranked(ranges: Mapping[str, Range]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the highest and lowest items, most extreme first; equals in the given order.

    Every item among the highest is printed higher than all of the lowest: a figure at which both lists would end is in
    neither. An item whose bound leaves its list open is in neither.
    """
    figures = {item: printed(interval) for item, interval in ranges.items()}
    many = min(RANKED, len(ranges) // 2)
    highest = sorted(ranges, key=lambda item: -ranges[item].shown)[:many]
    lowest = sorted((item for item in ranges if item not in highest), key=lambda item: ranges[item].shown)[:many]
    shared = {figures[item].shown for item in highest} & {figures[item].shown for item in lowest}
    return (
        _certain([item for item in highest if figures[item].shown not in shared], figures, _may_be_higher),
        _certain([item for item in lowest if figures[item].shown not in shared], figures, _may_be_lower),
    )


def _certain(
    listed: list[str], figures: Mapping[str, Printed], may_pass: Callable[[Printed, Printed], bool]
) -> tuple[str, ...]:
    """Remove the items that one outside the list may exceed, until there are none."""
    while True:
        outside = [figures[item] for item in figures if item not in listed]
        certain = [item for item in listed if not any(may_pass(other, figures[item]) for other in outside)]
        if certain == listed:
            return tuple(certain)
        listed = certain


def _may_be_higher(other: Printed, printed: Printed) -> bool:
    return other.high > printed.low


def _may_be_lower(other: Printed, printed: Printed) -> bool:
    return other.low < printed.high


def ranked_if_apart(ranges: Mapping[str, Range]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the highest and lowest items, most extreme first; a list is empty if many are level.

    A list ends only where the next item is printed as another number and the bounds of the two do not overlap. Items
    are ordered by the middle of their bounds, equals in the given order.
    """
    downward = sorted(ranges, key=lambda item: -(ranges[item].low + ranges[item].high))
    upward = sorted(ranges, key=lambda item: ranges[item].low + ranges[item].high)
    many = min(RANKED, len(ranges) // 2)
    return (
        tuple(downward[: _end([ranges[item] for item in downward], many, lambda a, b: a.low > b.high)]),
        tuple(upward[: _end([ranges[item] for item in upward], many, lambda a, b: a.high < b.low)]),
    )


def _end(ordered: list[Range], many: int, is_apart: Callable[[Range, Range], bool]) -> int:
    """Return how many items a list holds: at most `many`, or one more if only there the next is apart; else none."""
    sizes: tuple[int, ...] = (*range(many, 0, -1), many + 1)
    for size in sizes:
        if 0 < size < len(ordered) and 2 * size <= len(ordered):
            last, following = ordered[size - 1], ordered[size]
            if one_decimal(last.shown) != one_decimal(following.shown) and is_apart(last, following):
                return size
    return 0
