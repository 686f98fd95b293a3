"""Open delegates' work for a facilitator: of the workshops that they run, if the form names them as a reader."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from chalicelib.assignments.access import NoSuchWork
from chalicelib.assignments.coach_view import Waiting, book_of, list_waiting
from chalicelib.assignments.facilitator import OpenedPart, PartLine, list_parts, open_part
from chalicelib.assignments.tasks import Book, Task
from chalicelib.core.model import Delegate, Programme
from chalicelib.core.state_machine import By
from chalicelib.store import cohorts, delegates
from chalicelib.store.cohorts import DelegateLine
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.workshops.facilitator import FacilitatorPage


class OpenedWork(Struct, frozen=True):
    """One piece of work of a delegate. `delegate` and `programme` are what its page shows."""

    delegate: Delegate
    programme: Programme
    book: Book
    task: Task


def names_of(page: FacilitatorPage) -> dict[str, str]:
    """Return the delegates who take part, by id."""
    return {line.delegate_id: line.name for line in lines_of(page)}


def lines_of(page: FacilitatorPage) -> list[DelegateLine]:
    return [line for line in cohorts.lines_from(page.rows) if not line.withdrawn]


def milestones_of(page: FacilitatorPage) -> set[str]:
    """Return the workshops of which they run a session."""
    return {register.session.milestone for register in page.registers}


def list_work(page: FacilitatorPage) -> Sequence[Waiting]:
    """Return the work that no one has read yet, oldest first. One query."""
    own = {task.id for step in page.programme.milestones if step.id in milestones_of(page) for task in step.assignments}
    waiting = list_waiting(page.cohort.id, page.programme, names_of(page), By.FACILITATOR.value)
    return [item for item in waiting if item.assignment in own]


def list_own_parts(page: FacilitatorPage) -> Sequence[PartLine]:
    """Return their own parts of forms, in the order of the programme. One query."""
    own = milestones_of(page)
    return [line for line in list_parts(page.cohort.id, page.programme, list(names_of(page))) if line.milestone in own]


def open_work(page: FacilitatorPage, delegate_id: str, work: str) -> OpenedWork:
    """Open work whose form names the facilitator as a reader. Raises NoSuchWork."""
    rows = tuple(delegates.load_rows(delegate_id))
    delegate = DelegateRecord(rows).find_delegate()
    if delegate is None or delegate.cohort_id != page.cohort.id:
        raise NoSuchWork
    book = book_of(delegate, page.programme, rows)
    task = book.find(work)
    if task is None or By.FACILITATOR.value not in task.assignment.seen_by or not _runs(page, task):
        raise NoSuchWork
    return OpenedWork(delegate, page.programme, book, task)


def open_own_part(page: FacilitatorPage, delegate_id: str, work: str) -> OpenedPart:
    """Open their part about one delegate. Raises LinkUnknown or NoSuchWork."""
    opened = open_part(page.cohort.id, delegate_id, work, page.facilitator)
    if not _runs(page, opened.task):
        raise NoSuchWork
    return opened


def _runs(page: FacilitatorPage, task: Task) -> bool:
    return task.milestone.id in milestones_of(page)
