"""Change a development area to the outcome that was agreed in the six-month review."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from chalicelib.areas import states
from chalicelib.areas.acts import changing, next_state
from chalicelib.areas.openings import AreasPage
from chalicelib.store.areas import Area
from chalicelib.store.reviews import AreaOutcome, Outcome
from chalicelib.store.table import Write

ACTS = {
    Outcome.KEPT: states.GO_ON,
    Outcome.CHANGED: states.GO_ON,
    Outcome.DONE: states.FINISH_AT_REVIEW,
    Outcome.GIVEN_UP: states.GIVE_UP,
}


def change_area(opened: AreasPage, area: Area, outcome: AreaOutcome, now: datetime) -> list[Write]:
    """Return the writes that change an area to its outcome. Raises AreaRefused if the area was changed meanwhile."""
    act = ACTS[outcome.outcome]
    after = replace(area, state=next_state(area, act, opened.by), revision=area.revision + 1, why=outcome.why)
    if outcome.step_by:
        after = replace(after, behaviour=outcome.words, first_step=outcome.step, review_by=outcome.step_by)
    if outcome.outcome is Outcome.CHANGED:
        after = replace(after, others_text="", approved="")  # the former words are about something else
    return changing(opened, area, after, act, outcome.why, now)
