"""What a coach sees of delegates' work: submissions, and which of them no one has read. Never a draft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.assignments.answers_shown import AnswerView, show_answers
from chalicelib.assignments.book import open_book
from chalicelib.assignments.form import fields_of
from chalicelib.assignments.say import due_words, late_words, state_words
from chalicelib.assignments.spans import load_timetable
from chalicelib.assignments.tasks import Book, Task
from chalicelib.assignments.thread import ASSIGNMENT, WorkState
from chalicelib.core.formatting import local_day
from chalicelib.core.model import Delegate, Programme
from chalicelib.core.state_machine import By
from chalicelib.store import assignments, cohorts
from chalicelib.store.marshal import Row

ACTS = ("read", "return", "waive")


class Waiting(Struct, frozen=True):
    """One submission that no one has read.

    place   of the assignment in the programme
    since   the local day of the submission, in words
    """

    delegate_id: str
    delegate: str
    assignment: str
    title: str
    place: int
    since: str
    submitted_at: datetime


class WorkLineView(Struct, frozen=True):
    """One line of a delegate's work, for their coach. has_submission: whether there is something to read."""

    id: str
    title: str
    state: str
    due: str
    kind: str
    has_submission: bool


def book_of(delegate: Delegate, programme: Programme, rows: Sequence[Row]) -> Book:
    """Return the work of a delegate whose rows are read. Two calls: the cohort and its sessions."""
    cohort = cohorts.find(delegate.cohort_id)
    return open_book(programme, cohort, rows, load_timetable(delegate.cohort_id, rows))


def list_waiting(cohort_id: str, programme: Programme, names: Mapping[str, str], reader: str) -> list[Waiting]:
    """Return the submissions that a reader has not read, oldest first. One query.

    names    delegate's id -> name, of those whose work the reader sees
    reader   "coach" or "facilitator"
    """
    tasks = {assignment.id: assignment for milestone in programme.milestones for assignment in milestone.assignments}
    places = {work: place for place, work in enumerate(tasks)}
    zone = programme.organisation.timezone
    lines = [
        line
        for line in assignments.lines_of(cohort_id)
        if line.state == WorkState.SUBMITTED and line.delegate_id in names and line.submitted_at
        if line.assignment in tasks and reader in tasks[line.assignment].seen_by
    ]
    oldest_first = sorted((line.submitted_at, line.delegate_id, line.assignment) for line in lines if line.submitted_at)
    return [
        Waiting(who, names[who], work, tasks[work].title, places[work], local_day(at, zone), at)
        for at, who, work in oldest_first
    ]


def list_for_coach(tasks: Iterable[Task], now: datetime) -> list[WorkLineView]:
    return [_line(task, now) for task in tasks if By.COACH.value in task.assignment.seen_by]


def _line(task: Task, now: datetime) -> WorkLineView:
    state = task.state(now)
    is_due = ASSIGNMENT.allows(state, "type", By.DELEGATE) and task.due_on is not None
    words = state_words(task, now)
    if state in (WorkState.OPEN, WorkState.DRAFT):  # only the delegate may know that a draft was begun
        words = ", ".join(filter(None, ["returned" if task.submissions else "not submitted", late_words(task, now)]))
    kind = "warn" if state is WorkState.SUBMITTED else "good" if state is WorkState.READ else ""
    due = due_words(task) if is_due else ""
    return WorkLineView(task.id, task.assignment.title, words, due, kind, bool(task.submissions))


class Review(Struct, frozen=True):
    """One piece of work as its coach reads it: the latest submission, and those before it."""

    task: Task
    state: str
    views: Sequence[AnswerView]
    older: Sequence[tuple[int, Sequence[AnswerView]]]
    part: Sequence[AnswerView]
    allowed: tuple[str, ...]
    said: str  # the last remark or reason


def review_of(book: Book, task: Task, now: datetime, by: By = By.COACH) -> Review:
    context = book.context(task, now)
    fields, areas = fields_of(task.assignment), task.area_words
    views = [show_answers(fields, submission.values, context, areas) for submission in task.submissions]
    part = task.part if task.part and task.part.submitted_at else None
    return Review(
        task=task,
        state=_line(task, now).state,
        views=views[-1] if views else (),
        older=[(number, view) for number, view in enumerate(views[:-1], start=1)],
        part=show_answers(task.assignment.by_facilitator, part.values, context) if part else (),
        allowed=tuple(act for act in ACTS if task.allows(act, by, now)),
        said=task.work.why if task.work else "",
    )
