"""Load what the console shows of a cohort, in one query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct, field

from chalicelib.admin.cohort_status import CohortUnknown
from chalicelib.admin.delegate_status import DelegateStatus, Filter, describe_delegates, filtered
from chalicelib.admin.too_late import first_deadlines
from chalicelib.core.clock import moment
from chalicelib.core.errors import Refusal
from chalicelib.core.formatting import day, last_day, local_date
from chalicelib.core.ids import derive
from chalicelib.core.model import AnswerCount, Cohort, Milestone, Programme
from chalicelib.core.schedule import Session, without_date
from chalicelib.emails.bounces import list_shown, names_a_delegate
from chalicelib.emails.refusals import TODO
from chalicelib.emails.ses_errors import WORDS
from chalicelib.store import account_fault, cohorts, holds, programmes, workshops
from chalicelib.store.cohorts import DelegateLine, FeedbackState, FollowupDates
from chalicelib.store.emails import Bounce
from chalicelib.store.holds import Hold
from chalicelib.store.impact_surveys import Role
from chalicelib.store.marshal import Row
from chalicelib.waves.survey_counts import SurveyCount, count_all

SURVEYED = {
    Role.DELEGATE.value: "delegates have answered the survey",
    Role.MANAGER.value: "line managers have answered it",
}  # the bars below show raters too


class Figure(NamedTuple):
    """One big number of a cohort's page, and the name by which a test finds it."""

    number: str
    words: str
    name: str


class DelegateUnknown(Refusal):
    """The page of a person who is not in the cohort."""

    status = 404
    title = "There is no such delegate"

    def __init__(self) -> None:
        super().__init__("Open the cohort again and choose a delegate from its list.")


class Dashboard(Struct, frozen=True):
    cohort: Cohort
    programme: Programme
    lines: tuple[DelegateStatus, ...]  # by need
    bounces: tuple[Bounce, ...]  # of no delegate: a coach's or a sponsor's
    today: str  # local, as `reminded_on` has it
    followup: FollowupDates | None = None
    account: str = ""  # why SES rejects emails now, and what to do
    left_out: int = 0  # delegates who closed after the follow-up was planned and may still join it
    held: tuple[Hold, ...] = ()  # new addresses that get no code yet
    deadlines: Mapping[str, datetime] = field(default_factory=dict)  # by hold: the first that emails miss
    sessions: tuple[Session, ...] = ()  # of workshops
    surveys: tuple[SurveyCount, ...] = ()  # of the impact survey, once one is open

    @property
    def counts(self) -> dict[str, int]:
        return dict(filtered(self.lines))

    @property
    def without_date(self) -> tuple[Milestone, ...]:
        """Return the workshops that wait for a date."""
        return without_date(self.programme, self.sessions)

    @property
    def lost_date(self) -> tuple[Milestone, ...]:
        """Return those of them that had one: every session was cancelled."""
        had = {session.milestone for session in self.sessions}
        return tuple(step for step in self.without_date if step.id in had)

    @property
    def may_remind(self) -> bool:
        """Return whether an open questionnaire has raters who were not reminded today."""
        return any(line.may_remind and line.line.reminded_on != self.today for line in self.lines)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Return the figures of the stage that the cohort is in."""
        made = sum(delegate.line.feedback.has_report for delegate in self.lines)
        to_come = sum(not delegate.line.withdrawn and not delegate.line.feedback.has_report for delegate in self.lines)
        reports = Figure(f"{made} of {made + to_come}", "reports made", "reports")
        answered = sum(line.answered for line in self.lines)
        invited = sum(line.invited for line in self.lines)
        counted = AnswerCount((), invited, answered).words if invited else "none yet"
        answers = Figure(counted, "answers counted this morning", "answers")
        if self.surveys:
            surveys = [
                Figure(survey.words, SURVEYED[survey.role], f"surveys-of-{survey.role}s")
                for survey in self.surveys
                if survey.role in SURVEYED
            ]
            return (*([answers] if self.followup_runs else []), *surveys, reports, *self._of_emails)
        return (answers, reports, *self._of_emails)

    @property
    def followup_runs(self) -> bool:
        """Return whether a questionnaire of the follow-up is open."""
        lines = (delegate.line for delegate in self.lines if not delegate.line.withdrawn)
        return any(line.is_again and line.feedback is FeedbackState.COLLECTING for line in lines)

    @property
    def _of_emails(self) -> tuple[Figure, ...]:
        bounces = self._all_bounces
        lost = sum(bounce.is_lost for bounce in bounces)
        others = sum(not bounce.is_lost and not bounce.is_refused for bounce in bounces)
        return (
            Figure(str(self.counts[Filter.DECISION]), "need a decision", "decisions"),
            Figure(str(lost), "address does not work" if lost == 1 else "addresses do not work", "lost-addresses"),
            Figure(str(others), "other emails did not arrive", "other-emails"),
        )

    @property
    def ready_for_followup(self) -> Sequence[DelegateStatus]:
        """List delegates who would take part in a follow-up that is planned now."""
        return [delegate for delegate in self.lines if delegate.line.has_closed and not delegate.line.withdrawn]

    @property
    def not_ready_for_followup(self) -> Sequence[DelegateStatus]:
        """List delegates who would not, because their first questionnaire has not closed."""
        return [delegate for delegate in self.lines if not delegate.line.has_closed and not delegate.line.withdrawn]

    def find(self, delegate_id: str) -> DelegateStatus:
        """Find a delegate. Raises DelegateUnknown."""
        for line in self.lines:
            if line.line.delegate_id == delegate_id:
                return line
        raise DelegateUnknown

    def last_day(self, line: DelegateLine) -> str:
        if not line.closes_at:
            return day(self.cohort.dates.closes)
        return last_day(moment(line.closes_at), self.programme.organisation.timezone)

    @property
    def has_refused_emails(self) -> bool:
        """Return whether SES rejected emails of this cohort that can be sent again."""
        return any(bounce.is_refused for bounce in self._all_bounces)

    @property
    def _all_bounces(self) -> list[Bounce]:
        return [*self.bounces, *(bounce for line in self.lines for bounce in line.bounces)]

    def todo(self, bounce: Bounce) -> str:
        """Return what the administrator can do about an email that did not arrive."""
        return TODO[bounce.trouble]

    def bounce_name(self, bounce: Bounce) -> str:
        """Return a name for a bounce in an address: an email's id may contain characters that a URL must not."""
        return derive(12, bounce.mail_id)

    def find_bounce(self, name: str) -> Bounce | None:
        """Find a bounce by its name in an address."""
        return next((bounce for bounce in self._all_bounces if self.bounce_name(bounce) == name), None)


