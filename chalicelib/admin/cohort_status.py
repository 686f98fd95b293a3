"""Load the status of a cohort: one line for each delegate, counts only, and what the administrator must do."""

from __future__ import annotations

from msgspec import Struct

from chalicelib.admin.failures import Failure, list_failures
from chalicelib.core.model import AnswerCount, Cohort
from chalicelib.emails.bounces import list_shown
from chalicelib.results.answer_counts import others
from chalicelib.store import cohorts
from chalicelib.store.catalogue import CohortUnknown as CohortUnknown
from chalicelib.store.cohorts import DelegateLine, FeedbackState, SurveyStage
from chalicelib.store.emails import Bounce
from chalicelib.waves.survey_counts import SurveyCount, count_all


class LineStatus(Struct, frozen=True):
    """A delegate, and the answers as counted this morning: see results/answer_counts.py."""

    delegate_id: str
    name: str
    email: str
    stage: str  # one word for commands, from the 360 and the impact survey
    invited: int
    answered: int  # minimum number of raters, without the delegate's own questionnaire
    counts: tuple[AnswerCount, ...]
    nominated: bool
    withdrawn: bool


class CohortStatus(Struct, frozen=True):
    cohort: Cohort
    lines: tuple[LineStatus, ...]
    bounces: tuple[Bounce, ...]
    failed: tuple[Failure, ...]  # of all cohorts: a job may belong to none


def load_cohort_status(cohort_id: str) -> CohortStatus:
    """Load the status in two calls. Raises CohortUnknown."""
    rows = list(cohorts.rows(cohort_id))
    cohort = cohorts.cohort_from(rows)
    if cohort is None:
        raise CohortUnknown(cohort_id)
    bounces = list_shown(cohorts.bounces_from(rows))
    return CohortStatus(cohort, tuple(map(_line, cohorts.lines_from(rows))), bounces, list_failures())


def _line(line: DelegateLine) -> LineStatus:
    return LineStatus(
        delegate_id=line.delegate_id,
        name=line.name,
        email=line.email,
        stage=say_stage(line),
        invited=line.invited,
        answered=sum(part.answered for part in others(line.visible_counts)),
        counts=line.visible_counts,
        nominated=line.nominated,
        withdrawn=line.withdrawn,
    )


AFTER_RELEASE = {SurveyStage.OPEN: "impact_open", SurveyStage.CLOSED: "complete"}


def say_stage(line: DelegateLine) -> str:
    """Return one word for both threads: the questionnaire until its report is released, then the impact survey."""
    if line.feedback is FeedbackState.RELEASED and line.survey:
        return AFTER_RELEASE[line.survey]
    return line.feedback.value


def impact(cohort_id: str) -> tuple[SurveyCount, ...]:
    """Count who has answered after six months, in each role, as the cohort's page does."""
    return count_all(cohorts.list_lines(cohort_id))
