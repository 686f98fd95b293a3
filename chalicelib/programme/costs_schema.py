"""The file of a cohort's costs: its shape. docs/costs-file.md is made from these types."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from chalicelib.core.costs import MAX_AMOUNT, MAX_HOURS, MAX_PEOPLE, MAX_RATE
from chalicelib.programme.shapes import About, Shape

Amount = Annotated[float, Meta(ge=0, le=MAX_AMOUNT, description=f"a number from 0 to {MAX_AMOUNT:,}")]
Hours = Annotated[float, Meta(ge=0, le=MAX_HOURS, description=f"a number from 0 to {MAX_HOURS:,}")]
Rate = Annotated[float, Meta(ge=0, le=MAX_RATE, description=f"a number from 0 to {MAX_RATE:,}")]
People = Annotated[int, Meta(ge=1, le=MAX_PEOPLE, description=f"a whole number from 1 to {MAX_PEOPLE:,}")]
Source = Annotated[Literal["invoice", "payroll", "estimate"], Meta(description="invoice, payroll or estimate")]


class CostShape(Shape, frozen=True):
    """One cost: either an amount, or hours and the cost of an hour."""

    source: Annotated[Source, About("where the figure comes from")]
    amount: Annotated[Amount | None, About("the whole cost, in the organisation’s currency")] = None
    people: Annotated[People | None, About("how many people gave their time; 1 if left out")] = None
    hours: Annotated[Hours | None, About("hours of each of them")] = None
    rate: Annotated[Rate | None, About("what one hour costs the organisation")] = None


class CostsShape(Shape, frozen=True):
    """The whole file: each kind of cost once. What there was none of is left out."""

    fees: Annotated[CostShape | None, About("fees of the provider")] = None
    venue: Annotated[CostShape | None, About("venue and travel")] = None
    coaching: Annotated[CostShape | None, About("coaching that the fees do not include")] = None
    delegates_time: Annotated[CostShape | None, About("time of delegates")] = None
    managers_time: Annotated[CostShape | None, About("time of line managers")] = None
    raters_time: Annotated[CostShape | None, About("time of raters")] = None
    administration: Annotated[CostShape | None, About("administration")] = None
    materials: Annotated[CostShape | None, About("materials")] = None
