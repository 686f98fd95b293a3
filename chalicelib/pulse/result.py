"""Compute what a mid-way round shows from published cells: half points without a number of raters, or a word. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction

from chalicelib.core.model import DelegateWave, Programme
from chalicelib.forms.pulse import EVERYONE, NO_CHANGE, fewest_raters
from chalicelib.results.published import About, Figure, PublishedCells
from chalicelib.results.rounding import MINUS, half_points
from chalicelib.store.pulse_rounds import RoundFigure, RoundMean, RoundResult

# The publisher may clamp a mean beyond these limits. So the figure reveals nothing about the clamp, or about
# the number of raters on which the clamp depends.
MAX_SHOWN = Fraction(5, 2)
MIN_DELEGATES = 5  # behind a cohort's mean
BETTER, SAME, MIXED = "better", "no change", "mixed or worse"


def round_result(
    programme: Programme, wave: DelegateWave, published: PublishedCells, in_words: Collection[str]
) -> RoundResult:
    """Return what is published.

    programme  what the wave asks: forms.pulse.wave_programme
    in_words   areas that are shown only as a word
    """
    figures = tuple(_figures(published, fewest_raters(programme), in_words))
    return RoundResult(
        delegate_id=wave.delegate_id,
        wave=wave.wave,
        areas=wave.areas,
        compared_with=wave.compared_with or wave.opens_at,
        asked_at=wave.opens_at,
        figures=figures,
        suggestions=tuple(comment.text for comment in published.comments),
        too_few=not figures,
    )


def _figures(published: PublishedCells, fewest: int, in_words: Collection[str]) -> Iterator[RoundFigure]:
    for figure in published.figures:
        if figure.about is About.ITEM and figure.cell == EVERYONE.id and figure.n >= fewest:
            change = half_point_change(figure)
            yield RoundFigure(figure.id, "", word_of(change)) if figure.id in in_words else _numbered(figure.id, change)


def _numbered(area: str, change: Fraction) -> RoundFigure:
    return RoundFigure(area, str(change), display_half(change))


def half_point_change(figure: Figure) -> Fraction:
    """Return a mean of ratings as a change in half points, at most 2.5 either way."""
    change = half_points(figure.range.shown - NO_CHANGE)
    return max(-MAX_SHOWN, min(change, MAX_SHOWN))


def word_of(change: Fraction) -> str:
    return BETTER if change > 0 else MIXED if change < 0 else SAME


def display_half(change: Fraction) -> str:
    """Format a change: "+0.5", "no change" or "−2.5 or less"."""
    if not change:
        return "0"
    number = f"{float(abs(change)):.1f}"
    bound = "" if abs(change) < MAX_SHOWN else " or more" if change > 0 else " or less"
    return f"{'+' if change > 0 else MINUS}{number}{bound}"


def cohort_mean(cohort_id: str, results: Sequence[RoundResult]) -> RoundMean | None:
    """Return the mean of delegates' means, to the half point; None if fewer than five have one.

    It is computed from what each delegate is shown, so it reveals nothing more about a rater.
    """
    means = {result.delegate_id: _mean([Fraction(f.change) for f in result.figures if f.change]) for result in results}
    known = {delegate: mean for delegate, mean in means.items() if mean is not None}
    if len(known) < MIN_DELEGATES:
        return None
    change = half_points(sum(known.values(), Fraction(0)) / len(known))
    return RoundMean(cohort_id, results[0].wave, tuple(sorted(known)), str(change), display_half(change))


def _mean(changes: Sequence[Fraction]) -> Fraction | None:
    return sum(changes, Fraction(0)) / len(changes) if changes else None
