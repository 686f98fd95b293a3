"""Run the job that revokes links: raise their versions and give waiting emails the new links.

The cohort's row is one transaction, and each delegate is one. A link whose version has changed since the request is
done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.admin.address_in_cohort import cohort_links
from chalicelib.admin.emails import ANY_PAGE, LINK, NEW_LINK
from chalicelib.admin.redirect_emails import Change, redirect
from chalicelib.admin.resend_link import list_links, resend_link
from chalicelib.admin.voided import make_mark
from chalicelib.core.model import Cohort, Delegate, Invitation
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each_or_fail
from chalicelib.links.kinds import ANSWER, APPROVE, COACH, FACILITATOR, HUB, IMPACT, SHARED, SPONSOR
from chalicelib.links.link_kind import AfterChange
from chalicelib.store import cohorts, delegates, emails, impact_surveys, invitations, programmes, waiting_emails
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.emails import Email
from chalicelib.store.impact_surveys import ImpactSurvey, Role, surveys_from
from chalicelib.store.jobs import Job
from chalicelib.store.marshal import Row
from chalicelib.store.table import Changed, Write
from chalicelib.waves import lifecycle

MAX_RETRIES = 5  # an email may be sent between our read and our write


class Target(Struct, frozen=True):
    """A link as it was at the administrator's request. Once its version has changed, it is done.

    delegate   id; empty for links of the cohort's row
    which      id of an invitation or a coach, or role of an impact survey
    """

    verb: str
    delegate: str
    which: str
    version: str

    @property
    def text(self) -> str:
        return ":".join((self.verb, self.delegate, self.which, self.version))

    @property
    def place(self) -> tuple[str, str, str]:
        """Return what stays the same while the version rises."""
        return self.verb, self.delegate, self.which

    @property
    def words(self) -> str:
        """Describe the link for the command line: its kind, and the delegate's id."""
        return f"{self.verb}{f' about {self.delegate}' if self.delegate else ''}"


def read_targets(text: str) -> list[Target]:
    """Read links as a job or an entry of the log names them."""
    return [Target(*each.split(":")) for each in text.split(",")]


def revoke_links_everywhere(job: Job, now: datetime) -> Sequence[Write]:
    """Revoke in the cohort's row, then for each delegate, each in one transaction; skip what an earlier attempt did."""
    cohort_id, person = job.about["cohort"], job.about["address"]
    targets = read_targets(job.about["links"])
    about = sorted({target.delegate for target in targets} - {""})
    asked_again = make_mark(cohort_id, person, cause=job.id)

    def waiting() -> list[Email]:
        return [*waiting_emails.list_waiting(cohort_id, *about), *emails.refused_by_ses(now)]

    change, live = Change(cohort_id, person, person, ""), waiting()

    def apply(writes: Callable[[Sequence[Email]], Sequence[Write]]) -> None:
        _apply(writes, live, waiting, now)

    def revoke(delegate_id: str) -> None:
        mine = {target for target in targets if target.delegate == delegate_id}
        apply(lambda live: _delegate_writes(change, delegate_id, mine, live, asked_again))

    apply(lambda live: _cohort_writes(change, targets, live))
    each_or_fail(about, revoke, "revoke_links")
    apply(lambda live: _lost_links(change, live, now))
    if job.about["send_as"]:
        resend_link(cohort_id, person, now, job.about["send_as"])
    return []


def _apply(
    writes: Callable[[Sequence[Email]], Sequence[Write]],
    live: Sequence[Email],
    waiting: Callable[[], Sequence[Email]],
    now: datetime,
) -> None:
    """Commit what follows from the emails that wait, and read those again if one was sent meanwhile."""
    for left in reversed(range(MAX_RETRIES)):
        try:
            if changes := writes(live):
                commit(list(changes), now)
            return
        except Changed:
            if not left:
                raise
            live = waiting()


def _cohort_writes(change: Change, targets: Sequence[Target], waiting: Sequence[Email]) -> list[Write]:
    """Return the links of the sponsor, of a coach and of a facilitator."""
    before = cohorts.find(change.cohort)
    if before is None:
        raise LookupError(f"no cohort {change.cohort}")
    after = before
    for target in targets:
        if target == Target(SPONSOR.verb, "", "", str(before.sponsor_link)):
            after = replace(after, sponsor_link=before.sponsor_link + 1)
        if target == Target(COACH.verb, "", target.which, str(before.coach_links.get(target.which, 1))):
            after = replace(after, coach_links={**before.coach_links, target.which: int(target.version) + 1})
        if target == Target(FACILITATOR.verb, "", target.which, str(before.facilitator_links.get(target.which, 1))):
            raised = {**before.facilitator_links, target.which: int(target.version) + 1}
            after = replace(after, facilitator_links=raised)
    if after == before:
        return []
    return [cohorts.revoke_links(before, after), *_with_new_links(change, after, waiting)]


