"""Figures over a whole cohort: what a report or the sponsor may see of all delegates together. Pure.

A cohort's figure is made like a cell's, with delegates in place of raters: docs/decisions/0011-cohort-figures.md.
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
from chalicelib.results.layout import rule_of
from chalicelib.results.partition import is_of_group, may_be_another_person
from chalicelib.results.published import ALL_OTHERS, About
from chalicelib.results.rounding import MINUS, Range, bounds_of, display_mean, on_scale, two_decimals, weighted
from chalicelib.results.scoring import Clamp, Score, clamp_sum, mean_of, score, subjects

MIN_DELEGATES = 5  # behind every figure about a cohort
CELLS = (SELF_GROUP, ALL_OTHERS)  # the only cells that every report has
MAX_EFFECT = Fraction(2)  # larger ones are shown as this "or more": without any spread they have no limit


class Effect(Struct, frozen=True):
    """The size of a change compared with the spread between delegates (Lakens 2013, Hedges' correction)."""

    about: str
    id: str
    cell: str
    delegates: int
    display: str  # "+0.45", "+2.00 or more"
    beyond_noise: int | None  # delegates whose change is larger than noise; None below twenty delegates


class Consistency(Struct, frozen=True):
    """Whether line managers and the other raters rank delegates alike: ICC(1) of their figures (Shrout & Fleiss)."""

    about: str
    id: str
    delegates: int
    display: str  # "0.42"


def with_cohort(programme: Programme, reports: Mapping[str, Facts], earlier: Mapping[str, Facts]) -> dict[str, Facts]:
    """Add the cohort's means to each report of a wave, and the changes since its delegate's earlier report.

    reports   by delegate; `earlier` reports may be missing
    """
    noise = noise_words(reports, earlier)
    means = cohort_means(programme, reports.values())
    report_facts = {}
    for delegate, facts in reports.items():
        if delegate in earlier:
            facts = with_changes(facts, earlier[delegate], noise[delegate])
        report_facts[delegate] = amended(facts, cohort_means=means)
    return report_facts


def cohort_means(programme: Programme, reports: Iterable[Facts]) -> tuple[CohortMean, ...]:
    """Return self and all others for everything of which five delegates or more have a figure."""
    figures = [{subject: _score_of(statistic) for subject, statistic in figures_of(facts).items()} for facts in reports]
    scores = cohort_scores(programme, figures)
    rule = rule_of(programme).number
    return tuple(_cohort_mean(subject, s, programme.top, rule) for subject, s in scores.items())


def _score_of(statistic: Statistic) -> Score:
    return Score(statistic.n, statistic.range)


def _cohort_mean(subject: Subject, s: Score, top: int, rule: int) -> CohortMean:
    interval = on_scale(s.range, top)
    return CohortMean(*subject, s.n, float(interval.shown), display_mean(interval), **bounds_of(interval, rule))


def cohort_scores(
    programme: Programme, figures: Sequence[Mapping[Subject, Score]], clamp: Clamp = clamp_sum
) -> dict[Subject, Score]:
    """Compute figures over delegates from one mapping of published figures for each.

    An item's figure is the clamped mean over the delegates who have one. Competencies follow from these, as in a cell.
    The plain mean of delegates' competency scores would reveal the scores of those in whose reports an item is missing.
    """
    scores: dict[Subject, Score] = {}
    for cell in CELLS:
        items = {item: s for item in _items(programme) if (s := _item_score(programme, item, cell, figures, clamp))}
        published_items = [frozenset(item for item in items if (About.ITEM, item, cell) in own) for own in figures]
        for about, subject, parts in subjects(programme):
            s = items.get(parts[0]) if about is About.ITEM else score(parts, items, published_items, MIN_DELEGATES)
            if s:
                scores[about.value, subject, cell] = s
    return scores


def _items(programme: Programme) -> list[str]:
    return [item.id for item in programme.items]


def _item_score(
    programme: Programme, item: str, cell: str, figures: Sequence[Mapping[Subject, Score]], clamp: Clamp
) -> Score | None:
    """Clamp like a cell's figure; the delegates' own figures may be bounded too."""
    parts = [own[subject] for own in figures if (subject := (About.ITEM.value, item, cell)) in own]
    if len(parts) < MIN_DELEGATES:
        return None
    own = mean_of([part.range.shown for part in parts], programme.top, clamp)
    each = weighted((Fraction(1, len(parts)), part.range) for part in parts)
    return Score(own.n, _wider(own.range, each))


def _wider(own: Range, parts: Range) -> Range:
    """Add what is unknown of the parts to what the clamp of their sum hides."""
    if own.is_exact and parts.is_exact:
        return own
    return Range(own.shown, own.low + (parts.low - parts.shown), own.high + (parts.high - parts.shown))


def cohort_file(programme: Programme, reports: Mapping[str, Facts], earlier: Mapping[str, Facts]) -> dict[str, Any]:
    """Make cohort.json for the sponsor's analyst: the delegates behind the figures, means and effect sizes."""
    return {
        "delegates": sorted(reports),
        "means": [_without_empty_bounds(asdict(mean)) for mean in cohort_means(programme, reports.values())],
        "effects": [asdict(effect) for effect in effects(reports, earlier)],
        "consistency": [asdict(entry) for entry in consistency(programme, reports.values())],
    }


def _without_empty_bounds(mean: dict[str, Any]) -> dict[str, Any]:
    """Leave out what the first rule does not have, so that its files do not change."""
    return {name: value for name, value in mean.items() if value or name != "bounds"}


def delegates_behind(reports: Mapping[str, Facts], earlier: Mapping[str, Facts]) -> dict[str, set[str]]:
    """List each figure of the cohort that is not derived from others, with the delegates behind it."""
    behind: dict[str, set[str]] = {}
    for delegate, facts in reports.items():
        for about, subject, cell in figures_of(facts):
            if about == About.ITEM and cell in CELLS:
                behind.setdefault(f"mean {cell} {subject}", set()).add(delegate)
            if _is_manager(cell) and about in (About.COMPETENCY, About.OVERALL):
                behind.setdefault(f"consistency {subject}", set()).add(delegate)
    for (about, subject, cell), pairs in _pairs(reports, earlier).items():
        if about != About.ITEM and cell in CELLS:
            behind[f"change {cell} {about} {subject}"] = set(pairs)
    return {figure: delegates for figure, delegates in behind.items() if len(delegates) >= MIN_DELEGATES}


# --- statistics other than means --------------------------------------------------------------------------------


def effects(reports: Mapping[str, Facts], earlier: Mapping[str, Facts]) -> Iterator[Effect]:
    """Compute effect sizes of competencies, values and overall, self and all others.

    Which exist depends on counts only.
    """
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
    effect = g_av(before, after)
    size = MAX_EFFECT if effect is None else min(MAX_EFFECT, abs(Fraction(effect)))
    suffix = " or more" if size == MAX_EFFECT else ""
    return f"{'+' if change > 0 else MINUS}{two_decimals(size)}{suffix}"


def consistency(programme: Programme, reports: Iterable[Facts]) -> Iterator[Consistency]:
    """Compute the consistency of competencies and overall, over delegates whose reports show both sides."""
    by_report = [figures_of(facts) for facts in reports]
    for about, subject, _ in subjects(programme):
        if about not in (About.COMPETENCY, About.OVERALL):
            continue
        rows = [row for figures in by_report if (row := _two_sides(figures, about.value, subject))]
        if len(rows) >= MIN_DELEGATES:
            icc = max(Fraction(0), icc1(rows) or Fraction(0))
            yield Consistency(about.value, subject, len(rows), two_decimals(icc))


def _two_sides(figures: Mapping[Subject, Statistic], about: str, subject: str) -> tuple[Fraction, Fraction] | None:
    """Return the mean over line managers, and over all other raters but self."""
    managers = [s for (a, i, cell), s in figures.items() if (a, i) == (about, subject) and _is_manager(cell)]
    everyone = figures.get((about, subject, ALL_OTHERS))
    if not managers or everyone is None:
        return None
    n, total = sum(s.n for s in managers), sum((s.n * s.range.shown for s in managers), Fraction(0))
    return total / n, (everyone.n * everyone.range.shown - total) / (everyone.n - n)


def _is_manager(cell_id: str) -> bool:
    return is_of_group(cell_id, MANAGER_GROUP)


def noise_words(reports: Mapping[str, Facts], earlier: Mapping[str, Facts]) -> dict[str, dict[Subject, str]]:
    """Return delegate -> figure -> whether its change is larger than noise."""
    words: dict[str, dict[Subject, str]] = {delegate: {} for delegate in reports}
    for subject, pairs in _pairs(reports, earlier).items():
        before, after = zip(*pairs.values(), strict=True)
        for delegate, word in zip(pairs, larger_than_noise(before, after), strict=True):
            words[delegate][subject] = word
    return words


def _pairs(
    reports: Mapping[str, Facts], earlier: Mapping[str, Facts]
) -> dict[Subject, dict[str, tuple[Fraction, Fraction]]]:
    """Return figure -> delegate -> earlier and later mean, if both reports show it."""
    pairs: dict[Subject, dict[str, tuple[Fraction, Fraction]]] = {}
    for delegate in (name for name in reports if name in earlier):
        before = figures_of(earlier[delegate])
        for subject, after in figures_of(reports[delegate]).items():
            if subject in before and not may_be_another_person(subject[2]):
                pairs.setdefault(subject, {})[delegate] = (before[subject].range.shown, after.range.shown)
    return pairs
