"""Add up what delegates say the change is worth, and set it against the costs. Pure.

Source: Phillips' chain of claimed benefit, share due to the programme, and confidence. If there are two shares, the
lower counts. A missing answer counts as zero. What got worse is subtracted in full. A delegate's sums count as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core import currency
from chalicelib.core.costs import Cost, total_of
from chalicelib.forms.impact_answers import Claim, claims_of, lost_of
from chalicelib.results.sponsor_rule import LARGE_IN_NET, MAX_SHARE_OF_SUM, Sum, sum_of, tally
from chalicelib.sponsor.evidence import Evidence
from chalicelib.sponsor.final.facts import CostLine, Total, Value
from chalicelib.sponsor.return_on_investment import return_on

CHECKED = ("finance", "standard")
ZERO = Fraction(0)


class Worth(Struct, frozen=True):
    """What one delegate claims, after each discount, and what got worse."""

    claims: tuple[Claim, ...]
    lost: Fraction = ZERO

    @property
    def claimed(self) -> Fraction:
        return sum((claim.money for claim in self.claims), ZERO)

    @property
    def attributed(self) -> Fraction:
        return sum((claim.attributed for claim in self.claims), ZERO)

    @property
    def confident(self) -> Fraction:
        return sum((claim.confident for claim in self.claims), ZERO)


def worth_of(evidence: Evidence) -> Worth:
    claims = tuple(claim for claim in claims_of(evidence.own, evidence.manager) if claim.money)
    return Worth(claims, lost_of(evidence.own) if evidence.own else ZERO)


def value_of(people: Sequence[Evidence], code: str) -> Value:
    everyone = [worth_of(person) for person in people]
    claiming = [worth for worth in everyone if worth.claims]
    return Value(
        claimed=_total(sum_of(worth.claimed for worth in everyone), code),
        attributed=_total(sum_of(worth.attributed for worth in everyone), code),
        confident=_total(net_of([worth.confident for worth in everyone], [worth.lost for worth in everyone]), code),
        lost=_total(sum_of(worth.lost for worth in everyone), code),
        manager_too=tally(
            "have a share from their line manager too",
            sum(all(claim.is_corroborated for claim in worth.claims) for worth in claiming),
            len(claiming),
        ),
        checked=tally(
            "agreed with finance, or from a standard cost",
            sum(all(claim.basis in CHECKED for claim in worth.claims) for worth in claiming),
            len(claiming),
        ),
    )


def with_costs(value: Value, costs: tuple[Cost, ...], code: str) -> Value:
    """Add the costs, and the return if there is a total to set against them."""
    cost = total_of(costs)
    back = return_on(Fraction(value.confident.amount), cost) if value.confident.display else None
    return replace(
        value,
        costs=tuple(_cost(each, code) for each in costs if each.total),
        cost=currency.whole_sum(cost, code) if cost else "",
        ratio=back.ratio if back else "",
        percent=back.percent if back else "",
    )


def net_of(gains: Sequence[Fraction], losses: Sequence[Fraction]) -> Sum:
    """Return gains less losses, unless the gains have no total, or one gain or loss is more than half of the rest.

    The sum before losses is not shown, because the difference could be one person's loss.
    """
    gained = sum_of(gains)
    if gained.total is None:
        return gained
    total = gained.total - sum(losses, ZERO)
    if max(*gains, *losses) > MAX_SHARE_OF_SUM * total:
        return Sum(why=LARGE_IN_NET)
    return Sum(gained.n, total)


def _total(claimed: Sum, code: str) -> Total:
    if claimed.total is None:
        return Total(why=claimed.why)
    return Total(currency.whole_sum(claimed.total, code), claimed.n, int(currency.rounded(claimed.total)))


def _cost(cost: Cost, code: str) -> CostLine:
    return CostLine(cost.kind.label, cost.source.label, currency.whole_sum(cost.total, code))
