"""What delegates say it is worth, discounted as the method asks: three numbers, never one. Pure.

Source: Phillips' chain of claimed benefit, share due to the programme and confidence; of two shares the lower
counts, and an answer that was not given counts as nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from msgspec import Struct

from chalicelib.impact.questions import BASES
from chalicelib.sponsor.evidence import ENOUGH, Evidence, number


class Claim(Struct, frozen=True):
    """One delegate's benefit in the first year. Shares are 0 to 1; None where no answer was given."""

    money: Fraction
    own_share: Fraction | None
    manager_share: Fraction | None
    confidence: Fraction | None

    @property
    def corroborated(self) -> bool:
        return self.own_share is not None and self.manager_share is not None

    @property
    def attributed(self) -> Fraction:
        return self.money * min(self.own_share or Fraction(0), self.manager_share or Fraction(0))

    @property
    def confident(self) -> Fraction:
        return self.attributed * (self.confidence or Fraction(0))


class Worth(Struct, frozen=True):
    """Pounds in the first year, over all claims."""

    claims: int  # delegates
    corroborated: int  # of them, with a share from both the delegate and the line manager
    claimed: str
    attributed: str
    confident: str
    bases: tuple[tuple[str, int], ...]  # where the sums come from, and how often


def worth(cohort: Sequence[Evidence]) -> Worth | None:
    """None unless enough delegates put a sum on it: the total of fewer would be somebody's own."""
    claims = [claim for evidence in cohort if (claim := claim_of(evidence))]
    if len(claims) < ENOUGH:
        return None
    claimed, attributed, confident = totals(claims)
    often = Counter(evidence.own["basis"] for evidence in cohort if evidence.own and "money" in evidence.own)
    return Worth(
        claims=len(claims),
        corroborated=sum(claim.corroborated for claim in claims),
        claimed=pounds(claimed),
        attributed=pounds(attributed),
        confident=pounds(confident),
        bases=tuple((label, often[basis]) for basis, label in BASES if often[basis]),
    )


def totals(claims: Iterable[Claim]) -> tuple[Fraction, Fraction, Fraction]:
    """Claimed, after attribution, after confidence."""
    claims = list(claims)
    return (
        sum((claim.money for claim in claims), Fraction(0)),
        sum((claim.attributed for claim in claims), Fraction(0)),
        sum((claim.confident for claim in claims), Fraction(0)),
    )


def claim_of(evidence: Evidence) -> Claim | None:
    money = number(evidence.own, "money")
    if money is None:
        return None
    return Claim(
        money, _share(evidence.own, "share"), _share(evidence.manager, "share"), _share(evidence.own, "confidence")
    )


def _share(answers: Mapping[str, str] | None, name: str) -> Fraction | None:
    percent = number(answers, name)
    return None if percent is None else percent / 100


def pounds(sum_: Fraction) -> str:
    whole = (Decimal(sum_.numerator) / Decimal(sum_.denominator)).quantize(Decimal(1), ROUND_HALF_UP)
    return f"£{whole:,}"
