"""Extend a delegate's wave, close it now, or publish a report with few answers, as the administrator decides."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from chalicelib.admin.emails import more_time_email
from chalicelib.core.addresses import clean_address
from chalicelib.core.calendar import MAX_OPEN_DAYS, local_moment
from chalicelib.core.clock import stamp
from chalicelib.core.errors import Refusal
from chalicelib.core.formatting import last_date, last_day
from chalicelib.core.model import Delegate, DelegateWave, Programme, WaveState
from chalicelib.core.reasons import NO_REASON, fault_of, one_line
from chalicelib.emails.kinds import CancelledBy
from chalicelib.emails.waiting import cancel_by
from chalicelib.jobs.commit import commit
from chalicelib.store import audit_events, cohorts, delegates, emails, jobs, programmes
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.delegates import WaveChanged
from chalicelib.store.jobs import JobExists, JobSettled
from chalicelib.store.table import Write
from chalicelib.waves import lifecycle
from chalicelib.waves.more_time import give_time
from chalicelib.waves.thread import CLOSE, GIVE_TIME, PUBLISH, WAVE

BY = "command line"


class CloseRefused(Refusal):
    """A decision that does not fit the wave's state."""

    title = "Nothing was changed"


def extend(
    cohort_id: str,
    email: str,
    new_last_day: date,
    now: datetime,
    by: str = BY,
    *,
    why: str = "",
    dry_run: bool = False,
) -> date:
    """Accept answers until the end of that local day, and email the delegate and raters who have not answered.

    Returns the last day of before. Raises CloseRefused.
    """
    delegate, wave, programme = _find(cohort_id, email)
    closes_at = find_closing(wave, programme, new_last_day, now)
    words = {"before": _last_date(wave, programme), "after": f"{new_last_day}", "why": read_reason(why)}
    before = last_date(wave.closes_at, programme.organisation.timezone)
    if dry_run:
        return before
    writes = [
        *give_time(programme, delegate, wave, closes_at, now),
        *emails.add(more_time_email(programme, delegate, wave, closes_at, now)),
        audit_events.add(cohort_id, AuditEvent.EXTENDED, by, delegate.id, now, **words),
    ]
    _commit(delegate, writes, now)
    return before


def find_closing(wave: DelegateWave, programme: Programme, new_last_day: date, now: datetime) -> datetime:
    """Return when a questionnaire closes with this last day. Raises CloseRefused if it cannot get this day."""
    _refuse_unless(wave, *WAVE.before(GIVE_TIME))
    closes_at = local_moment(new_last_day + timedelta(days=1), 0, programme.organisation.timezone)
    if closes_at <= max(now, wave.closes_at):
        raise CloseRefused(
            f"The last day must be after today and after the present one ({_last_day(wave, programme)})."
        )
    if closes_at > wave.opens_at + timedelta(days=2 * MAX_OPEN_DAYS):
        raise CloseRefused(f"{new_last_day} is more than {2 * MAX_OPEN_DAYS} days after the opening.")
    return closes_at


def read_reason(typed: str) -> str:
    """Return a reason on one line, for the audit trail. Raises CloseRefused for one that is too long."""
    if fault := fault_of(typed):
        raise CloseRefused(fault)
    return one_line(typed) or NO_REASON


def close_now(cohort_id: str, email: str, now: datetime, by: str = BY, *, why: str = "", dry_run: bool = False) -> None:
    """Move the deadline to now; with too few answers the wave is then held. Raises CloseRefused.

    Closing again before the job has run succeeds, and the audit trail has it once.
    """
    delegate, wave, programme = _find(cohort_id, email)
    _refuse_unless(wave, *WAVE.before(CLOSE))
    writes = [jobs.move(lifecycle.close_job(wave).id, now)]
    words = {"before": _last_date(wave, programme), "why": read_reason(why)}
    if dry_run:
        return
    if wave.closes_at > now:
        writes += [
            *_end(delegate, wave, now),
            audit_events.add(cohort_id, AuditEvent.CLOSED, by, delegate.id, now, **words),
        ]
    _commit(delegate, writes, now)


def publish_with_few_answers(
    cohort_id: str, email: str, now: datetime, by: str = BY, *, why: str = "", dry_run: bool = False
) -> None:
    """Close even with too few answers: the report then shows what may be published. Raises CloseRefused.

    Publishing again before the job has run succeeds. After an extension it is another decision, and another job.
    """
    delegate, wave, programme = _find(cohort_id, email)
    _refuse_unless(wave, *WAVE.before(PUBLISH))
    words = {"before": _last_date(wave, programme), "why": read_reason(why)}
    if dry_run:
        return
    writes = [
        *_end(delegate, wave, now),
        jobs.add(lifecycle.publish_job(wave, now)),
        *cancel_by(CancelledBy.OUTCOME, delegate.id, wave.wave.value),
        audit_events.add(cohort_id, AuditEvent.PUBLISHED_FEW, by, delegate.id, now, **words),
    ]
    try:
        _commit(delegate, writes, now)
    except JobExists:
        return


def _end(delegate: Delegate, wave: DelegateWave, now: datetime) -> list[Write]:
    """Move the deadline to now: in the wave, and in the dashboard's line, from which links take their end."""
    return [
        delegates.change_as_read(wave, {"closes_at": now}),
        cohorts.change_line(delegate, put={"closes_at": stamp(now)}, wave=wave.wave),
    ]


def _find(cohort_id: str, email: str) -> tuple[Delegate, DelegateWave, Programme]:
    wanted = clean_address(email)
    try:
        delegate_id = next(line.delegate_id for line in cohorts.list_lines(cohort_id) if line.email == wanted)
        delegate, wave = delegates.find_with_latest_wave(delegate_id)
    except (LookupError, StopIteration):
        raise CloseRefused(f"Cohort {cohort_id} has no delegate {email}.") from None
    return delegate, wave, programmes.load(delegate.programme_id, delegate.programme_version)


def _refuse_unless(wave: DelegateWave, *states: WaveState) -> None:
    if wave.without_key:
        raise CloseRefused(
            "No one can read the answers of this questionnaire since the table was restored. Settle it first: "
            "“Settle answers that a restore has lost” on the page that changes the delegate, or `restore settle`."
        )
    if wave.state in (WaveState.CLOSING, WaveState.CLOSED):
        raise CloseRefused(
            "The questionnaire has closed: its answers are cut from who gave them, and a report is made once. "
            "A second report with one more answer would reveal that answer; it waits for the follow-up."
        )
    if wave.state not in states:
        raise CloseRefused(f"The questionnaire is {wave.state.value}: this needs one that is {' or '.join(states)}.")


def _commit(delegate: Delegate, writes: list[Write], now: datetime) -> None:
    try:
        commit(writes, now)
    except WaveChanged:
        raise CloseRefused(
            f"Something else changed {delegate.person.email} just now. Check the page, then try again."
        ) from None
    except JobSettled:
        raise CloseRefused(
            f"The job that closes {delegate.person.email} is at work or has failed. Look under “Problems” on the "
            "console’s first page, or run `jobs due`, and restart it there."
        ) from None


def _last_day(wave: DelegateWave, programme: Programme) -> str:
    return last_day(wave.closes_at, programme.organisation.timezone)


def _last_date(wave: DelegateWave, programme: Programme) -> str:
    """Return the last day for answers as the audit trail writes it."""
    return last_date(wave.closes_at, programme.organisation.timezone).isoformat()
