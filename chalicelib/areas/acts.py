"""Change development areas: revise, finish, replace, close with the coach's consent; note progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from chalicelib.areas import states
from chalicelib.areas.emails import answered_email, asked_email, done_email, is_about_request
from chalicelib.areas.form import PARTS, TypedArea, area_faults, read_area, to_area
from chalicelib.areas.openings import AreasPage
from chalicelib.areas.plan.jobs import plan_job
from chalicelib.core.errors import FieldError, Refusal
from chalicelib.core.formatting import local_date
from chalicelib.core.ids import coach_id, derive
from chalicelib.core.state_machine import By, NotAllowed
from chalicelib.forms.impact_questions import LEVELS
from chalicelib.jobs.commit import commit
from chalicelib.store import areas, audit_events, debriefs, delegates, emails, waiting_emails
from chalicelib.store.areas import MAX_LIVE, Area, AreaChanged, AreaExists, AreaState, Progress, Revision
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.debriefs import DebriefChanged
from chalicelib.store.delegates import DelegateChanged
from chalicelib.store.emails import Email
from chalicelib.store.table import Write, transact

MAX_LINE_CHARS = 280  # characters of a note, and of a reason
KEPT_FROM_DELEGATE = ("evidence", "why_no_item")  # the coach writes them
AGREE = "agree"
REVISION = "revision"  # of the area that the page showed
WORDS = "words"  # a mark of the words that the page showed
WHY, WHY_CLOSE = "why", "why-close"


class AreaRefused(Refusal):
    """The area is in another state, or someone else is changing it."""

    status = 409
    title = "The area was not changed"


def revise(opened: AreasPage, area: Area, fields: Mapping[str, str], now: datetime) -> tuple[FieldError, ...]:
    """Store changed words for an area, or return what is wrong with them."""
    typed, faults = _read(opened, fields, now, area)
    why, why_faults = read_why(fields)
    if faults or why_faults:
        return (*faults, *why_faults)
    after = replace(
        to_area(typed, area.id, area), place=area.place, state=area.state, revision=area.revision, why=area.why
    )
    after = replace(after, approved=after.others_text if opened.by is By.DELEGATE else area.approved)
    if after == area:
        return ()  # pressed twice, or nothing was changed
    if fields.get(REVISION, str(area.revision)) != str(area.revision):
        return (
            FieldError("behaviour-1", "Someone else changed the area. Your words are below: check them, then save."),
        )
    after = replace(after, revision=area.revision + 1, why=why)
    _move(opened, area, after, states.REVISE, why, now)
    return ()


def agree(opened: AreasPage, fields: Mapping[str, str], area_id: str, now: datetime) -> tuple[FieldError, ...]:
    """Add an area that was agreed after the debrief. It may replace one that the delegate asked to close.

    area_id   random, of the page
    """
    old = next((area for area in opened.areas if area.id == fields.get("replaces")), None)
    if any(area.id == area_id for area in opened.areas):
        return ()  # pressed twice
    _refuse_fourth(opened, old)
    typed, faults = _read(opened, fields, now)
    why, why_faults = read_why(fields)
    if faults or why_faults:
        return (*faults, *why_faults)
    new = replace(to_area(typed, area_id), place=_free_place(opened, old))
    revision = Revision(1, AGREE, opened.by.value, opened.person.name, now, why, None)
    debrief, _ = debriefs.from_rows(opened.rows, opened.wave)
    writes = areas.add(opened.delegate.id, opened.wave, new, revision)
    writes += [debriefs.add_area(opened.delegate.id, opened.wave, debrief, new.id)] if debrief else []
    if old:
        after = replace(old, state=next_state(old, states.REPLACE, opened.by), replaced_by=new.id, why=why)
        writes += changing(opened, old, replace(after, revision=old.revision + 1), states.REPLACE, why, now)
    else:
        writes += [
            _audit(opened, new.id, AGREE, "", AreaState.AGREED, now),
            plan_job(opened.delegate.id, new.id, "1", now=now),
        ]
    _commit(opened, writes, now)
    return ()


def approve(opened: AreasPage, area: Area, fields: Mapping[str, str], now: datetime) -> tuple[FieldError, ...]:
    """Let others read the words that the page showed, or say that they changed meanwhile. Raises AreaRefused."""
    if fields.get(WORDS) != words_mark(area):
        return (FieldError("others_text-1", "Your coach has changed these words. Read them again, then approve."),)
    if area.waits_for_approval:
        after = replace(area, approved=area.others_text, revision=area.revision + 1)
        _move(opened, area, after, states.APPROVE, "", now)
    return ()


def words_mark(area: Area) -> str:
    """Return a mark of the words for others, so that the delegate approves only what the page showed."""
    return derive(8, "others", area.id, area.others_text)


def move(opened: AreasPage, area: Area, act: str, fields: Mapping[str, str], now: datetime) -> tuple[FieldError, ...]:
    """Change the state of an area by an act of its state machine, or return what is missing. Raises AreaRefused."""
    if _is_done_by(opened, area, act):
        return ()  # pressed twice
    needs_why = act in (states.ASK, states.DROP, states.KEEP)
    why, faults = read_why(fields, WHY_CLOSE) if needs_why else ("", ())
    if faults:
        return faults
    after = replace(area, state=next_state(area, act, opened.by), revision=area.revision + 1, why=why or area.why)
    _move(opened, area, after, act, why, now)
    return ()


def note_progress(opened: AreasPage, fields: Mapping[str, str], once: str, now: datetime) -> tuple[FieldError, ...]:
    """Store a level and a line for each area that was filled in. If one line is too long, store nothing.

    once   random, of the page: a second press stores nothing more
    """
    notes, faults = [], []
    for area in opened.areas:
        level, line = fields.get(f"level-{area.id}", ""), " ".join(fields.get(f"line-{area.id}", "").split())
        level = level if level in dict(LEVELS) and opened.by is By.DELEGATE else ""
        if len(line) > MAX_LINE_CHARS:
            faults.append(FieldError(f"line-{area.id}", _too_long(len(line))))
        if level or line:
            note = Progress(opened.by.value, opened.person.name, now, level, line)
            notes.append(areas.note(opened.delegate.id, opened.wave, area.id, once, note))
    if notes and not faults:
        transact(notes)
    return tuple(faults)


def read_why(fields: Mapping[str, str], field: str = WHY) -> tuple[str, tuple[FieldError, ...]]:
    why = " ".join(fields.get(field, "").split())
    if not why:
        return why, (FieldError(field, "Please give the reason in one line."),)
    return why, (FieldError(field, _too_long(len(why))),) if len(why) > MAX_LINE_CHARS else ()


def _too_long(length: int) -> str:
    return f"Please shorten the line to {MAX_LINE_CHARS} characters; it has {length}."


def _read(
    opened: AreasPage, fields: Mapping[str, str], now: datetime, before: Area | None = None
) -> tuple[TypedArea, tuple[FieldError, ...]]:
    """Read the form of one area. Fields that the delegate does not see are unchanged."""
    items = [item.id for item in opened.programme.items]
    typed = read_area(1, fields, items) or TypedArea(1, "", {}, ())
    parts = {part: typed.parts.get(part, "") for part in PARTS}
    if before and opened.by is By.DELEGATE:
        parts |= {part: getattr(before, part) for part in KEPT_FROM_DELEGATE}
        typed = replace(typed, items=before.items)
    typed = replace(typed, parts=parts)
    today = local_date(now, opened.programme.organisation.timezone)
    hidden = {f"{part}-1" for part in KEPT_FROM_DELEGATE} if opened.by is By.DELEGATE else set()
    return typed, tuple(fault for fault in area_faults(typed, today, "-1") if fault.field not in hidden)


def _refuse_fourth(opened: AreasPage, old: Area | None) -> None:
    if len(opened.live) - bool(old) >= MAX_LIVE:
        raise AreaRefused(
            f"There are {len(opened.live)} areas already, and three at a time are enough. Close or replace one first."
        )


def _free_place(opened: AreasPage, old: Area | None) -> int:
    taken = {area.number for area in opened.live if area is not old}
    return next(number for number in range(1, MAX_LIVE + 2) if number not in taken)


def _is_done_by(opened: AreasPage, area: Area, act: str) -> bool:
    last = next(iter(opened.history(area)), None)
    return last is not None and (last.act, last.by) == (act, opened.by.value) and act != states.REVISE


def next_state(area: Area, act: str, by: By) -> AreaState:
    """Return the state after an act. Raises AreaRefused."""
    try:
        return states.AREA.move(area.state, act, by)
    except NotAllowed:
        raise AreaRefused("This area was changed in another window, or by someone else. Open it again.") from None


def _move(opened: AreasPage, before: Area, after: Area, act: str, why: str, now: datetime) -> None:
    next_state(before, act, opened.by)
    _commit(opened, changing(opened, before, after, act, why, now), now)


def changing(opened: AreasPage, before: Area, after: Area, act: str, why: str, now: datetime) -> list[Write]:
    """Return the writes of one change: the area, its history, the plan, the trail and the emails."""
    revision = Revision(after.revision, act, opened.by.value, opened.person.name, now, why, before)
    return [
        *areas.change(opened.delegate.id, opened.wave, before, after, revision),
        plan_job(opened.delegate.id, after.id, str(after.revision), now=now),
        _audit(opened, after.id, act, before.state, after.state, now),
        *_cancel_outdated(opened, before, after),
        *emails.add_all(list(_emails(opened, after, act, now))),
    ]


def _cancel_outdated(opened: AreasPage, before: Area, after: Area) -> list[Write]:
    """Cancel unsent emails about the area's former state."""
    if before.state is after.state:
        return []
    owner = opened.delegate.id
    outdated = [email_id for email_id in waiting_emails.list_ids(owner) if is_about_request(email_id, owner, after)]
    return [emails.cancel(email.id) for email in waiting_emails.find_unsettled(outdated)]


