"""Gather the evidence of each delegate of a cohort: published figures and sent answers, never a rater's answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from msgspec.structs import replace

from chalicelib.core.errors import Refusal
from chalicelib.core.model import Cohort, Programme, Wave
from chalicelib.core.working_days import survey_opens_at
from chalicelib.forms.pulse import AREAS
from chalicelib.forms.survey import sections_of, unfit
from chalicelib.jobs.each import each
from chalicelib.jobs.kinds import JobKind
from chalicelib.results.cohort_snapshot import Frozen, read_frozen
from chalicelib.results.published import ALL_OTHERS
from chalicelib.sponsor.evidence import Evidence
from chalicelib.store import catalogue, cohort_figures, cohorts, impact_surveys, jobs, reports, reviews, summaries
from chalicelib.store.cohorts import DelegateLine, FeedbackState
from chalicelib.store.impact_surveys import PulseResult, Role
from chalicelib.store.jobs import JobState
from chalicelib.store.marshal import Row
from chalicelib.store.reports import ReportState
from chalicelib.store.unreadable import list_unreadable

REVIEWS_WAIT = timedelta(days=60)  # after the survey has closed

Rows = Mapping[str, Sequence[Row]]


class AnswersUnfit(Refusal):
    """Sent answers contradict one another, so they give no figure."""

    title = "Left out of the summary"


def load_surveys(lines: Mapping[str, DelegateLine]) -> Rows:
    """Return the rows of the impact survey by delegate."""
    return {delegate_id: impact_surveys.of_delegate(delegate_id) for delegate_id in lines}


def find_open(lines: Mapping[str, DelegateLine], rows: Rows) -> set[str]:
    """Return the delegates whose surveys are still to open or close. An outage or a pause can delay them."""
    waited_for, _ = each(lines, lambda delegate_id: _is_waited_for(delegate_id, rows[delegate_id]), "summary")
    return {delegate_id for delegate_id, is_open in waited_for.items() if is_open}


def _is_waited_for(delegate_id: str, rows: Sequence[Row]) -> bool:
    """Return whether a delegate's survey may still come. A failed job is not waited for."""
    surveys = impact_surveys.surveys_from(rows)
    if surveys:
        return any(survey.is_open for survey in surveys)
    asking = jobs.find(JobKind.IMPACT.job_id(delegate_id))
    return asking is not None and asking.state is JobState.WAITING


def gather(
    programme: Programme, lines: Mapping[str, DelegateLine], rows: Rows
) -> tuple[dict[str, Evidence], dict[str, str]]:
    """Return the evidence by delegate, and the reason by delegate if it cannot be used."""
    return each(lines, lambda delegate_id: _evidence(programme, lines[delegate_id], rows[delegate_id]), "summary")


def answering(lines: Sequence[DelegateLine]) -> dict[str, DelegateLine]:
    """Return by id those whose survey belongs to this cohort: the survey of who was transferred is another cohort's."""
    return {line.delegate_id: line for line in lines if not line.moved_to}


def everyone(
    cohort_id: str, lines: Sequence[DelegateLine], usable: Mapping[str, Evidence], open_ones: set[str]
) -> list[Evidence]:
    """Return the evidence of everyone who began.

    A delegate whose survey is open has no answers in it yet. One who was transferred to another cohort began here and
    did not stay, and their answers count there. Answers that an edition of another cohort holds are left out: two
    figures of the same answers could reveal the answers of those who are in only one of them.
    """
    elsewhere = _counted_elsewhere(cohort_id, lines)
    people = []
    for line in lines:
        person = usable.get(line.delegate_id) or _without_answers(line)
        if line.delegate_id in open_ones:
            person = replace(person, own=None, manager=None, later=True)
        if line.delegate_id in elsewhere:
            person = replace(person, own=None, manager=None, agreed=0, raters_change=())
        people.append(person)
    return people