def load_dashboard(cohort_id: str, now: datetime) -> Dashboard:
    """Load the dashboard in one query, and more while a new address is held. Raises CohortUnknown."""
    return _dashboard(cohort_id, list(cohorts.rows(cohort_id)), now)


def load_of_one(cohort_id: str, delegate_id: str, now: datetime) -> Dashboard:
    """Load the dashboard with one delegate alone and without what waits. Raises CohortUnknown."""
    return _dashboard(cohort_id, cohorts.rows_about(cohort_id, delegate_id), now)


def _dashboard(cohort_id: str, rows: Sequence[Row], now: datetime) -> Dashboard:
    cohort = cohorts.cohort_from(rows)
    if cohort is None:
        raise CohortUnknown(cohort_id)
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    lines = cohorts.lines_from(rows)
    known = {line.delegate_id for line in lines}
    bounces = [bounce for bounce in list_shown(cohorts.bounces_from(rows)) if not bounce.dismissed]
    zone = programme.organisation.timezone
    held = tuple(hold for hold in holds.from_rows(rows) if hold.is_active(now))
    return Dashboard(
        cohort=cohort,
        programme=programme,
        lines=tuple(
            describe_delegates(programme, lines, [bounce for bounce in bounces if names_a_delegate(bounce)], now)
        ),
        bounces=tuple(bounce for bounce in bounces if bounce.delegate not in known or not names_a_delegate(bounce)),
        today=local_date(now, zone).isoformat(),
        followup=cohorts.followup_from(rows),
        account=WORDS.get(account_fault.current_in(rows, now), ""),
        left_out=len(cohorts.list_without_followup(rows)),
        held=held,
        deadlines=first_deadlines(held, lines, now),
        sessions=workshops.sessions_from(rows),
        surveys=count_all(lines),
    )
