"""What a planner gets, and what it plans: emails of a cohort for the mornings of working days."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property

from msgspec import Struct

from chalicelib.core.formatting import local_date
from chalicelib.core.model import Cohort, Delegate, Programme, Standing, Wave
from chalicelib.core.schedule import Session, held
from chalicelib.core.working_days import WorkingDays, survey_opens_at
from chalicelib.emails.kinds import To
from chalicelib.store import attendance, cohorts, delegates, workshops
from chalicelib.store.attendance import Attendance
from chalicelib.store.cohorts import DelegateLine
from chalicelib.store.emails import Email
from chalicelib.store.marshal import Row


class CohortDay(Struct, frozen=True, dict=True):
    """A cohort as it is stored on a day. `rows`: of the cohort's partition."""

    cohort: Cohort
    programme: Programme
    rows: tuple[Row, ...]
    days: WorkingDays
    now: datetime

    @property
    def today(self) -> date:
        return local_date(self.now, self.days.zone)

    @cached_property
    def all_sessions(self) -> tuple[Session, ...]:
        """Return every session, cancelled ones included, earliest first.

        A workshop with a session that cannot be read is left out: emails would give the days of its other sessions.
        """
        return workshops.list_undamaged(self.rows)

    @cached_property
    def sessions(self) -> tuple[Session, ...]:
        """Return the sessions that take place, earliest first."""
        return held(self.all_sessions)

    @cached_property
    def lines(self) -> tuple[DelegateLine, ...]:
        """Return the delegates who have not left, by name."""
        return tuple(line for line in cohorts.lines_from(self.rows, Wave.BASELINE) if not line.withdrawn)

    @cached_property
    def delegates(self) -> Mapping[str, Delegate]:
        """Return the delegates who take part today, by id. A call for each hundred, at the first use.

        Those whose row is broken are in `broken`.
        """
        by_id, broken = delegates.find_readable([line.delegate_id for line in self.lines])
        self.broken.update(broken)
        active = {id: delegate for id, delegate in by_id.items() if delegate.standing is Standing.ACTIVE}
        return {id: delegate for id, delegate in active.items() if not delegate.person.is_erased}

    @cached_property
    def broken(self) -> dict[str, str]:
        """Return why rows were left out so far, by the id of their delegate."""
        return {}

    @property
    def readable(self) -> list[Delegate]:
        """Return the delegates who take part today, without those who have a broken row."""
        return [delegate for id, delegate in self.delegates.items() if id not in self.broken]

    def read_marks(self, delegate_ids: Sequence[str], session_ids: Sequence[str]) -> dict[tuple[str, str], Attendance]:
        """Read who attended, by delegate and session. Those whose row is broken are in `broken`."""
        marks, broken = attendance.find_readable(delegate_ids, session_ids)
        self.broken.update(broken)
        return marks

    @property
    def survey_opens_at(self) -> datetime:
        return survey_opens_at(self.programme, self.cohort.dates)

    @property
    def survey_closes_at(self) -> datetime:
        return self.survey_opens_at + timedelta(days=self.programme.impact.open_days)

    def morning(self, day: date, count: int = 0) -> datetime:
        """Return the morning that is `count` working days after a day, or before it."""
        return self.days.morning(self.days.add(day, count))

    def local_day(self, at: datetime) -> date:
        return local_date(at, self.days.zone)


class Morning(Struct, frozen=True):
    """A morning on which emails go out. `coming`: what is planned for later, earliest first."""

    day: CohortDay
    coming: tuple[Planned, ...]

    @property
    def now(self) -> datetime:
        return self.day.now


class Planned(Struct, frozen=True):
    """Emails for one morning.

    to     the role of their readers
    about  id of the delegate if they are about one; empty for emails to everyone in the role
    write  makes them, from what is true then: what has no reason any more is not made
    """

    at: datetime
    to: To
    write: Callable[[Morning], Iterator[Email]]
    about: str = ""


Planner = Callable[[CohortDay], Iterator[Planned]]
