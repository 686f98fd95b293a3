"""What a cohort cost, by kind and with the source of each figure. Pure."""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct

from chalicelib.core.labelled_enum import LabelledEnum

MAX_AMOUNT = 100_000_000  # whole units of the currency
MAX_PEOPLE, MAX_HOURS, MAX_RATE = 20_000, 10_000, 10_000
NUMBERS = {"amount": MAX_AMOUNT, "people": MAX_PEOPLE, "hours": MAX_HOURS, "rate": MAX_RATE}
ONE_WAY = "give either an amount, or hours and the cost of an hour"


class CostKind(LabelledEnum):
    """What was paid for. Each is entered once for a cohort."""

    FEES = "fees", "Fees of the provider"
    VENUE = "venue", "Venue and travel"
    COACHING = "coaching", "Coaching"
    DELEGATES_TIME = "delegates_time", "Time of delegates"
    MANAGERS_TIME = "managers_time", "Time of line managers"
    RATERS_TIME = "raters_time", "Time of raters"
    ADMINISTRATION = "administration", "Administration"
    MATERIALS = "materials", "Materials"


class CostSource(LabelledEnum):
    """Where a cost comes from."""

    INVOICE = "invoice", "Invoice"
    PAYROLL = "payroll", "Payroll"
    ESTIMATE = "estimate", "Estimate"


class Cost(Struct, frozen=True):
    """One cost: an amount, or people times hours for each times the cost of an hour. Numbers are decimal texts.

    people  1 if left empty
    """

    kind: CostKind
    source: CostSource
    amount: str = ""
    people: str = ""
    hours: str = ""
    rate: str = ""

    @property
    def total(self) -> Fraction:
        """Return whole units of the currency."""
        if self.amount:
            return Fraction(self.amount)
        return Fraction(self.people or 1) * Fraction(self.hours or 0) * Fraction(self.rate or 0)

    @property
    def is_given_one_way(self) -> bool:
        """Return whether there is either an amount, or hours and a rate."""
        if self.amount:
            return not (self.people or self.hours or self.rate)
        return bool(self.hours and self.rate)


def total_of(costs: tuple[Cost, ...]) -> Fraction:
    return sum((cost.total for cost in costs), Fraction(0))
