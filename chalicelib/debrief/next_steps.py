"""Find each delegate's next step and sort the caseload by it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from msgspec import Struct

from chalicelib.core.formatting import name_sort_key
from chalicelib.store.cohorts import DelegateLine, DelegateStatus


class Owner(IntEnum):
    """Whose turn it is; the coach's comes first on the page."""

    COACH = 1
    OTHERS = 2
    DONE = 3


class NextStep(Struct, frozen=True):
    line: DelegateLine
    turn: Owner
    next_step: str  # for the coach if it is their turn, otherwise the current state


STEPS = {
    DelegateStatus.PLANNED: (Owner.OTHERS, "The questionnaire has not opened yet"),
    DelegateStatus.COLLECTING: (Owner.OTHERS, "Feedback is being collected"),
    DelegateStatus.HELD: (Owner.OTHERS, "Few answers: the programme team decides whether to give more time"),
    DelegateStatus.SCORING: (Owner.OTHERS, "The report is being made; you get an email"),
    DelegateStatus.REPORT_READY: (Owner.COACH, "Read the report and hold the debrief"),
    DelegateStatus.RELEASED: (Owner.DONE, "Released"),
    DelegateStatus.IMPACT_OPEN: (Owner.DONE, "The impact survey is open"),
    DelegateStatus.COMPLETE: (Owner.DONE, "Complete: read the results"),
}


def sort_by_next_step(lines: Iterable[DelegateLine]) -> tuple[NextStep, ...]:
    """Sort delegates who wait for the coach first: a debrief that was held before a report that was not read; then by
    name.
    """
    needs = [_need(line) for line in lines]
    return tuple(sorted(needs, key=lambda need: (need.turn, not need.line.debriefed_on, name_sort_key(need.line.name))))


def _need(line: DelegateLine) -> NextStep:
    turn, step = STEPS[line.stage]
    if line.withdrawn:
        return NextStep(line, Owner.DONE, "Has left the programme")
    if line.stage is DelegateStatus.REPORT_READY and line.debriefed_on:
        return NextStep(line, turn, "Debrief recorded: release the report")
    counted = [part for part in line.visible_counts if not part.named]
    if line.stage is DelegateStatus.COLLECTING and counted:
        invited, answered = sum(part.invited for part in counted), sum(part.answered for part in counted)
        return NextStep(line, turn, f"{step}: {answered} or more of {invited} answers are in" if answered else step)
    return NextStep(line, turn, step)