def _with_new_links(change: Change, cohort: Cohort, waiting: Sequence[Email]) -> Iterator[Write]:
    """Give emails to the sponsor and to a facilitator that wait their links as they are now."""
    for email in waiting:
        if change.has(email.to) and cohort.id in email.id.split("#"):
            links = cohort_links(cohort, email.to)
            made = {name: links.get(link[0], link) for name, link in email.links.items()}
            if made != email.links:
                yield from emails.redirect(email, email.to, made, revive=False)


def _delegate_writes(
    change: Change, delegate_id: str, targets: set[Target], waiting: Sequence[Email], asked_again: str
) -> list[Write]:
    rows = list(delegates.load_rows(delegate_id))
    before = DelegateRecord(rows).find_delegate()
    if before is None:
        return []  # removed meanwhile
    after = _raise_versions(before, targets)
    asked, surveys = _list_asked(rows, targets), _list_surveys(rows, targets)
    changed = {
        invitation.id: replace(
            invitation, link_version=invitation.link_version + 1, links_revoked=True, asked_again=asked_again
        )
        for invitation in asked
    }
    writes = [
        *([delegates.revoke_links(before, after)] if after != before else []),
        *(invitations.revoke_links(invitation, changed[invitation.id]) for invitation in asked),
        *map(impact_surveys.revoke_link, surveys),
    ]
    if not writes:
        return []
    programme = programmes.load(before.programme_id, before.programme_version)
    versions = {survey.role.value: survey.link_version + 1 for survey in surveys}
    links = AfterChange(after, after.person, lifecycle.approver_of(programme, after), changed, versions)
    about = [email for email in waiting if before.id in email.id.split("#")]
    return [*writes, *(write for email in about for write in redirect(email, change, links, revive=False))]


def _list_asked(rows: Sequence[Row], targets: set[Target]) -> list[Invitation]:
    wanted = {target.which for target in targets if target.verb == ANSWER.verb}
    return [
        invitation
        for invitation in DelegateRecord(rows).invitations_by_id(wanted)
        if Target(ANSWER.verb, invitation.delegate_id, invitation.id, str(invitation.link_version)) in targets
    ]


def _list_surveys(rows: Sequence[Row], targets: set[Target]) -> list[ImpactSurvey]:
    roles = {Role(target.which) for target in targets if target.verb == IMPACT.verb}
    return [
        survey
        for survey in surveys_from(rows, roles)
        if Target(IMPACT.verb, survey.delegate_id, survey.role, str(survey.link_version)) in targets
    ]


def _raise_versions(before: Delegate, targets: set[Target]) -> Delegate:
    """Raise the versions of the delegate's links.

    The first revocation gives the delegate and the approver versions of their own.
    """
    after = before
    if Target(HUB.verb, before.id, "", str(before.link_version)) in targets:
        after = replace(after, link_version=before.link_version + 1, approver_link=before.approver_version)
    if Target(APPROVE.verb, before.id, "", str(before.approver_version)) in targets:
        after = replace(after, approver_link=before.approver_version + 1)
    if Target(SHARED.verb, before.id, "", str(before.manager_link)) in targets:
        after = replace(after, manager_link=before.manager_link + 1)
    if Target(COACH.verb, before.id, "", str(before.coach_link)) in targets:
        after = replace(after, coach_link=before.coach_link + 1)
    return after


def _lost_links(change: Change, waiting: Sequence[Email], now: datetime) -> list[Write]:
    """Return resent links that wait: they become the new ones."""
    rows = list(cohorts.rows(change.cohort))
    cohort = cohorts.cohort_from(rows)
    if cohort is None:
        return []
    links = {owner.part: owner.link for owner in list_links(cohort, rows, change.old, now)}
    return [
        write
        for email in waiting
        for part in [_part(email)]
        if part in links and change.has(email.to) and email.links[ANY_PAGE] != links[part]
        for write in emails.redirect(email, email.to, {ANY_PAGE: links[part]}, revive=False)
    ]


def _part(email: Email) -> str:
    """Return what a lost link opens; empty for other emails."""
    return email.id.split("#")[3] if email.template in (LINK.name, NEW_LINK.name) else ""
