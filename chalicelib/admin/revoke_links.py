"""Revoke every link that one person has in a cohort, because someone else may have it.

Their sessions end at once. The rest is a job: for each delegate concerned it raises the versions of the links and gives
waiting emails the new links, in one transaction. Saved and sent answers do not change, and nothing here depends on
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from chalicelib.admin.cohort_status import CohortUnknown
from chalicelib.admin.resend_link import AddressNotFound
from chalicelib.admin.revoke_links_job import Target, revoke_links_everywhere
from chalicelib.admin.voided import list_invitation_rows
from chalicelib.core.addresses import clean_address
from chalicelib.core.ids import coach_id, derive, facilitator_id, reader_key
from chalicelib.core.model import Cohort, Delegate, Invitation, InvitationState, Person
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import JobKind
from chalicelib.links.kinds import ANSWER, APPROVE, COACH, FACILITATOR, HUB, IMPACT, SHARED, SPONSOR
from chalicelib.store import (
    audit_events,
    cohorts,
    delegates,
    impact_surveys,
    jobs,
    programmes,
    sessions,
)
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.impact_surveys import ImpactSurvey, Role
from chalicelib.store.jobs import JobExists
from chalicelib.store.marshal import Row
from chalicelib.store.table import get_many
from chalicelib.store.unreadable import read_all
from chalicelib.store.withdrawals import What, outlive
from chalicelib.waves import lifecycle
from chalicelib.web.sessions import MAX_SESSION

BY = "command line"


def revoke_links(
    cohort_id: str, address: str, now: datetime, by: str = BY, *, send: bool = False, dry_run: bool = False
) -> list[Target]:
    """Start a job that revokes every link of this person in the cohort; return the links.

    send   the new link to the person, when the old ones are revoked

    Damaged rows are left out, see `list_unreadable`: a link in one of them opens again after the repair.

    Raises CohortUnknown or AddressNotFound.
    """
    rows = list(cohorts.rows(cohort_id))
    cohort = cohorts.cohort_from(rows)
    if cohort is None:
        raise CohortUnknown(cohort_id)
    person = clean_address(address)
    targets = list(_find_targets(cohort, rows, person))
    if not targets:
        raise AddressNotFound(person)
    if not dry_run:
        _order(cohort, person, targets, now, by, send)
    return targets


def revoke_again(cohort_id: str, address: str, revoked: Sequence[Target], now: datetime) -> None:
    """Revoke once more in a table that was put back to before it, up to the versions that were revoked.

    Done at once and link by link: each run raises versions by one.
    """
    commit([sessions.end_all(reader_key(address), now + MAX_SESSION)], now)
    while left := list_unrevoked(cohort_id, address, revoked):
        links = ",".join(target.text for target in left)
        about = {"cohort": cohort_id, "address": address, "links": links, "send_as": ""}
        revoke_links_everywhere(JobKind.REVOKE_LINKS.job(cohort_id, "restore", due_at=now, **about), now)


def list_unrevoked(cohort_id: str, address: str, revoked: Sequence[Target]) -> list[Target]:
    """Return the links of a person that open although they were revoked at this version or a later one."""
    last: dict[tuple[str, str, str], int] = {}
    for known in revoked:
        last[known.place] = max(int(known.version), last.get(known.place, 0))
    rows = list(cohorts.rows(cohort_id))
    cohort = cohorts.cohort_from(rows)
    targets = _find_targets(cohort, rows, address) if cohort else ()
    return [target for target in targets if int(target.version) <= last.get(target.place, 0)]


def _order(cohort: Cohort, person: str, targets: Sequence[Target], now: datetime, by: str, send: bool) -> None:
    links = ",".join(target.text for target in targets)
    subject = (cohort.id, derive(12, person), f"{now:%Y%m%dT%H%M%S}")
    about = {"cohort": cohort.id, "address": person, "links": links, "send_as": by if send else ""}
    job = JobKind.REVOKE_LINKS.job(*subject, due_at=now, **about)
    own = next((target.delegate for target in targets if target.verb == HUB.verb), cohort.id)
    ended = sessions.end_all(reader_key(person), now + MAX_SESSION)
    whose = {"who": _find_person(cohort, person)}
    try:
        event = audit_events.add_naming(cohort.id, AuditEvent.REVOKED_LINKS, by, own, now, whose)
        logged = outlive(event, What.LINKS, now, cohort=cohort.id, who=reader_key(person), links=links)
        commit([jobs.add(job), ended, logged], now)
    except JobExists:
        return  # pressed twice within a second


def _find_person(cohort: Cohort, address: str) -> Person:
    """Return who has an address in the cohort; a person on a delegate's row alone goes by the address."""
    lines = cohorts.list_lines(cohort.id)
    people = [
        *(Person(line.name, line.email) for line in lines),
        *(line.coach for line in lines),
        *(facilitator.person for facilitator in cohort.facilitators),
        *([cohort.sponsor] if cohort.sponsor else []),
    ]
    return next((person for person in people if person.email == address), Person(address, address))


