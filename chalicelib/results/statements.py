"""Decide what may be said of published figures: only what lies further from the alternative than chance explains. Pure.

A difference is said if even the end of it that is nearest to zero passes so many standard errors. The rates of false
alarms were simulated: tests/results/test_false_alarms.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.core.model import SELF_GROUP
from chalicelib.results.published import ALL_OTHERS, OVERALL_ID, About
from chalicelib.results.rounding import Range, exactly
from chalicelib.results.uncertainty import error_of_difference, with_whole_answer

GAP_TIMES = Fraction(5, 2)  # standard errors, of self against others and between groups
CHANGE_TIMES = Fraction(2)
PLACE_TIMES = Fraction(3, 2)  # to place a figure on one side of a cut-off

HIGHER, LOWER = "higher", "lower"
Subject = tuple[str, str]  # about, id


class Said(Struct, frozen=True):
    """One thing that may be said of a report, by the id of its rule, with everything that the rule looked at."""

    rule: Annotated[
        str,
        Meta(
            description="self_higher, self_lower, groups_differ, rose, fell, above_average, below_average (of the "
            "delegate's own behaviours), high or low (on the scale)"
        ),
    ]
    about: Annotated[str, Meta(description="item, competency, value or overall")]
    id: Annotated[str, Meta(description="of the item, competency or value")]
    cells: Annotated[
        tuple[str, ...],
        Meta(description="compared: self and all_others; of groups, the higher one first; otherwise one"),
    ]
    shown: Annotated[
        str, Meta(description="the difference as a fraction: first less second, after less before, or less the cut-off")
    ]
    low: Annotated[str, Meta(description="the least that it can be")]
    high: Annotated[str, Meta(description="the most that it can be")]
    se: Annotated[float, Meta(description="standard error of the difference, in scale points")]
    limit: Annotated[float, Meta(description="what the difference has to reach, in scale points")]


class Voiced(Struct, frozen=True):
    """One voice's figure on one subject."""

    range: Range
    se: Fraction


Figures = Mapping[Subject, Mapping[str, Voiced]]  # subject -> cell -> figure


def says(difference: Range, se: Fraction, times: Fraction) -> str:
    """Return HIGHER or LOWER if the whole of a difference reaches `times` standard errors, else ""."""
    limit = times * se
    if difference.low >= limit and difference.low > 0:
        return HIGHER
    return LOWER if difference.high <= -limit and difference.high < 0 else ""


def side_of(figure: Range, cut: Fraction, se: Fraction, times: Fraction = PLACE_TIMES) -> str:
    """Return on which side of a cut-off a figure lies; "" if it is too close to call."""
    return says(figure - exactly(cut), se, times)


def error_of_gap(about: str, se: Fraction) -> Fraction:
    """Return the standard error of self less others. Self is what they said, but one behaviour only in whole points."""
    return with_whole_answer(se) if about == About.ITEM else se


def middle_of(top: int) -> Fraction:
    """Return the level between high and low: 3.5 on five points."""
    return 1 + Fraction(5, 8) * (top - 1)


def find_reference(figures: Figures, cells: Sequence[str]) -> str:
    """Return the cell that "they" means: all others, or the first other voice with a figure, or "" without any.

    cells   ids in the order of the report
    """
    cell_ids = {cell for by_cell in figures.values() for cell in by_cell}
    return next((cell for cell in (ALL_OTHERS, *cells) if cell in cell_ids - {SELF_GROUP}), "")


def said_of_gaps(figures: Figures, reference: str = ALL_OTHERS) -> Iterator[Said]:
    """Say where the delegate's own view lies above or below theirs."""
    for (about, subject), by_cell in figures.items():
        own, others = by_cell.get(SELF_GROUP), by_cell.get(reference)
        if own and others:
            se = error_of_gap(about, others.se)
            gap = own.range - others.range
            if direction := says(gap, se, GAP_TIMES):
                yield _said(f"self_{direction}", about, subject, (SELF_GROUP, reference), gap, se, GAP_TIMES)


def said_of_averages(figures: Figures, reference: str) -> Iterator[Said]:
    """Say which behaviours and competencies they rate above or below the delegate's own average."""
    average = figures.get((About.OVERALL, OVERALL_ID), {}).get(reference)
    for (about, subject), by_cell in figures.items():
        theirs = by_cell.get(reference)
        if average and theirs and about in (About.ITEM, About.COMPETENCY):
            difference = theirs.range - average.range
            if direction := says(difference, theirs.se, PLACE_TIMES):
                rule = {HIGHER: "above_average", LOWER: "below_average"}[direction]
                yield _said(rule, about, subject, (reference,), difference, theirs.se, PLACE_TIMES)


def said_of_levels(figures: Figures, reference: str, top: int) -> Iterator[Said]:
    """Say which behaviours they rate clearly high or low on the scale."""
    for (about, subject), by_cell in figures.items():
        theirs = by_cell.get(reference)
        if theirs and about == About.ITEM and (side := side_of(theirs.range, middle_of(top), theirs.se)):
            difference = theirs.range - exactly(middle_of(top))
            rule = {HIGHER: "high", LOWER: "low"}[side]
            yield _said(rule, about, subject, (reference,), difference, theirs.se, PLACE_TIMES)


def said_of_groups(figures: Figures) -> Iterator[Said]:
    """Say where two groups, or the line manager and a group, differ on a competency."""
    for (about, subject), by_cell in figures.items():
        if about != About.COMPETENCY:
            continue
        voices = [cell for cell in by_cell if cell not in (SELF_GROUP, ALL_OTHERS)]
        for first, second in combinations(voices, 2):
            yield from _difference(about, subject, (first, by_cell[first]), (second, by_cell[second]))


def _difference(about: str, subject: str, voice: tuple[str, Voiced], other: tuple[str, Voiced]) -> Iterator[Said]:
    se = error_of_difference(voice[1].se, other[1].se)
    direction = says(voice[1].range - other[1].range, se, GAP_TIMES)
    if direction:
        above, below = (voice, other) if direction == HIGHER else (other, voice)
        difference = above[1].range - below[1].range
        yield _said("groups_differ", about, subject, (above[0], below[0]), difference, se, GAP_TIMES)


def said_of_changes(changes: Iterable[tuple[str, str, str, Range, Fraction]]) -> Iterator[Said]:
    """Say what rose or fell of a competency or of everything; nothing of the delegate's own view, which has no error.

    changes   about, id, cell, difference, standard error
    """
    words = {HIGHER: "rose", LOWER: "fell"}
    for about, subject, cell, change, se in changes:
        if se and about in (About.COMPETENCY, About.OVERALL) and (direction := says(change, se, CHANGE_TIMES)):
            yield _said(words[direction], about, subject, (cell,), change, se, CHANGE_TIMES)


def _said(
    rule: str, about: str, subject: str, cells: Sequence[str], difference: Range, se: Fraction, times: Fraction
) -> Said:
    displayed, low, high = (str(number) for number in (difference.shown, difference.low, difference.high))
    return Said(rule, about, subject, tuple(cells), displayed, low, high, float(se), float(times * se))
