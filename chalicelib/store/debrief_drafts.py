"""What a coach has typed into the record of a debrief and not recorded yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from chalicelib.core.model import Wave
from chalicelib.store.expressions import equals, missing
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import Changed, Key, Write, delete, put_if


class DraftChanged(Changed):
    """The draft was saved again since it was read."""


class DebriefDraft(Struct, frozen=True):
    """The form's fields as typed, valid or not; on the page of the coach who typed them, and on no other."""

    typed: Mapping[str, str]
    at: datetime
    revision: int = 1


def key(delegate_id: str, wave: Wave, coach: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"DRAFT#{wave.value}#{coach}")


def save(delegate_id: str, wave: Wave, coach: str, draft: DebriefDraft) -> Write:
    """Replace the draft before this one. Refused if it was saved again since it was read."""
    before = equals("revision", draft.revision - 1) if draft.revision > 1 else missing("pk")
    return put_if({**key(delegate_id, wave, coach)._asdict(), **fields(draft)}, [before], DraftChanged)


def forget(delegate_id: str, wave: Wave, coach: str) -> Write:
    return delete(key(delegate_id, wave, coach))


def from_rows(rows: Iterable[Row], wave: Wave, coach: str) -> DebriefDraft | None:
    sk = f"DRAFT#{wave.value}#{coach}"
    return next((read(DebriefDraft, row) for row in rows if row["sk"] == sk), None)
