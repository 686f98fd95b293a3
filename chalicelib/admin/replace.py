"""Replace an address that bounced or was mistyped, wherever it stands in a cohort: rater, manager, delegate or coach.

The act is a job. For each delegate concerned it moves everything in one transaction: old links open nothing any more,
mails that wait go to the new address, and who has not answered is invited anew. Answers stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import asdict

from chalicelib import mailed_links
from chalicelib.admin.lost_link import NobodyFound
from chalicelib.admin.moving import Change, moving_writes
from chalicelib.admin.status import CohortUnknown
from chalicelib.errors import FieldFault, FieldFaults
from chalicelib.ids import derive
from chalicelib.jobs.commit import commit
from chalicelib.mail.queue import queued
from chalicelib.mail.words import common_words
from chalicelib.model import Cohort, Delegate, Wave
from chalicelib.programme.cells import clean_address, clean_name, fault_of_address, fault_of_text
from chalicelib.store import audits, cohorts, delegates, invitations, jobs, mails, programmes
from chalicelib.store.cohorts import DelegateLine
from chalicelib.store.delegates import Nomination
from chalicelib.store.jobs import Job, JobExists
from chalicelib.store.mails import Mail
from chalicelib.store.marshal import read
from chalicelib.store.table import Changed, Write, batched, get_many

BY = "command line"
WAVE = Wave.BASELINE
TRIES = 5  # a rater may answer, or a reminder be sent, between our read and our write
MOST_HIDDEN = 50  # bounces taken off the dashboard in one transaction


class ReplaceRefused(FieldFaults):
    """The new address cannot be used, or stands there already."""

    title = "Nothing was changed"


# --- the act ------------------------------------------------------------------------------------------


def replace(cohort_id: str, old: str, new: str, now: datetime, by: str = BY, *, name: str = "") -> None:
    """Have an address replaced in all of a cohort. Doing it again once it is done is success.

    Raises CohortUnknown, NobodyFound or ReplaceRefused.
    """
    change = Change(cohort_id, clean_address(old), clean_address(new), clean_name(name))
    _check(change)
    cohort = cohorts.find(cohort_id)
    if cohort is None:
        raise CohortUnknown(cohort_id)
    places = _places(cohort_id, change.old)
    if not places:
        if _places(cohort_id, change.new):
            return
        raise NobodyFound(change.old)
    for place in places:
        _refuse_taken(change, place)
    subject = (cohort_id, derive(12, change.old, change.new), f"{now:%Y%m%dT%H%M%S}")
    about = {**asdict(change), "links": ",".join(sorted({part for place in places for part in place.links(change)}))}
    entry = audits.add(cohort_id, "replaced an address", by, cohort_id, now)
    try:
        commit([jobs.add(jobs.job("replace", *subject, due_at=now, **about)), entry], now)
    except JobExists:
        return  # pressed twice within a second


def _check(change: Change) -> None:
    if fault := fault_of_address(change.new):
        raise ReplaceRefused(FieldFault("new", f"The new address {fault}."))
    if change.name and (fault := fault_of_text(change.name)):
        raise ReplaceRefused(FieldFault("name", f"The name {fault}."))
    if change.old == change.new:
        raise ReplaceRefused(FieldFault("new", "The new address is the old one."))


# --- where an address stands --------------------------------------------------------------------------


class Place(Struct, frozen=True):
    """A delegate on whose rows the address stands."""

    delegate: Delegate
    nomination: Nomination

    def holds(self, address: str, asked: frozenset[str]) -> bool:
        """`asked`: delegates about whom the address was invited to answer."""
        people = (self.delegate.person, self.delegate.manager, self.delegate.coach)
        listed = any(rater.person.email == address for rater in self.nomination.raters)
        return listed or self.delegate.id in asked or any(person.email == address for person in people)

    def links(self, change: Change) -> Iterator[str]:
        """Who gets a mail with a plain link: their pages are more than one questionnaire."""
        if change.has(self.delegate.person):
            yield "delegate"
        if change.has(self.delegate.coach):
            yield "coach"


def _places(cohort_id: str, address: str) -> list[Place]:
    lines = [line for line in cohorts.lines(cohort_id) if not line.withdrawn]
    inbox = invitations.inbox_of(address)
    asked = frozenset(entry.delegate_id for entry in inbox if entry.cohort_id == cohort_id)
    return [place for place in _all_places(lines) if place.holds(address, asked)]


def _all_places(lines: Sequence[DelegateLine]) -> Iterator[Place]:
    keys = [
        key
        for line in lines
        for key in (delegates.key(line.delegate_id), delegates.nomination_key(line.delegate_id, WAVE))
    ]
    for batch in batched(keys):
        rows = get_many(batch)
        for meta, chosen in zip(batch[::2], batch[1::2], strict=True):
            if meta in rows and chosen in rows:
                yield Place(read(Delegate, rows[meta]), read(Nomination, rows[chosen]))


def _refuse_taken(change: Change, place: Place) -> None:
    """One address answers once about a delegate, and not for them."""
    on_list = {rater.person.email for rater in place.nomination.raters} | {place.delegate.person.email}
    is_coach_only = change.old not in on_list and not change.has(place.delegate.manager)
    if change.new in on_list and not is_coach_only:
        taken = f"{change.new} already belongs to somebody who answers about {place.delegate.person.name}."
        raise ReplaceRefused(FieldFault("new", f"{taken} Nobody can answer twice."))


# --- the job ------------------------------------------------------------------------------------------


def move_everything(job: Job, now: datetime) -> Sequence[Write]:
    """Delegate by delegate, each in one transaction; those done by an earlier attempt are not found again."""
    change = Change(**{name: job.about[name] for name in ("cohort", "old", "new", "name")})
    cohort = cohorts.find(change.cohort)
    if cohort is None:
        raise LookupError(f"no cohort {change.cohort}")
    for place in _places(change.cohort, change.old):
        _move(change, place.delegate.id, now)
    gone = [bounce for bounce in cohorts.bounces(change.cohort) if bounce.email == change.old]
    told = [mail for mail in _link_mails(change, cohort, job, now) if mails.find(mail.id) is None]
    return [*map(mails.add, told), *(mails.hide(change.cohort, bounce) for bounce in gone[:MOST_HIDDEN])]


def _move(change: Change, delegate_id: str, now: datetime) -> None:
    for left in reversed(range(TRIES)):
        try:
            commit(moving_writes(change, list(delegates.partition(delegate_id)), now), now)
            break
        except Changed:
            if not left:
                raise


def _link_mails(change: Change, cohort: Cohort, job: Job, now: datetime) -> Iterator[Mail]:
    """For a coach and a delegate, whose pages are more than one questionnaire: one a day, however often it is asked."""
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    day = now.astimezone(ZoneInfo(programme.organisation.timezone)).date()
    lines = cohorts.lines(cohort.id)
    for part in filter(None, job.about["links"].split(",")):
        line = next(line for line in lines if change.new == (line.email if part == "delegate" else line.coach.email))
        delegate = delegates.find(line.delegate_id)
        if delegate is None:
            raise LookupError(f"no delegate {line.delegate_id}")
        reader, what, link = {
            "delegate": (delegate.person, "your own page", mailed_links.hub(delegate)),
            "coach": (delegate.coach, "your delegates", mailed_links.coach(delegate)),
        }[part]
        yield queued(
            "admin/link",
            cohort.id,
            derive(8, change.new),
            part,
            f"{day}.replaced",
            to=reader,
            due_at=now,
            words=common_words(programme) | {"name": reader.name, "what": what},
            links={"open": link},
            about={"cohort": cohort.id, "delegate": delegate.id},
        )
