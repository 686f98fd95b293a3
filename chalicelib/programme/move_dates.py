"""Move the opening, the last day of answers or the impact survey of a cohort, as an administrator decides.

The act changes the cohort and schedules the job that brings every delegate to its dates (apply_dates.py). Sessions and
the end of the programme move with chalicelib/workshops.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.calendar import check_dates, closes_at, local_moment, opens_at
from chalicelib.core.clock import stamp
from chalicelib.core.errors import Refusal
from chalicelib.core.formatting import day, local_date, plural
from chalicelib.core.model import Cohort, CohortDates, DelegateWave, Programme, Wave, WaveState
from chalicelib.core.reasons import fault_in_email
from chalicelib.core.working_days import survey_opens_at, working_days
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import audit_events, cohorts, delegates, jobs, programmes
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.cohorts import CohortChanged, DelegateLine, FeedbackState, LastLoad
from chalicelib.store.delegates import Approval
from chalicelib.store.jobs import JobExists
from chalicelib.store.table import Write
from chalicelib.waves.waiting_lists import find_approvers


class Moved(StrEnum):
    """A date of a cohort that can move until it has come."""

    OPENS = "opens"
    CLOSES = "closes"
    SURVEY = "survey"

    @property
    def words(self) -> str:
        return {
            Moved.OPENS: "the opening of the questionnaire",
            Moved.CLOSES: "the last day of the questionnaire",
            Moved.SURVEY: "the opening of the impact survey",
        }[self]


class MoveRefused(Refusal):
    """A date that has come, or that cannot be."""

    title = "Nothing was moved"


class Move(Struct, frozen=True):
    """One planned move, and who is emailed about it."""

    last: LastLoad
    what: Moved
    before: date
    after: date
    dates: CohortDates  # after the move
    delegates: int
    questions: tuple[str, ...]  # about a date that may be a slip
    is_open: bool  # the last day of a questionnaire that has opened: those who are asked get an email
    approvers: str = ""  # who approves lists of raters that wait, in words: they get an email, too

    @property
    def cohort(self) -> Cohort:
        return self.last.cohort

    @property
    def changes_nothing(self) -> bool:
        return self.before == self.after

    @property
    def effects(self) -> list[str]:
        """Return what changes, in words."""
        if self.changes_nothing:
            return [f"{self.what.words.capitalize()} is {day(self.before)} already. Nothing changes."]
        return [f"{self.what.words.capitalize()} moves from {day(self.before)} to {day(self.after)}."]

    @property
    def emailed(self) -> str:
        others = "everyone who has not answered" if self.is_open else "their line managers"
        said = f"{plural(self.delegates, 'delegate', 'delegates')} and {others} get an email."
        return f"{said} Also: {self.approvers}." if self.approvers else said

    @property
    def lines(self) -> list[str]:
        """Return the preview in words."""
        return self.effects if self.changes_nothing else [*self.effects, self.emailed, *self.questions]


def plan(cohort_id: str, what: Moved, to: date, now: datetime) -> Move:
    """Check a move without making it. Raises MoveRefused."""
    last = cohorts.find_load(cohort_id)
    if last is None:
        raise MoveRefused(f"There is no cohort {cohort_id}. The console’s first page lists those that are loaded.")
    cohort = last.cohort
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    lines = [line for line in cohorts.list_lines(cohort_id, Wave.BASELINE) if not line.withdrawn]
    before = date_of(programme, cohort.dates, what)
    dates = replace(cohort.dates, **{what.value: to})
    _refuse_past(programme, what, to, now)
    {Moved.OPENS: _check_opening, Moved.CLOSES: _check_closing, Moved.SURVEY: _check_survey}[what](
        programme, cohort.dates, dates, lines, now
    )
    days = working_days(programme.organisation, cohort.dates.closed)
    odd = [] if days.is_working(to) else [f"{day(to)} is not a working day. Is that right?"]
    has_opened = any(line.feedback is not FeedbackState.PLANNED for line in lines)
    is_open = what is Moved.CLOSES and has_opened
    approvers = _find_approvers(programme, lines, closes_at(dates, days.zone)) if is_open and to != before else ""
    return Move(last, what, before, to, dates, len(lines), tuple(odd), is_open, approvers)


def _find_approvers(programme: Programme, lines: Sequence[DelegateLine], closes: datetime) -> str:
    """Return in words who approves a list that waits for a questionnaire that gets more time: see apply_dates.py.

    Two calls for each hundred delegates; none if no one approves lists.
    """
    if programme.raters_approved_by is None:
        return ""
    ids = [line.delegate_id for line in lines]
    waves = delegates.find_waves([delegates.wave_key(delegate_id, Wave.BASELINE) for delegate_id in ids]).values()
    given = {wave.delegate_id for wave in waves if gets_more_time(wave, closes)}
    people, lists = delegates.list_readable_with_nominations(sorted(given), Wave.BASELINE)
    waiting = {chosen.delegate_id for chosen in lists if chosen.approval is Approval.ASKED}
    return find_approvers(programme, [people[delegate_id] for delegate_id in people.keys() & waiting]).words


def gets_more_time(wave: DelegateWave, closes: datetime) -> bool:
    """Return whether a later last day of the cohort gives a questionnaire that has opened more time."""
    is_open = wave.state in (WaveState.OPEN, WaveState.HELD)
    return is_open and not wave.own_dates and not wave.without_key and wave.closes_at < closes


def move(planned: Move, why: str, by: str, now: datetime) -> None:
    """Make the move, with one line in the audit trail. Raises MoveRefused."""
    if fault := fault_in_email(why):
        raise MoveRefused(fault)
    try:
        commit(list_writes(planned, why, by, now), now)
    except (CohortChanged, JobExists):  # or a second move within the same second
        raise MoveRefused("The cohort’s dates changed just now. Look at them, then try again.") from None


def list_writes(planned: Move, why: str, by: str, now: datetime) -> list[Write]:
    """Return the writes of a move, which are one transaction; none if it changes nothing."""
    if planned.changes_nothing:
        return []
    cohort = planned.cohort
    about = {"cohort": cohort.id, "moved": planned.what.value, "why": why}
    words = {"what": planned.what.words, "before": f"{planned.before}", "after": f"{planned.after}"}
    return [
        *cohorts.change_dates(planned.last, planned.dates),
        jobs.add(JobKind.APPLY_DATES.job(cohort.id, stamp(now), due_at=now, **about)),
        audit_events.add(
            cohort.id, AuditEvent.MOVED_DATE, by, cohort.id, now, **words, why=why.strip() or "no reason given"
        ),
    ]


def date_of(programme: Programme, dates: CohortDates, what: Moved) -> date:
    """Return the day of a date that can move, in the programme's time zone."""
    if what is Moved.SURVEY:
        return local_date(survey_opens_at(programme, dates), programme.organisation.timezone)
    return dates.opens if what is Moved.OPENS else dates.closes


