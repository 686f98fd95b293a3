"""Read submitted work, return it or waive it: what a coach or facilitator does with an assignment."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.assignments.emails import read_email, returned_email
from chalicelib.assignments.fill_in import line_of
from chalicelib.assignments.tasks import Task
from chalicelib.assignments.text_fields import UNPRINTABLE, normalise
from chalicelib.assignments.thread import ASSIGNMENT, WorkState
from chalicelib.core.addresses import link_fault
from chalicelib.core.errors import FieldError, Refusal
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Delegate, Programme
from chalicelib.core.reasons import one_line
from chalicelib.core.state_machine import By
from chalicelib.core.working_days import WorkingDays
from chalicelib.jobs.commit import commit
from chalicelib.store import assignments, audit_events, delegates, emails
from chalicelib.store.assignments import Work, WorkChanged
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.delegates import DelegateChanged
from chalicelib.store.emails import Email
from chalicelib.store.table import Write

MAX_REMARK_CHARS = 1000
EXTENSION = 10  # working days to submit returned work again
READ, RETURN, WAIVE = "read", "return", "waive"
AUDIT = {
    READ: AuditEvent.READ_WORK,
    RETURN: AuditEvent.RETURNED_WORK,
    WAIVE: AuditEvent.WAIVED_WORK,
}
DONE = {READ: WorkState.READ, RETURN: WorkState.RETURNED, WAIVE: WorkState.WAIVED}


class ReviewRefused(Refusal):
    """The work is in another state by now."""

    status = 409
    title = "This work has changed"

    def __init__(self) -> None:
        super().__init__("It was taken back, submitted again or read in the meantime. Open it again to see it.")


class Reviewer(Struct, frozen=True):
    """Who reviews. `name` is for the audit trail: `coach k3j9x2m4`."""

    by: By
    name: str


class Reviewed(Struct, frozen=True):
    """One piece of work of a delegate, and the days on which people work."""

    programme: Programme
    delegate: Delegate
    task: Task
    days: WorkingDays


def review(of: Reviewed, act: str, words: str, reviewer: Reviewer, now: datetime) -> list[FieldError]:
    """Do one act, or return what is wrong with its words. Repeating the act succeeds and sends nothing.

    Raises ReviewRefused.
    """
    words, task = normalise(words), of.task
    if faults := _faults(act, words):
        return faults
    if task.state(now) is DONE[act]:
        return []
    if of.delegate.withdrawn or not task.allows(act, reviewer.by, now):
        raise ReviewRefused
    after = replace(of, task=replace(task, work=_work_after(of, act, words, reviewer, now)))
    try:
        commit(_writes(of, after, act, reviewer, now), now)
    except (WorkChanged, DelegateChanged):
        raise ReviewRefused from None
    return []


def _faults(act: str, words: str) -> list[FieldError]:
    if len(words) > MAX_REMARK_CHARS:
        return [FieldError(act, f"Please shorten this to {MAX_REMARK_CHARS:,} characters; it has {len(words):,}.")]
    if UNPRINTABLE.search(words):
        return [FieldError(act, "Please remove the characters that cannot be printed.")]
    if fault := link_fault(words):
        return [FieldError(act, f"The text {fault}.")]
    if act != READ and not words:
        return [FieldError(act, "Please give the reason in one line: the delegate reads it.")]
    return []


def _work_after(of: Reviewed, act: str, words: str, reviewer: Reviewer, now: datetime) -> Work:
    task = of.task
    work = task.work or Work(task.milestone.id, task.id, now)
    extended = of.days.add(local_date(now, task.zone), EXTENSION) if act == RETURN else work.extended_to
    return replace(
        work,
        at=now,
        state=ASSIGNMENT.move(task.state(now), act, reviewer.by).value,
        revision=work.revision + 1,
        why=words,
        by=reviewer.by.value,
        decided_at=now,
        extended_to=extended,
    )


def _writes(before: Reviewed, after: Reviewed, act: str, reviewer: Reviewer, now: datetime) -> list[Write]:
    delegate, task = after.delegate, after.task
    assert task.work  # noqa: S101 the caller has made it
    parts = {"work": task.assignment.title} | ({"why": one_line(task.work.why)} if act == WAIVE else {})
    return [
        assignments.save(delegate.id, task.work, before.task.work),
        delegates.still_in_cohort(delegate),
        assignments.note_work(delegate.cohort_id, line_of(delegate.id, task)),
        audit_events.add(delegate.cohort_id, AUDIT[act], reviewer.name, delegate.id, now, **parts),
        *emails.add_all(_emails(after, act, now)),
    ]


def _emails(of: Reviewed, act: str, now: datetime) -> list[Email]:
    if act == WAIVE:
        return []
    make = read_email if act == READ else returned_email
    return [make(of.programme, of.delegate, of.task, of.days.next_morning(now))]
