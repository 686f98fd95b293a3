"""Send a lost link again, to the address it belongs to, once a day at most.

Nothing here depends on whether a rater has answered, so no email reveals it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from chalicelib.admin.cohort_status import CohortUnknown
from chalicelib.admin.emails import LinkOwner, link_email, page_of_delegate
from chalicelib.core.addresses import clean_address
from chalicelib.core.errors import FieldError, FormInvalid
from chalicelib.core.model import SELF_GROUP, Cohort, Delegate, Invitation, InvitationState
from chalicelib.emails.away import Away
from chalicelib.jobs.commit import commit
from chalicelib.links.kinds import APPROVE, COACH, DELETION, FACILITATOR, IMPACT, INBOX, SHARED, SPONSOR
from chalicelib.store import audit_events, cohorts, delegates, emails, impact_surveys, invitations, programmes
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.cohorts import DelegateLine
from chalicelib.store.delegates import Approval, Nomination
from chalicelib.store.emails import EmailExists
from chalicelib.store.impact_surveys import ImpactSurvey, Role
from chalicelib.store.marshal import Row
from chalicelib.store.table import batched, get, get_many
from chalicelib.store.unreadable import read_all, read_one
from chalicelib.waves import lifecycle


class AddressNotFound(FormInvalid):
    """No one in this cohort has the address."""

    title = "Nothing was changed"

    def __init__(self, address: str) -> None:
        problem = f"No one in this cohort has the address {address}." if address else "The address is missing."
        todo = "Check the address for typing mistakes. If the person has another address now, replace the old one."
        super().__init__(FieldError("address", f"{problem} {todo}" if address else problem))


class Resent(StrEnum):
    """What becomes of a lost link; the value names the notice of the page."""

    SENT = "sent"
    WAITS = "link-waits"  # the address is held: some of its links go out when the hold ends
    TODAY = "today"  # it was sent today already

    def __bool__(self) -> bool:
        return self is not Resent.TODAY


def resend_link(cohort_id: str, address: str, now: datetime, by: str) -> Resent:
    """Email everything that this address has a link to; nothing if that was done today already.

    A held address gets links to its pages when the hold ends: the sender keeps them.
    Raises AddressNotFound or CohortUnknown.
    """
    rows = list(cohorts.rows(cohort_id))
    cohort = cohorts.cohort_from(rows)
    if cohort is None:
        raise CohortUnknown(cohort_id)
    wanted = clean_address(address)
    ways = list_links(cohort, rows, wanted, now)
    if not ways:
        raise AddressNotFound(wanted)
    new = [link_email(cohort, way, now) for way in ways]
    whose = {"who": ways[0].person}
    entry = audit_events.add_naming(cohort_id, AuditEvent.SENT_LINK, by, cohort_id, now, whose)
    try:
        commit([*emails.add_all(new), entry], now)
    except EmailExists:
        return Resent.TODAY
    away = Away(get_many, now)
    return Resent.WAITS if any(away.find_wait(email) for email in new) else Resent.SENT


def list_links(cohort: Cohort, rows: Sequence[Row], address: str, now: datetime) -> list[LinkOwner]:
    """List everything that this address has a link to in the cohort, with the links that work now."""
    lines = cohorts.lines_from(rows)
    return [*_ways_of_delegate(lines, rows, address, now), *_ways(cohort, lines, address)]


def _ways_of_delegate(
    lines: list[DelegateLine], rows: Sequence[Row], address: str, now: datetime
) -> Iterator[LinkOwner]:
    """Return the page of a delegate; of one who has left, only the one on which they get a copy of their data."""
    for line in lines:
        if line.email == address and not line.moved_to and (delegate := delegates.find(line.delegate_id)):
            what, link = page_of_delegate(delegate, rows, now)
            if not line.withdrawn or link[0] == DELETION.verb:
                yield LinkOwner("delegate", delegate.person, what, link)


def _ways(cohort: Cohort, lines: list[DelegateLine], address: str) -> Iterator[LinkOwner]:
    coached = next((line.coach for line in lines if line.coach.email == address), None)
    if coached:
        link = COACH.link(cohort.id, coached, cohorts.coach_link(cohort, coached))
        yield LinkOwner("coach", coached, "your delegates", link)
    yield from _ways_in_cohort(cohort, address)
    yield from _ways_about(lines, address)
    for asked in _asked(cohort, address):
        kind = f"rater.{asked.asked_again}".rstrip(".")
        yield LinkOwner(kind, asked.rater, "the feedback you are asked for", INBOX.link(asked))


def _ways_in_cohort(cohort: Cohort, address: str) -> Iterator[LinkOwner]:
    facilitator = next(
        (facilitator.person for facilitator in cohort.facilitators if facilitator.person.email == address), None
    )
    if facilitator:
        yield LinkOwner("facilitator", facilitator, "your workshops", FACILITATOR.link(cohort, facilitator))
    if cohort.sponsor and cohort.sponsor.email == address:
        yield LinkOwner("sponsor", cohort.sponsor, "the page of the cohort", SPONSOR.link(cohort))


def _ways_about(lines: list[DelegateLine], address: str) -> Iterator[LinkOwner]:
    """List a manager's surveys, and lists that wait for their approver. A delegate's survey is on their own page."""
    for delegate in list_delegates(lines):
        programme = programmes.load(delegate.programme_id, delegate.programme_version)
        approver = lifecycle.approver_of(programme, delegate)
        name = delegate.person.name
        survey = _open_survey(delegate) if delegate.manager.email == address else None
        if survey:
            what = f"the survey about {name}"
            yield LinkOwner(f"survey.{delegate.id}", delegate.manager, what, IMPACT.link(survey))
        if delegate.manager.email == address and delegate.manager_link:
            what = f"what {name} shares with you"
            yield LinkOwner(f"shared.{delegate.id}", delegate.manager, what, SHARED.link(delegate))
        if approver and approver.email == address and _has_list_to_approve(delegate):
            what = f"the list of people that {name} wants to ask"
            yield LinkOwner(f"list.{delegate.id}", approver, what, APPROVE.link(delegate, approver))


def list_delegates(lines: Iterable[DelegateLine]) -> Iterator[Delegate]:
    for batch in batched([delegates.key(line.delegate_id) for line in lines if not line.withdrawn]):
        yield from read_all(Delegate, get_many(batch).values())


def _open_survey(delegate: Delegate) -> ImpactSurvey | None:
    row = get(impact_surveys.key(delegate.id, Role.MANAGER))
    survey = read_one(ImpactSurvey, row)
    return survey if survey and survey.is_open else None


def _has_list_to_approve(delegate: Delegate) -> bool:
    keys = [delegates.nomination_key(delegate.id, wave) for wave in delegates.LATEST_FIRST]
    return any(nomination.approval is Approval.ASKED for nomination in read_all(Nomination, get_many(keys).values()))


def _asked(cohort: Cohort, address: str) -> list[Invitation]:
    """Return an invitation for each link that leads on: one, and one for each void. Skip a delegate's own."""
    entries = [entry for entry in invitations.inbox_of(address) if entry.cohort_id == cohort.id]
    keys = [invitations.key(entry.delegate_id, entry.wave, entry.id) for entry in entries]
    asked = read_all(Invitation, get_many(keys).values() if keys else ())
    valid = [
        invitation
        for invitation in asked
        if invitation.state is not InvitationState.REVOKED and invitation.group != SELF_GROUP
    ]
    by_void = {invitation.asked_again: invitation for invitation in reversed(valid)}
    if len(by_void) > 1:
        by_void.pop("", None)  # any link leads to these
    return list(by_void.values())
