"""Run one job: claim it, let its stage do the work, settle result and job in one transaction."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from chalicelib.core import log
from chalicelib.jobs.commit import commit
from chalicelib.jobs.errors import MadeByLaterVersion, is_permanent
from chalicelib.jobs.kinds import Handler, list_personal
from chalicelib.store import jobs
from chalicelib.store.jobs import Job, JobSettled
from chalicelib.store.table import ConditionFailed, MadeMeanwhile, Write, transact
from chalicelib.store.unreadable import watch_rows

LEASE = timedelta(minutes=6)  # longer than the longest function may run (.chalice/config.json: 300 seconds)
MAX_ATTEMPTS = 8
FIRST_DELAY = timedelta(minutes=1)
MAX_DELAY = timedelta(hours=2)
NO_REPEAT_HELPS = "A repeat would fail in the same way, so there was none"


def run_job(job_id: str, handlers: Mapping[str, Handler], attempt: str, now: datetime) -> bool:
    """Return True if this run settled the job. Never raises: one failing job does not block others."""
    held = jobs.claim(job_id, attempt, now, now + LEASE)
    if held is None:
        return False
    with log.bind(job=held.id, kind=held.kind), watch_rows():
        return _run(held, handlers, now)


def _run(held: Job, handlers: Mapping[str, Handler], now: datetime) -> bool:
    if held.attempts > MAX_ATTEMPTS:
        _give_up(held, held.error or "All attempts timed out or crashed")
        return False
    try:
        _settle(held, handlers, now)
    except Exception as error:
        _settle_failure(held, error, now)
        return False
    log.info("job_done")
    return True


def _settle(held: Job, handlers: Mapping[str, Handler], now: datetime) -> None:
    handler = handlers.get(held.kind)
    if handler is None or held.schema > jobs.SCHEMA:
        raise MadeByLaterVersion("Deploy the version that made this job, then restart it")
    writes = list(handler(held, now))
    commit([*writes, jobs.mark_done(held, now, list_personal(held.kind))], now)


def _settle_failure(held: Job, error: Exception, now: datetime) -> None:
    if isinstance(error, ConditionFailed) and error.includes(JobSettled):
        log.info("job_was_settled")  # by an earlier response that was lost on its way back, or by another run
        return
    if isinstance(error, ConditionFailed) and error.includes(MadeMeanwhile):
        log.info("job_looks_again")
        _reschedule(held, "", now)
        return
    log.error("job_failed", error, attempts=held.attempts)
    if is_permanent(error):
        _give_up(held, f"{log.describe_error(error)}. {NO_REPEAT_HELPS}")
    else:
        _reschedule(held, log.describe_error(error), now)


def _reschedule(held: Job, error: str, now: datetime) -> None:
    if held.attempts >= MAX_ATTEMPTS:
        _give_up(held, error)
        return
    _write_if_held(jobs.reschedule(held, now + delay(held.attempts, random.random()), error))  # noqa: S311


def _give_up(held: Job, error: str) -> None:
    log.warning("job_given_up", attempts=held.attempts)
    _write_if_held(jobs.mark_failed(held, error))


def _write_if_held(write: Write) -> None:
    """Settle a failure. If the settling response was lost on its way back, the job is done and must not change."""
    try:
        transact([write])
    except JobSettled:
        log.info("job_was_settled")


def delay(attempts: int, share: float) -> timedelta:
    """Double the delay with each attempt up to a limit; `share` in 0..1 takes off up to half, to spread jobs out."""
    whole = min(FIRST_DELAY * 2 ** (attempts - 1), MAX_DELAY)
    return timedelta(seconds=whole.total_seconds() * (1 - share / 2))
