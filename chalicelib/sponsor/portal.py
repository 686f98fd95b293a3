"""Show a sponsor the final summaries of one cohort, and nothing about one delegate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from chalicelib.core.errors import Refusal
from chalicelib.core.model import Cohort, Person, Programme
from chalicelib.jobs.commit import commit
from chalicelib.links.ends import end_of_programme_links
from chalicelib.links.kinds import SPONSOR
from chalicelib.links.signing import LinkRevoked, LinkUnknown
from chalicelib.sponsor.evidence_pack import pack_evidence
from chalicelib.sponsor.stories.forget import list_withdrawn
from chalicelib.sponsor.trend import Trend, load_trend, other_cohorts
from chalicelib.store import audit_events, cohorts, holds, objects, programmes, summaries
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.summaries import Summary
from chalicelib.web import readers
from chalicelib.web.readers import Reader, Role

NO_ONE: Mapping[str, Person] = {}


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
    start: Summary | None = None
    withdrawn: tuple[str, ...] = ()  # editions with a withdrawn story: they can no longer be opened

    @property
    def documents(self) -> tuple[Summary, ...]:
        """Return what may be opened."""
        given = [edition for edition in self.summaries if edition.name not in self.withdrawn]
        return (*given, *([self.start] if self.start else []))

    @property
    def ends_at(self) -> datetime:
        """Return when the link expires."""
        return end_of_programme_links(self.programme, self.cohort.dates)

    @property
    def acting(self) -> Mapping[str, Person]:
        """Return the sponsor for the audit trail by name, because the cohort may get another sponsor later."""
        return {"by": self.sponsor}

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
    editions, start = summaries.list_readable(cohort_id)
    return Portal(link.token, cohort, programme, editions, cohort.sponsor, start, list_withdrawn(editions))


class AllCohorts(Struct, frozen=True):
    """Every cohort of the sponsor, with the link of each. One sign-in opens all of them."""

    links: tuple[tuple[str, str], ...]  # title, address
    trend: Trend | None


def load_all_cohorts(shelf: Portal, now: datetime) -> AllCohorts:
    """Load the other cohorts, except those in which the sponsor's address is on hold."""
    who = shelf.reader.who
    own = [
        cohort
        for cohort in other_cohorts(shelf.cohort)
        if not any(hold.is_active(now) for hold in holds.find(cohort.id, who))
    ]
    links = tuple((cohort.title, SPONSOR.url(cohort)) for cohort in own if cohort.id != shelf.cohort.id)
    return AllCohorts(links, load_trend(shelf.programme, own) if links else None)


def evidence_link(shelf: Portal, now: datetime) -> str:
    """Pack the newest edition with its evidence, and make a link to it for one minute. Raises NoEditionYet."""
    return link_to_evidence(shelf.cohort.id, "sponsor", now, shelf.acting)


def link_to_evidence(cohort_id: str, by: str, now: datetime, acting: Mapping[str, Person] = NO_ONE) -> str:
    """Make the same link as `evidence_link` for any reader who may have the pack.

    by  for the audit trail
    """
    packed = pack_evidence(cohort_id)
    name = summaries.pack_name(cohort_id, summaries.of_cohort(cohort_id)[-1].name)
    objects.save(name, packed)
    event, words = AuditEvent.OPENED_SUMMARY, {"name": "the evidence pack"}
    commit([audit_events.add_naming(cohort_id, event, by, cohort_id, now, acting, **words)], now)
    return objects.link(name, download_as=f"{cohort_id}-evidence.zip")


def document_link(shelf: Portal, name: str, kind: str, now: datetime) -> str:
    """Make a link to a summary for one minute, and record it in the audit trail. Raises NoSummaryYet."""
    summary = next((summary for summary in shelf.documents if summary.name == name), None)
    if summary is None:
        raise NoSummaryYet
    file = summary.file(kind) or summary.html
    event, words = AuditEvent.OPENED_SUMMARY, {"name": summaries.title_of(name)}
    commit(
        [audit_events.add_naming(shelf.cohort.id, event, "sponsor", shelf.cohort.id, now, shelf.acting, **words)], now
    )
    if file == summary.html:
        return objects.link(file)
    return objects.link(file, download_as=f"{shelf.cohort.id}-{name}-{file.rpartition('/')[2]}")
