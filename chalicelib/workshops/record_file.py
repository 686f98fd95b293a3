"""Record a file of attendance: the command `cohort register`, and the form below each register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from chalicelib.core.errors import Refusal
from chalicelib.core.file_errors import Note, ignore
from chalicelib.core.schedule import find_by_name
from chalicelib.store.attendance import AttendanceState as State
from chalicelib.store.workshops import list_damaged_workshops, sessions_from
from chalicelib.workshops.attendance import WORDS
from chalicelib.workshops.console import Registers, administrator, open_registers
from chalicelib.workshops.mark import is_recorded, save_marks
from chalicelib.workshops.register import Register
from chalicelib.workshops.register_file import read_register

BY = "command line"


class NoSuchSession(Refusal):
    """The cohort has no session of this name."""

    title = "We could not find this session"


class Change(Struct, frozen=True):
    """A person whose state changed, in words."""

    name: str
    before: str
    after: str


class Recorded(Struct, frozen=True):
    """What a file recorded, or would record.

    marks      the state of each person in the file, in words -> how many
    changed    people whose state changed
    left       people on the register who are not in the file
    """

    session: str
    title: str
    marks: dict[str, int]
    changed: int
    left: int
    changes: tuple[Change, ...] = ()


def record_file(
    cohort_id: str, name: str, data: bytes, file: str, why: str, now: datetime, *, dry_run: bool, note: Note = ignore
) -> Recorded:
    """Record everyone in the file, or no one.

    name   of the session: `leading_self/1`

    Raises NoSuchCohort, NoSuchSession, FileInvalid or MarkRefused.
    """
    register = _find(open_registers(cohort_id), name)
    return record_in(register, data, file, why, BY, now, dry_run=dry_run, note=note)


def record_in(
    register: Register, data: bytes, file: str, why: str, by: str, now: datetime, *, dry_run: bool, note: Note = ignore
) -> Recorded:
    """Record everyone in the file on this register, or no one. Raises FileInvalid or MarkRefused."""
    marks = read_register(data, file, register.entries, note)
    save_marks(register, marks, administrator(by, why or f"from {file}"), now, dry_run=dry_run)
    counted = {WORDS[state]: sum(mark is state for mark in marks.values()) for state in State}
    counted = {words: count for words, count in counted.items() if count}
    changes = tuple(_changes(register, marks))
    left = len(register.entries) - len(marks)
    return Recorded(register.name, register.title, counted, len(changes), left, changes)


def _changes(register: Register, marks: Mapping[str, State]) -> Iterator[Change]:
    for entry in register.entries:
        if entry.id in marks and not is_recorded(entry, marks[entry.id]):
            yield Change(entry.name, entry.words, WORDS[marks[entry.id]])


def _find(opened: Registers, name: str) -> Register:
    milestone, _, number = name.partition("/")
    if milestone in list_damaged_workshops(opened.rows):
        raise NoSuchSession(f"{name}: a record of this workshop is damaged: its sessions cannot be numbered.")
    sessions = sessions_from(opened.rows)
    session = find_by_name(sessions, milestone, int(number)) if number.isdecimal() else None
    if session is None:
        names = ", ".join(register.name for register in opened.all) or "none has a date yet"
        raise NoSuchSession(f"{name}: give the workshop and the number of its session. Allowed: {names}.")
    return opened.one(session.id)
