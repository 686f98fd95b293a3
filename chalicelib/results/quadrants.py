"""Place a behaviour by two statements of a report: how the own view differs, and on which side of the scale others are.

Pure. The report's page of comparisons and the coach's list of behaviours use the same rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from chalicelib.results.published import About
from chalicelib.results.statements import HIGHER, LOWER, Said


class Quadrant(StrEnum):
    THEY_SEE_MORE = "they_see_more"  # hidden strengths
    AGREED_STRENGTH = "agreed_strengths"
    YOU_SEE_MORE = "you_see_more"  # blind spots
    AGREED_WORK = "agreed_work"
    CLOSE = "close"  # too close to call


LEVELS = {HIGHER: Quadrant.AGREED_STRENGTH, LOWER: Quadrant.AGREED_WORK}
GAPS = {"self_higher": HIGHER, "self_lower": LOWER}  # by the rule of what may be said
SIDES = {"high": HIGHER, "low": LOWER}


def quadrant_of(gap: str, level: str) -> Quadrant:
    """Return where a behaviour belongs. gap, level: HIGHER, LOWER, or empty if it is too close to call."""
    if gap == LOWER and level != LOWER:
        return Quadrant.THEY_SEE_MORE
    if gap == HIGHER and level != HIGHER:
        return Quadrant.YOU_SEE_MORE
    return LEVELS.get(level, Quadrant.CLOSE)


def quadrant_said(said: Iterable[Said], item_id: str) -> Quadrant:
    """Return the quadrant of a behaviour from what a report may say of it."""
    rules = [statement.rule for statement in said if (statement.about, statement.id) == (About.ITEM.value, item_id)]
    gap = next((GAPS[rule] for rule in rules if rule in GAPS), "")
    level = next((SIDES[rule] for rule in rules if rule in SIDES), "")
    return quadrant_of(gap, level)
