"""Points of the example's year at which `make serve AT=...` opens the cloud."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.core.calendar import local_moment
from chalicelib.core.formatting import local_date
from chalicelib.core.model import CohortDates, Programme
from chalicelib.core.working_days import survey_opens_at

NOON = 12  # local hour


class Point(StrEnum):
    COLLECTING = "collecting"  # half of the answers are in
    CLOSED = "closed"  # reports are made, and coaches read them
    RELEASED = "released"  # every delegate has their report
    WORKSHOPS = "workshops"  # the last week of the programme
    IMPACT = "impact"  # the survey is open
    REVIEWED = "reviewed"  # the sponsor has the summary


def moment_of(point: Point, dates: CohortDates, programme: Programme) -> datetime:
    """Return the moment, in UTC, at which a cohort with these dates is at the point."""
    zone = programme.organisation.timezone
    survey = local_date(survey_opens_at(programme, dates), zone)
    days = {
        Point.COLLECTING: dates.opens + timedelta(days=10),
        Point.CLOSED: dates.closes + timedelta(days=4),
        Point.RELEASED: dates.closes + timedelta(days=28),
        Point.WORKSHOPS: dates.ends - timedelta(days=5),
        Point.IMPACT: survey + timedelta(days=6),
        Point.REVIEWED: survey + timedelta(days=60),
    }
    return local_moment(days[point], NOON, zone)
