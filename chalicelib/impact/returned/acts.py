"""Send the delegate's thanks to everyone who was asked. So getting the email does not show who answered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from chalicelib.areas.openings import AreasPage
from chalicelib.core.errors import Refusal
from chalicelib.core.formatting import month
from chalicelib.core.model import SELF_GROUP, Delegate, Invitation, InvitationState, Programme, PulseArea, Wave
from chalicelib.core.working_days import survey_opens_at, working_days
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.impact.emails import RETURNED
from chalicelib.impact.returned.form import Words
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import (
    audit_events,
    cohorts,
    delegates,
    emails,
    impact_results,
    invitations,
    jobs,
    programmes,
    returned,
)
from chalicelib.store.areas import SURVEYED
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.emails import Email, EmailExists
from chalicelib.store.jobs import Job
from chalicelib.store.returned import AlreadyReturned, Occasion, Returned
from chalicelib.store.table import Write
from chalicelib.waves.suppression import list_suppressed

NOT_THANKED = (InvitationState.REVOKED, InvitationState.DECLINED)


class NothingToReturn(Refusal):
    """The report is not released, or the delegate has sent their thanks already."""

    status = 409
    title = "There is nothing to send at present"

    def __init__(self) -> None:
        super().__init__(
            "You can send your thanks once after your report is released, and once after your six-month result."
        )


def find_occasion(opened: AreasPage) -> Occasion:
    """Return the occasion for which the delegate may send thanks now. A missed one does not return.

    Raises NothingToReturn.
    """
    if not opened.is_released:
        raise NothingToReturn
    has_result = impact_results.from_rows(opened.rows) is not None
    occasion = Occasion.RESULT if has_result else Occasion.RELEASE
    if occasion in returned.from_rows(opened.rows):
        raise NothingToReturn
    return occasion


def _may_send(opened: AreasPage) -> bool:
    try:
        find_occasion(opened)
    except NothingToReturn:
        return False
    return True


def offered_areas(opened: AreasPage) -> tuple[PulseArea, ...]:
    """Return the areas that the delegate may name, in their words for others."""
    return tuple(PulseArea(area.id, area.words_for_others) for area in opened.areas if area.state in SURVEYED)


def names_of_asked(delegate_id: str) -> list[str]:
    return [
        invitation.rater.name
        for invitation in invitations.of_delegate(delegate_id, Wave.BASELINE)
        if invitation.group != SELF_GROUP
    ]


def next_survey(opened: AreasPage, occasion: Occasion) -> str:
    """Return the month of the raters' next one-minute survey; empty if there is none left."""
    if occasion is Occasion.RESULT:
        return ""
    opens = survey_opens_at(opened.programme, opened.cohort.dates)
    return month(opens, opened.programme.organisation.timezone)


def send(opened: AreasPage, words: Words, now: datetime) -> None:
    """Store the delegate's words, and the job that emails them. Pressing twice succeeds. Raises NothingToReturn."""
    if returned.from_rows(opened.rows) and not _may_send(opened):
        return
    occasion, delegate = find_occasion(opened), opened.delegate
    sent = Returned(occasion, words.areas, words.text, now)
    due_at = working_days(opened.programme.organisation, opened.cohort.dates.closed).soon(now)
    about = {"delegate": delegate.id, "occasion": occasion.value}
    job = JobKind.RETURNED.job(delegate.id, occasion.value, due_at=due_at, **about)
    event = AuditEvent.THANKED_RATERS
    entry = audit_events.add(delegate.cohort_id, event, "delegate", delegate.id, now, occasion=occasion.value)
    try:
        commit([returned.add(delegate.id, sent), jobs.add(job), entry], now)
    except AlreadyReturned:
        return


def send_returned(job: Job, now: datetime) -> Sequence[Write]:
    """Email each rater in a transaction of their own. A repeat skips raters who have been sent the email."""
    rows = list(delegates.load_rows(job.about["delegate"]))
    delegate = delegates.find(job.about["delegate"])
    sent = returned.from_rows(rows).get(Occasion(job.about["occasion"]))
    if delegate is None or delegate.withdrawn or sent is None:
        return []
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    asks_in = _month(programme, delegate, sent)
    due_at = working_days(programme.organisation, delegates.days_off(rows)).soon(now)
    for invitation in _asked(delegate.id, list_suppressed(delegate.cohort_id)):
        try:
            commit(emails.add(_email(programme, delegate, invitation, sent, asks_in, due_at)), now)
        except EmailExists:
            continue
    return []


def _month(programme: Programme, delegate: Delegate, sent: Returned) -> str:
    cohort = cohorts.find(delegate.cohort_id) if sent.occasion is Occasion.RELEASE else None
    return month(survey_opens_at(programme, cohort.dates), programme.organisation.timezone) if cohort else ""


def _asked(delegate_id: str, lost: Collection[str]) -> list[Invitation]:
    """Return everyone who was asked, answered or not, except those who declined, were removed or cannot be emailed."""
    return [
        invitation
        for invitation in invitations.of_delegate(delegate_id, Wave.BASELINE)
        if invitation.group != SELF_GROUP and invitation.state not in NOT_THANKED
        if not invitation.rater.is_erased and invitation.rater.email not in lost
    ]


def _email(
    programme: Programme, delegate: Delegate, invitation: Invitation, sent: Returned, asks_in: str, due_at: datetime
) -> Email:
    return create_email(
        RETURNED,
        delegate.id,
        invitation.id,
        sent.occasion.value,
        to=invitation.rater,
        due_at=due_at,
        words=common_words(programme)
        | {
            "name": invitation.rater.name,
            "delegate": delegate.person.name,
            "areas": "; ".join(sent.areas),
            "text": sent.text,
            "month": asks_in,
        },
        links={},
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
    )
