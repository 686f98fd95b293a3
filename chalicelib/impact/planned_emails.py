"""Plan emails about the impact survey: to coaches when it opens, to administrators while it is open."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.core.model import Delegate
from chalicelib.emails.kinds import To
from chalicelib.impact.emails import opened_email, progress_email
from chalicelib.mornings.plan import CohortDay, Morning, Planned
from chalicelib.store import administrator_rights
from chalicelib.store.emails import Email
from chalicelib.waves.survey_counts import count_surveys

PROGRESS_DAYS = 10  # working days after the survey opens


def plan(day: CohortDay) -> Iterator[Planned]:
    opens = day.morning(day.local_day(day.survey_opens_at))
    yield Planned(max(opens, day.survey_opens_at), To.COACH, _opened)
    at = day.morning(day.local_day(day.survey_opens_at), PROGRESS_DAYS)
    if at < day.survey_closes_at:  # not if a short survey has closed by then
        yield Planned(at, To.ADMINISTRATOR, _progress)


def _opened(morning: Morning) -> Iterator[Email]:
    """Write to each coach once about all their delegates."""
    day = morning.day
    by_coach: dict[str, list[Delegate]] = {}
    for delegate in day.delegates.values():
        if not delegate.coach.is_erased:
            by_coach.setdefault(delegate.coach.email, []).append(delegate)
    for own in by_coach.values():
        yield opened_email(day.programme, day.cohort, own, day.survey_closes_at, morning.now)


def _progress(morning: Morning) -> Iterator[Email]:
    """Yield the email about progress; none if everyone has answered, or no one was asked."""
    day = morning.day
    counts = {count.role: count for count in count_surveys(line.delegate_id for line in day.lines)}
    if any(count.sent < count.asked for count in counts.values()):
        for address in administrator_rights.list_administrators(day.programme.id):
            yield progress_email(day.programme, day.cohort, counts, address, morning.now)
