"""Keep a coach's own notes, and their note for the delegate's next coach."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from chalicelib.core.errors import FieldError
from chalicelib.debrief.caseload import Case
from chalicelib.debrief.debrief_form import read_notes
from chalicelib.store import debriefs
from chalicelib.store.debriefs import CoachNotes, HandOver
from chalicelib.store.table import transact

HAND_OVER = "hand-over"


def save_notes(case: Case, fields: Mapping[str, str], now: datetime) -> tuple[FieldError, ...]:
    """Replace the coach's own notes. If they are invalid, return the fault and change nothing."""
    text, faults = read_notes(fields)
    if not faults:
        transact(debriefs.save_notes(case.delegate.id, CoachNotes(text, now, case.coach_id), case.notes))
    return faults


def leave_note(case: Case, fields: Mapping[str, str], now: datetime) -> tuple[FieldError, ...]:
    """Replace the coach's hand-over note. If it is invalid, return the fault and change nothing."""
    text, faults = read_notes(fields, HAND_OVER)
    if not faults:
        note = HandOver(text, now, case.coach_id, case.delegate.coach.name)
        transact([debriefs.leave(case.delegate.id, note)])
    return faults
