"""Open a delegate's work by their own link."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.assignments.book import open_book
from chalicelib.assignments.spans import load_timetable
from chalicelib.assignments.tasks import Book, Task
from chalicelib.core.errors import Refusal
from chalicelib.core.model import Cohort, Delegate, Programme
from chalicelib.links.ends import end_of_programme_links
from chalicelib.links.kinds import HUB
from chalicelib.links.signing import LinkRevoked, LinkUnknown, refuse_ended
from chalicelib.store import cohorts, delegates, programmes
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.web import readers
from chalicelib.web.readers import Reader, Role


class NoSuchWork(Refusal):
    """The programme has no assignment of this id."""

    title = "This is not part of your programme"

    def __init__(self) -> None:
        super().__init__("Open your programme from the link in your email, and choose the work there.")


class HasLeft(Refusal):
    """The delegate is no longer on the programme."""

    status = 410
    title = "You are no longer on this programme"

    def __init__(self, programme: Programme) -> None:
        super().__init__("You can no longer add or change work.")
        self.programme = programme


class OpenedTask(Struct, frozen=True):
    """One assignment, as its delegate has opened it."""

    token: str
    delegate: Delegate
    programme: Programme
    cohort: Cohort | None
    book: Book
    task: Task
    ends_at: datetime | None  # of the link

    @property
    def reader(self) -> Reader:
        """Return the reader, whose new address may be on hold: see web/holds.py."""
        about = {"cohort": self.delegate.cohort_id, "delegate": self.delegate.id}
        home = f"/hub/{self.token}"
        return readers.reader(
            Role.DELEGATE, self.token, self.delegate.person, home, self.programme, about, self.ends_at
        )

    def again(self, now: datetime) -> OpenedTask:
        """Read the rows again, because another save came first."""
        return open_task(self.token, self.task.id, now)

    def changed(self, task: Task) -> OpenedTask:
        tasks = tuple(task if other.id == task.id else other for other in self.book.tasks)
        return replace(self, task=task, book=replace(self.book, tasks=tasks))


def open_task(token: str, assignment_id: str, now: datetime) -> OpenedTask:
    """Open one assignment. Raises LinkUnknown, LinkRevoked, LinkEnded, NoSuchWork or HasLeft."""
    link = HUB.open(token)
    delegate_id, version = link.parts
    rows = tuple(delegates.load_rows(delegate_id))
    delegate = DelegateRecord(rows).find_delegate()
    if delegate is None:
        raise LinkUnknown
    if str(delegate.link_version) != version:
        raise LinkRevoked
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    cohort = cohorts.find(delegate.cohort_id)
    ends_at = end_of_programme_links(programme, cohort.dates) if cohort else None
    if ends_at:
        refuse_ended(programme, ends_at, now)
    if delegate.withdrawn:
        raise HasLeft(programme)
    book = open_book(programme, cohort, rows, load_timetable(delegate.cohort_id, rows))
    task = book.find(assignment_id)
    if task is None:
        raise NoSuchWork
    return OpenedTask(link.token, delegate, programme, cohort, book, task, ends_at)
