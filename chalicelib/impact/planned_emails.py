"""Plan the email that shows administrators, while the impact survey is open, how many have answered."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.emails.kinds import To
from chalicelib.impact.emails import progress_email
from chalicelib.mornings.plan import CohortDay, Morning, Planned
from chalicelib.store import administrator_rights
from chalicelib.store.emails import Email
from chalicelib.waves.survey_counts import count_surveys

PROGRESS_DAYS = 10  # working days after the survey opens


def plan(day: CohortDay) -> Iterator[Planned]:
    at = day.morning(day.local_day(day.survey_opens_at), PROGRESS_DAYS)
    if at < day.survey_closes_at:  # a short survey has closed by then
        yield Planned(at, To.ADMINISTRATOR, _progress)


def _progress(morning: Morning) -> Iterator[Email]:
    """Nothing if everyone has answered, or no one was asked."""
    day = morning.day
    counts = {count.role: count for count in count_surveys(line.delegate_id for line in day.lines)}
    if any(count.sent < count.asked for count in counts.values()):
        for address in administrator_rights.list_administrators(day.programme.id):
            yield progress_email(day.programme, day.cohort, counts, address, morning.now)
