"""The fields of the page “Edit dates”: one row for each session, and some empty rows for new ones."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time

import msgspec
from msgspec import Struct

from chalicelib.core.addresses import check_text, clean_text
from chalicelib.core.errors import FieldError
from chalicelib.core.model import Milestone
from chalicelib.core.schedule import Change, Session, SessionPlan, held
from chalicelib.workshops.plan_sessions import DatesRefused
from chalicelib.workshops.session_thread import SessionState, state_of

FIELDS = ("milestone", "date", "start", "end", "place", "link", "by")
MIN_NEW, MAX_NEW = 3, 60  # rows for new sessions
_TIME = re.compile(r"(\d{1,2})[.:](\d\d)")  # as people write a time of day
_NEW = re.compile(r"new([1-9]\d?)\.")  # the beginning of the name of their fields
CANCEL = "cancel"
NOT_TYPED = ("seen", "why", "confirmed")


class Row(Struct, frozen=True):
    """One row of the form. `id`: of the session, or of an empty row; names its fields: `<id>.date`."""

    id: str
    typed: Mapping[str, str]
    session: Session | None = None
    has_begun: bool = False

    @property
    def is_cancelled(self) -> bool:
        return CANCEL in self.typed

    @property
    def is_empty(self) -> bool:
        return not any(self.typed.get(field) for field in FIELDS if field != "milestone")


def list_rows(
    stored: Sequence[Session], now: datetime, milestones: Sequence[Milestone], fields: Mapping[str, str] | None = None
) -> tuple[Row, ...]:
    """Return the rows as stored, or as typed; then a row for each session that a workshop still lacks, at least three.

    milestones   the workshops of the programme
    """
    rows = [_row(session, now, fields) for session in held(stored)]
    if fields:
        numbers = sorted({int(match[1]) for name in fields if (match := _NEW.match(name))})
        return (*rows, *(Row(f"new{number}", _typed(f"new{number}", fields)) for number in numbers[:MAX_NEW]))
    lacking = _list_lacking(stored, milestones)[:MAX_NEW]
    chosen = [*lacking, *[""] * (MIN_NEW - len(lacking))]
    return (*rows, *(Row(f"new{number}", {"milestone": each}) for number, each in enumerate(chosen, 1)))


def _list_lacking(stored: Sequence[Session], milestones: Sequence[Milestone]) -> list[str]:
    """Return the id of each workshop, as often as it has fewer sessions here than in the programme."""
    here = Counter(session.milestone for session in held(stored))
    return [each.id for each in milestones for _ in range((each.sessions or each.days) - here[each.id])]


def _row(session: Session, now: datetime, fields: Mapping[str, str] | None) -> Row:
    has_begun = state_of(session, now) is SessionState.BEGUN
    as_stored = _as_typed(session.plan)
    typed = _typed(session.id, fields) if fields and not has_begun else {}
    typed = typed | {"milestone": session.milestone} if typed else as_stored
    return Row(session.id, typed, session, has_begun)


def _as_typed(plan: SessionPlan) -> dict[str, str]:
    start, end = f"{plan.start:%H:%M}", f"{plan.end:%H:%M}"
    return {
        "milestone": plan.milestone,
        "date": plan.date.isoformat(),
        "start": start,
        "end": end,
        "place": plan.place,
        "link": plan.link,
        "by": plan.by,
    }


def _typed(row: str, fields: Mapping[str, str]) -> dict[str, str]:
    names = (*FIELDS, CANCEL)
    typed = {name: clean_text(fields[f"{row}.{name}"]) for name in names if f"{row}.{name}" in fields}
    return typed | {name: _as_time(typed[name]) for name in ("start", "end") if name in typed}


def _as_time(typed: str) -> str:
    """Write 9.30 and 9:30 as 09:30; leave other text, which a later check refuses."""
    match = _TIME.fullmatch(typed)
    return f"{match[1]:0>2}:{match[2]}" if match else typed


def fingerprint(stored: Iterable[Session]) -> str:
    """Hash the stored sessions, so that an administrator confirms only the dates that the page showed."""
    return hashlib.sha256(msgspec.json.encode([*stored])).hexdigest()[:32]


class Asked(Struct, frozen=True):
    """What a posted form asks for. `rows`: the row of each wanted session, in the same order."""

    wanted: list[SessionPlan]
    changes: list[Change]
    rows: list[str]

    def place(self, fault: FieldError) -> FieldError:
        """Return the fault with the name that its field has on the page."""
        position, _, field = fault.field.partition(".")
        if not position.isdecimal() or int(position) >= len(self.rows):
            return fault
        return FieldError(f"{self.rows[int(position)]}.{field}", fault.message, fault.name)


def read_rows(rows: Sequence[Row]) -> Asked:
    """Read the form. Raises DatesRefused with every field that is missing, or is not a valid date or time."""
    faults: list[FieldError] = []
    asked = Asked([], [], [])
    for row in rows:
        if row.session is None and row.is_empty:
            continue
        if row.session and row.is_cancelled:
            asked.changes.append(Change(row.session, None))
            continue
        plan = row.session.plan if row.session and row.has_begun else _plan(row, faults)
        if plan:
            asked.wanted.append(plan)
            asked.rows.append(row.id)
            asked.changes.extend([Change(row.session, plan)] if _differs(row.session, plan) else [])
    if faults:
        raise DatesRefused(*faults)
    return asked


def _differs(session: Session | None, plan: SessionPlan) -> bool:
    return session is None or session.plan != plan


def _plan(row: Row, faults: list[FieldError]) -> SessionPlan | None:
    row_faults = list(_find_faults(row))
    faults += row_faults
    if row_faults:
        return None
    typed = row.typed
    return SessionPlan(
        milestone=typed["milestone"],
        date=date.fromisoformat(typed["date"]),
        start=time.fromisoformat(typed["start"]),
        end=time.fromisoformat(typed["end"]),
        place=typed.get("place", ""),
        link=typed.get("link", ""),
        by=typed.get("by", ""),
    )


def _find_faults(row: Row) -> Iterator[FieldError]:
    typed = row.typed
    if not typed.get("milestone"):
        yield FieldError(f"{row.id}.milestone", "Choose the workshop of the new session.")
    for name, label, kind in (("date", "day", date), ("start", "start", time), ("end", "end", time)):
        example = "2026-03-10" if kind is date else "09:30"
        if not _is_one(kind, typed.get(name, "")):
            yield FieldError(f"{row.id}.{name}", f"Give the {label} of the session, such as {example}.")
    if typed.get("place") and (fault := check_text(typed["place"])):
        yield FieldError(f"{row.id}.place", f"The place {fault}.")


def _is_one(kind: type[date] | type[time], typed: str) -> bool:
    try:
        return bool(kind.fromisoformat(typed))
    except ValueError:
        return False
