"""The steps of a programme, and the delegate's place in them. Pure."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from chalicelib.core.model import WaveState


class StepState(StrEnum):
    DONE = "done"
    NOW = "now"
    LATER = "later"


FEEDBACK, DEBRIEF, WORKSHOPS, IMPACT = "feedback", "debrief", "workshops", "impact"
COLLECTING = (WaveState.PLANNED, WaveState.OPEN, WaveState.HELD)


class Step(Struct, frozen=True):
    id: str
    title: str
    state: StepState


TITLES = {
    FEEDBACK: "Feedback",
    DEBRIEF: "Report and debrief",
    WORKSHOPS: "Workshops and development",
    IMPACT: "Six-month review",
}


def steps(wave: WaveState, *, released: bool, asked: bool, is_answered: bool) -> tuple[Step, ...]:
    """Return all steps in order; at most one is now.

    released  the report may be read
    asked     the impact survey has opened
    is_answered  it was answered, or has closed
    """
    begun = {FEEDBACK: True, DEBRIEF: wave not in COLLECTING, WORKSHOPS: released, IMPACT: asked}
    last = max(place for place, step in enumerate(TITLES) if begun[step])
    return tuple(
        Step(step, title, _state(place, last, is_answered)) for place, (step, title) in enumerate(TITLES.items())
    )


def _state(place: int, last: int, is_answered: bool) -> StepState:
    if place > last:
        return StepState.LATER
    return StepState.DONE if place < last or (is_answered and place == len(TITLES) - 1) else StepState.NOW
