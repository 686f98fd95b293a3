"""A cohort that is reported on at once: what a report or the sponsor may see of all delegates together. Pure.

A cohort's figure is made as a cell's is, with delegates where raters were: docs/decisions/0011-cohort-figures.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from chalicelib.core.model import MANAGER_GROUP, SELF_GROUP, Programme
from chalicelib.results.change import Subject, figures_of, with_changes
from chalicelib.results.cohort_statistics import g_av, icc1, larger_than_noise
from chalicelib.results.facts import CohortMean, Facts, Statistic, amended
from chalicelib.results.partition import is_numbered, is_of_group
from chalicelib.results.published import ALL_OTHERS, About
from chalicelib.results.rounding import MINUS, display_mean, range_on_scale, told_bounds, two_decimals
from chalicelib.results.scoring import Clamp, Score, clamp_sum, combined, mean_of, score, subjects

MIN_DELEGATES = 5  # behind every figure on a cohort
CELLS = (SELF_GROUP, ALL_OTHERS)  # the only ones that every report has alike
MAX_EFFECT = Fraction(2)  # larger ones are shown as this "or more": without any spread they have no end


class Effect(Struct, frozen=True):
    """How large a change is beside the spread between delegates (Lakens 2013, Hedges' correction)."""

    about: str
    id: str
    cell: str
    delegates: int
    display: str  # "+0.45", "+2.00 or more"
    beyond_noise: int | None  # delegates whose change is larger than noise; None below twenty delegates


class Consistency(Struct, frozen=True):
    """Whether line managers and the other raters order delegates alike: ICC(1) of their figures (Shrout & Fleiss)."""

    about: str
    id: str
    delegates: int
    display: str  # "0.42"


def with_cohort(programme: Programme, reports: Mapping[str, Facts], earlier: Mapping[str, Facts]) -> dict[str, Facts]:
    """The reports of one wave, each with the cohort's means and the changes since its delegate's earlier report.

    reports   by delegate; `earlier` ones may be missing for some or all
    """
    noise = noise_words(reports, earlier)
    means = cohort_means(programme, reports.values())
    found = {}
    for delegate, facts in reports.items():
        if delegate in earlier:
            facts = with_changes(facts, earlier[delegate], noise[delegate])
        found[delegate] = amended(facts, cohort_means=means)
    return found


def cohort_means(programme: Programme, reports: Iterable[Facts]) -> tuple[CohortMean, ...]:
    """Self and all others of everything that five delegates or more have a figure of."""
    figures = [{subject: _score_of(found) for subject, found in figures_of(facts).items()} for facts in reports]
    scores = cohort_scores(programme, figures)
    return tuple(_cohort_mean(subject, s, programme.top) for subject, s in scores.items())


def _score_of(statistic: Statistic) -> Score:
    found = statistic.range
    return Score(statistic.n, found.shown, found.shown - found.low, found.high - found.shown)


def _cohort_mean(subject: Subject, s: Score, top: int) -> CohortMean:
    found = range_on_scale(s.mean, s.below, s.above, top)
    return CohortMean(*subject, s.n, float(s.mean), display_mean(found), **told_bounds(found))


def cohort_scores(
    programme: Programme, figures: Sequence[Mapping[Subject, Score]], clamp: Clamp = clamp_sum
) -> dict[Subject, Score]:
    """Figures over delegates, from one mapping of published figures for each.

    An item's is the clamped mean over the delegates who have one; whatever is made of items follows from these, as a
    cell's competency does. The plain mean of delegates' competency scores would let those be solved for in whose
    reports an item is missing.
    """
    found: dict[Subject, Score] = {}
    for cell in CELLS:
        items = {item: s for item in _items(programme) if (s := _item_score(programme, item, cell, figures, clamp))}
        shown = [frozenset(item for item in items if (About.ITEM, item, cell) in own) for own in figures]
        for about, subject, parts in subjects(programme):
            s = items.get(parts[0]) if about is About.ITEM else score(parts, items, shown, MIN_DELEGATES)
            if s:
                found[about.value, subject, cell] = s
    return found


def _items(programme: Programme) -> list[str]:
    return [item.id for item in programme.items]


def _item_score(
    programme: Programme, item: str, cell: str, figures: Sequence[Mapping[Subject, Score]], clamp: Clamp
) -> Score | None:
    """Clamped as a cell's figure; and the delegates' figures may be bounded themselves."""
    parts = [own[subject] for own in figures if (subject := (About.ITEM.value, item, cell)) in own]
    if len(parts) < MIN_DELEGATES:
        return None
    own = mean_of([part.mean for part in parts], programme.top, clamp)
    each = combined(len(parts), [(Fraction(1, len(parts)), part) for part in parts])
    return Score(own.n, own.mean, own.below + each.below, own.above + each.above)


def cohort_file(programme: Programme, reports: Mapping[str, Facts], earlier: Mapping[str, Facts]) -> dict[str, Any]:
    """cohort.json: whom its figures are over, their means, and how large the changes are. For the sponsor's analyst."""
    return {
        "delegates": sorted(reports),
        "means": [asdict(mean) for mean in cohort_means(programme, reports.values())],
        "effects": [asdict(effect) for effect in effects(reports, earlier)],
        "consistency": [asdict(found) for found in consistency(programme, reports.values())],
    }


def delegates_behind(reports: Mapping[str, Facts], earlier: Mapping[str, Facts]) -> dict[str, set[str]]:
    """Each figure of the cohort that is not made of other ones, and whose reports it is made of."""
    found: dict[str, set[str]] = {}
    for delegate, facts in reports.items():
        for about, subject, cell in figures_of(facts):
            if about == About.ITEM and cell in CELLS:
                found.setdefault(f"mean {cell} {subject}", set()).add(delegate)
            if _is_manager(cell) and about in (About.COMPETENCY, About.OVERALL):
                found.setdefault(f"consistency {subject}", set()).add(delegate)
    for (about, subject, cell), pairs in _pairs(reports, earlier).items():
        if about != About.ITEM and cell in CELLS:
            found[f"change {cell} {about} {subject}"] = set(pairs)
    return {figure: delegates for figure, delegates in found.items() if len(delegates) >= MIN_DELEGATES}


# --- statistics that are no means -------------------------------------------------------------------------------


def effects(reports: Mapping[str, Facts], earlier: Mapping[str, Facts]) -> Iterator[Effect]:
    """Of competencies, values and everything, self and all others. Which there are depends on counts only."""
    for (about, subject, cell), pairs in _pairs(reports, earlier).items():
        if about == About.ITEM or cell not in CELLS or len(pairs) < MIN_DELEGATES:
            continue
        before, after = zip(*pairs.values(), strict=True)
        words = larger_than_noise(before, after)
        beyond = None if set(words) == {"cannot say"} else words.count("yes")
        yield Effect(about, subject, cell, len(pairs), _effect_size(before, after), beyond)


def _effect_size(before: Sequence[Fraction], after: Sequence[Fraction]) -> str:
    change = sum(after, Fraction(0)) - sum(before, Fraction(0))
    if not change:
        return "0.00"
    found = g_av(before, after)
    size = MAX_EFFECT if found is None else min(MAX_EFFECT, abs(Fraction(found)))
    more = " or more" if size == MAX_EFFECT else ""
    return f"{'+' if change > 0 else MINUS}{two_decimals(size)}{more}"


def consistency(programme: Programme, reports: Iterable[Facts]) -> Iterator[Consistency]:
    """Of competencies and everything, over the delegates whose reports show both sides."""
    shown = [figures_of(facts) for facts in reports]
    for about, subject, _ in subjects(programme):
        if about not in (About.COMPETENCY, About.OVERALL):
            continue
        rows = [row for figures in shown if (row := _two_sides(figures, about.value, subject))]
        if len(rows) >= MIN_DELEGATES:
            found = max(Fraction(0), icc1(rows) or Fraction(0))
            yield Consistency(about.value, subject, len(rows), two_decimals(found))


def _two_sides(figures: Mapping[Subject, Statistic], about: str, subject: str) -> tuple[Fraction, Fraction] | None:
    """The mean over line managers, and over all other raters but self."""
    managers = [s for (a, i, cell), s in figures.items() if (a, i) == (about, subject) and _is_manager(cell)]
    everyone = figures.get((about, subject, ALL_OTHERS))
    if not managers or everyone is None:
        return None
    n, total = sum(s.n for s in managers), sum((s.n * s.range.shown for s in managers), Fraction(0))
    return total / n, (everyone.n * everyone.range.shown - total) / (everyone.n - n)


def _is_manager(cell_id: str) -> bool:
    return is_of_group(cell_id, MANAGER_GROUP)


def noise_words(reports: Mapping[str, Facts], earlier: Mapping[str, Facts]) -> dict[str, dict[Subject, str]]:
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
            if subject in before and not is_numbered(subject[2]):
                pairs.setdefault(subject, {})[delegate] = (before[subject].range.shown, after.range.shown)
    return pairs
