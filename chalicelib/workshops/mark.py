"""Record attendance on a register, excuses before a session, and how absent delegates catch up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.addresses import clean_text, link_fault
from chalicelib.core.errors import FieldError, FormInvalid, Refusal
from chalicelib.core.formatting import day, day_and_time, last_day, local_date
from chalicelib.core.reasons import WANTED, fault_of
from chalicelib.core.state_machine import By, NotAllowed
from chalicelib.jobs.commit import commit
from chalicelib.store import attendance, audit_events, delegates, emails
from chalicelib.store.attendance import Attendance
from chalicelib.store.attendance import AttendanceState as State
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.emails import EmailState
from chalicelib.store.table import Write
from chalicelib.workshops.attendance import ATTENDANCE, CATCH_UP, MARKS, REOPEN, SET_CATCH_UP, WORDS
from chalicelib.workshops.emails.about_attendance import absent_email
from chalicelib.workshops.register import Entry, Register

AT_ONCE = 20  # people in one transaction: with emails, five writes each
MAX_CATCH_UP_CHARS = 500
MAX_CATCH_UP_DAYS = 366
KNOWN_AHEAD = (State.EXCUSED, State.EXPECTED)
BY_REGISTER = "register"  # the reason in the trail for what a facilitator records


class RegisterClosed(Refusal):
    """The facilitator may not fill in the register yet, or the time for it is over."""

    title = "The register is not open"
    next_step = "Nothing was changed. Read below when it is open."


class MarkRefused(FormInvalid):
    """A reason, a date or a text is missing or invalid."""

    title = "Nothing was recorded"


class Actor(Struct, frozen=True):
    """The person who records: a facilitator while the register is open, or an administrator with a reason.

    name  for the audit trail: an id or an administrator's address
    """

    by: By
    name: str
    why: str = ""


def save_marks(
    register: Register, marks: Mapping[str, State], actor: Actor, now: datetime, *, dry_run: bool = False
) -> int:
    """Record the state of several people and return how many changed. Saving the same marks again changes nothing.

    marks   by the delegate's id

    Raises RegisterClosed, MarkRefused, PersonNotExpected or AttendanceChanged.
    """
    changed = [(register.find(id), state) for id, state in marks.items()]
    changed = [(entry, state) for entry, state in changed if not is_recorded(entry, state)]
    if not changed:
        return 0
    _check_actor(register, actor, now)
    _check_ahead(register, changed, now)
    moves = [(entry, _moved(entry, MARKS[state], actor, now)) for entry, state in changed]
    if not dry_run:
        _commit(register, moves, actor, now)
    return len(moves)


def is_recorded(entry: Entry, state: State) -> bool:
    """Return whether the register already has this state. A delegate who catches up counts as absent."""
    return entry.state is state or (state is State.ABSENT and entry.is_absent)


def set_catch_up(register: Register, delegate_id: str, typed: Mapping[str, str], actor: Actor, now: datetime) -> None:
    """Agree what an absent delegate does instead, and by when. They get an email. Raises MarkRefused."""
    entry = register.find(delegate_id)
    what, by = _read_catch_up(register, typed, now)
    if (entry.state, entry.attendance.catch_up, entry.attendance.catch_up_by) == (State.CATCH_UP, what, by):
        return
    _check_reason(actor)
    after = replace(_moved(entry, SET_CATCH_UP, actor, now), catch_up=what, catch_up_by=by)
    _commit(register, [(entry, after)], actor, now)


def set_caught_up(register: Register, delegate_id: str, actor: Actor, now: datetime, *, done: bool = True) -> None:
    """Record that an absent delegate has caught up; `done` False takes it back."""
    entry, wanted = register.find(delegate_id), State.CAUGHT_UP if done else State.CATCH_UP
    if entry.state is wanted:
        return
    _check_reason(actor)
    after = replace(
        _moved(entry, CATCH_UP if done else REOPEN, actor, now),
        catch_up=entry.attendance.catch_up,
        catch_up_by=entry.attendance.catch_up_by,
    )
    _commit(register, [(entry, after)], actor, now)


# --- what is allowed ------------------------------------------------------------------------------------


def _check_actor(register: Register, actor: Actor, now: datetime) -> None:
    if actor.by is By.FACILITATOR and not register.window.is_open(now):
        raise RegisterClosed(_when_open(register, now))
    _check_reason(actor)


def _check_ahead(register: Register, changed: Sequence[tuple[Entry, State]], now: datetime) -> None:
    """Refuse a mark before its session, unless it says that someone is excused."""
    if now < register.window.opens_at and (wrong := [entry for entry, state in changed if state not in KNOWN_AHEAD]):
        begins = day_and_time(register.session.starts_at, register.days.zone)
        fault = f"{register.title} begins on {begins}. Until then only “excused” can be recorded."
        raise MarkRefused(FieldError(wrong[0].id, fault))


def _when_open(register: Register, now: datetime) -> str:
    window, zone = register.window, register.days.zone
    if now < window.opens_at:
        return f"The register of {register.title} opens on {day_and_time(window.opens_at, zone)}."
    return (
        f"The register of {register.title} closed on {last_day(window.closes_at, zone)}. "
        "Reply to the email that brought you here: the programme team can still correct it, with a reason."
    )


def _check_reason(actor: Actor) -> None:
    if actor.by is not By.ADMINISTRATOR:
        return
    if not actor.why:
        raise MarkRefused(FieldError("why", WANTED))
    if fault := fault_of(actor.why):
        raise MarkRefused(FieldError("why", fault))


def _read_catch_up(register: Register, typed: Mapping[str, str], now: datetime) -> tuple[str, date]:
    what, by = clean_text(typed.get("what", "")), typed.get("by", "").strip()
    faults = []
    if not what or len(what) > MAX_CATCH_UP_CHARS:
        faults.append(FieldError("what", f"Say in up to {MAX_CATCH_UP_CHARS} characters how to catch up."))
    if fault := link_fault(what):
        faults.append(FieldError("what", f"The text {fault}."))
    day, fault = _read_day(by, local_date(now, register.days.zone))
    if faults or day is None:
        raise MarkRefused(*faults, *([FieldError("by", fault)] if fault else []))
    return what, day


def _read_day(typed: str, today: date) -> tuple[date | None, str]:
    try:
        parsed = date.fromisoformat(typed)
    except ValueError:
        return None, "Give the last day to catch up as a date."
    if not today <= parsed <= today + timedelta(days=MAX_CATCH_UP_DAYS):
        return None, f"{day(parsed)} is not possible: choose a day from today on, within a year."
    return parsed, ""


def _moved(entry: Entry, act: str, actor: Actor, now: datetime) -> Attendance:
    """Return the attendance after an act, without what was agreed about an earlier absence."""
    try:
        state = ATTENDANCE.move(entry.state, act, actor.by)
    except NotAllowed:
        raise MarkRefused(FieldError(entry.id, f"{entry.name} is {entry.words}, so this cannot be recorded.")) from None
    return Attendance(entry.attendance.session, state, marked_at=now)


# --- writing ----------------------------------------------------------------------------------------------


def _commit(register: Register, moves: Sequence[tuple[Entry, Attendance]], actor: Actor, now: datetime) -> None:
    """Commit in one transaction, or for a large group in several: saving again records the rest."""
    waiting = iter(moves)
    while batch := list(islice(waiting, AT_ONCE)):
        commit([write for entry, after in batch for write in _writes(register, entry, after, actor, now)], now)


def _writes(register: Register, entry: Entry, after: Attendance, actor: Actor, now: datetime) -> Iterator[Write]:
    before = entry.attendance
    yield from _stop_notice(before)
    if after.state is State.CATCH_UP:
        delegate = delegates.find(entry.id)
        if delegate:
            notice = absent_email(register, delegate, before.revision + 1, after, now)
            after = replace(after, notice=notice.id)
            yield from emails.add(notice)
    yield attendance.save(entry.id, before, after)
    words = {"session": register.title, "before": WORDS[before.state], "after": WORDS[after.state]}
    why = actor.why or BY_REGISTER
    yield audit_events.add(
        register.cohort.id, AuditEvent.MARKED_ATTENDANCE, actor.name, entry.id, now, **words, why=why
    )


def _stop_notice(before: Attendance) -> list[Write]:
    """Cancel an email about catching up that has not been sent, because it would be wrong now."""
    email = emails.find(before.notice) if before.notice else None
    return [emails.cancel(email.id)] if email and email.state is EmailState.QUEUED else []
