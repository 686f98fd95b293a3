"""Compute when links expire that outlast the questionnaire they were emailed for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from chalicelib.core.calendar import add_months, impact_due_at, local_moment
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Programme

LIVES_MONTHS = 12  # that a link stays open after the last thing it may be needed for


def end_of_programme_links(programme: Programme, ends: date, closes: Iterable[datetime] = ()) -> datetime:
    """When links to the programme's pages end.

    ends    last day of the programme
    closes  deadlines of the questionnaires that are known
    """
    zone = programme.organisation.timezone
    return end_after([impact_due_at(ends, programme.impact.after_months, zone), *closes], zone)


def end_after(moments: Iterable[datetime], zone: str) -> datetime:
    """Some months after the last of these moments, at the beginning of a local day."""
    last = local_date(max(moments), zone)
    return local_moment(add_months(last, LIVES_MONTHS), 0, zone)
