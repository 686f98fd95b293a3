"""Add up the financial value that delegates claim, discounted by the method: three numbers, never one. Pure.

Source: Phillips' chain of claimed benefit, share due to the programme and confidence; of two shares the lower counts,
and a missing answer counts as nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from chalicelib.core import currency
from chalicelib.results.sponsor_rule import Sum, Tally, sum_of, tally
from chalicelib.sponsor.evidence import Evidence, number


class Claim(Struct, frozen=True):
    """One delegate's benefit in the first year. Shares are 0 to 1; None if there was no answer."""

    money: Fraction
    own_share: Fraction | None
    manager_share: Fraction | None
    confidence: Fraction | None
    basis: str = ""

    @property
    def corroborated(self) -> bool:
        return self.own_share is not None and self.manager_share is not None

    @property
    def attributed(self) -> Fraction:
        return self.money * min(self.own_share or Fraction(0), self.manager_share or Fraction(0))

    @property
    def confident(self) -> Fraction:
        return self.attributed * (self.confidence or Fraction(0))


class Total(Struct, frozen=True):
    """A sum as printed, or why it is not shown."""

    display: str = ""
    claims: int = 0  # above zero
    why: str = ""


class FinancialValue(Struct, frozen=True):
    """Value in the first year, over all claims. Each total is shown or hidden separately."""

    claimed: Total
    attributed: Total
    confident: Total
    corroborated: Tally  # claims with a share from both the delegate and the line manager
    checked: Tally  # claims that finance agreed or that rest on a standard cost


CHECKED = ("finance", "standard")


def worth(cohort: Sequence[Evidence], currency_code: str) -> FinancialValue:
    claims = [claim for evidence in cohort if (claim := claim_of(evidence)) and claim.money]
    claimed, attributed, confident = (_total(sum_of(values), currency_code) for values in columns(claims))
    return FinancialValue(
        claimed=claimed,
        attributed=attributed,
        confident=confident,
        corroborated=tally(
            "Sums with a share from both the delegate and the line manager",
            sum(claim.corroborated for claim in claims),
            len(claims),
        ),
        checked=tally(
            "Sums agreed with finance, or from a standard cost or tariff",
            sum(claim.basis in CHECKED for claim in claims),
            len(claims),
        ),
    )


def _total(found: Sum, currency_code: str) -> Total:
    if found.total is None:
        return Total(why=found.why)
    return Total(currency.whole_sum(found.total, currency_code), found.n)


def columns(claims: Sequence[Claim]) -> tuple[list[Fraction], list[Fraction], list[Fraction]]:
    """Return one number for each claim: claimed, after attribution, after confidence."""
    return (
        [claim.money for claim in claims],
        [claim.attributed for claim in claims],
        [claim.confident for claim in claims],
    )


def claim_of(evidence: Evidence) -> Claim | None:
    money = number(evidence.own, "money")
    if money is None:
        return None
    return Claim(
        money,
        _share(evidence.own, "share"),
        _share(evidence.manager, "share"),
        _share(evidence.own, "confidence"),
        (evidence.own or {}).get("basis", ""),
    )


def _share(answers: Mapping[str, str] | None, name: str) -> Fraction | None:
    percent = number(answers, name)
    return None if percent is None else percent / 100
