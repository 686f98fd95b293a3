"""Save, submit and take back an assignment for a delegate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.assignments.access import OpenedTask
from chalicelib.assignments.draft import Draft, Merged, Post, marks_after, merge_draft
from chalicelib.assignments.emails import RETURNED
from chalicelib.assignments.form import MAX_FORM_BYTES, Answers, names_of, never_blank
from chalicelib.assignments.prefill import fill
from chalicelib.assignments.tasks import Task
from chalicelib.assignments.text_fields import normalise
from chalicelib.assignments.thread import ASSIGNMENT, WorkState
from chalicelib.core import merging
from chalicelib.core.errors import Refusal
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Delegate
from chalicelib.core.state_machine import By
from chalicelib.jobs.commit import commit
from chalicelib.store import assignments, audit_events, delegates, emails, waiting_emails
from chalicelib.store.assignments import Submission, Work, WorkChanged, WorkLine
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.delegates import DelegateChanged
from chalicelib.store.table import Write
from chalicelib.web.save_moments import milliseconds, read_seen, typed_at

KEEP = "keep"  # what a script sends for a button while a person is still typing
MAX_RETRIES = 5  # another device may save between our read and our write
WHY_NOT = {
    WorkState.CLOSED: "It is not open yet.",
    WorkState.SUBMITTED: "It was submitted, perhaps on another device. Open it again; you can take it back there.",
    WorkState.READ: "It was read, so it can no longer be changed.",
    WorkState.WAIVED: "You no longer need to do this.",
    WorkState.FINAL: "The programme's last survey has closed, so it can no longer be changed.",
}


class WorkRefused(Refusal):
    """The work's state does not allow this act."""

    status = 409
    title = "This was not saved"

    def __init__(self, task: Task, state: WorkState) -> None:
        super().__init__(f"“{task.assignment.title}”: {WHY_NOT.get(state, 'Open it again.')}")


class WorkBusy(Refusal):
    """Other devices kept saving the same form."""

    status = 409
    title = "Not saved"

    def __init__(self) -> None:
        super().__init__("This form is open on another device that saved at the same time. Please save again.")


class FormTooLong(Refusal):
    """All texts together are too long for one form."""

    title = "The form is too long"

    def __init__(self, size: int) -> None:
        super().__init__(
            f"Your answers have {size:,} characters in total; the limit is {MAX_FORM_BYTES:,}. Shorten some, then save."
        )


class Saved(Struct, frozen=True):
    """The result of a post.

    marks   for the sender's page: see assignments/draft.py
    newer   names of fields that were changed on another device
    """

    opened: OpenedTask
    answers: Answers
    marks: str
    newer: frozenset[str]

    @property
    def is_submitted(self) -> bool:
        return self.opened.task.work is not None and self.opened.task.work.state == WorkState.SUBMITTED


def save_form(opened: OpenedTask, fields: Mapping[str, str], now: datetime, *, submit: bool = False) -> Saved:
    """Save what was typed; submit it if asked and nothing is missing. Submitting what was submitted succeeds.

    Raises WorkRefused, FormTooLong or WorkBusy; then nothing was changed.
    """
    posted = read_post(fields, now)
    for _ in range(MAX_RETRIES):
        saved, before = _typed(opened, posted, now, submit=submit)
        if before is saved.opened.task.work:
            return saved
        try:
            commit(_writes(saved, before, now), now)
        except (WorkChanged, DelegateChanged):
            opened = opened.again(now)
            continue
        return saved
    raise WorkBusy


def read_post(fields: Mapping[str, str], now: datetime) -> Post:
    by_script = fields.get("by") == "script"
    typed = {name: text for name, value in fields.items() if (text := normalise(value))}
    at = typed_at(fields.get("at", "") if by_script else "", now, by_script)
    return Post(typed, merging.read_marks(fields), at, read_seen(fields.get("seen", ""), milliseconds(now)) - {0})


def _typed(opened: OpenedTask, posted: Post, now: datetime, *, submit: bool) -> tuple[Saved, Work | None]:
    """Return the work after a post, and the work as it was read."""
    task, before = opened.task, opened.task.work
    state = task.state(now)
    merged = _merged(task, posted)
    context = opened.book.context(task, now)
    is_done = state is WorkState.SUBMITTED if submit else before is not None
    if is_done and merged.draft == task.draft:
        return Saved(opened, task.read_draft(context), marks_after(merged, posted), merged.newer), before
    if not ASSIGNMENT.allows(state, "type", By.DELEGATE):
        raise WorkRefused(task, state)
    size = sum(len(text.encode("utf-8", "replace")) for text in merged.draft.typed.values())
    if size > MAX_FORM_BYTES:
        raise FormTooLong(size)
    changed = replace(task, work=_work_typed(opened, merged.draft, now))
    answers = changed.read_draft(context)
    if submit and not answers.faults:
        changed = _submitted(changed, answers, now)
    return Saved(opened.changed(changed), answers, marks_after(merged, posted), merged.newer), before


