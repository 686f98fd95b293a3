"""Plan the sponsor's email after each workshop."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from chalicelib.emails.kinds import To
from chalicelib.mornings.plan import CohortDay, Morning, Planned
from chalicelib.sponsor.emails.about_documents import interim_email
from chalicelib.store.emails import Email
from chalicelib.workshops.counts import count_workshops
from chalicelib.workshops.workshop import Workshop, workshops_of

INTERIM_DAYS = 5  # working days from the last session


def plan(day: CohortDay) -> Iterator[Planned]:
    for workshop in workshops_of(day.cohort, day.programme, day.sessions):
        at = day.morning(workshop.last.plan.date, INTERIM_DAYS)
        yield Planned(at, To.SPONSOR, _Interim(workshop).write)


class _Interim(Struct, frozen=True):
    workshop: Workshop

    def write(self, morning: Morning) -> Iterator[Email]:
        """Write if there is a sponsor and something to show. Counts need five delegates and a register."""
        day = morning.day
        counted = count_workshops(day.cohort, day.programme, day.rows)
        if day.cohort.sponsor and any(counts.title == self.workshop.title for counts in counted):
            yield interim_email(day.programme, day.cohort, self.workshop.id, self.workshop.title, morning.now)
