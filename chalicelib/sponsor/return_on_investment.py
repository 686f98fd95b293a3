"""Set the benefit of a programme against its costs. Pure.

The sponsor can read both figures, so the return reveals nothing new.
"""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct

from chalicelib.results.rounding import MINUS, one_decimal, two_decimals


class Return(Struct, frozen=True):
    ratio: str  # benefit for each unit of cost: "0.34"
    percent: str  # return on investment: "−65.8 %"


def return_on(benefit: Fraction, costs: Fraction) -> Return | None:
    """Return the benefit-cost ratio and the return on investment; None without costs."""
    if costs <= 0:
        return None
    percent = one_decimal(100 * (benefit - costs) / costs)
    return Return(_signed(benefit / costs), f"{MINUS if percent < 0 else ''}{abs(percent)} %")


def _signed(ratio: Fraction) -> str:
    return f"{MINUS if ratio < 0 else ''}{two_decimals(abs(ratio))}"
