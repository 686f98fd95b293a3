"""List the registers of workshops that are not filled in, and the absences that no one has settled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from chalicelib.admin.dashboard import Dashboard
from chalicelib.admin.overdue import may_record
from chalicelib.core.formatting import local_date, plural
from chalicelib.core.schedule import Session
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.store.attendance import AttendanceState as State
from chalicelib.workshops.attendance import window_of
from chalicelib.workshops.planned_emails import OVERDUE_DAYS, count_missing
from chalicelib.workshops.register import Register, registers_of
from chalicelib.workshops.workshop import Workshop, workshops_of


class LateRegister(Struct, frozen=True):
    """What is not recorded of a workshop or of one of its sessions.

    session      id of the first session that it is about
    was_emailed  whether an email of this morning or of an earlier one says so
    """

    session: str
    what: str
    was_emailed: bool


def list_late_registers(board: Dashboard, now: datetime) -> Iterator[LateRegister]:
    """Yield what is late, workshop by workshop.

    A register is late on the morning on which administrators get its email; an absence without a way to catch up once
    the facilitator can no longer say one, also while other days of the workshop are to come. Neither is once the pages
    of the programme have ended.

    A call for each hundred rows of delegates and sessions that are over.
    """
    days = working_days(board.programme.organisation, board.cohort.dates.closed)
    planned = workshops_of(board.cohort, board.programme, board.sessions) if may_record(board, now) else ()
    workshops = [(workshop, _late_at(workshop, days) <= now) for workshop in planned]
    wanted = [
        session
        for workshop, is_late in workshops
        for session in workshop.sessions
        if is_late or _closes_at(session, days) <= now
    ]
    lines = [delegate.line for delegate in board.lines]
    registers = registers_of(board.cohort, board.programme, lines, board.sessions, wanted)
    for workshop, is_late in workshops:
        own = [register for register in registers if register.session in workshop.sessions]
        if is_late:
            yield from _unfilled(workshop, own)
        yield from _unsettled(own, days, now)


def _late_at(workshop: Workshop, days: WorkingDays) -> datetime:
    return days.morning(days.add(workshop.last.plan.date, OVERDUE_DAYS))


def _unfilled(workshop: Workshop, registers: Iterable[Register]) -> Iterator[LateRegister]:
    unfilled = tuple(register for register in registers if not register.is_filled)
    if unfilled:
        what = f"The register of {workshop.title} lacks {count_missing(unfilled)}"
        yield LateRegister(unfilled[0].session.id, what, was_emailed=True)


def _unsettled(registers: Iterable[Register], days: WorkingDays, now: datetime) -> Iterator[LateRegister]:
    """Yield the absences. The email of the first working morning on which the register is closed has them."""
    today = local_date(now, days.zone)
    for register in registers:
        closed_at = _closes_at(register.session, days)
        absent = sum(entry.state is State.ABSENT for entry in register.entries)
        if absent and closed_at <= now:
            what = f"{plural(absent, 'person', 'people')} missed {register.title}: say how they catch up"
            emailed_on = days.on_or_after(local_date(closed_at, days.zone))
            yield LateRegister(register.session.id, what, was_emailed=emailed_on < today)


def _closes_at(session: Session, days: WorkingDays) -> datetime:
    return window_of(session.starts_at, session.ends_at, days).closes_at
