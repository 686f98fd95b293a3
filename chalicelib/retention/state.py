"""Read what a cohort's retention depends on: whether anything is still open, and when the last thing was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from chalicelib.core.formatting import local_date
from chalicelib.core.model import Cohort, Programme, Wave, WaveState
from chalicelib.jobs.each import each
from chalicelib.jobs.kinds import JobKind
from chalicelib.retention.answers import Frozen, find_frozen, list_final
from chalicelib.retention.periods import Clock
from chalicelib.store import cohorts, delegates, jobs, meetings
from chalicelib.store.cohorts import DelegateLine
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.impact_surveys import surveys_from
from chalicelib.store.jobs import JobState
from chalicelib.store.marshal import Row
from chalicelib.store.meetings import MeetingKind, MeetingState
from chalicelib.store.unreadable import list_unreadable
from chalicelib.waves.lifecycle import summary_job

ENDED = (WaveState.CLOSED, WaveState.WITHDRAWN)
DECIDED_WITHIN = timedelta(days=180)  # a questionnaire that no one decided about for so long is over


class Year(Struct, frozen=True):
    """A cohort and its dates.

    is_open   a questionnaire, survey or booked meeting is not over: only answers of what is final are due
    unread    delegate -> why their rows cannot be read; while there is one, the cohort counts as open
    """

    cohort: Cohort
    rows: tuple[Row, ...]  # of the cohort's partition
    lines: tuple[DelegateLine, ...]  # delegates who are this cohort's, also those who have left
    clock: Clock
    is_open: bool
    final: Mapping[tuple[str, Wave], date]  # delegate, wave -> the day on which all made of its answers was final
    unread: Mapping[str, str]


def read_year(cohort: Cohort, rows: tuple[Row, ...], programme: Programme, now: datetime) -> Year:
    """Read a cohort: one query for each delegate."""
    lines = tuple(line for line in cohorts.lines_from(rows) if not line.moved_to)
    zone, frozen = programme.organisation.timezone, find_frozen(rows)
    summary_at = summary_job(cohort, programme).due_at
    by_delegate, unread = each(
        [line.delegate_id for line in lines], lambda delegate_id: _read_delegate(delegate_id, frozen, now), "retention"
    )
    unread = {**list_unreadable(), **unread}  # also rows of the cohort's own partition
    ends = [end for dates in by_delegate.values() for end in dates.ends]
    days = [cohort.dates.ends, *(local_date(at, zone) for at in (summary_at, *(at for at, _ in ends)))]
    followup = cohorts.followup_from(rows)
    is_planned = followup is not None and local_date(now, zone) <= followup.closes
    return Year(
        cohort=cohort,
        rows=rows,
        lines=lines,
        clock=Clock(max(days), cohort.dates.ends),
        is_open=bool(unread) or is_planned or now < summary_at or any(still or at > now for at, still in ends),
        final={
            (name, wave): local_date(at, zone) for name, dates in by_delegate.items() for wave, at in dates.final if at
        },
        unread=unread,
    )


class _OfDelegate(Struct, frozen=True):
    ends: tuple[tuple[datetime, bool], ...]
    final: tuple[tuple[Wave, datetime | None], ...]


def _read_delegate(delegate_id: str, frozen: Frozen, now: datetime) -> _OfDelegate:
    rows = list(delegates.load_rows(delegate_id))
    ends = [*_list_ends(rows, now), *_planned_survey(delegate_id, now)]
    return _OfDelegate(tuple(ends), tuple(list_final(rows, frozen)))


def _planned_survey(delegate_id: str, now: datetime) -> Iterator[tuple[datetime, bool]]:
    """Return the survey that is still to open: that of a delegate who was paused opens later than the cohort's."""
    job = jobs.find(JobKind.IMPACT.job_id(delegate_id))
    if job and job.state is JobState.WAITING and job.due_at > now:
        yield job.due_at, True


def _list_ends(rows: Sequence[Row], now: datetime) -> Iterator[tuple[datetime, bool]]:
    """Return when each thing that a delegate takes part in ends, and whether it is still open."""
    for wave in DelegateRecord(rows).waves:
        yield wave.closes_at, wave.state not in ENDED and now < wave.closes_at + DECIDED_WITHIN
    for survey in surveys_from(rows):
        yield survey.closes_at, survey.is_open
    for kind in MeetingKind:
        meeting = meetings.from_rows(rows, kind)
        if meeting.booked and meeting.state is not MeetingState.CANCELLED:
            yield meeting.booked.ends, False
