"""The work between workshops: a delegate's draft and its outcome, each submission, the facilitator's part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from msgspec import MsgspecError, Struct, field
from msgspec.structs import replace

from chalicelib.core import log
from chalicelib.store.expressions import either, equals, missing
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.row_kinds.work_rows import WORK_LINE
from chalicelib.store.table import (
    AlreadyExists,
    Changed,
    Key,
    Write,
    check,
    delete,
    delete_existing,
    key_of,
    put,
    put_if,
    put_once,
    query,
    update,
)
from chalicelib.store.unreadable import read_all

DRAFT = "draft"  # the state of rows of earlier versions, which hold a note


class WorkChanged(Changed):
    """The work was saved, submitted, read or returned since it was read."""


class SubmissionExists(AlreadyExists):
    """This submission is stored already."""


class Work(Struct, frozen=True):
    """One assignment of one delegate. Only the delegate sees what was typed: others see submissions.

    text          a note of an earlier version, which is the draft of a form of one field
    state         one of assignments.thread.WorkState that is stored: draft, submitted, read, returned or waived
    typed         as typed, by input name; see assignments/draft.py, as for typed_at and other
    origins       field -> the day on which its text was taken from another form
    submissions   how many there are; the last one counts
    why, by       why it was returned or waived, or the remark of who read it; and their role
    extended_to   the day by which returned work is wanted
    """

    milestone: str
    assignment: str
    at: datetime
    text: str = ""
    state: str = DRAFT
    revision: int = 0
    typed: Mapping[str, str] = field(default_factory=dict)
    typed_at: Mapping[str, int] = field(default_factory=dict)
    other: Mapping[str, str] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    submissions: int = 0
    submitted_at: datetime | None = None
    begun_on: date | None = None  # day of the first submission
    why: str = ""
    by: str = ""
    decided_at: datetime | None = None
    extended_to: date | None = None


class Submission(Struct, frozen=True):
    """What a delegate submitted: it never changes. `number` counts from 1."""

    milestone: str
    assignment: str
    number: int
    at: datetime
    values: Mapping[str, Any]  # field -> value, as assignments/form.py reads it


class WorkLine(Struct, frozen=True):
    """The state of one delegate's work, for everyone who looks at a whole cohort. It holds no word of it.

    extended_to  the day by which returned work is wanted; rows of earlier versions lack it
    """

    delegate_id: str
    milestone: str
    assignment: str
    state: str
    at: datetime | None
    submissions: int = 0
    submitted_at: datetime | None = None
    part: str = ""  # state of the facilitator's part; empty if nothing was typed
    extended_to: date | None = None


class Part(Struct, frozen=True):
    """What a facilitator notes about a delegate in one assignment."""

    milestone: str
    assignment: str
    at: datetime
    by: str  # id of the facilitator
    name: str  # of the facilitator
    state: str = DRAFT
    revision: int = 0
    typed: Mapping[str, str] = field(default_factory=dict)
    typed_at: Mapping[str, int] = field(default_factory=dict)
    other: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)  # once submitted
    submitted_at: datetime | None = None


def key(delegate_id: str, milestone: str, assignment: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"ASSIGNMENT#{milestone}#{assignment}")


def submission_key(delegate_id: str, milestone: str, assignment: str, number: int) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"ASSIGNMENT#{milestone}#{assignment}#{number:03}")


def part_key(delegate_id: str, milestone: str, assignment: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"OBSERVATION#{milestone}#{assignment}")


def line_key(cohort_id: str, delegate_id: str, assignment: str) -> Key:
    return Key(f"WORK#{cohort_id}", f"{delegate_id}#{assignment}")


def save(delegate_id: str, work: Work, before: Work | None) -> Write:
    """Replace the work that was read. Refused if it changed since."""
    row = {**key(delegate_id, work.milestone, work.assignment)._asdict(), **fields(work)}
    revision = before.revision if before else 0
    unchanged = missing("pk") if before is None else equals("revision", revision)
    older = [missing("revision")] if before is not None and before.revision == 0 else [unchanged]
    return put_if({**row, "revision": revision + 1}, older, WorkChanged)


def save_part(delegate_id: str, part: Part, before: Part | None) -> Write:
    row = {**part_key(delegate_id, part.milestone, part.assignment)._asdict(), **fields(part)}
    unchanged = equals("revision", before.revision) if before else missing("pk")
    return put_if({**row, "revision": (before.revision if before else 0) + 1}, [unchanged], WorkChanged)


def delete_part(delegate_id: str, part: Part) -> Write:
    return delete(part_key(delegate_id, part.milestone, part.assignment))


def add_submission(delegate_id: str, submission: Submission) -> Write:
    place = submission_key(delegate_id, submission.milestone, submission.assignment, submission.number)
    return put_once({**place._asdict(), **fields(submission)}, SubmissionExists)


def take_back(delegate_id: str, work: Work) -> Write:
    """Delete the last submission, which no one has read."""
    return delete(submission_key(delegate_id, work.milestone, work.assignment, work.submissions))


def save_line(cohort_id: str, line: WorkLine) -> Write:
    """Store a whole line, which a delegate brings from another cohort."""
    return put({**line_key(cohort_id, line.delegate_id, line.assignment)._asdict(), **fields(line)})


def note_work(cohort_id: str, line: WorkLine) -> Write:
    """Say in the line how far the delegate's work is, and leave what it says of the facilitator's part."""
    return _note(cohort_id, line, {name: value for name, value in fields(line).items() if name != "part"})


def note_part(cohort_id: str, line: WorkLine) -> Write:
    """Say in the line how far the facilitator's part is, and leave what it says of the delegate's work."""
    return _note(cohort_id, line, {"part": line.part} if line.state else {"part": line.part, "at": line.at})


def _note(cohort_id: str, line: WorkLine, changes: Row) -> Write:
    place = line_key(cohort_id, line.delegate_id, line.assignment)
    first = put_once({**place._asdict(), **fields(line)}, WorkChanged)
    return replace(update(place, put=changes, refusal=WorkChanged), otherwise=first)


def still_without_line(cohort_id: str, delegate_id: str, assignment: str) -> Write:
    """Refuse a transaction if work was begun that had no line when the lines were read."""
    return check(line_key(cohort_id, delegate_id, assignment), [missing("pk")], WorkChanged)


def delete_line(cohort_id: str, line: WorkLine) -> Write:
    """Delete a line that was read. Refused if the delegate or the facilitator went on since."""
    place = line_key(cohort_id, line.delegate_id, line.assignment)
    of_part = equals("part", line.part)
    as_read = [
        equals("at", line.at),
        equals("state", line.state),
        of_part if line.part else either(missing("part"), of_part),
    ]
    return delete_existing(place, WorkChanged, as_read)


def lines_of(cohort_id: str) -> list[WorkLine]:
    """Return the state of everyone's work in a cohort; work that was never saved, or is damaged, has no line."""
    return read_all(WorkLine, query(f"WORK#{cohort_id}"))


