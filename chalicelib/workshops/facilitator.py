"""Show a facilitator the workshops that they run in one cohort, and what waits for them."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from chalicelib.core.ids import facilitator_id
from chalicelib.core.model import Cohort, Facilitator, Programme
from chalicelib.links.ends import end_of_programme_links
from chalicelib.links.kinds import FACILITATOR
from chalicelib.links.signing import LinkRevoked, LinkUnknown
from chalicelib.store import cohorts, programmes
from chalicelib.store.marshal import Row
from chalicelib.web import readers
from chalicelib.web.readers import Reader, Role


class FacilitatorPage(Struct, frozen=True):
    """One facilitator of one cohort."""

    token: str
    cohort: Cohort
    programme: Programme
    facilitator: Facilitator
    rows: tuple[Row, ...]  # the cohort's partition

    @property
    def ends_at(self) -> datetime:
        """Return when the link expires."""
        return end_of_programme_links(self.programme, self.cohort.dates)

    @property
    def reader(self) -> Reader:
        about, person = {"cohort": self.cohort.id}, self.facilitator.person
        home = f"/facilitator/{self.token}"
        return readers.reader(Role.FACILITATOR, self.token, person, home, self.programme, about, self.ends_at)


def open_page(token: str) -> FacilitatorPage:
    """Open a facilitator's page in one query. Raises LinkUnknown or LinkRevoked."""
    link = FACILITATOR.open(token)
    cohort_id, who, version = link.parts
    rows = tuple(cohorts.rows(cohort_id))
    cohort = cohorts.cohort_from(rows)
    found = [one for one in cohort.facilitators if facilitator_id(cohort_id, one.person.email) == who] if cohort else []
    if cohort is None or not found:
        raise LinkUnknown
    if version != str(cohort.facilitator_links.get(who, 1)):
        raise LinkRevoked
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    return FacilitatorPage(link.token, cohort, programme, found[0], rows)
