"""Take the snapshot of a cohort's figures once, then have the reports printed that show it.

The job is created by every close, and once more for the cohort's deadline. Why reports wait:
docs/decisions/0012-reports-wait-for-the-cohort.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.core.calendar import local_moment
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Programme, Wave
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each, each_or_fail, fail_for
from chalicelib.jobs.kinds import JobKind
from chalicelib.report.load_facts import delegate_in, earlier_facts, earlier_report, wave_facts
from chalicelib.results.change import Subject
from chalicelib.results.cohort import MIN_DELEGATES, cohort_means, consistency, effects, noise_words
from chalicelib.results.cohort_snapshot import Frozen, Share, frozen_bytes, read_frozen, share_bytes
from chalicelib.results.facts import Facts
from chalicelib.store import cohort_figures, cohorts, delegates, jobs, programmes, responses
from chalicelib.store.cohort_figures import CohortFigures, FiguresExist, StoredShare
from chalicelib.store.cohorts import DelegateLine, FeedbackState, KeyLoss
from chalicelib.store.jobs import Job, JobExists
from chalicelib.store.table import Write, transact
from chalicelib.store.unreadable import list_unreadable
from chalicelib.waves import lifecycle

LOOK_AGAIN_AFTER = timedelta(days=1)
START_AFTER = 2  # working days until facilitators and the sponsor read of the cohort at the start
MAX_WAIT = timedelta(days=14)  # after the deadline, for delegates with more time
STILL_ANSWERED = (FeedbackState.PLANNED, FeedbackState.COLLECTING)
NOT_CLOSED = (*STILL_ANSWERED, FeedbackState.HELD)

Noise = Mapping[str, Mapping[Subject, str]]


class _Round(Struct, frozen=True):
    """A wave of a cohort, as stored."""

    cohort_id: str
    wave: Wave
    programme: Programme
    lines: tuple[DelegateLine, ...]
    deadline: datetime
    days: WorkingDays

    @property
    def counted(self) -> tuple[DelegateLine, ...]:
        """Return the delegates that the figures are about.

        A delegate who joined after the cohort is in none, and neither is one whose answers are lost for good.
        """
        return tuple(line for line in self.lines if not line.apart and line.without_key is not KeyLoss.LOST)

    @property
    def closed(self) -> tuple[str, ...]:
        return tuple(line.delegate_id for line in self.counted if line.feedback not in NOT_CLOSED)

    @property
    def unprinted(self) -> tuple[str, ...]:
        return tuple(line.delegate_id for line in self.lines if line.feedback is FeedbackState.SCORING)

    @property
    def is_small(self) -> bool:
        """Return whether the cohort is too small to ever have figures."""
        return len(self.counted) < MIN_DELEGATES

    def waits_for_repair(self, now: datetime) -> bool:
        """Return whether a line cannot be read, and may still be repaired: figures are made once, over everyone."""
        return bool(list_unreadable()) and now < self.deadline + MAX_WAIT

    def may_freeze(self, now: datetime) -> bool:
        """Return whether to take the snapshot: all are closed, or the deadline has passed and no one else can still
        answer, or the maximum wait has passed.
        """
        if len(self.closed) == len(self.counted):
            return True
        if now < self.deadline + lifecycle.FIGURES_AFTER:
            return False
        nobody_more = not any(line.feedback in STILL_ANSWERED for line in self.counted)
        return nobody_more or len(self.closed) >= MIN_DELEGATES or now >= self.deadline + MAX_WAIT


def snapshot_cohort(job: Job, now: datetime) -> Sequence[Write]:
    """Take the snapshot. Do nothing while too many can still answer: the last close or the deadline starts it again.

    Raises RowsBroken while a line of the cohort cannot be read, so that a person repairs it and restarts the job.
    """
    frozen = cohort_figures.find(job.about["cohort"], Wave(job.about["wave"]))
    if frozen and _is_done_by_another_run(job):
        return []
    cohort_round = _round(job.about["cohort"], Wave(job.about["wave"]))
    if frozen is None and cohort_round.waits_for_repair(now):
        _look_again(_meanwhile(job, cohort_round, now), now)
        fail_for({})
    if frozen is None and not cohort_round.is_small and not cohort_round.may_freeze(now):
        return _meanwhile(job, cohort_round, now)
    if frozen is None and cohort_round.is_small and _is_done_by_another_run(job):
        return []
    noise: Noise = {}
    if frozen is None and not cohort_round.is_small:
        frozen, noise = _freeze(cohort_round, now)
    elif frozen and cohort_round.wave is Wave.FOLLOWUP and set(cohort_round.unprinted) & set(frozen.delegates):
        noise = noise_words(
            *_reports(cohort_round, frozen.delegates)
        )  # an earlier attempt took the snapshot and then stopped
    each_or_fail(
        cohort_round.unprinted,
        lambda delegate_id: _have_printed(delegate_id, cohort_round.wave, frozen, noise.get(delegate_id, {}), now),
        "cohort_figures",
    )
    return []


def _is_done_by_another_run(job: Job) -> bool:
    """Return whether the run that took the snapshot has had this delegate's report started, as it does for everyone.

    In a cohort that is too small for figures, any run does it. Each delegate's close starts a run, and none of them
    reads the whole cohort again. A repeat does: it may be the run that took the snapshot and then stopped.
    """
    delegate_id = job.about.get("delegate", "")
    if not delegate_id or job.attempts > 1:
        return False
    return jobs.find(_report_job(delegate_id, Wave(job.about["wave"]), job.due_at).id) is not None


def _report_job(delegate_id: str, wave: Wave, now: datetime) -> Job:
    return JobKind.REPORT.job(delegate_id, wave.value, due_at=now, delegate=delegate_id, wave=wave.value)


def _round(cohort_id: str, wave: Wave) -> _Round:
    rows = list(cohorts.rows(cohort_id))
    cohort = cohorts.cohort_from(rows)
    if cohort is None:
        raise LookupError(f"no cohort {cohort_id}")
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    last_day = cohorts.find_last_day(rows, wave)
    lines = [line for line in cohorts.lines_from(rows, wave) if not line.withdrawn]
    deadline = local_moment(last_day + timedelta(days=1), 0, programme.organisation.timezone)
    days = working_days(programme.organisation, cohort.dates.closed)
    return _Round(cohort_id, wave, programme, tuple(lines), deadline, days)


def _meanwhile(job: Job, cohort_round: _Round, now: datetime) -> list[Write]:
    """Print at once a report that the administrator published early, without the cohort's figures; try again at the
    deadline.
    """
    delegate_id = job.about.get("delegate", "")
    if "at_once" in job.about and delegate_id in cohort_round.unprinted:
        _have_printed(delegate_id, cohort_round.wave, None, {}, now)
    return (
        []
        if delegate_id
        else [jobs.add(lifecycle.figures_job(cohort_round.cohort_id, cohort_round.wave, now + LOOK_AGAIN_AFTER))]
    )


def _look_again(later: Sequence[Write], now: datetime) -> None:
    with suppress(JobExists):  # this job was restarted
        if later:
            commit(later, now)


def _freeze(cohort_round: _Round, now: datetime) -> tuple[CohortFigures, Noise]:
    """Take the snapshot over closed delegates who have responses that can be read.

    If rows cannot be read, the report fails, and that is shown. A report that was stored before a restore has no
    responses any more: its delegate is in no figure, and so not counted in their number.

    If another attempt was first, keep its snapshot.
    """
    reports, earlier = _reports(cohort_round, cohort_round.closed)
    frozen = Frozen(
        means=cohort_means(cohort_round.programme, reports.values()),
        effects=tuple(effects(reports, earlier)),
        consistency=tuple(consistency(cohort_round.programme, reports.values())),
    )
    figures = CohortFigures(cohort_round.cohort_id, cohort_round.wave, tuple(reports), frozen_bytes(frozen), now)
    try:
        transact([cohort_figures.add(figures), *_sponsors_jobs(cohort_round, now)])
    except FiguresExist:
        first = cohort_figures.find(cohort_round.cohort_id, cohort_round.wave)
        if first is None:
            raise
        return first, noise_words(*_reports(cohort_round, first.delegates))
    return figures, noise_words(reports, earlier)


def _sponsors_jobs(cohort_round: _Round, now: datetime) -> list[Write]:
    """Add the job of the sponsor's document that shows these figures; one that exists does it."""
    cohort_id = cohort_round.cohort_id
    if cohort_round.wave is Wave.BASELINE:
        days = cohort_round.days
        morning = days.morning(days.add(local_date(now, days.zone), START_AFTER))
        return [jobs.add(JobKind.COHORT_START.job_of_morning(cohort_id, morning=morning, cohort=cohort_id))]
    return [jobs.add(JobKind.EDITION.job(cohort_id, "followup", due_at=now, cohort=cohort_id))]


