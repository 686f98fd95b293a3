"""How a cohort stands: one line for each delegate, counts only, and what needs the administrator."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.errors import Refusal
from chalicelib.model import Cohort
from chalicelib.store import cohorts, impacts, jobs
from chalicelib.store.cohorts import DelegateLine
from chalicelib.store.impacts import Role, surveys_from
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
    """How many surveys are in. Counts only: what somebody answered is for the readers that their form names."""

    role: str
    asked: int
    sent: int


def status(cohort_id: str) -> CohortStatus:
    """Two calls. Raises CohortUnknown."""
    rows = list(cohorts.rows(cohort_id))
    cohort = cohorts.cohort_from(rows)
    if cohort is None:
        raise CohortUnknown(cohort_id)
    bounces = tuple(cohorts.bounces_from(rows))
    lines = tuple(map(_without_hidden, cohorts.lines_from(rows)))
    return CohortStatus(cohort, lines, bounces, tuple(jobs.failed()))


def _without_hidden(line: DelegateLine) -> DelegateLine:
    """Counts that would tell what one person did are no one's to read before the close, in JSON either."""
    return replace(line, answered=0, declined=0, groups={}) if line.counts_hidden else line


def impact(cohort_id: str) -> tuple[ImpactStatus, ...]:
    """How many delegates and line managers have answered six months on. Raises CohortUnknown."""
    lines = status(cohort_id).lines
    surveys = [one for line in lines for one in surveys_from(impacts.of_delegate(line.delegate_id))]
    return tuple(
        ImpactStatus(
            role.value,
            asked=sum(one.role is role for one in surveys),
            sent=sum(one.sent for one in surveys if one.role is role),
        )
        for role in Role
    )
