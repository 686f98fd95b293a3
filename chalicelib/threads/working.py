"""Describe the work of a delegate: how much is submitted, what is late, and what waits to be read. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from chalicelib.assignments.spans import timetable_from
from chalicelib.assignments.thread import WorkState
from chalicelib.assignments.timing import Days, Timetable, days_of
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Assignment, Milestone
from chalicelib.core.state_machine import By
from chalicelib.threads.model import Task, Thread, ThreadView, Wait
from chalicelib.threads.records import Record, Records

IS_IN = (WorkState.SUBMITTED, WorkState.READ)


class _Piece(Struct, frozen=True):
    assignment: Assignment
    days: Days
    state: WorkState  # of a draft: open, because no one else learns whether it was begun
    at: datetime | None  # of the last submission or decision


def describe_work(record: Record, records: Records, now: datetime) -> ThreadView:
    timetable = timetable_from(records.sessions, record.marks)
    tasks = [
        _task(record, milestone, assignment, timetable, records.programme.organisation.timezone, now)
        for milestone in records.programme.milestones
        for assignment in milestone.assignments
    ]
    wanted = [task for task in tasks if task.state is not WorkState.WAIVED]
    if not wanted:
        return ThreadView(Thread.WORK, "None", is_over=True)
    is_final = record.survey is not None and not record.survey.is_open
    waits = () if is_final else tuple(wait for task in wanted for wait in _waits(task, record, records, now))
    came = sum(task.state in IS_IN for task in wanted)
    is_over = is_final or (came == len(wanted) and not waits)
    kind = "warn" if waits else "good" if came == len(wanted) else ""
    is_ahead = all(piece.state is WorkState.CLOSED for piece in wanted)
    return ThreadView(Thread.WORK, f"{came} of {len(wanted)}", kind, waits, is_over, is_ahead)


def _task(
    record: Record, milestone: Milestone, assignment: Assignment, timetable: Timetable, zone: str, now: datetime
) -> _Piece:
    line, days = record.work.get(assignment.id), days_of(assignment, milestone.id, timetable, zone)
    stored = WorkState(line.state) if line and line.state else WorkState.DRAFT  # no state: only a facilitator wrote
    if line is None or stored is WorkState.DRAFT:
        return _Piece(assignment, days, WorkState.OPEN if days.is_open(now) else WorkState.CLOSED, None)
    return _Piece(assignment, days, stored, line.submitted_at if stored in IS_IN else line.at)


def _waits(task: _Piece, record: Record, records: Records, now: datetime) -> Iterator[Wait]:
    zone, title, line = records.programme.organisation.timezone, task.assignment.title, record.line
    since = local_date(task.at, zone) if task.at else None
    is_late = task.days.due_on is not None and task.days.due_on < local_date(now, zone)
    if task.state is WorkState.SUBMITTED and By.COACH.value in task.assignment.seen_by:
        yield Wait(Task.READ_WORK, By.COACH, line.coach.name, f"read “{title}”", since, task.assignment.id)
    elif task.state is WorkState.RETURNED:
        yield Wait(Task.CHANGE_WORK, By.DELEGATE, line.name, f"change “{title}”", since, task.assignment.id)
    elif task.state is WorkState.OPEN and is_late:
        yield Wait(Task.SUBMIT_WORK, By.DELEGATE, line.name, f"submit “{title}”", task.days.due_on, task.assignment.id)
