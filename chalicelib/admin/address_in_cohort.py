"""Change the address of people who have a part in a whole cohort: the sponsor and the facilitators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from chalicelib.admin.redirect_emails import Change
from chalicelib.core.model import Cohort, Person
from chalicelib.emails.kinds import To, find_kind
from chalicelib.links.kinds import FACILITATOR, SPONSOR, name_links
from chalicelib.links.link_kind import Link
from chalicelib.store import cohorts, emails, waiting_emails
from chalicelib.store.emails import Email
from chalicelib.store.table import Write

IN_COHORT = (To.SPONSOR, To.FACILITATOR)


def cohort_roles(cohort: Cohort, address: str) -> dict[str, Person]:
    """Return who the address is in the whole cohort, by the name of the part."""
    people = [
        (SPONSOR.verb, cohort.sponsor),
        *((FACILITATOR.verb, facilitator.person) for facilitator in cohort.facilitators),
    ]
    return {part: person for part, person in people if person and person.email == address}


def cohort_links(cohort: Cohort, reader: Person) -> dict[str, Link]:
    """Return the links that a sponsor or a facilitator may have, as they are now."""
    facilitator = name_links(FACILITATOR.link(cohort, reader))
    return facilitator | (name_links(SPONSOR.link(cohort)) if cohort.sponsor else {})


def change_in_cohort(change: Change, cohort_id: str) -> list[Write]:
    """Return the writes of one transaction; none if an earlier attempt changed the cohort."""
    before = cohorts.find(cohort_id)
    if before is None or not cohort_roles(before, change.old):
        return []
    after = _change_people(before, change)
    redirected = _redirected(change, after, waiting_emails.list_waiting(cohort_id))
    return [cohorts.change_addresses(before, after), *redirected]


def _change_people(before: Cohort, change: Change) -> Cohort:
    """Change the address of everyone in the cohort's row.

    A facilitator's link holds the address, so it becomes another link.
    """
    moved = tuple(replace(facilitator, person=change.of(facilitator.person)) for facilitator in before.facilitators)
    after = replace(before, facilitators=moved)
    if before.sponsor is None or not change.has(before.sponsor):
        return after
    return replace(after, sponsor=change.of(before.sponsor), sponsor_link=before.sponsor_link + 1)


def _redirected(change: Change, cohort: Cohort, waiting: Sequence[Email]) -> Iterator[Write]:
    for email in waiting:
        if find_kind(email.template).to in IN_COHORT and change.has(email.to):
            reader = change.of(email.to)
            links = {name: cohort_links(cohort, reader).get(link[0], link) for name, link in email.links.items()}
            yield from emails.redirect(email, reader, links, revive=False)
