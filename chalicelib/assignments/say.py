"""The state of one piece of work, in words for each reader. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from chalicelib.assignments.tasks import Task
from chalicelib.assignments.thread import ASSIGNMENT, WorkState
from chalicelib.assignments.timing import Days
from chalicelib.core.formatting import day, local_day, plural
from chalicelib.core.state_machine import By

S = WorkState
KINDS = {S.SUBMITTED: "", S.READ: "good", S.RETURNED: "warn", S.DRAFT: "warn"}  # of the pill that shows the state


class WorkView(Struct, frozen=True):
    """One line of a list of work. kind: of its pill."""

    id: str
    title: str
    state: str
    due: str
    kind: str


def list_work(tasks: Iterable[Task], now: datetime) -> list[WorkView]:
    return [_view(task, now) for task in tasks]


def _view(task: Task, now: datetime) -> WorkView:
    state = task.state(now)
    is_open = ASSIGNMENT.allows(state, "type", By.DELEGATE)
    due = f"due {day(task.due_on)}" if task.due_on and is_open else ""
    kind = "bad" if is_open and task.late(now) else KINDS.get(state, "")
    return WorkView(task.id, task.assignment.title, state_words(task, now), due, kind)


def due_words(task: Task) -> str:
    return f"due {day(task.due_on)}" if task.due_on else "no due date"


def late_words(task: Task, now: datetime) -> str:
    """Return “late by 4 days”; empty if it is not."""
    late = task.late(now)
    return f"late by {plural(late, 'day', 'days')}" if late else ""


def state_words(task: Task, now: datetime) -> str:
    """Return the state for a list: “draft”, “submitted on Friday 3 April 2026, late by 4 days”."""
    state = task.state(now)
    if state is S.CLOSED:
        return _closed(task.days, task.zone)
    words = {
        S.OPEN: "not begun",
        S.DRAFT: "draft" if not task.submissions else "returned, being changed",
        S.RETURNED: "returned",
        S.WAIVED: "no longer needed",
        S.FINAL: "closed" if not task.latest else "submitted",
    }
    said = words.get(state) or _submitted(task, state)
    return ", ".join(filter(None, [said, late_words(task, now)]))


def _closed(days: Days, zone: str) -> str:
    if days.missed:
        return "closed: you missed the workshop"
    if days.waits_for_date or days.opens_at is None:
        return "opens when the workshop has a date"
    return f"opens on {local_day(days.opens_at, zone)}"


def _submitted(task: Task, state: WorkState) -> str:
    when = f" on {local_day(task.latest.at, task.zone)}" if task.latest else ""
    return f"submitted{when}" if state is S.SUBMITTED else f"submitted{when}, read"


def status_of(task: Task, now: datetime) -> str:
    """Return the status line of the delegate's page: state, next step, by when."""
    state = task.state(now)
    if state in (S.OPEN, S.DRAFT, S.RETURNED):
        late = late_words(task, now)
        return f"{due_words(task)[:1].upper()}{due_words(task)[1:]}{f', {late}. It is still accepted' if late else ''}."
    said = state_words(task, now)
    next_step = {S.SUBMITTED: " Nothing is left to do.", S.READ: " Nothing is left to do."}.get(state, "")
    return f"{said[:1].upper()}{said[1:]}.{next_step}"