def _refuse_past(programme: Programme, what: Moved, to: date, now: datetime) -> None:
    today = local_date(now, programme.organisation.timezone)
    if to <= today:
        raise MoveRefused(f"{what.words.capitalize()} can only move to a day after today, not to {day(to)}.")


def _check_opening(
    programme: Programme, before: CohortDates, after: CohortDates, lines: list[DelegateLine], now: datetime
) -> None:
    opens = opens_at(before, programme.organisation.timezone)
    if now >= opens or any(line.feedback is not FeedbackState.PLANNED for line in lines):
        raise MoveRefused(f"The questionnaire opened on {day(before.opens)}: it can no longer move.")
    _refuse_impossible(after)


def _check_closing(
    programme: Programme, before: CohortDates, after: CohortDates, lines: list[DelegateLine], now: datetime
) -> None:
    if any(line.has_closed for line in lines) or now >= local_moment(before.closes, 0, programme.organisation.timezone):
        raise MoveRefused(
            "The questionnaire closes today or has closed for a delegate. "
            "Give more time to each delegate who needs it, with `cohort close --extend` or on their page."
        )
    has_opened = any(line.feedback is not FeedbackState.PLANNED for line in lines)
    if has_opened and after.closes < before.closes:
        raise MoveRefused(
            f"Raters may answer until {day(before.closes)}, as their emails say: "
            "the last day can only move to a later day."
        )
    _refuse_impossible(after)


def _check_survey(
    programme: Programme, before: CohortDates, after: CohortDates, lines: list[DelegateLine], now: datetime
) -> None:
    if any(line.survey for line in lines) or now >= survey_opens_at(programme, before):
        raise MoveRefused("The impact survey has opened: it can no longer move.")
    if after.survey and after.survey <= after.ends:
        raise MoveRefused(f"The impact survey opens after the end of the programme, {day(after.ends)}.")


def _refuse_impossible(dates: CohortDates) -> None:
    if faults := check_dates(dates):
        raise MoveRefused(" ".join(faults))
