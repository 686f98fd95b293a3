"""Job rows: work that is due now or later. The row is the truth; a queue message is a hint."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from chalicelib.store import due
from chalicelib.store.due import due_columns
from chalicelib.store.expressions import at_most, equals
from chalicelib.store.marshal import fields, read
from chalicelib.store.table import (
    AlreadyExists,
    Changed,
    Key,
    Write,
    batched,
    delete,
    get,
    get_many,
    put_once,
    update,
    update_one,
)


class JobExists(AlreadyExists):
    """The same cause has made this job already."""


SCHEMA = 1  # of a job's row: raise it with a change after which earlier code must not run the job


class JobSettled(Changed):
    """The job is done or has failed, another run holds it, or it is not due yet."""


class JobNotFailed(Changed):
    """The job has not failed, or was restarted already."""


class JobState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class Job(Struct, frozen=True):
    """One job. `id` is derived from the cause, `<kind>#<what it is about>`, so one cause cannot make two."""

    id: str
    kind: str
    due_at: datetime
    about: Mapping[str, str] = field(default_factory=dict)  # what the work needs to find its rows
    state: JobState = JobState.WAITING
    attempts: int = 0
    attempt: str = ""  # random id of the run that holds the job
    error: str = ""
    schema: int = 1  # SCHEMA of the version that made it; rows from before there was a number have none


def key(job_id: str) -> Key:
    return Key(f"JOB#{job_id}", "JOB")


def add(new: Job) -> Write:
    return put_once({**key(new.id)._asdict(), **fields(new), **due_columns(new.id, new.due_at)}, JobExists)


def find(job_id: str) -> Job | None:
    row = get(key(job_id))
    return read(Job, row) if row else None


def claim(job_id: str, attempt: str, now: datetime, until: datetime) -> Job | None:
    """Claim a due job for this run, until the lease ends. Return None if it is settled, held or not yet due.

    The lease is `due_at` itself: after a crash the job is due again when its lease ends.
    """
    try:
        taken = update_one(
            update(
                key(job_id),
                put={"attempt": attempt, "due_at": until},
                add={"attempts": 1},
                when=[equals("state", JobState.WAITING), at_most("due_at", now)],
                refusal=JobSettled,
            )
        )
    except JobSettled:
        return None
    return read(Job, taken)


def mark_done(held: Job, now: datetime, personal: Collection[str] = ()) -> Write:
    """Mark a job as done. The row is kept for as long as the deployment, so what names a person goes.

    personal   parts of `about` that do
    """
    kept = {part: value for part, value in held.about.items() if part not in personal}
    return update(
        key(held.id),
        put={"state": JobState.DONE, "done_at": now, "error": "", **({"about": kept} if kept != held.about else {})},
        remove=["due_shard"],
        when=[equals("state", JobState.WAITING), equals("attempt", held.attempt)],
        refusal=JobSettled,
    )


def reschedule(held: Job, until: datetime, error: str) -> Write:
    return update(
        key(held.id),
        put={"due_at": until, "error": error},
        when=[equals("state", JobState.WAITING), equals("attempt", held.attempt)],
        refusal=JobSettled,
    )


def mark_failed(held: Job, error: str) -> Write:
    return update(
        key(held.id),
        put={"state": JobState.FAILED, "error": error, "due_shard": due.FAILED},
        when=[equals("state", JobState.WAITING), equals("attempt", held.attempt)],
        refusal=JobSettled,
    )


def retry(failed: Job, now: datetime) -> Write:
    """Restart a failed job with its full number of attempts. Refused if it has not failed."""
    return update(
        key(failed.id),
        put={"state": JobState.WAITING, "attempts": 0, **due_columns(failed.id, now)},
        when=[equals("state", JobState.FAILED)],
        refusal=JobNotFailed,
    )


def forget(job_id: str) -> Write:
    """Delete a job: its cohort was discarded."""
    return delete(key(job_id))


def failed() -> list[Job]:
    """Return every failed job, for the administrator."""
    return _jobs([Key(row["pk"], "JOB") for row in due.failed()])


def waiting(by: datetime) -> list[Job]:
    """Return every job that is due by then, oldest first, without emails."""
    return _jobs([Key(row["pk"], "JOB") for row in due.list_due(by) if row["kind"] != due.EMAIL])


def _jobs(keys: Sequence[Key]) -> list[Job]:
    jobs = [read(Job, row) for batch in batched(keys) for row in get_many(batch).values()]
    return sorted(jobs, key=lambda job: (job.due_at, job.id))


def move(job_id: str, due_at: datetime) -> Write:
    """Reschedule a job that is still waiting."""
    waits = [equals("state", JobState.WAITING)]
    return update(key(job_id), put={"due_at": due_at}, when=waits, refusal=JobSettled)
