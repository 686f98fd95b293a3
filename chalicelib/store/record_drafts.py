"""What a coach has typed into the record of a debrief or of a review, and not recorded yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from chalicelib.store.expressions import equals, missing
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import Changed, Key, Write, delete, put_if

REVIEW = "review"  # what a draft is of: a wave's debrief, by the value of the wave, or the review


class DraftChanged(Changed):
    """The draft was saved again since it was read."""


class RecordDraft(Struct, frozen=True):
    """The form's fields as typed, valid or not; on the page of the coach who typed them, and on no other."""

    typed: Mapping[str, str]
    at: datetime
    revision: int = 1


def key(delegate_id: str, of: str, coach: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"DRAFT#{of}#{coach}")


def save(delegate_id: str, of: str, coach: str, draft: RecordDraft) -> Write:
    """Replace the draft before this one. Refused if it was saved again since it was read."""
    before = equals("revision", draft.revision - 1) if draft.revision > 1 else missing("pk")
    return put_if({**key(delegate_id, of, coach)._asdict(), **fields(draft)}, [before], DraftChanged)


def forget(delegate_id: str, of: str, coach: str) -> Write:
    return delete(key(delegate_id, of, coach))


def from_rows(rows: Iterable[Row], of: str, coach: str) -> RecordDraft | None:
    sk = f"DRAFT#{of}#{coach}"
    return next((read(RecordDraft, row) for row in rows if row["sk"] == sk), None)
