"""Record what was posted with the form of a register. Sending the form again changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from chalicelib.core import merging
from chalicelib.core.errors import FieldError
from chalicelib.store.attendance import AttendanceChanged
from chalicelib.store.attendance import AttendanceState as State
from chalicelib.workshops.mark import Actor, MarkRefused, save_marks, set_catch_up, set_caught_up
from chalicelib.workshops.register import CHOICES, Register

MAX_TRIES = 5  # someone else may mark people between our read and our write
WHO, ACT = "who", "go"
SET, DONE, UNDONE = "set", "done", "undone"  # what a button under “Catching up” does

Load = Callable[[], Register]
Fields = Mapping[str, str]


def save_register(load: Load, fields: Fields, actor: Actor, now: datetime) -> int:
    """Record the marks of the form and return how many changed. An older page changes only what was pressed on it."""

    def save(register: Register) -> int:
        return save_marks(register, _read_marks(register, fields), actor, now)

    return _repeat(load, save)


def save_catch_up(load: Load, fields: Fields, actor: Actor, now: datetime) -> int:
    """Record how one person catches up, or that they have caught up."""

    def save(register: Register) -> int:
        who, act = fields.get(WHO, ""), fields.get(ACT, SET)
        if act in (DONE, UNDONE):
            set_caught_up(register, who, actor, now, done=act == DONE)
        else:
            set_catch_up(register, who, fields, actor, now)
        return 1

    return _repeat(load, save)


def _repeat(load: Load, save: Callable[[Register], int]) -> int:
    for left in reversed(range(MAX_TRIES)):
        try:
            return save(load())
        except AttendanceChanged:
            if not left:
                raise
    raise AssertionError  # the loop returns or raises


def _read_marks(register: Register, fields: Fields) -> dict[str, State]:
    """Read the marks of a form. Raises MarkRefused for a value that no button of the page sends."""
    names = [entry.id for entry in register.entries]
    stored = {entry.id: entry.mark for entry in register.entries if entry.mark}
    merged = merging.merge(stored, fields, merging.read_marks(fields), names, never_blank=names)
    known = {value for value, _ in CHOICES}
    if wrong := [name for name, mark in merged.items() if mark not in known]:
        raise MarkRefused(FieldError(wrong[0], "Choose one of the four buttons."))
    return {name: State(mark) for name, mark in merged.items()}
