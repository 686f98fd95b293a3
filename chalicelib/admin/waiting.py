"""Show an administrator every thread of a cohort's delegates, and who is to do what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct, to_builtins

from chalicelib.admin.dashboard import Dashboard
from chalicelib.admin.delegate_status import DelegateStatus, Filter
from chalicelib.core.formatting import name_sort_key
from chalicelib.core.labelled_enum import LabelledEnum
from chalicelib.core.state_machine import By
from chalicelib.threads.describe import describe_all
from chalicelib.threads.model import DelegateThreads, Task, Wait
from chalicelib.threads.records import load_records


class Show(LabelledEnum):
    """Which delegates the page lists: all, those with something that waits for one role, or the others."""

    ALL = "all", "All"
    YOU = "decision", "Waiting for you"
    DELEGATE = "delegate", "Waiting for the delegate"
    MANAGER = "manager", "Waiting for the line manager"
    COACH = "coach", "Waiting for the coach"
    FACILITATOR = "facilitator", "Waiting for the facilitator"
    RUNNING = "running", "Nothing is waiting"
    DONE = "done", "Finished"


class Sort(LabelledEnum):
    """In which order delegates are listed."""

    WAIT = "", "Longest wait first"
    NAME = "name", "By name"
    COACH = "coach", "By coach"
    SERVICE = "service", "By service"
    LAST_DAY = "closes", "Next last day first"


class Wanted(Struct, frozen=True):
    """What a reader looks for. An empty name fits everyone."""

    show: Show = Show.ALL
    name: str = ""  # a part of a name, an address or the service, in any case
    sort: Sort = Sort.WAIT

    def query(self, **other: str) -> str:
        """Return the choice as the query of an address, with other values for some fields."""
        return urlencode({name: value for name, value in (to_builtins(self) | other).items() if value})


def read_wanted(query: Mapping[str, str]) -> Wanted:
    """Read the choice from the page's address. What is unknown there fits everything."""
    name = query.get("name", "").strip()
    return Wanted(Show.read(query.get("show", "")), name, Sort.read(query.get("sort", "")))


ROLES = {
    Show.YOU: By.ADMINISTRATOR,
    Show.DELEGATE: By.DELEGATE,
    Show.MANAGER: By.MANAGER,
    Show.COACH: By.COACH,
    Show.FACILITATOR: By.FACILITATOR,
}


OF_REGISTERS = (Task.FILL_REGISTER, Task.SET_CATCH_UP)


class TaskLink(Struct, frozen=True):
    """The link next to something that waits. path: below the cohort's page."""

    label: str
    path: str


class BoardLine(Struct, frozen=True):
    """One delegate: the 360 as counted this morning, and all threads."""

    delegate: DelegateStatus
    threads: DelegateThreads

    @property
    def waits(self) -> tuple[Wait, ...]:
        """Return what waits, the most urgent first. Emails that did not arrive wait for the administrator too."""
        waits = self.threads.waits
        if self.delegate.status.filter is not Filter.DECISION or any(wait.by is By.ADMINISTRATOR for wait in waits):
            return waits
        words = self.delegate.status.words
        return (Wait(Task.REPAIR, By.ADMINISTRATOR, "You", f"{words[:1].lower()}{words[1:]}"), *waits)

    @property
    def first(self) -> Wait | None:
        return next(iter(self.waits), None)

    @property
    def sort_key(self) -> tuple[bool, bool, tuple[bool, object], tuple[str, str]]:
        first = self.first
        urgency = first.sort_key if first else (False, "")
        return self.threads.is_over, first is None, urgency, name_sort_key(self.delegate.line.name)

    @property
    def searched(self) -> str:
        """Return what a search looks in: people and the service."""
        line = self.delegate.line
        return " ".join((line.name, line.email, line.service, line.coach.name, line.coach.email)).casefold()

    def fits(self, show: Show) -> bool:
        if show in ROLES:
            return any(wait.by is ROLES[show] for wait in self.waits)
        if show is Show.RUNNING:
            return not self.waits and not self.threads.is_over
        return show is Show.ALL or (not self.waits and self.threads.is_over)

    def link(self, wait: Wait) -> TaskLink:
        """Return what the administrator can do about something that waits."""
        page = f"/delegate/{self.delegate.line.delegate_id}"
        if wait.by is By.FACILITATOR or (wait.by is By.ADMINISTRATOR and wait.task in OF_REGISTERS):
            return TaskLink("Register", f"/register/{wait.subject}")
        if wait.by is By.ADMINISTRATOR:
            return TaskLink("Decide", page)
        to = {By.COACH: "&to=coach", By.MANAGER: "&to=manager"}.get(wait.by, "")
        return TaskLink("Send them their link", f"/link?delegate={self.delegate.line.delegate_id}{to}")


SORT_KEYS: Mapping[Sort, Callable[[BoardLine], Any]] = {
    Sort.NAME: lambda line: name_sort_key(line.delegate.line.name),
    Sort.COACH: lambda line: (name_sort_key(line.delegate.line.coach.name), name_sort_key(line.delegate.line.name)),
    Sort.SERVICE: lambda line: (line.delegate.line.service.casefold(), name_sort_key(line.delegate.line.name)),
    Sort.LAST_DAY: lambda line: (not line.delegate.line.closes_at, line.delegate.line.closes_at),
}


class Board(Struct, frozen=True):
    """A cohort's delegates as the page lists them."""

    lines: tuple[BoardLine, ...]

    @property
    def counts(self) -> Mapping[Show, int]:
        return Counter(show for show in Show for line in self.lines if line.fits(show))

    def choose(self, wanted: Wanted) -> Sequence[BoardLine]:
        """Return the lines that fit, sorted. What has waited longest comes first without another order."""
        lines = [line for line in self.lines if line.fits(wanted.show) and wanted.name.casefold() in line.searched]
        return lines if wanted.sort is Sort.WAIT else sorted(lines, key=SORT_KEYS[wanted.sort])

    def find(self, delegate_id: str) -> BoardLine:
        return next(line for line in self.lines if line.delegate.line.delegate_id == delegate_id)


def load_board(dashboard: Dashboard, delegates: Iterable[DelegateStatus], now: datetime) -> Board:
    """Read the threads of these delegates. See threads/records.py for the calls."""
    delegates = list(delegates)
    lines = [delegate.line for delegate in delegates]
    records = load_records(dashboard.cohort, dashboard.programme, dashboard.sessions, lines)
    made = [
        BoardLine(delegate, threads) for delegate, threads in zip(delegates, describe_all(records, now), strict=True)
    ]
    return Board(tuple(sorted(made, key=lambda line: line.sort_key)))