def find_readable_lines(cohort_id: str) -> tuple[list[WorkLine], dict[str, str]]:
    """As `lines_of`, for work that must not take a damaged row for a missing one: by delegate, why it is damaged."""
    readable: list[WorkLine] = []
    broken: dict[str, str] = {}
    for row in query(f"WORK#{cohort_id}"):
        try:
            readable.append(read(WorkLine, row))
        except MsgspecError as error:
            broken[WORK_LINE.parts(key_of(row))["delegate"]] = log.describe_error(error)
    return readable, broken


def works_from(rows: Iterable[Row]) -> dict[str, Work]:
    """Read assignment -> work from the rows of a delegate's partition."""
    works = [read(Work, row) for row in rows if _is_work(row["sk"])]
    return {work.assignment: work for work in works}


def submissions_from(rows: Iterable[Row]) -> dict[str, list[Submission]]:
    """Read assignment -> submissions, the first one first."""
    by_assignment: dict[str, list[Submission]] = {}
    for row in rows:
        if row["sk"].startswith("ASSIGNMENT#") and not _is_work(row["sk"]):
            submission = read(Submission, row)
            by_assignment.setdefault(submission.assignment, []).append(submission)
    return {name: sorted(ones, key=lambda submission: submission.number) for name, ones in by_assignment.items()}


def parts_from(rows: Iterable[Row]) -> dict[str, Part]:
    """Read assignment -> the facilitator's part."""
    parts = [read(Part, row) for row in rows if row["sk"].startswith("OBSERVATION#")]
    return {part.assignment: part for part in parts}


def _is_work(sort_key: str) -> bool:
    return sort_key.startswith("ASSIGNMENT#") and sort_key.count("#") == 2
