"""The behaviours that all others rate highest and lowest. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from msgspec import Struct

from chalicelib.results.rounding import Range, one_decimal

RANKED = 5  # items in each list


class Printed(Struct, frozen=True):
    """A range as a reader sees it: rules go by it, so that no cut-off contradicts the page."""

    low: Decimal
    shown: Decimal
    high: Decimal

    @property
    def is_exact(self) -> bool:
        return self.low == self.high


def printed(found: Range) -> Printed:
    return Printed(one_decimal(found.low), one_decimal(found.shown), one_decimal(found.high))


def ranked(found: Mapping[str, Range]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The highest and lowest items, most extreme first; equals in the order given.

    Whatever stands among the highest is printed higher than all of the lowest: a figure at which both lists would end
    is in neither. An item whose bound leaves open whether it belongs to a list is not in it.
    """
    figures = {item: printed(one) for item, one in found.items()}
    many = min(RANKED, len(found) // 2)
    highest = sorted(found, key=lambda item: -found[item].shown)[:many]
    lowest = sorted((item for item in found if item not in highest), key=lambda item: found[item].shown)[:many]
    shared = {figures[item].shown for item in highest} & {figures[item].shown for item in lowest}
    return (
        _certain([item for item in highest if figures[item].shown not in shared], figures, _may_be_higher),
        _certain([item for item in lowest if figures[item].shown not in shared], figures, _may_be_lower),
    )


def _certain(
    listed: list[str], figures: Mapping[str, Printed], may_pass: Callable[[Printed, Printed], bool]
) -> tuple[str, ...]:
    """Less the items that one outside the list may pass, until there are none."""
    while True:
        outside = [figures[item] for item in figures if item not in listed]
        kept = [item for item in listed if not any(may_pass(other, figures[item]) for other in outside)]
        if kept == listed:
            return tuple(kept)
        listed = kept


def _may_be_higher(other: Printed, one: Printed) -> bool:
    return other.high > one.low


def _may_be_lower(other: Printed, one: Printed) -> bool:
    return other.low < one.high
