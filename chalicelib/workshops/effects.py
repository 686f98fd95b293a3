"""Say what a change of dates does besides moving sessions, for the preview of the act. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from chalicelib.core.formatting import day, local_day
from chalicelib.core.midway_rounds import MIN_DAYS_APART, RoundDates, plan_rounds
from chalicelib.core.model import Wave
from chalicelib.core.schedule import without_date
from chalicelib.core.working_days import survey_opens_at
from chalicelib.workshops.plan_sessions import Plan


def list_effects(planned: Plan, now: datetime) -> list[str]:
    """Return each effect in a sentence or two: on the end and the survey, on work and on mid-way rounds."""
    return [*_of_end(planned), *_of_survey(planned, now), *_of_work(planned), *_of_rounds(planned)]


def _of_end(planned: Plan) -> Iterator[str]:
    if planned.dates.ends != planned.ends_before:
        yield f"The programme ends on {day(planned.dates.ends)}; it was {day(planned.ends_before)}."


def _of_survey(planned: Plan, now: datetime) -> Iterator[str]:
    """Say when the survey opens. If the last workshop is cancelled, the six months may already be over."""
    zone = planned.programme.organisation.timezone
    before, after = (survey_opens_at(planned.programme, dates) for dates in (planned.cohort.dates, planned.dates))
    if after == before or before <= now:
        return
    if after <= now:
        yield f"The six-month survey opens at once, because {local_day(after, zone)} is over."
    else:
        yield f"The six-month survey opens on {local_day(after, zone)}; it was {local_day(before, zone)}."


def _of_work(planned: Plan) -> Iterator[str]:
    before = without_date(planned.programme, planned.before)
    after = without_date(planned.programme, planned.after)
    for step in after:
        if step not in before:
            yield (
                f"{step.title} has no date then. Its work does not open until it has one; "
                "what a delegate has begun stays open."
            )
    for step in before:
        if step not in after:
            yield f"{step.title} has a date again. Its work follows it."


def _of_rounds(planned: Plan) -> Iterator[str]:
    before, after = _rounds(planned, is_after=False), _rounds(planned, is_after=True)
    zone = planned.programme.organisation.timezone
    for wave, old in before.items():
        new = after.get(wave)
        if new is None:
            yield f"The mid-way round after {old.after} does not open: {_why(planned, old)}."
        elif new.opens_at != old.opens_at:
            yield _opens(new, zone, f"; it was {local_day(old.opens_at, zone)}")
    for wave, dates in after.items():
        if wave not in before:
            yield _opens(dates, zone)


def _rounds(planned: Plan, *, is_after: bool) -> dict[Wave, RoundDates]:
    sessions = planned.after if is_after else planned.before
    dates = planned.dates if is_after else planned.cohort.dates
    return {each.wave: each for each in plan_rounds(planned.programme, planned.cohort, sessions, dates)}


def _why(planned: Plan, dates: RoundDates) -> str:
    lacking = {step.title for step in without_date(planned.programme, planned.after)}
    if dates.after in lacking:
        return "the workshop has no date"
    return f"it would be less than {MIN_DAYS_APART} days before the six-month survey"


def _opens(dates: RoundDates, zone: str, was: str = "") -> str:
    return f"The mid-way round after {dates.after} asks raters on {local_day(dates.opens_at, zone)}{was}."
