"""How a cohort stands: one line for each delegate, counts only, and what needs the administrator."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from chalicelib.errors import Refusal
from chalicelib.model import Cohort
from chalicelib.store import cohorts, delegates, jobs
from chalicelib.store.cohorts import DelegateLine
from chalicelib.store.impacts import ImpactSurvey, PulseResult, pulse_from, surveys_from
from chalicelib.store.jobs import Job
from chalicelib.store.mails import Bounce


class CohortUnknown(Refusal):
    """No cohort with this id was loaded."""

    status = 404
    title = "There is no such cohort"

    def __init__(self, cohort_id: str) -> None:
        super().__init__(f"No cohort {cohort_id} is loaded in this stage.")


class CohortStatus(Struct, frozen=True):
    cohort: Cohort
    lines: tuple[DelegateLine, ...]
    bounces: tuple[Bounce, ...]
    failed: tuple[Job, ...]  # of all cohorts: a job need not belong to one


class ImpactStatus(Struct, frozen=True):
    delegate: DelegateLine
    surveys: tuple[ImpactSurvey, ...]
    pulse: PulseResult | None


def status(cohort_id: str) -> CohortStatus:
    """Two calls. Raises CohortUnknown."""
    rows = list(cohorts.rows(cohort_id))
    cohort = cohorts.cohort_from(rows)
    if cohort is None:
        raise CohortUnknown(cohort_id)
    bounces = tuple(cohorts.bounces_from(rows))
    return CohortStatus(cohort, tuple(cohorts.lines_from(rows)), bounces, tuple(jobs.failed()))


def impact(cohort_id: str) -> Iterable[ImpactStatus]:
    """What came back six months on, a delegate at a time. Raises CohortUnknown."""
    for line in status(cohort_id).lines:
        rows = list(delegates.partition(line.delegate_id))
        yield ImpactStatus(line, surveys_from(rows), pulse_from(rows))