def _emails(opened: AreasPage, area: Area, act: str, now: datetime) -> list[Email]:
    if act == states.ASK:
        return [asked_email(opened, area, now)]
    if act == states.FINISH:
        return [done_email(opened, area, now)]
    return [answered_email(opened, area, now)] if act in (states.KEEP, states.DROP, states.REPLACE) else []


def _audit(opened: AreasPage, area: str, act: str, before: str, after: str, now: datetime) -> Write:
    by = (
        "delegate"
        if opened.by is By.DELEGATE
        else f"coach {coach_id(opened.delegate.cohort_id, opened.delegate.coach.email)}"
    )
    cohort, about, parts = opened.delegate.cohort_id, opened.delegate.id, {"before": before or "none", "after": after}
    return audit_events.add(cohort, AuditEvent.CHANGED_AREA, by, about, now, thing=area, act=act, **parts)


def _commit(opened: AreasPage, writes: Sequence[Write], now: datetime) -> None:
    try:
        commit([*writes, delegates.still_coached(opened.delegate)], now)
    except (AreaChanged, AreaExists, DebriefChanged):
        raise AreaRefused("This area was changed in another window, or by someone else. Open it again.") from None
    except DelegateChanged:
        raise AreaRefused("The delegate has left the programme, or has another coach now.") from None
