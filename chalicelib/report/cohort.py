"""A cohort that is reported on at once: what a report may say of the others, from published figures only. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from chalicelib.model import SELF_GROUP
from chalicelib.report.change import Subject, exact, figures_of, with_changes
from chalicelib.report.cohort_statistics import d_av, g_av, larger_than_noise
from chalicelib.report.facts import CohortMean, Facts, amended
from chalicelib.report.figures import one_decimal, two_decimals
from chalicelib.report.published import ALL_OTHERS, About

FEWEST_DELEGATES = 5  # behind every figure on a cohort
CELLS = (SELF_GROUP, ALL_OTHERS)  # the only ones that every report has alike


@dataclass(frozen=True)
class Effect:
    """How large a change is beside the spread between delegates (Lakens 2013)."""

    about: str
    id: str
    cell: str
    delegates: int
    d_av: str  # two decimals
    g_av: str


def with_cohort(reports: Mapping[str, Facts], earlier: Mapping[str, Facts]) -> dict[str, Facts]:
    """The reports of one wave, each with the cohort's means and the changes since its delegate's earlier report.

    reports   by delegate; `earlier` ones may be missing for some or all
    """
    noise = _noise(reports, earlier)
    means = cohort_means(list(reports.values()))
    found = {}
    for delegate, facts in reports.items():
        if delegate in earlier:
            facts = with_changes(facts, earlier[delegate], noise[delegate])
        found[delegate] = amended(facts, cohort_means=means)
    return found


def cohort_means(reports: Sequence[Facts]) -> tuple[CohortMean, ...]:
    """In the order of the first report that shows a figure."""
    figures = [
        {subject: exact(found) for subject, found in figures_of(facts).items() if subject[2] in CELLS}
        for facts in reports
    ]
    return tuple(
        CohortMean(*subject, delegates=n, mean=float(mean), display=str(one_decimal(mean)))
        for subject, (n, mean) in means_of(figures).items()
    )


def means_of(figures: Sequence[Mapping[Subject, Fraction]]) -> dict[Subject, tuple[int, Fraction]]:
    """Number and mean over delegates of each figure that enough of them have. Only adds and divides by counts."""
    numbers: dict[Subject, list[Fraction]] = {}
    for own in figures:
        for subject, number in own.items():
            numbers.setdefault(subject, []).append(number)
    return {
        subject: (len(found), sum(found, Fraction(0)) * Fraction(1, len(found)))
        for subject, found in numbers.items()
        if len(found) >= FEWEST_DELEGATES
    }


def cohort_file(reports: Mapping[str, Facts], earlier: Mapping[str, Facts]) -> dict[str, Any]:
    """cohort.json: whom its figures are over, their means, and how large the changes are. For the sponsor's analyst."""
    return {
        "delegates": sorted(reports),
        "means": [asdict(mean) for mean in cohort_means(list(reports.values()))],
        "effects": [asdict(effect) for effect in _effects(reports, earlier)],
    }


def _effects(reports: Mapping[str, Facts], earlier: Mapping[str, Facts]) -> Iterator[Effect]:
    for (about, subject, cell), pairs in _pairs(reports, earlier).items():
        if about == About.ITEM or cell not in CELLS or len(pairs) < FEWEST_DELEGATES:
            continue
        before, after = zip(*pairs.values(), strict=True)
        d, g = d_av(before, after), g_av(before, after)
        if d is not None and g is not None:
            shown = (two_decimals(Fraction(number)) for number in (d, g))
            yield Effect(about, subject, cell, len(pairs), *shown)


def _noise(reports: Mapping[str, Facts], earlier: Mapping[str, Facts]) -> dict[str, dict[Subject, str]]:
    """Delegate -> figure -> whether its change is larger than noise."""
    found: dict[str, dict[Subject, str]] = {delegate: {} for delegate in reports}
    for subject, pairs in _pairs(reports, earlier).items():
        before, after = zip(*pairs.values(), strict=True)
        for delegate, word in zip(pairs, larger_than_noise(before, after), strict=True):
            found[delegate][subject] = word
    return found


def _pairs(
    reports: Mapping[str, Facts], earlier: Mapping[str, Facts]
) -> dict[Subject, dict[str, tuple[Fraction, Fraction]]]:
    """Figure -> delegate -> earlier and later mean, where both reports show it."""
    pairs: dict[Subject, dict[str, tuple[Fraction, Fraction]]] = {}
    for delegate in (name for name in reports if name in earlier):
        before = figures_of(earlier[delegate])
        for subject, after in figures_of(reports[delegate]).items():
            if subject in before:
                pairs.setdefault(subject, {})[delegate] = (exact(before[subject]), exact(after))
    return pairs
