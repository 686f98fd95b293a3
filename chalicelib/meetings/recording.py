"""Keep what a coach types into the record of a debrief or of a review, before it is recorded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from chalicelib.core import merging
from chalicelib.core.errors import Refusal
from chalicelib.store import record_drafts
from chalicelib.store.record_drafts import DraftChanged, RecordDraft
from chalicelib.store.table import transact

MAX_DRAFT_CHARS = 3000  # of one field, so that a whole form fits into a row


class SavedElsewhere(Refusal):
    """Two windows saved at the same moment."""

    status = 409
    title = "Nothing was saved"

    def __init__(self) -> None:
        super().__init__("The record was saved in another window a moment ago. Go back, and save again.")


def merge_typed(stored: Mapping[str, str], posted: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    """Return the form's fields. An older page does not undo newer changes: see core/merging.py."""
    typed = {name: posted.get(name, "").replace("\r\n", "\n").strip() for name in names}
    merged = merging.merge(stored, typed, merging.read_marks(posted), names)
    return {name: text for name, text in merged.items() if text}


def save_draft(
    delegate_id: str, of: str, coach: str, before: RecordDraft | None, typed: Mapping[str, str], now: datetime
) -> None:
    """Keep what was typed. Raises SavedElsewhere.

    of      the value of the wave of the debrief, or record_drafts.REVIEW
    before  the draft that was read
    """
    kept = {name: text[:MAX_DRAFT_CHARS] for name, text in typed.items()}
    draft = RecordDraft(kept, now, before.revision + 1 if before else 1)
    try:
        transact([record_drafts.save(delegate_id, of, coach, draft)])
    except DraftChanged:
        raise SavedElsewhere from None
