"""The file of a cohort's costs: its shape. docs/costs-file.md is made from these types."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from chalicelib.core.costs import MAX_AMOUNT, MAX_HOURS, MAX_PEOPLE, MAX_RATE
from chalicelib.programme.shapes import About, AsWritten, Shape

Number = Annotated[str, AsWritten()]  # read as the form of the costs reads it
Amount = Annotated[Number, Meta(description=f"a sum from 0 to {MAX_AMOUNT:,}, such as 5,000 or £5,000")]
Hours = Annotated[Number, Meta(description=f"a number from 0 to {MAX_HOURS:,}, such as 7.5 or 7.5 h")]
Rate = Annotated[Number, Meta(description=f"a sum from 0 to {MAX_RATE:,}, such as 30 or £30/h")]
People = Annotated[Number, Meta(description=f"a whole number from 1 to {MAX_PEOPLE:,}")]
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