def _find_targets(cohort: Cohort, rows: Sequence[Row], person: str) -> Iterator[Target]:
    if cohort.sponsor and cohort.sponsor.email == person:
        yield Target(SPONSOR.verb, "", "", str(cohort.sponsor_link))
    delegates_here = _list_delegates(cohort, rows)
    coaches = [line.coach for line in cohorts.lines_from(rows)] + [delegate.coach for delegate in delegates_here]
    coach = next((coach for coach in coaches if coach.email == person), None)
    if coach:
        version = str(cohorts.coach_link(cohort, coach))
        yield Target(COACH.verb, "", coach_id(cohort.id, person), version)
    if any(facilitator.person.email == person for facilitator in cohort.facilitators):
        who = facilitator_id(cohort.id, person)
        yield Target(FACILITATOR.verb, "", who, str(cohort.facilitator_links.get(who, 1)))
    for delegate in delegates_here:
        yield from _find_targets_about(delegate, person)
    for invitation in _list_invitations(cohort, person):
        yield Target(ANSWER.verb, invitation.delegate_id, invitation.id, str(invitation.link_version))


def _list_delegates(cohort: Cohort, rows: Sequence[Row]) -> list[Delegate]:
    """Return who has not left, by the keys of their lines: a line that cannot be read leaves no link open."""
    stored = delegates.list_readable(cohorts.list_ids(rows))
    return [delegate for delegate in stored if delegate.cohort_id == cohort.id and not delegate.withdrawn]


def _find_targets_about(delegate: Delegate, person: str) -> Iterator[Target]:
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    approver = lifecycle.approver_of(programme, delegate)
    if delegate.person.email == person:
        yield Target(HUB.verb, delegate.id, "", str(delegate.link_version))
    if approver and approver.email == person:
        yield Target(APPROVE.verb, delegate.id, "", str(delegate.approver_version))
    if delegate.coach.email == person:
        yield Target(COACH.verb, delegate.id, "", str(delegate.coach_link))
    if delegate.manager.email == person and delegate.manager_link:
        yield Target(SHARED.verb, delegate.id, "", str(delegate.manager_link))
    roles = {Role.DELEGATE: delegate.person, Role.MANAGER: delegate.manager}
    keys = [impact_surveys.key(delegate.id, role) for role, reader in roles.items() if reader.email == person]
    for survey in read_all(ImpactSurvey, get_many(keys).values() if keys else ()):
        yield Target(IMPACT.verb, delegate.id, survey.role.value, str(survey.link_version))


def _list_invitations(cohort: Cohort, person: str) -> list[Invitation]:
    stored = read_all(Invitation, list_invitation_rows(cohort.id, person))
    return [invitation for invitation in stored if invitation.state is not InvitationState.REVOKED]