def _merged(task: Task, posted: Post) -> Merged:
    names = names_of(task.form, [*task.draft.typed, *posted.typed])
    return merge_draft(task.draft, posted, names, never_blank(task.form, names))


def _work_typed(opened: OpenedTask, draft: Draft, now: datetime) -> Work:
    task = opened.task
    work = task.work or Work(task.milestone.id, task.id, now)
    state = ASSIGNMENT.move(task.state(now), "type", By.DELEGATE)
    return replace(
        work,
        at=now,
        text="",
        state=state.value,
        revision=work.revision + 1,
        typed=draft.typed,
        typed_at=draft.typed_at,
        other=draft.other,
        origins=dict(fill(opened.book, task, now).origins),
    )


def _submitted(task: Task, answers: Answers, now: datetime) -> Task:
    assert task.work  # noqa: S101 the caller has made it
    state = ASSIGNMENT.move(WorkState.DRAFT, "submit", By.DELEGATE)
    number = task.work.submissions + 1
    begun = task.work.begun_on or local_date(now, task.zone)
    work = replace(
        task.work, state=state.value, submissions=number, submitted_at=now, begun_on=begun, other={}, why="", by=""
    )
    new = Submission(task.milestone.id, task.id, number, now, answers.values)
    return replace(task, work=work, submissions=(*task.submissions, new))


def _writes(saved: Saved, before: Work | None, now: datetime) -> list[Write]:
    opened, task = saved.opened, saved.opened.task
    assert task.work  # noqa: S101 the caller has made it
    delegate = opened.delegate
    writes = [assignments.save(delegate.id, task.work, before)]
    if before is None or before.state != task.work.state:
        writes += _line_writes(delegate, task)
    if saved.is_submitted and task.latest:
        writes.append(assignments.add_submission(delegate.id, task.latest))
        by = f"delegate {delegate.id}"
        act = AuditEvent.SUBMITTED_WORK
        writes.append(audit_events.add(delegate.cohort_id, act, by, delegate.id, now, work=task.assignment.title))
        writes += _without_notice(delegate.id, task)
    return writes


def _line_writes(delegate: Delegate, task: Task) -> list[Write]:
    """Note the work in the line that its cohort's readers see. Refused if the delegate went to another cohort."""
    line = line_of(delegate.id, task)
    return [delegates.still_in_cohort(delegate), assignments.note_work(delegate.cohort_id, line)]


def _without_notice(delegate_id: str, task: Task) -> list[Write]:
    """Cancel the unsent email about returned work, because the delegate has already submitted the work again."""
    if len(task.submissions) < 2:  # the first was never returned
        return []
    about = f"{RETURNED.name}#{delegate_id}#{task.id}#"
    return [emails.cancel(email.id) for email in waiting_emails.list_waiting(delegate_id) if email.id.startswith(about)]


def line_of(delegate_id: str, task: Task) -> WorkLine:
    """Return the row that shows the cohort's readers the state of the work."""
    work, part = task.work, task.part
    return WorkLine(
        delegate_id=delegate_id,
        milestone=task.milestone.id,
        assignment=task.id,
        state=work.state if work else "",
        at=work.at if work else part.at if part else None,
        submissions=work.submissions if work else 0,
        submitted_at=work.submitted_at if work else None,
        part=part.state if part else "",
        extended_to=work.extended_to if work else None,
    )


def remove_row(opened: OpenedTask, row: str, now: datetime) -> None:
    """Remove one row of a table. `row`: the name of its inputs, without the column. Removing it again succeeds."""
    for _ in range(MAX_RETRIES):
        task = opened.task
        kept = {name: text for name, text in task.draft.typed.items() if not name.startswith(f"{row}.")}
        if task.work is None or kept == task.draft.typed:
            return
        if not ASSIGNMENT.allows(task.state(now), "type", By.DELEGATE):
            raise WorkRefused(task, task.state(now))
        work = replace(task.work, typed=kept, text="", at=now)
        try:
            commit([assignments.save(opened.delegate.id, work, task.work)], now)
        except WorkChanged:
            opened = opened.again(now)
            continue
        return
    raise WorkBusy


def take_back(opened: OpenedTask, now: datetime) -> None:
    """Make submitted work a draft again, until someone has read it. Raises WorkRefused."""
    for _ in range(MAX_RETRIES):
        task, work = opened.task, opened.task.work
        state = task.state(now)
        if work is None or state is WorkState.DRAFT:
            return
        if not ASSIGNMENT.allows(state, "take back", By.DELEGATE):
            raise WorkRefused(task, state)
        earlier = task.submissions[:-1]
        after = replace(
            work,
            at=now,
            state=ASSIGNMENT.move(state, "take back", By.DELEGATE).value,
            submissions=len(earlier),
            submitted_at=earlier[-1].at if earlier else None,
        )
        writes = [
            assignments.save(opened.delegate.id, after, work),
            assignments.take_back(opened.delegate.id, work),
            *_line_writes(opened.delegate, replace(task, work=after, submissions=earlier)),
        ]
        try:
            commit(writes, now)
        except (WorkChanged, DelegateChanged):
            opened = opened.again(now)
            continue
        return
    raise WorkBusy
