"""The register of a session: everyone who is expected, and what is recorded of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.core import merging
from chalicelib.core.errors import Refusal
from chalicelib.core.model import Cohort, Programme, Standing, Wave
from chalicelib.core.schedule import Session, held, name_of, title_of
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.store import attendance, cohorts, workshops
from chalicelib.store.attendance import IS_ABSENT, Attendance
from chalicelib.store.attendance import AttendanceState as State
from chalicelib.store.cohorts import DelegateLine
from chalicelib.store.marshal import Row
from chalicelib.workshops.attendance import WORDS, Window, window_of

CHOICES = (
    (State.ATTENDED.value, "Attended"),
    (State.PARTLY.value, "In part"),
    (State.ABSENT.value, "Absent"),
    (State.EXCUSED.value, "Excused"),
)


class SessionUnknown(Refusal):
    """No session of this id takes place."""

    status = 404
    title = "We could not find this session"
    next_step = "It may have been cancelled. Your other sessions are on your page."


class Entry(Struct, frozen=True):
    """One delegate on the register of a session."""

    line: DelegateLine
    attendance: Attendance

    @property
    def id(self) -> str:
        return self.line.delegate_id

    @property
    def name(self) -> str:
        return self.line.name

    @property
    def state(self) -> State:
        return self.attendance.state

    @property
    def is_absent(self) -> bool:
        return self.state in IS_ABSENT

    @property
    def mark(self) -> str:
        """Return which button of the register is pressed; empty for someone who is expected."""
        if self.is_absent:
            return State.ABSENT.value
        return "" if self.state is State.EXPECTED else self.state.value

    @property
    def words(self) -> str:
        return WORDS[self.state]


class Register(Struct, frozen=True):
    """The register of one session."""

    cohort: Cohort
    programme: Programme
    session: Session
    sessions: tuple[Session, ...]  # of the cohort, for names and numbers
    entries: tuple[Entry, ...]  # by name
    days: WorkingDays
    unread: tuple[DelegateLine, ...]  # delegates without an entry, because a row of theirs cannot be read
    broken: Mapping[str, str]  # why, by the delegate's id

    @property
    def title(self) -> str:
        return title_of(self.programme, self.session, self.sessions)

    @property
    def name(self) -> str:
        """Return the session as commands name it: `leading_self/1`."""
        return name_of(self.session, self.sessions)

    @property
    def window(self) -> Window:
        return window_of(self.session.starts_at, self.session.ends_at, self.days)

    @property
    def expected(self) -> int:
        """Count people without an entry."""
        return sum(entry.state is State.EXPECTED for entry in self.entries)

    @property
    def is_filled(self) -> bool:
        return self.expected == 0

    def waits_for(self, now: datetime) -> bool:
        """Return whether the facilitator still has to fill it in, or to say how an absent delegate catches up."""
        return self.window.is_open(now) and not (
            self.is_filled and all(self._is_settled(entry) for entry in self.entries)
        )

    @staticmethod
    def _is_settled(entry: Entry) -> bool:
        return entry.state is not State.ABSENT

    @property
    def absent(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.is_absent)

    @property
    def shown(self) -> str:
        """Return the marks of the states that the page shows, for its form: see core/merging.py."""
        return merging.marks({entry.id: entry.mark for entry in self.entries if entry.mark})

    def find(self, delegate_id: str) -> Entry:
        """Find a delegate who is expected. Raises PersonNotExpected, for example for one who has left."""
        entry = next((entry for entry in self.entries if entry.id == delegate_id), None)
        if entry is None:
            raise PersonNotExpected
        return entry


class PersonNotExpected(Refusal):
    """The delegate has left, or is of another cohort."""

    title = "This person is not on the register"
    next_step = "Nothing was changed. Open the register again to see who is on it."


def load_register(cohort: Cohort, programme: Programme, rows: Iterable[Row], session_id: str) -> Register:
    """Load a register in one call. `rows`: of the cohort. Raises SessionUnknown."""
    rows = list(rows)
    sessions = workshops.sessions_from(rows)
    session = next((session for session in held(sessions) if session.id == session_id), None)
    if session is None:
        raise SessionUnknown
    (register,) = registers_of(cohort, programme, cohorts.lines_from(rows, Wave.BASELINE), sessions, [session])
    return register


def load_registers(cohort: Cohort, programme: Programme, rows: Iterable[Row]) -> tuple[Register, ...]:
    """Load the registers of every session that takes place, earliest first."""
    rows = list(rows)
    sessions = workshops.sessions_from(rows)
    return registers_of(cohort, programme, cohorts.lines_from(rows, Wave.BASELINE), sessions, held(sessions))


def registers_of(
    cohort: Cohort,
    programme: Programme,
    lines: Iterable[DelegateLine],
    sessions: tuple[Session, ...],
    wanted: Sequence[Session],
) -> tuple[Register, ...]:
    """Load the registers of the sessions that are wanted: a call for each hundred rows.

    lines     of the cohort's delegates, each once
    sessions  of the cohort
    """
    lines = [line for line in lines if line.standing is Standing.ACTIVE]
    ids, sessions_wanted = [line.delegate_id for line in lines], [session.id for session in wanted]
    attendances, broken = attendance.find_readable(ids, sessions_wanted)
    unread = tuple(line for line in lines if line.delegate_id in broken)
    lines = [line for line in lines if line.delegate_id not in broken]
    days = working_days(programme.organisation, cohort.dates.closed)
    return tuple(
        Register(
            cohort, programme, session, sessions, tuple(_entries(lines, session, attendances)), days, unread, broken
        )
        for session in wanted
    )


def _entries(
    lines: Iterable[DelegateLine], session: Session, attendances: Mapping[tuple[str, str], Attendance]
) -> Iterable[Entry]:
    for line in lines:
        yield Entry(line, attendances.get((line.delegate_id, session.id), Attendance(session.id)))
