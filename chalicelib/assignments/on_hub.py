"""Work between workshops on the delegate's timeline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from chalicelib.assignments.book import open_book
from chalicelib.assignments.say import late_words, state_words
from chalicelib.assignments.spans import timetable_of
from chalicelib.assignments.tasks import Task
from chalicelib.assignments.thread import ASSIGNMENT, WorkState
from chalicelib.core.formatting import day, local_date
from chalicelib.core.state_machine import By
from chalicelib.web.timeline import HubView, ItemState, TimelineItem

SOON = timedelta(days=7)
RETURNED_RANK, LATE_RANK, SOON_RANK, OPEN_RANK = 21, 22, 24, 40
LABELS = {WorkState.OPEN: "Begin", WorkState.DRAFT: "Continue", WorkState.RETURNED: "Change it"}


def list_items(view: HubView) -> Iterator[TimelineItem]:
    book = open_book(view.programme, view.cohort, view.rows, timetable_of(view.sessions, view.rows))
    for task in book.tasks:
        yield _waiting(view, task) if _is_to_do(view, task) else _other(view, task)


def _is_to_do(view: HubView, task: Task) -> bool:
    """Return whether the delegate should do the work now. Work without a due day waits until it is begun."""
    state = task.state(view.now)
    is_no_hurry = state is WorkState.OPEN and task.due_on is None
    return ASSIGNMENT.allows(state, "type", By.DELEGATE) and not is_no_hurry


def _waiting(view: HubView, task: Task) -> TimelineItem:
    late = late_words(task, view.now)
    state = task.state(view.now)
    return TimelineItem(
        when=task.due_on,
        state=ItemState.NOW,
        title=task.assignment.title,
        words=f"{late[:1].upper()}{late[1:]}. It is still accepted." if late else "",
        url=view.url(f"/work/{task.id}"),
        label=LABELS[state],
        rank=_rank(state, task.due_on, view.today),
        is_late=bool(late),
    )


def _rank(state: WorkState, due_on: date | None, today: date) -> int:
    if state is WorkState.RETURNED:
        return RETURNED_RANK
    if due_on is None or due_on > today + SOON:
        return OPEN_RANK
    return LATE_RANK if due_on < today else SOON_RANK


def _other(view: HubView, task: Task) -> TimelineItem:
    state = task.state(view.now)
    is_ahead = state is WorkState.OPEN or (state is WorkState.CLOSED and not task.days.missed)
    when = _opens_on(task) if is_ahead else _done_on(task)
    said = state_words(task, view.now)
    if when:  # the line above has the day
        said = said.replace(day(when), "this day")
    return TimelineItem(
        when=when,
        state=ItemState.NEXT if is_ahead else ItemState.DONE,
        title=task.assignment.title,
        words=f"{said[:1].upper()}{said[1:]}.",
        url=view.url(f"/work/{task.id}"),
        label=LABELS.get(state) or ("Look at it" if is_ahead else "Read it"),
        name=f"work-{state.value}",
    )


def _opens_on(task: Task) -> date | None:
    return local_date(task.days.opens_at, task.zone) if task.days.opens_at else None


def _done_on(task: Task) -> date | None:
    return local_date(task.latest.at, task.zone) if task.latest else task.due_on
