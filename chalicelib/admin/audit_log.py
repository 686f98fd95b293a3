"""Show a cohort's audit trail in words: who did what, about which person, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from chalicelib.admin.dashboard import Dashboard
from chalicelib.core.clock import moment
from chalicelib.core.formatting import local_time
from chalicelib.core.ids import coach_ids
from chalicelib.store import audit_events
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.marshal import Row

MAX_ENTRIES = 500
LEFT_OUT = AuditEvent.LEFT_OUT.words


class Entry(Struct, frozen=True):
    when: str
    who: str
    act: str
    about: str


def load_audit_log(board: Dashboard) -> list[Entry]:
    """Load the trail, newest first."""
    people = {shown.line.delegate_id: shown.line.name for shown in board.lines}
    coaches = {
        f"coach {coach}": f"{shown.line.coach.name}, coach"
        for shown in board.lines
        for coach in coach_ids(board.cohort.id, shown.line.coach.email)
    }
    zone = board.programme.organisation.timezone
    rows = audit_events.of_cohort(board.cohort.id)[-MAX_ENTRIES:]
    return [_entry(row, {**people, **coaches, board.cohort.id: "The cohort"}, coaches, zone) for row in reversed(rows)]


def _entry(row: Row, people: Mapping[str, str], coaches: Mapping[str, str], zone: str) -> Entry:
    at = row["at"] if isinstance(row["at"], datetime) else moment(row["at"])
    return Entry(
        when=local_time(at, zone),
        who=coaches.get(row["by"], row["by"]),
        act=_act(str(row["act"])),
        about=people.get(row["about"], "The cohort"),
    )


def _act(words: str) -> str:
    """Return the act in words. Earlier versions wrote after this one what was wrong with a person's answers."""
    return LEFT_OUT if words.startswith(f"{LEFT_OUT}: ") else words
