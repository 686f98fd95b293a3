"""Open a coach's cohort, so that they can edit the requests to the board."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from chalicelib.core.ids import coach_ids
from chalicelib.core.model import Cohort, Programme
from chalicelib.links.ends import end_of_programme_links
from chalicelib.links.kinds import COACH
from chalicelib.links.signing import LinkRevoked, LinkUnknown
from chalicelib.store import cohorts, programmes
from chalicelib.web import readers
from chalicelib.web.readers import Reader, Role


class CoachedCohort(Struct, frozen=True):
    """A cohort in which the coach has delegates now."""

    cohort: Cohort
    programme: Programme
    reader: Reader


def open_for_coach(token: str) -> CoachedCohort:
    """Open the cohort for a coach. Raises LinkUnknown for a person who coaches no one in it, or LinkRevoked."""
    link = COACH.open(token)
    cohort_id, coach, *version = link.parts
    rows = list(cohorts.rows(cohort_id))
    cohort = cohorts.cohort_from(rows)
    if cohort is None:
        raise LinkUnknown
    lines = [line for line in cohorts.lines_from(rows) if not line.moved_to]
    own = [line for line in lines if coach in coach_ids(cohort_id, line.coach.email)]
    if not own:
        raise LinkUnknown
    person = own[0].coach
    if (version or ["1"]) != [str(cohorts.coach_link(cohort, person))]:
        raise LinkRevoked
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    closes = [datetime.fromisoformat(line.closes_at) for line in own if line.closes_at]
    ends_at = end_of_programme_links(programme, cohort.dates, closes)
    home = f"/coach/{link.token}"
    reader = readers.reader(Role.COACH, link.token, person, home, programme, {"cohort": cohort_id}, ends_at)
    return CoachedCohort(cohort, programme, reader)
