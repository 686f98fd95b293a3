"""Compute when links expire that outlast the questionnaire they were emailed for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from chalicelib.core.calendar import add_months, local_moment
from chalicelib.core.formatting import local_date
from chalicelib.core.model import CohortDates, Programme
from chalicelib.core.working_days import survey_opens_at

LIVES_MONTHS = 12  # that a link stays open after the last thing it may be needed for


def end_of_programme_links(programme: Programme, dates: CohortDates, closes: Iterable[datetime] = ()) -> datetime:
    """Return when links to the programme's pages end.

    dates   of the cohort
    closes  deadlines of the questionnaires that are known
    """
    return end_after([survey_opens_at(programme, dates), *closes], programme.organisation.timezone)


def end_after(moments: Iterable[datetime], zone: str) -> datetime:
    """Return the beginning of a local day some months after the last of these moments."""
    last = local_date(max(moments), zone)
    return local_moment(add_months(last, LIVES_MONTHS), 0, zone)
