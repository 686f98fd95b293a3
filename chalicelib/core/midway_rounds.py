"""When the mid-way rounds of a cohort are, by its sessions. Pure.

A round that has not opened moves with its workshop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from chalicelib.core.calendar import local_moment
from chalicelib.core.model import MIDWAY, Cohort, CohortDates, Programme, RoundPlan, Wave
from chalicelib.core.schedule import Session, of_milestone
from chalicelib.core.working_days import BEFORE_EMAILS, WorkingDays, survey_opens_at, working_days

CHECK_DAYS = -5  # working days from the opening: the delegate is asked to check the wordings
MEAN_DAYS = 2  # working days from the last day: by then the round of every delegate is published
PREPARED = timedelta(minutes=30)  # before the opening, so that a rater's emails about several people are one
MIN_DAYS_APART = 60  # between two pulses for the same rater and delegate


class RoundDates(Struct, frozen=True):
    """The dates of one round."""

    wave: Wave
    after: str  # title of the workshop
    check_at: datetime
    opens_at: datetime
    closes_at: datetime
    mean_at: datetime

    @property
    def asked_at(self) -> datetime:
        """Return when the emails about the check are written: before the morning on which they go out."""
        return self.check_at - BEFORE_EMAILS

    @property
    def prepared_at(self) -> datetime:
        return self.opens_at - PREPARED


def plan_rounds(
    programme: Programme, cohort: Cohort, sessions: Sequence[Session], dates: CohortDates | None = None
) -> Iterator[RoundDates]:
    """Return the rounds whose workshop has a date, without those that are too near the survey after the programme.

    dates   the cohort's, as they would be after a change; None: as they are
    """
    days = working_days(programme.organisation, cohort.dates.closed)
    survey_at = survey_opens_at(programme, dates or cohort.dates)
    titles = {milestone.id: milestone.title for milestone in programme.milestones}
    for wave, plan in zip(MIDWAY, programme.pulse.rounds, strict=False):
        if own := of_milestone(sessions, plan.after):
            of_round = _dates(wave, plan, titles[plan.after], own[-1].plan.date, days)
            if survey_at - of_round.opens_at >= timedelta(days=MIN_DAYS_APART):
                yield of_round


def _dates(wave: Wave, plan: RoundPlan, after: str, workshop_ends: date, days: WorkingDays) -> RoundDates:
    opens = days.on_or_after(workshop_ends + timedelta(days=plan.opens_after_days))
    last = days.on_or_after(opens + timedelta(days=plan.open_days))
    return RoundDates(
        wave=wave,
        after=after,
        check_at=days.morning(days.add(opens, CHECK_DAYS)),
        opens_at=days.morning(opens),
        closes_at=local_moment(last + timedelta(days=1), 0, days.zone),
        mean_at=days.morning(days.add(last, MEAN_DAYS)),
    )
