"""The facilitator's part of a form: list what there is to note, save a draft, submit it, take it back.

A facilitator's page calls `list_parts`, `open_part`, `part_page`, `save_part` and `take_back_part`, and shows
`assignments/_fields.html.j2`. The delegate and the coach read a part once it is submitted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.assignments.coach_view import book_of
from chalicelib.assignments.draft import Draft, Post, merge_draft
from chalicelib.assignments.fill_in import MAX_RETRIES, FormTooLong, WorkBusy, line_of, read_post
from chalicelib.assignments.form import MAX_FORM_BYTES, Answers, Form, names_of, never_blank, read_form
from chalicelib.assignments.page_model import Input, PageForm, inputs_of
from chalicelib.assignments.tasks import Book, Task
from chalicelib.assignments.thread import FACILITATOR_PART, PartState
from chalicelib.core import merging
from chalicelib.core.errors import Refusal
from chalicelib.core.model import Delegate, Facilitator, Programme
from chalicelib.core.state_machine import By
from chalicelib.jobs.commit import commit
from chalicelib.links.signing import LinkUnknown
from chalicelib.store import assignments, delegates, programmes
from chalicelib.store.assignments import Part, WorkChanged
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.delegates import DelegateChanged
from chalicelib.store.table import Write


class PartRefused(Refusal):
    """The part's state does not allow this act."""

    status = 409
    title = "This was not saved"

    def __init__(self, words: str) -> None:
        super().__init__(words)


class DelegateLeft(PartRefused):
    """The delegate has left, so nothing more is noted about them."""


class PartLine(Struct, frozen=True):
    """One line of a facilitator's list. state: "not begun", "draft" or "submitted"."""

    delegate_id: str
    assignment: str
    title: str
    milestone: str
    state: str


class OpenedPart(Struct, frozen=True):
    """A facilitator's part about one delegate in one assignment."""

    delegate: Delegate
    programme: Programme
    book: Book
    task: Task
    facilitator: Facilitator

    @property
    def form(self) -> Form:
        return Form(self.task.assignment.by_facilitator)

    @property
    def draft(self) -> Draft:
        part = self.task.part
        return Draft(part.typed, part.typed_at, part.other) if part else Draft()

    def answers(self, now: datetime) -> Answers:
        return read_form(self.form, self.draft.typed, self.book.context(self.task, now))

    def again(self) -> OpenedPart:
        return open_part(self.delegate.cohort_id, self.delegate.id, self.task.id, self.facilitator)


class PartPage(Struct, frozen=True):
    """What the page shows: questions for `questions(inputs)`, marks for the hidden field `shown`."""

    inputs: Sequence[Input]
    marks: str
    faults: tuple[object, ...]
    is_submitted: bool


def list_parts(cohort_id: str, programme: Programme, delegate_ids: Sequence[str]) -> list[PartLine]:
    """Return every part of these delegates, in the order of the programme. One query."""
    states = {(line.delegate_id, line.assignment): line.part for line in assignments.lines_of(cohort_id)}
    words = {"": "not begun", PartState.DRAFT: "draft", PartState.SUBMITTED: "submitted"}
    return [
        PartLine(
            who,
            assignment.id,
            assignment.title,
            milestone.id,
            words.get(states.get((who, assignment.id), ""), "not begun"),
        )
        for milestone in programme.milestones
        for assignment in milestone.assignments
        if assignment.by_facilitator
        for who in delegate_ids
    ]


def open_part(cohort_id: str, delegate_id: str, assignment: str, facilitator: Facilitator) -> OpenedPart:
    """Open one part. Raises LinkUnknown for a delegate of another cohort, or an assignment without a part."""
    rows = tuple(delegates.load_rows(delegate_id))
    delegate = DelegateRecord(rows).find_delegate()
    if delegate is None or delegate.cohort_id != cohort_id:
        raise LinkUnknown
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    book = book_of(delegate, programme, rows)
    task = book.find(assignment)
    if task is None or not task.assignment.by_facilitator:
        raise LinkUnknown
    return OpenedPart(delegate, programme, book, task, facilitator)


