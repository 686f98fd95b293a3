"""What a coach writes for themself: before, in and after the debrief, whenever they like."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from chalicelib.debrief.areas import FormFault, read_notes
from chalicelib.debrief.caseload import Case
from chalicelib.store import debriefs
from chalicelib.store.debriefs import CoachNotes
from chalicelib.store.table import transact


def keep_notes(case: Case, fields: Mapping[str, str], now: datetime) -> tuple[FormFault, ...]:
    """Replace the notes; or what is wrong with them, and nothing is changed."""
    text, faults = read_notes(fields)
    if not faults:
        transact([debriefs.save_notes(case.delegate.id, CoachNotes(text, now))])
    return faults
