"""Plan the sponsor's email after each workshop, and when development areas are counted."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from chalicelib.emails.kinds import To
from chalicelib.mornings.plan import CohortDay, Morning, Planned
from chalicelib.sponsor.count_areas import freeze_area_counts
from chalicelib.sponsor.emails.about_documents import interim_email
from chalicelib.store.emails import Email
from chalicelib.workshops.counts import count_workshops
from chalicelib.workshops.workshop import Workshop, workshops_of

COUNT_DAYS = -2  # working days from the first session, when facilitators are reminded of it
INTERIM_DAYS = 5  # working days from the last session


def plan(day: CohortDay) -> Iterator[Planned]:
    workshops = list(workshops_of(day.cohort, day.programme, day.sessions))
    for workshop in workshops[:1]:
        yield Planned(day.morning(workshop.first.plan.date, COUNT_DAYS), To.FACILITATOR, _count_before)
    for place, workshop in enumerate(workshops, start=1):
        at = day.morning(workshop.last.plan.date, INTERIM_DAYS)
        yield Planned(at, To.SPONSOR, _Interim(workshop, place).write)


def _count_before(morning: Morning) -> Iterator[Email]:
    """Count what delegates work on, for the facilitators' page. Their email of this morning leads to it."""
    freeze_area_counts(morning.day, 0)
    return iter(())


class _Interim(Struct, frozen=True):
    workshop: Workshop
    place: int  # from 1 on

    def write(self, morning: Morning) -> Iterator[Email]:
        """Count areas, and write if there is a sponsor and something to show. Counts need five and a register."""
        day = morning.day
        freeze_area_counts(day, self.place)
        counted = count_workshops(day.cohort, day.programme, day.rows)
        if day.cohort.sponsor and any(counts.title == self.workshop.title for counts in counted):
            yield interim_email(day.programme, day.cohort, self.workshop.id, self.workshop.title, morning.now)
