"""Show a sponsor the final summaries of one cohort, and nothing about one delegate."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from chalicelib.core.errors import Refusal
from chalicelib.core.model import Cohort, Person, Programme
from chalicelib.jobs.commit import commit
from chalicelib.links.ends import end_of_programme_links
from chalicelib.links.kinds import SPONSOR
from chalicelib.links.signing import LinkRevoked, LinkUnknown
from chalicelib.store import audit_events, cohorts, objects, programmes, summaries
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.summaries import Summary
from chalicelib.web import readers
from chalicelib.web.readers import Reader, Role


class NoSummaryYet(Refusal):
    """The impact survey is still open, or the summary is being made."""

    status = 404
    title = "There is no summary yet"

    def __init__(self) -> None:
        super().__init__("You get an email as soon as it is ready.")


class Portal(Struct, frozen=True):
    token: str
    cohort: Cohort
    programme: Programme
    summaries: tuple[Summary, ...]
    sponsor: Person

    @property
    def ends_at(self) -> datetime:
        """Return when the link expires."""
        return end_of_programme_links(self.programme, self.cohort.dates)

    @property
    def reader(self) -> Reader:
        about = {"cohort": self.cohort.id}
        return readers.reader(
            Role.SPONSOR, self.token, self.sponsor, f"/sponsor/{self.token}", self.programme, about, self.ends_at
        )


def open_portal(token: str) -> Portal:
    """Open a sponsor's page in two calls. Raises LinkUnknown or LinkRevoked."""
    link = SPONSOR.open(token)
    cohort_id, version = link.parts
    cohort = cohorts.find(cohort_id)
    if cohort is None or cohort.sponsor is None:
        raise LinkUnknown
    if version != str(cohort.sponsor_link):
        raise LinkRevoked
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    return Portal(link.token, cohort, programme, tuple(summaries.of_cohort(cohort_id)), cohort.sponsor)


def document_link(shelf: Portal, name: str, kind: str, now: datetime) -> str:
    """Make a link to a summary for one minute, and record it in the audit trail. Raises NoSummaryYet."""
    summary = next((summary for summary in shelf.summaries if summary.name == name), None)
    if summary is None:
        raise NoSummaryYet
    commit(
        [audit_events.add(shelf.cohort.id, AuditEvent.OPENED_SUMMARY, "sponsor", shelf.cohort.id, now, name=name)], now
    )
    if kind == "facts":
        return objects.link(summary.facts, download_as=f"{shelf.cohort.id}-{name}.json")
    return objects.link(summary.html)
