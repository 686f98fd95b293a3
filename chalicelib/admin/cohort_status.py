"""Load the status of a cohort: one line for each delegate, counts only, and what the administrator must do."""

from __future__ import annotations

from msgspec import Struct

from chalicelib.core.errors import Refusal
from chalicelib.core.model import AnswerCount, Cohort
from chalicelib.emails.bounces import list_shown
from chalicelib.results.answer_counts import others
from chalicelib.store import cohorts, impact_surveys, jobs
from chalicelib.store.cohorts import DelegateLine, DelegateStatus
from chalicelib.store.emails import Bounce
from chalicelib.store.impact_surveys import Role, surveys_from
from chalicelib.store.jobs import Job


class CohortUnknown(Refusal):
    """No cohort with this id was loaded."""

    load_cohort_status = 404
    title = "There is no such cohort"

    def __init__(self, cohort_id: str) -> None:
        super().__init__(f"No cohort {cohort_id} is loaded in this stage.")


class LineStatus(Struct, frozen=True):
    """A delegate, and the answers as counted this morning: see results/answer_counts.py."""

    delegate_id: str
    name: str
    email: str
    stage: DelegateStatus
    invited: int
    answered: int  # minimum number of raters, without the delegate's own questionnaire
    counts: tuple[AnswerCount, ...]
    nominated: bool
    withdrawn: bool


class CohortStatus(Struct, frozen=True):
    cohort: Cohort
    lines: tuple[LineStatus, ...]
    bounces: tuple[Bounce, ...]
    failed: tuple[Job, ...]  # of all cohorts: a job may belong to none


class ImpactStatus(Struct, frozen=True):
    """How many surveys are in. Counts only: single answers are for the readers that the form names."""

    role: str
    asked: int
    sent: int


def load_cohort_status(cohort_id: str) -> CohortStatus:
    """Load the status in two calls. Raises CohortUnknown."""
    rows = list(cohorts.rows(cohort_id))
    cohort = cohorts.cohort_from(rows)
    if cohort is None:
        raise CohortUnknown(cohort_id)
    bounces = list_shown(cohorts.bounces_from(rows))
    return CohortStatus(cohort, tuple(map(_line, cohorts.lines_from(rows))), bounces, tuple(jobs.failed()))


def _line(line: DelegateLine) -> LineStatus:
    return LineStatus(
        delegate_id=line.delegate_id,
        name=line.name,
        email=line.email,
        stage=line.stage,
        invited=line.invited,
        answered=sum(part.answered for part in others(line.visible_counts)),
        counts=line.visible_counts,
        nominated=line.nominated,
        withdrawn=line.withdrawn,
    )


def impact(cohort_id: str) -> tuple[ImpactStatus, ...]:
    """Count the delegates and line managers who have answered after six months. Raises CohortUnknown."""
    lines = load_cohort_status(cohort_id).lines
    surveys = [one for line in lines for one in surveys_from(impact_surveys.of_delegate(line.delegate_id))]
    return tuple(
        ImpactStatus(
            role.value,
            asked=sum(one.role is role for one in surveys),
            sent=sum(one.sent for one in surveys if one.role is role),
        )
        for role in Role
    )