def _reports(cohort_round: _Round, delegate_ids: Iterable[str]) -> tuple[dict[str, Facts], dict[str, Facts]]:
    """Return by delegate with responses the facts of this wave, and of the previous one if there was a report."""

    def read(delegate_id: str) -> tuple[Facts, Facts | None] | None:
        rows = list(delegates.load_rows(delegate_id))
        if not responses.from_rows(rows, cohort_round.wave):
            return None
        return wave_facts(cohort_round.programme, delegate_in(rows), cohort_round.wave, rows), earlier_facts(
            rows, cohort_round.wave
        )

    done, _ = each(delegate_ids, read, "cohort_figures")
    both = {delegate_id: frozen for delegate_id, frozen in done.items() if frozen}
    earlier = {delegate_id: before for delegate_id, (_, before) in both.items() if before}
    return {delegate_id: facts for delegate_id, (facts, _) in both.items()}, earlier


def _earlier(delegate_id: str, wave: Wave) -> tuple[str, tuple[str, ...]]:
    """Return the name of the earlier report's facts, and its cells that another person answers now.

    The names of who answered may be erased before the report is made; the document never changes.
    """
    rows = list(delegates.load_rows(delegate_id))
    report, facts = earlier_report(rows, wave), earlier_facts(rows, wave)
    return (report.facts, facts.other_people) if report and facts else ("", ())


def _have_printed(
    delegate_id: str, wave: Wave, frozen: CohortFigures | None, noise: Mapping[Subject, str], now: datetime
) -> None:
    """Write a delegate's share and the job that prints it; skip a delegate who has both."""
    writes = [jobs.add(_report_job(delegate_id, wave, now))]
    means = read_frozen(frozen.figures).means if frozen else ()
    share = Share(means, noise, *(_earlier(delegate_id, wave) if wave is Wave.FOLLOWUP else ()))
    if share != Share():
        writes.append(cohort_figures.add_share(StoredShare(delegate_id, wave, share_bytes(share))))
    try:
        transact(writes)  # the sweep sends the hints: a few minutes do not matter
    except JobExists:
        return
