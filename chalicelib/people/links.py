"""The links that an administrator may pass on: of pages that open only with a code emailed to their reader.

A link that opens without a code is its reader's alone. An administrator never sees one, and can have it sent again.
"""

from __future__ import annotations

from msgspec import Struct

from chalicelib.core.model import Cohort
from chalicelib.links.kinds import COACH, FACILITATOR, SPONSOR
from chalicelib.store import cohorts


class CopiedLink(Struct, frozen=True, order=True):
    role: str
    name: str
    url: str


def list_links(cohort: Cohort) -> list[CopiedLink]:
    """Return a link for each coach, facilitator and sponsor of a cohort, sorted by role and name."""
    coaches = {line.coach for line in cohorts.list_lines(cohort.id) if not line.withdrawn}
    facilitators = [facilitator.person for facilitator in cohort.facilitators]
    sponsors = [cohort.sponsor] if cohort.sponsor else []
    links = [
        *((COACH.verb, person, COACH.url(cohort.id, person, cohorts.coach_link(cohort, person))) for person in coaches),
        *((FACILITATOR.verb, person, FACILITATOR.url(cohort, person)) for person in facilitators),
        *((SPONSOR.verb, person, SPONSOR.url(cohort)) for person in sponsors),
    ]
    return sorted(CopiedLink(role, person.name, url) for role, person, url in links if not person.is_erased)