def _without_answers(line: DelegateLine) -> Evidence:
    """Return the evidence of a delegate whose answers cannot be counted, or count in another cohort."""
    is_moved = bool(line.moved_to)
    had_report = is_moved and line.feedback is FeedbackState.RELEASED
    return Evidence(
        line.name,
        line.service,
        id=line.delegate_id,
        has_report=had_report,
        has_left=line.withdrawn or is_moved,
        left_out=not is_moved,
    )


def _counted_elsewhere(cohort_id: str, lines: Sequence[DelegateLine]) -> set[str]:
    """Return the delegates who joined from another cohort after an edition with their answers was made there."""
    joined = {line.delegate_id for line in lines if line.apart}
    if not joined:
        return set()
    others = [entry.id for entry in catalogue.everything().cohorts if entry.id != cohort_id]
    counted = {member for other in others for edition in summaries.of_cohort(other) for member in edition.counted}
    return joined & counted


def load_people(programme: Programme, cohort: Cohort) -> list[Evidence]:
    """Return the evidence of everyone who began in a cohort, as it is stored now."""
    lines = cohorts.list_lines(cohort.id)
    here = answering(lines)
    rows = load_surveys(here)
    return everyone(cohort.id, lines, gather(programme, here, rows)[0], find_open(here, rows))


def _evidence(programme: Programme, line: DelegateLine, rows: Sequence[Row]) -> Evidence:
    """Gather what is known of one delegate. Raises AnswersUnfit."""
    surveys = {survey.role: survey for survey in impact_surveys.surveys_from(rows)}
    for survey in surveys.values():
        if survey.sent and (faults := unfit(sections_of(programme, survey), survey.answers)):
            raise AnswersUnfit(" ".join(fault.message for fault in faults))
    sent = {role: survey.answers for role, survey in surveys.items() if survey.sent}
    report = reports.find(line.delegate_id, Wave.BASELINE)
    return Evidence(
        id=line.delegate_id,
        name=line.name,
        service=line.service,
        has_report=report is not None and report.state is ReportState.RELEASED,
        has_left=line.withdrawn,
        areas=tuple(area.id for area in surveys[Role.DELEGATE].areas) if surveys else (),
        agreed=len(surveys[Role.DELEGATE].background.measures) if surveys else 0,
        own=sent.get(Role.DELEGATE),
        manager=sent.get(Role.MANAGER),
        raters_change=_raters_change(impact_surveys.pulse_from(rows)),
    )


def _raters_change(pulse: PulseResult | None) -> tuple[Fraction, ...]:
    figures = pulse.figures if pulse else ()
    of_areas = [figure for figure in figures if figure.cell == ALL_OTHERS and figure.area != AREAS]
    return tuple(Fraction(figure.change) for figure in of_areas if figure.change)  # some areas have only a word


def load_reviews(programme: Programme, cohort: Cohort, now: datetime) -> dict[str, list[str]]:
    """Return the outcomes of each delegate's areas; none until everyone who stayed has had the review, or time is over.

    Later editions repeat the outcomes of the first edition that shows them. Otherwise a comparison of two editions
    would reveal the outcomes of those who had the review in between.
    """
    stayed = [line.delegate_id for line in cohorts.list_lines(cohort.id) if not line.moved_to and not line.withdrawn]
    closes = survey_opens_at(programme, cohort.dates) + timedelta(days=programme.impact.open_days)
    by_delegate = reviews.of_delegates(stayed)
    if (len(by_delegate) < len(stayed) or list_unreadable()) and now < closes + REVIEWS_WAIT:
        return {}
    return {who: [outcome.outcome.value for outcome in review.outcomes] for who, review in by_delegate.items()}


def load_frozen(cohort_id: str) -> tuple[Frozen, Frozen]:
    """Return the cohort's figures as the reports of the baseline and of the follow-up show them."""
    snapshots = (cohort_figures.find(cohort_id, wave) for wave in (Wave.BASELINE, Wave.FOLLOWUP))
    baseline, followup = (read_frozen(snapshot.figures) if snapshot else Frozen() for snapshot in snapshots)
    return baseline, followup
