"""Find what has changed since an earlier report, from figures that both reports show. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction

from chalicelib.core.model import SELF_GROUP
from chalicelib.results.facts import ChangeFact, Facts, Statistic, amended
from chalicelib.results.partition import may_be_another_person
from chalicelib.results.rounding import Bound, Range, bounds_of, display_gap, one_decimal, read_exact
from chalicelib.results.statements import said_of_changes
from chalicelib.results.uncertainty import error_of_difference, root

CANNOT_SAY = "cannot say"

Subject = tuple[str, str, str]  # about, id, cell
People = Mapping[str, Collection[str]]  # group -> names and addresses of those who answered


def with_changes(facts: Facts, earlier: Facts, noise: Mapping[Subject, str]) -> Facts:
    """Add to the facts of a later wave every change since an earlier one of the same delegate.

    noise   whether a figure's change is larger than noise; a figure that is absent has no such word

    A change is shown only if both reports show the figure under the same cell, so it depends only on published figures.
    The two may be published by different rules: an id names the same groups under both. A named cell that another
    person answers now is not in `earlier`: see `without_people`.
    """
    before = figures_of(earlier)
    changes = tuple(
        _change(before[subject], after, noise.get(subject, ""), facts)
        for subject, after in figures_of(facts).items()
        if subject in before and not may_be_another_person(after.cell)
    )
    said = facts.said
    if facts.rule > 1:
        said += tuple(said_of_changes((c.about, c.id, c.cell, c.range, read_exact(c.se)) for c in changes))
    return amended(
        facts, compared_with=earlier.heading.wave, changes=changes, said=said, other_people=earlier.other_people
    )


def find_other_people(earlier: Facts, before: People, now: People) -> list[str]:
    """Return the named cells of earlier facts that another person answers now: no name or address in common.

    Cells of groups of several people are not among them: their ids hold the name. Without names on either side there
    is no telling.
    """
    groups = [
        cell.cell for cell in earlier.cells if cell.named and cell.cell in cell.groups and cell.cell != SELF_GROUP
    ]
    known = [group for group in groups if before.get(group) and now.get(group)]
    return [group for group in known if not set(before[group]) & set(now[group])]


def without_people(earlier: Facts, cells: Collection[str]) -> Facts:
    """Leave out of earlier facts the named cells that another person answers now, so that nothing compares the two."""
    if not cells:
        return earlier
    kept = tuple(statistic for statistic in earlier.statistics if statistic.cell not in cells)
    return amended(earlier, statistics=kept, other_people=tuple(sorted(cells)))


def figures_of(facts: Facts) -> dict[Subject, Statistic]:
    return {(s.about, s.id, s.cell): s for s in facts.statistics}


def _change(before: Statistic, after: Statistic, noise: str, facts: Facts) -> ChangeFact:
    change = after.range - before.range
    se = _error(before, after)
    return ChangeFact(
        about=after.about,
        id=after.id,
        cell=after.cell,
        n_before=before.n,
        n_after=after.n,
        before=before.display,
        after=after.display,
        change=float(change.shown),
        display=display_change(change),
        noise=noise,
        se=float(se),
        **bounds_of(change, facts.rule),
    )


def _error(before: Statistic, after: Statistic) -> Fraction:
    """Return the standard error of a change, as if other people had answered; of a report by rule 1, that of its n."""
    if not after.se:
        return Fraction(0)
    earlier = before.exact_se or root(after.exact_se**2 * Fraction(after.n, before.n))
    return error_of_difference(earlier, after.exact_se)


def display_change(change: Range) -> str:
    """Return neither rise nor fall for a change that could be either within its bounds."""
    either = change.bound is Bound.OR_SO and one_decimal(change.low) < 0 < one_decimal(change.high)
    return CANNOT_SAY if either else display_gap(change)
