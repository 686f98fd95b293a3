"""From published cells to change: how much better or worse the raters find each development area."""

from __future__ import annotations

from fractions import Fraction

from chalicelib.impact.pulse import NO_CHANGE
from chalicelib.model import DelegateWave
from chalicelib.report.figures import display_gap, one_decimal
from chalicelib.report.published import About, Bound, Figure, PublishedCells
from chalicelib.store.impacts import PulseFigure, PulseResult

MOST = 3  # the change at either end of the scale


def pulse_result(wave: DelegateWave, published: PublishedCells) -> PulseResult:
    return PulseResult(
        delegate_id=wave.delegate_id,
        areas=wave.areas,
        figures=tuple(_change(figure) for figure in published.figures if figure.about is About.ITEM),
        too_few=published.too_few,
    )


def _change(figure: Figure) -> PulseFigure:
    change = figure.mean - NO_CHANGE
    return PulseFigure(figure.id, figure.cell, figure.n, str(change), display_change(change, figure.bound))


def display_change(change: Fraction, bound: Bound) -> str:
    """ "+0.8", "0.0", "−1.3", or "+2.7 or more" where the mean is clamped."""
    shown = display_gap(change)
    return shown if bound is Bound.EXACT or one_decimal(abs(change)) == MOST else f"{shown} {bound}"
