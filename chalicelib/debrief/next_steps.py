"""What a delegate needs of their coach next, and who comes first."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from msgspec import Struct

from chalicelib.core.formatting import by_name
from chalicelib.store.cohorts import DelegateLine, Stage


class Turn(IntEnum):
    """Whose turn it is; the coach's comes first on the page."""

    COACH = 1
    OTHERS = 2
    DONE = 3


class Need(Struct, frozen=True):
    line: DelegateLine
    turn: Turn
    next_step: str  # for the coach if it is their turn, else what is under way


STEPS = {
    Stage.PLANNED: (Turn.OTHERS, "The questionnaire has not opened yet"),
    Stage.COLLECTING: (Turn.OTHERS, "Feedback is being collected"),
    Stage.HELD: (Turn.OTHERS, "Few answers: the programme team decides whether to give more time"),
    Stage.SCORING: (Turn.OTHERS, "The report is being made; you get a mail"),
    Stage.REPORT_READY: (Turn.COACH, "Read the report and hold the debrief"),
    Stage.RELEASED: (Turn.DONE, "Released"),
    Stage.IMPACT_OPEN: (Turn.DONE, "The impact survey is open"),
    Stage.COMPLETE: (Turn.DONE, "Complete: see what came of it"),
}


def by_need(lines: Iterable[DelegateLine]) -> tuple[Need, ...]:
    """Whoever waits for the coach first: a debrief that was held before a report that was not read; then by name."""
    found = [_need(line) for line in lines]
    return tuple(sorted(found, key=lambda need: (need.turn, not need.line.debriefed_on, by_name(need.line.name))))


def _need(line: DelegateLine) -> Need:
    turn, step = STEPS[line.stage]
    if line.withdrawn:
        return Need(line, Turn.DONE, "Has left the programme")
    if line.stage is Stage.REPORT_READY and line.debriefed_on:
        return Need(line, turn, "Debrief recorded: release the report")
    counted = [part for part in line.visible_counts if not part.named]
    if line.stage is Stage.COLLECTING and counted:
        asked, came = sum(part.invited for part in counted), sum(part.answered for part in counted)
        return Need(line, turn, f"{step}: {came} or more of {asked} answers are in" if came else step)
    return Need(line, turn, step)
