"""Say what each side sees of a development area, and where they disagree. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from chalicelib.core.formatting import join_words
from chalicelib.forms.impact_options import CHANGES, LEVELS, NOT_SEEN
from chalicelib.impact.result.facts import AreaResult, RatersView

APPLIED, EARLY = ("regular", "habit"), ("not_started", "tried")
LITTLE, CLEAR = Fraction(1, 2), Fraction(1)  # of a change from -3 to +3
NOT_ANSWERED = "not answered"
TOO_FEW = "too few raters answered to show a figure"


def level_words(area: AreaResult) -> str:
    return dict(LEVELS).get(area.level, "")


def change_words(change: str) -> str:
    return dict(CHANGES).get(change, "")


def raters_words(raters: RatersView) -> str:
    """Return the figure with its number of raters, or say that too few answered."""
    if not raters.display:
        return TOO_FEW[0].upper() + TOO_FEW[1:] + "."
    if not raters.n:  # only a word: almost the same people were asked in a mid-way round
        return raters.display[0].upper() + raters.display[1:] + "."
    return f"{raters.display} on a scale from −3 to +3 (mean of {raters.n})"


def where_they_part(area: AreaResult, name: str = "") -> Iterator[str]:
    """Say where the delegate's own level and the view of another side contradict each other.

    name   of the delegate, for another reader; empty: the delegate reads it
    """
    whose, says = ("the", f"{name} says") if name else ("your", "You say")
    manager = f"{whose} line manager"
    sides = {manager: managers_change(area), f"{whose} raters": raters_change(area)}
    known = {who: change for who, change in sides.items() if change is not None}
    little = [who for who, change in known.items() if area.level in APPLIED and change < LITTLE]
    clear = [who for who, change in known.items() if area.level in EARLY and change >= CLEAR]
    if little:
        yield f"{says} “{level_words(area).lower()}”; {_see(little, manager)} little or no change."
    if clear:
        yield f"{says} “{level_words(area).lower()}”; {_see(clear, manager, 'already ')} a change for the better."


def _see(who: Sequence[str], manager: str, when: str = "") -> str:
    """Return who sees it, in one sentence for all of them."""
    verb = "sees" if [*who] == [manager] else "see"
    return f"{join_words(who)} {when}{verb}"


def managers_change(area: AreaResult) -> Fraction | None:
    """Return the change that the line manager sees, -3 to +3; None if they did not say."""
    return Fraction(area.manager_change) if area.manager_change not in ("", NOT_SEEN) else None


def raters_change(area: AreaResult) -> Fraction | None:
    """Return the mean change that raters see, -3 to +3; None if too few answered."""
    return Fraction(area.raters.change) if area.raters.change else None
