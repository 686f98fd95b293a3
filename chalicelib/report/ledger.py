"""What may be published beside what has been published: the difference of two figures is a figure too. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from chalicelib.report.facts import Facts


def difference_is_too_small(published: Iterable[Collection[str]], further: Collection[str], fewest: int) -> bool:
    """Whether a figure over `further` and one published before differ by some, but fewer than `fewest`, members.

    published   whom each earlier figure of the same kind is over; ids of delegates, or of raters
    further     whom the next one would be over
    fewest      the threshold for raters, five for the delegates of a cohort

    The same members again tell nothing new. Vector: four raters with mean 3.50, then five with 3.60: the fifth said 4.
    """
    return any(0 < len(set(earlier) ^ set(further)) < fewest for earlier in published)


def shows_other_answers(earlier: Facts, further: Facts) -> bool:
    """Whether two reports on one delegate's wave rest on different answers of anonymous raters.

    Neither says who is behind a figure, so any difference may be one rater's: the second must not appear.
    """
    return _same_wave(earlier) == _same_wave(further) and _anonymous(earlier) != _anonymous(further)


def _same_wave(facts: Facts) -> tuple[str, str]:
    return facts.heading.delegate, facts.heading.wave


def _anonymous(facts: Facts) -> set[object]:
    named = {cell.cell for cell in facts.cells if cell.named}
    figures = {(s.about, s.id, s.cell, s.n, s.mean) for s in facts.statistics if s.cell not in named}
    comments = {(c.question, c.cell, c.text) for c in facts.comments if c.cell not in named}
    return {*figures, *comments, *facts.agreements}