def part_page(
    opened: OpenedPart, now: datetime, new_rows: tuple[str, ...] = (), *, submitting: bool = False
) -> PartPage:
    """Return the page of a part. submitting: show everything that is missing too."""
    answers = opened.answers(now)
    faults = answers.faults if submitting else answers.of_draft
    context = opened.book.context(opened.task, now)
    page_form = PageForm(opened.form, opened.draft, context, faults, new_rows=new_rows)
    is_submitted = opened.task.part_state(now) is PartState.SUBMITTED
    return PartPage(inputs_of(page_form), merging.marks(opened.draft.typed), faults, is_submitted)


def save_part(opened: OpenedPart, fields: Mapping[str, str], now: datetime, *, submit: bool = False) -> OpenedPart:
    """Save what a facilitator typed; submit it if asked and nothing is missing: see `answers(now).faults`.

    Raises PartRefused, FormTooLong or WorkBusy; then nothing was changed.
    """
    posted = read_post(fields, now)
    for _ in range(MAX_RETRIES):
        changed = _typed(opened, posted, now, submit=submit)
        if changed.task.part == opened.task.part:
            return opened
        try:
            commit(_writes(opened, changed), now)
        except (WorkChanged, DelegateChanged):
            opened = opened.again()
            continue
        return changed
    raise WorkBusy


def take_back_part(opened: OpenedPart, now: datetime) -> OpenedPart:
    """Make a submitted part a draft again: the delegate and the coach no longer see it. Raises PartRefused."""
    part = opened.task.part
    if part and part.state == PartState.DRAFT:
        return opened  # pressed twice
    if part is None or not FACILITATOR_PART.allows(opened.task.part_state(now), "take back", By.FACILITATOR):
        raise PartRefused("It has not been submitted. Open it again.")
    after = replace(part, state=PartState.DRAFT.value, at=now, submitted_at=None, values={})
    changed = replace(opened, task=replace(opened.task, part=after))
    try:
        commit(_writes(opened, changed), now)
    except (WorkChanged, DelegateChanged):
        raise WorkBusy from None
    return changed


def leave_part_writes(delegate: Delegate, parts: Mapping[str, Part]) -> list[Write]:
    """Return the writes that remove draft parts of a delegate who leaves."""
    drafts = [part for part in parts.values() if part.state == PartState.DRAFT]
    return [assignments.delete_part(delegate.id, part) for part in drafts]


def _typed(opened: OpenedPart, posted: Post, now: datetime, *, submit: bool) -> OpenedPart:
    if opened.delegate.withdrawn:
        raise DelegateLeft(f"{opened.delegate.person.name} has left the programme, so no more notes can be added.")
    state = opened.task.part_state(now)
    names = names_of(opened.form, [*opened.draft.typed, *posted.typed])
    merged = merge_draft(opened.draft, posted, names, never_blank(opened.form, names)).draft
    if state is PartState.SUBMITTED and merged.typed == opened.draft.typed:
        return opened
    if not FACILITATOR_PART.allows(state, "type", By.FACILITATOR):
        raise PartRefused("It was submitted or is not open. Open it again; what was submitted can be taken back there.")
    size = sum(len(text.encode("utf-8", "replace")) for text in merged.typed.values())
    if size > MAX_FORM_BYTES:
        raise FormTooLong(size)
    part = _part(opened, merged, now)
    changed = replace(opened, task=replace(opened.task, part=part))
    answers = changed.answers(now)
    if not submit or answers.faults:
        return changed
    sent = FACILITATOR_PART.move(PartState.DRAFT, "submit", By.FACILITATOR)
    part = replace(part, state=sent.value, values=answers.values, submitted_at=now, other={})
    return replace(opened, task=replace(opened.task, part=part))


def _part(opened: OpenedPart, draft: Draft, now: datetime) -> Part:
    task, who = opened.task, opened.facilitator
    before = task.part or Part(task.milestone.id, task.id, now, who.id, who.person.name)
    return replace(
        before,
        at=now,
        by=who.id,
        name=who.person.name,
        state=PartState.DRAFT.value,
        typed=draft.typed,
        typed_at=draft.typed_at,
        other=draft.other,
    )


def _writes(before: OpenedPart, after: OpenedPart) -> list[Write]:
    assert after.task.part  # noqa: S101 the caller has made it
    delegate = after.delegate
    return [
        assignments.save_part(delegate.id, after.task.part, before.task.part),
        delegates.still_in_cohort(delegate),
        assignments.note_part(delegate.cohort_id, line_of(delegate.id, after.task)),
    ]
