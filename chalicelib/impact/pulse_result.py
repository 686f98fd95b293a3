"""Compute change from published cells: how much better or worse raters find each development area."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from chalicelib.core.model import DelegateWave
from chalicelib.forms.pulse import NO_CHANGE
from chalicelib.pulse.result import half_point_change, word_of
from chalicelib.results.layout import FIRST_RULE
from chalicelib.results.published import ALL_OTHERS, About, Figure, PublishedCells
from chalicelib.results.rounding import display_gap, exactly, on_scale
from chalicelib.store.impact_surveys import PulseFigure, PulseResult

MAX_CHANGE = 3  # the change at either end of the scale


def pulse_result(wave: DelegateWave, published: PublishedCells, in_words: Collection[str] = frozenset()) -> PulseResult:
    """Return what is published.

    in_words   areas with a word instead of a figure, because almost the same people were asked in a mid-way round
    """
    figures = [figure for figure in published.figures if figure.about in _shown(published, wave, in_words)]
    words = [_word(figure) for figure in figures if figure.id in in_words and figure.cell == ALL_OTHERS]
    return PulseResult(
        delegate_id=wave.delegate_id,
        areas=wave.areas,
        figures=(*(_change(figure) for figure in figures if figure.id not in in_words), *words),
        too_few=published.has_too_few,
    )


def _word(figure: Figure) -> PulseFigure:
    return PulseFigure(figure.id, figure.cell, 0, "", word_of(half_point_change(figure)))


def _shown(published: PublishedCells, wave: DelegateWave, in_words: Collection[str]) -> tuple[About, ...]:
    """Return what a pulse shows: each area, and all of them together if there are several with a number."""
    has_all = published.rule.number > FIRST_RULE and len(wave.areas) > 1 and not in_words
    return (About.ITEM, About.COMPETENCY) if has_all else (About.ITEM,)


def _change(figure: Figure) -> PulseFigure:
    change = on_scale(figure.range, NO_CHANGE + MAX_CHANGE) - exactly(Fraction(NO_CHANGE))
    return PulseFigure(figure.id, figure.cell, figure.n, str(change.shown), display_gap(change))
