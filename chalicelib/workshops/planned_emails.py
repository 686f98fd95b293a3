"""Plan the emails before and after each workshop."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from chalicelib.core.formatting import plural
from chalicelib.emails.kinds import To
from chalicelib.mornings.plan import CohortDay, Morning, Planned
from chalicelib.store import administrator_rights
from chalicelib.store.emails import Email
from chalicelib.workshops.emails.about_attendance import (
    JOINING,
    PREPARE,
    RUNS,
    STARTS,
    away_email,
    delegate_email,
    facilitator_email,
    overdue_email,
    register_email,
)
from chalicelib.workshops.register import Register, load_registers
from chalicelib.workshops.workshop import Workshop, facilitators_of, workshops_of

JOIN_DAYS, AWAY_DAYS, START_DAYS = -15, -5, -2  # working days from the first session
REGISTER_DAYS, OVERDUE_DAYS = 2, 5  # working days from the last session


def plan(day: CohortDay) -> Iterator[Planned]:
    for workshop in workshops_of(day.cohort, day.programme, day.sessions):
        yield from _Emails(workshop).plan(day)


class _Emails(Struct, frozen=True):
    """The emails about one workshop."""

    workshop: Workshop

    def plan(self, day: CohortDay) -> Iterator[Planned]:
        first, last = self.workshop.first.plan.date, self.workshop.last.plan.date
        starts_at = day.morning(first, START_DAYS)
        if day.now < starts_at:  # how to join is no news later
            yield Planned(day.morning(first, JOIN_DAYS), To.DELEGATE, self.joining)
        yield Planned(day.morning(first, AWAY_DAYS), To.MANAGER, self.away)
        yield Planned(starts_at, To.DELEGATE, self.starts)
        yield Planned(day.morning(last, REGISTER_DAYS), To.FACILITATOR, self.register)
        yield Planned(day.morning(last, OVERDUE_DAYS), To.ADMINISTRATOR, self.overdue)

    def joining(self, morning: Morning) -> Iterator[Email]:
        for delegate in morning.day.delegates.values():
            yield delegate_email(JOINING, self.workshop, delegate, morning.now)
        for facilitator in self.workshop.facilitators:
            yield facilitator_email(PREPARE, self.workshop, facilitator, _people(morning), morning.now)

    def away(self, morning: Morning) -> Iterator[Email]:
        for delegate in morning.day.delegates.values():
            if not delegate.manager.is_erased:
                yield away_email(self.workshop, delegate, morning.now)

    def starts(self, morning: Morning) -> Iterator[Email]:
        for delegate in morning.day.delegates.values():
            yield delegate_email(STARTS, self.workshop, delegate, morning.now)
        for facilitator in self.workshop.facilitators:
            yield facilitator_email(RUNS, self.workshop, facilitator, _people(morning), morning.now)

    def register(self, morning: Morning) -> Iterator[Email]:
        """Ask only the facilitators whose own sessions have gaps in the register."""
        registers = self._registers(morning)
        unfilled = [register for register in registers if not register.is_filled]
        asked = {
            facilitator.id
            for register in unfilled
            for facilitator in facilitators_of(register.cohort, register.session)
        }
        for facilitator in self.workshop.facilitators:
            if facilitator.id in asked:
                yield register_email(
                    self.workshop, facilitator, count_missing(registers), _closes_at(registers), morning.now
                )

    def overdue(self, morning: Morning) -> Iterator[Email]:
        registers = self._registers(morning)
        is_filled = all(register.is_filled for register in registers)
        for address in () if is_filled else administrator_rights.list_administrators(self.workshop.programme.id):
            yield overdue_email(self.workshop, address, count_missing(registers), _closes_at(registers), morning.now)

    def _registers(self, morning: Morning) -> tuple[Register, ...]:
        day = morning.day
        registers = load_registers(day.cohort, day.programme, day.rows)
        for register in registers:
            day.broken.update(register.broken)
        return tuple(register for register in registers if register.session in self.workshop.sessions)


def _people(morning: Morning) -> str:
    return plural(len(morning.day.lines), "delegate", "delegates")


def count_missing(registers: tuple[Register, ...]) -> str:
    """Count people who lack an entry in a register of the workshop."""
    missing = {
        entry.id for register in registers if not register.is_filled for entry in register.entries if not entry.mark
    }
    return plural(len(missing), "person", "people")


def _closes_at(registers: tuple[Register, ...]) -> datetime:
    return max(register.window.closes_at for register in registers)
