"""Keep a coach's own notes, and their note for the delegate's next coach."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from chalicelib.core import merging
from chalicelib.core.errors import FieldError
from chalicelib.debrief.caseload import MAX_RETRIES, Case, CaseBusy, open_case
from chalicelib.debrief.debrief_form import read_notes
from chalicelib.store import debriefs
from chalicelib.store.debriefs import CoachNotes, HandOver, NotesChanged
from chalicelib.store.table import transact

NOTES, HAND_OVER = "notes-text", "hand-over"


def save_notes(
    case: Case, posted: Mapping[str, str], now: datetime
) -> tuple[Mapping[str, str], tuple[FieldError, ...]]:
    """Replace the coach's own notes; return the form's fields. If they are invalid, return the fault too, and stop.

    An older page does not undo newer notes: see core/merging.py. Raises CaseBusy.
    """
    for _ in range(MAX_RETRIES):
        fields = _merge(case, posted)
        text, faults = read_notes(fields)
        if faults:
            return fields, faults
        try:
            transact(debriefs.save_notes(case.delegate.id, CoachNotes(text, now, case.coach_id), case.notes))
        except NotesChanged:
            case = open_case(case.token, case.delegate.id)
            continue
        return fields, ()
    raise CaseBusy


def stored_fields(case: Case) -> dict[str, str]:
    """Return the coach's stored notes as the forms' fields."""
    own_left = case.own_left.text if case.own_left else ""
    return {NOTES: case.notes.text if case.notes else "", HAND_OVER: own_left}


def _merge(case: Case, posted: Mapping[str, str]) -> Mapping[str, str]:
    typed = {NOTES: posted.get(NOTES, "").replace("\r\n", "\n").strip()}
    return merging.merge(stored_fields(case), typed, merging.read_marks(posted), [NOTES])


def leave_note(case: Case, fields: Mapping[str, str], now: datetime) -> tuple[FieldError, ...]:
    """Replace the coach's hand-over note. If it is invalid, return the fault and change nothing."""
    text, faults = read_notes(fields, HAND_OVER)
    if not faults:
        note = HandOver(text, now, case.coach_id, case.delegate.coach.name)
        transact([debriefs.leave(case.delegate.id, note)])
    return faults
