"""Show an administrator every register of a cohort, and record attendance with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from msgspec import Struct

from chalicelib.core.errors import Refusal
from chalicelib.core.model import Cohort, Programme
from chalicelib.core.state_machine import By
from chalicelib.store import cohorts, programmes
from chalicelib.store.attendance import AttendanceState as State
from chalicelib.store.marshal import Row
from chalicelib.workshops.mark import Actor
from chalicelib.workshops.register import Register, load_register, load_registers

ROWS = ((State.ATTENDED,), (State.PARTLY,), (State.ABSENT, State.CATCH_UP), (State.CAUGHT_UP,), (State.EXCUSED,))
HEADINGS = ("Attended", "In part", "Absent", "Caught up", "Excused", "Not recorded")


class NoSuchCohort(Refusal):
    status = 404
    title = "We could not find this cohort"
    next_step = "The list of cohorts shows every cohort of this deployment."


class Registers(Struct, frozen=True, dict=True):
    """The registers of a cohort."""

    cohort: Cohort
    programme: Programme
    rows: tuple[Row, ...]

    @cached_property
    def all(self) -> tuple[Register, ...]:
        return load_registers(self.cohort, self.programme, self.rows)

    def one(self, session_id: str) -> Register:
        """Open one register. Raises SessionUnknown."""
        return load_register(self.cohort, self.programme, self.rows, session_id)


def open_registers(cohort_id: str) -> Registers:
    """Open the registers of a cohort. Raises NoSuchCohort."""
    rows = tuple(cohorts.rows(cohort_id))
    cohort = cohorts.cohort_from(rows)
    if cohort is None:
        raise NoSuchCohort
    return Registers(cohort, programmes.load(cohort.programme_id, cohort.programme_version), rows)


def counts(register: Register) -> Sequence[tuple[str, int]]:
    """Count people by what is recorded: heading and number."""
    recorded = [sum(entry.state in states for entry in register.entries) for states in ROWS]
    return tuple(zip(HEADINGS, (*recorded, register.expected), strict=True))


def administrator(email: str, why: str) -> Actor:
    return Actor(By.ADMINISTRATOR, email, why)
