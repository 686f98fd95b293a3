"""Change the people of a whole cohort, its sponsor and facilitators: what a load stores and sends for it."""

from __future__ import annotations

from datetime import datetime

from chalicelib.core.calendar import opens_at
from chalicelib.core.ids import facilitator_id
from chalicelib.core.model import Cohort, Person, Programme
from chalicelib.core.working_days import working_days
from chalicelib.jobs.kinds import JobKind
from chalicelib.programme.emails import FACILITATOR_NEW, SPONSOR_NEW, about_cohort
from chalicelib.store import audit_events, emails, holds, jobs
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.cohorts import LastLoad
from chalicelib.store.table import Write


def next_sponsor_link(last: LastLoad | None, cohort: Cohort) -> int:
    """Give a new sponsor, or a new address, a new link."""
    if last is None:
        return cohort.sponsor_link
    return last.cohort.sponsor_link + (_address(last.cohort.sponsor) != _address(cohort.sponsor))


def _address(person: Person | None) -> str:
    return person.email if person else ""


def change_sponsor(last: LastLoad | None, cohort: Cohort, now: datetime, by: str, why: str) -> list[Write]:
    """Record another sponsor, and notify the one before."""
    if last is None or cohort.sponsor_link == last.cohort.sponsor_link:
        return []
    before, after = last.cohort.sponsor, cohort.sponsor
    about = {"cohort": cohort.id, "sponsor": _address(before)}
    return [
        _audit_change("the sponsor", before, after, cohort, by, now, why),
        *([jobs.add(JobKind.HANDOVER.job(cohort.id, str(last.loads + 1), due_at=now, **about))] if before else []),
    ]


def _audit_change(
    what: str, before: Person | None, after: Person | None, cohort: Cohort, by: str, now: datetime, why: str
) -> Write:
    """Record another sponsor or facilitator, from and to."""
    named = {name: person for name, person in (("before", before), ("after", after)) if person}
    words = {name: "no one" for name in ("before", "after") if name not in named}
    return audit_events.add_naming(
        cohort.id, AuditEvent.CHANGED_PERSON, by, cohort.id, now, named, what=what, why=why, **words
    )


def waits_when_named(cohort: Cohort, programme: Programme, now: datetime) -> bool:
    """Return whether a facilitator who is named now waits: not the first before the opening, who has nothing to read.

    cohort   as it is before
    """
    return bool(cohort.facilitators) or now >= opens_at(cohort.dates, programme.organisation.timezone)


def hold_new(
    last: LastLoad | None, cohort: Cohort, programme: Programme, until: datetime, now: datetime, by: str
) -> list[Write]:
    """Give another sponsor, and each new facilitator, codes a working day later. One person may be both."""
    if last is None:
        return []
    known = {facilitator.person.email for facilitator in last.cohort.facilitators}
    new = [facilitator.person for facilitator in cohort.facilitators if facilitator.person.email not in known]
    new = new if waits_when_named(last.cohort, programme, now) else []
    if cohort.sponsor and cohort.sponsor_link != last.cohort.sponsor_link:
        new.append(cohort.sponsor)
    held = {person.email: holds.make_hold(cohort.id, person, until, by, is_new_person=True) for person in new}
    return holds.add_all([held[address] for address in sorted(held)], now)


def change_facilitators(last: LastLoad | None, cohort: Cohort, now: datetime, by: str, why: str) -> list[Write]:
    """Do the same for each facilitator who is new in the file, or has another address there."""
    if last is None:
        return []
    before = {facilitator.person.email for facilitator in last.cohort.facilitators}
    gone = before - {facilitator.person.email for facilitator in cohort.facilitators}
    notify = [
        JobKind.HANDOVER.job(
            cohort.id,
            facilitator_id(cohort.id, address),
            str(last.loads + 1),
            due_at=now,
            cohort=cohort.id,
            facilitator=address,
        )
        for address in sorted(gone)
    ]
    return [
        *(
            _audit_change("the facilitators", person, other, cohort, by, now, why)
            for person, other in _pair_facilitators(last.cohort, cohort)
        ),
        *map(jobs.add, notify),
    ]


def _pair_facilitators(before: Cohort, after: Cohort) -> list[tuple[Person | None, Person | None]]:
    """Return each facilitator who goes with the one who takes their place, and those who come or go alone."""
    stay = {facilitator.person.email for facilitator in before.facilitators} & {
        facilitator.person.email for facilitator in after.facilitators
    }
    gone = {
        facilitator.id: facilitator.person
        for facilitator in before.facilitators
        if facilitator.person.email not in stay
    }
    new = {
        facilitator.id: facilitator.person for facilitator in after.facilitators if facilitator.person.email not in stay
    }
    return [(gone.get(name), new.get(name)) for name in sorted(gone.keys() | new.keys())]


def welcome_new(last: LastLoad | None, cohort: Cohort, programme: Programme, now: datetime) -> list[Write]:
    """Write to the sponsor and to facilitators whose address this load names first."""
    days = working_days(programme.organisation, cohort.dates.closed)
    due_at = days.soon(now) if last else days.next_morning(now)
    known = [facilitator.person for facilitator in last.cohort.facilitators] if last else []
    new = [
        (FACILITATOR_NEW, facilitator.person)
        for facilitator in cohort.facilitators
        if facilitator.person.email not in map(_address, known)
    ]
    if cohort.sponsor and _address(cohort.sponsor) != _address(last.cohort.sponsor if last else None):
        new.append((SPONSOR_NEW, cohort.sponsor))
    replaces = "yes" if last else ""
    return emails.add_all(
        about_cohort(kind, programme, cohort, person, due_at, now, replaces=replaces) for kind, person in new
    )
