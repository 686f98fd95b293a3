"""What has changed since an earlier report: from the figures that both of them show, and nothing else. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from chalicelib.report.facts import ChangeFact, Facts, Statistic, amended
from chalicelib.report.figures import display_gap
from chalicelib.report.published import Bound

FINEST = 10**6  # largest denominator of a mean in facts.json

Subject = tuple[str, str, str]  # about, id, cell

# (before, after) -> the change; both bounded on the same side: it may lie on either
_BOUNDS: Mapping[tuple[Bound, Bound], Bound] = {
    (Bound.EXACT, Bound.EXACT): Bound.EXACT,
    (Bound.EXACT, Bound.OR_MORE): Bound.OR_MORE,
    (Bound.EXACT, Bound.OR_LESS): Bound.OR_LESS,
    (Bound.OR_MORE, Bound.EXACT): Bound.OR_LESS,
    (Bound.OR_LESS, Bound.EXACT): Bound.OR_MORE,
    (Bound.OR_LESS, Bound.OR_MORE): Bound.OR_MORE,
    (Bound.OR_MORE, Bound.OR_LESS): Bound.OR_LESS,
}


def with_changes(facts: Facts, earlier: Facts, noise: Mapping[Subject, str]) -> Facts:
    """The facts of a later wave with every change since an earlier one of the same delegate.

    noise   for a figure whether its change is larger than noise; a figure that is absent has no such word

    A change is shown only for what both reports show under the same cell, so it is a function of published figures.
    """
    before = figures_of(earlier)
    changes = tuple(
        _change(before[subject], after, noise.get(subject, ""))
        for subject, after in figures_of(facts).items()
        if subject in before
    )
    return amended(facts, compared_with=earlier.heading.wave, changes=changes)


def figures_of(facts: Facts) -> dict[Subject, Statistic]:
    return {(s.about, s.id, s.cell): s for s in facts.statistics}


def exact(statistic: Statistic) -> Fraction:
    """The mean as it was before it became a decimal number."""
    return Fraction(statistic.mean).limit_denominator(FINEST)


def _change(before: Statistic, after: Statistic, noise: str) -> ChangeFact:
    change = exact(after) - exact(before)
    return ChangeFact(
        about=after.about,
        id=after.id,
        cell=after.cell,
        n_before=before.n,
        n_after=after.n,
        before=before.display,
        after=after.display,
        change=float(change),
        display=_display(change, _bound(before), _bound(after)),
        noise=noise,
    )


def _display(change: Fraction, before: Bound, after: Bound) -> str:
    bound = _BOUNDS.get((before, after))
    return "cannot say" if bound is None else f"{display_gap(change)} {bound}".strip()


def _bound(statistic: Statistic) -> Bound:
    return next((bound for bound in (Bound.OR_MORE, Bound.OR_LESS) if statistic.display.endswith(bound)), Bound.EXACT)
