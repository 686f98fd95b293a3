"""Compute change from published cells: how much better or worse raters find each development area."""

from __future__ import annotations

from fractions import Fraction

from chalicelib.core.model import DelegateWave
from chalicelib.forms.pulse import NO_CHANGE
from chalicelib.results.layout import FIRST_RULE
from chalicelib.results.published import About, Figure, PublishedCells
from chalicelib.results.rounding import display_gap, exactly, on_scale
from chalicelib.store.impact_surveys import PulseFigure, PulseResult

MAX_CHANGE = 3  # the change at either end of the scale


def pulse_result(wave: DelegateWave, published: PublishedCells) -> PulseResult:
    return PulseResult(
        delegate_id=wave.delegate_id,
        areas=wave.areas,
        figures=tuple(_change(figure) for figure in published.figures if figure.about in _shown(published, wave)),
        too_few=published.too_few,
    )


def _shown(published: PublishedCells, wave: DelegateWave) -> tuple[About, ...]:
    """Return what a pulse shows: each area, and all of them together if there are several."""
    has_all = published.rule.number > FIRST_RULE and len(wave.areas) > 1
    return (About.ITEM, About.COMPETENCY) if has_all else (About.ITEM,)


def _change(figure: Figure) -> PulseFigure:
    found = on_scale(figure.range, NO_CHANGE + MAX_CHANGE) - exactly(Fraction(NO_CHANGE))
    return PulseFigure(figure.id, figure.cell, figure.n, str(found.shown), display_gap(found))
