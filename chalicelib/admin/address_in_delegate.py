"""Change an address in all rows of one delegate: people, rater list, invitations, surveys, waiting emails.

A new link never shows what was saved or sent before it was made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from chalicelib.admin.redirect_emails import Change, find_waiting, redirect
from chalicelib.core.ids import coach_id
from chalicelib.core.model import (
    SELF_GROUP,
    WRONG_PERSON,
    Delegate,
    DelegateWave,
    Invitation,
    InvitationState,
    Person,
    Wave,
    WaveState,
)
from chalicelib.core.working_days import working_days
from chalicelib.emails.kinds import OnNewAddress, To, find_kind
from chalicelib.forms.pulse import wave_programme
from chalicelib.links.link_kind import AfterChange
from chalicelib.meetings.effects import end, list_outdated, list_readdressed, readdress
from chalicelib.store import (
    cohorts,
    debriefs,
    delegates,
    emails,
    impact_surveys,
    invitations,
    jobs,
    meetings,
    programmes,
)
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.delegates import Approval, Nomination
from chalicelib.store.emails import Email
from chalicelib.store.impact_surveys import ImpactSurvey, Role, surveys_from
from chalicelib.store.marshal import Row, fields
from chalicelib.store.meetings import MeetingKind
from chalicelib.store.table import Write
from chalicelib.waves import lifecycle
from chalicelib.waves.emails import about_surveys, to_raters
from chalicelib.waves.survey_thread import ASKED, state_of


def change_address_writes(change: Change, rows: Sequence[Row], now: datetime, mark: str) -> list[Write]:
    """Return the writes of one transaction, refused if `rows`, the delegate's whole partition, changed since.

    mark   of the rater's invitations, if one was voided before: see voided.py
    """
    return list(_Moving(change, rows, now, mark).writes())


class _Moving:
    """A delegate's rows as read, and their changes."""

    def __init__(self, change: Change, rows: Sequence[Row], now: datetime, mark: str):
        self.change, self.now, self.rows, self.mark = change, now, rows, mark
        record = DelegateRecord(rows)
        self.before = delegate = record.delegate
        self.programme = programmes.load(delegate.programme_id, delegate.programme_version)
        self.after = replace(
            delegate,
            person=change.of(delegate.person),
            manager=change.of(delegate.manager),
            coach=change.of(delegate.coach),
            coach_link=_coach_link(delegate, change),
            link_version=delegate.link_version + change.has(delegate.person),
        )
        self.waves = {read.wave: read for read in record.waves}
        self.nominations = list(record.nominations)
        self.asked = [
            invitation
            for invitation in record.invitations()
            if change.has(invitation.rater) and invitation.state is not InvitationState.REVOKED
        ]
        self.moved = {invitation.id: self._moved(invitation) for invitation in self.asked}
        self.invited_again = {invitation.id for invitation in self.moved.values() if self._is_invited_again(invitation)}
        self.surveys = [survey for survey in surveys_from(rows) if change.has(self._reader(self.before, survey))]
        self.lines: dict[Wave, tuple[dict[str, Any], dict[str, int]]] = {}
        versions = {survey.role.value: survey.link_version + 1 for survey in self.surveys}
        approver = lifecycle.approver_of(self.programme, self.after)
        self.links = AfterChange(self.after, self.after.person, approver, self.moved, versions)
        has_other_coach = self.after.coach != delegate.coach
        self.ended = [meetings.from_rows(rows, kind) for kind in MeetingKind] if has_other_coach else []
        is_own = change.has(delegate.person) and not has_other_coach
        self.readdressed = list_readdressed(delegate.id, rows, now) if is_own else []
        outdated = {
            *list_outdated(delegate.id, self.ended),
            *(id for moved_entry in self.readdressed for id in moved_entry.outdated),
        }
        self.waiting, self.outdated = find_waiting(delegate.id).drop(outdated)

    def writes(self) -> Iterator[Write]:
        if self.after != self.before:
            yield delegates.change_addresses(self.before, self.after)
            self._people_on_lines()
        yield from self._meetings()
        yield from self.outdated
        for nomination in self.nominations:
            yield from self._list(nomination)
        for invitation in self.asked:
            yield from self._invitation(invitation)
        yield from self._hidden_counts()
        for survey in self.surveys:
            yield from self._survey(survey)
        for wave, (put, add) in self.lines.items():
            yield cohorts.change_line(self.before, put=put, add=add, wave=wave)
        yield from self.waiting.redirect(self.change, self.links, self._is_made_again)
        yield from self._revived()

    def _meetings(self) -> Iterator[Write]:
        """End what is arranged with a coach at the old address; bring what is booked to the delegate's new calendar."""
        closed = delegates.days_off(self.rows)
        if self.after.coach != self.before.coach:
            yield from debriefs.hand_over(self.rows, self.before)
        for meeting in self.ended:
            yield from end(self.programme, self.before, meeting, self.now, start_again=True, closed=closed)
        days = working_days(self.programme.organisation, closed)
        for moved_entry in self.readdressed:
            known = replace(moved_entry, has_left=moved_entry.has_left and not self.change.bounced)
            yield from readdress(self.programme, self.before, self.after, known, days, self.now)

    # --- people and lists -------------------------------------------------------------------------------

    def _people_on_lines(self) -> None:
        coach = {"coach": fields(self.after.coach), "coach_id": coach_id(self.after.cohort_id, self.after.coach.email)}
        person = {"name": self.after.person.name, "email": self.after.person.email}
        for wave in self.waves.keys() & cohorts.LINES.keys():
            self._change_line(wave, put=coach | person)

    def _change_line(self, wave: Wave, put: dict[str, Any] | None = None, add: dict[str, int] | None = None) -> None:
        """Collect the changes of a dashboard row: a transaction writes each row once."""
        if wave in cohorts.LINES:
            before = self.lines.setdefault(wave, ({}, {}))
            before[0].update(put or {})
            before[1].update(add or {})

    def _list(self, before: Nomination) -> Iterator[Write]:
        """Send a list that waits for approval again if the approver's link has changed."""
        raters = tuple(replace(rater, person=self.change.of(rater.person)) for rater in before.raters)
        ask_again = before.approval is Approval.ASKED and self._approver_has_another_link
        if raters == before.raters and not ask_again:
            return
        changed = replace(before, raters=raters, revision=before.revision + 1)
        yield delegates.save_nomination(changed, before.revision)
        if ask_again:
            yield jobs.add(lifecycle.ask_approver_job(changed, self.now))

    @property
    def _approver_has_another_link(self) -> bool:
        by = lifecycle.approver_of(self.programme, self.before)
        return by is not None and (self.change.has(by) or self.change.has(self.before.person))

    def _is_made_again(self, email: Email) -> bool:
        """Return whether a waiting email is not redirected, because another one replaces it."""
        kind = find_kind(email.template)
        if kind.on_new_address is not OnNewAddress.REPLACE:
            return False
        if "invitation" in email.about:
            return email.about["invitation"] in self.invited_again
        return self._approver_has_another_link if kind.to is To.APPROVER else self.change.has(email.to)

    # --- questionnaires ---------------------------------------------------------------------------------

    def _moved(self, before: Invitation) -> Invitation:
        """Move an invitation. Ask again if the rater declined because the email was not meant for them."""
        reached_wrong_person = _reached_wrong_person(before)
        return replace(
            before,
            rater=self.change.of(before.rater),
            link_version=before.link_version + 1,
            asked_again=self.mark,
            state=InvitationState.INVITED if reached_wrong_person else before.state,
            reason="" if reached_wrong_person else before.reason,
            sealed=before.sealed or before.state is InvitationState.ANSWERED,
        )

    def _invitation(self, before: Invitation) -> Iterator[Write]:
        wave, after = self.waves[before.wave], self.moved[before.id]
        yield from invitations.move(before, after)
        yield invitations.add_to_inbox(after, self.after)
        if _reached_wrong_person(before):
            self._change_line(before.wave, add={"declined": -1})
        if after.id in self.invited_again:
            rules = wave_programme(self.programme, wave)
            yield from emails.add(to_raters.first_email(rules, self.after, wave, after, self.now))

    def _is_invited_again(self, after: Invitation) -> bool:
        """Invite raters who answered or declined too: otherwise an email, or its bounce, would show who has not."""
        return after.group != SELF_GROUP and self._accepts_answers(self.waves[after.wave])

    def _accepts_answers(self, wave: DelegateWave) -> bool:
        return wave.state is WaveState.OPEN and self.now < wave.closes_at

    def _hidden_counts(self) -> Iterator[Write]:
        """Return groups whose counts must be hidden: a count that changes after a correction would reveal what that
        person did.
        """
        for wave in self.waves.values():
            groups = {
                invitation.group
                for invitation in self.asked
                if invitation.wave is wave.wave and invitation.group != SELF_GROUP
            }
            if groups and wave.wave in cohorts.LINES and self._accepts_answers(wave) and not self.change.bounced:
                yield delegates.hide_counts(wave, groups)
                for group in sorted(groups):
                    self._change_line(wave.wave, put=cohorts.hide_counts(group))

    # --- impact surveys ---------------------------------------------------------------------------------

    def _survey(self, survey: ImpactSurvey) -> Iterator[Write]:
        version = survey.link_version + 1
        yield impact_surveys.move(survey)
        if self._is_asked(survey):
            first = about_surveys.first_email(self.programme, self.after, replace(survey, link_version=version))
            due_at = max(self.now, survey.opened_at)
            yield from emails.add(replace(first, id=f"{first.id}.v{version}", due_at=due_at))

    def _is_asked(self, survey: ImpactSurvey) -> bool:
        return state_of(survey) in ASKED and self.now < survey.closes_at

    def _reader(self, delegate: Delegate, survey: ImpactSurvey) -> Person:
        return delegate.person if survey.role is Role.DELEGATE else delegate.manager

    # --- emails that a bounce had stopped ---------------------------------------------------------------

    def _revived(self) -> Iterator[Write]:
        """Return suppressed emails that are still to come. What was cancelled for another reason stays cancelled."""
        for email in self.waiting.suppressed:
            if email.due_at > self.now and self.change.has(email.to) and not self._is_made_again(email):
                yield from redirect(email, self.change, self.links, revive=True)


def _coach_link(delegate: Delegate, change: Change) -> int:
    """Return the link version of the delegate's coach after the change."""
    cohort = cohorts.find(delegate.cohort_id) if change.has(delegate.coach) else None
    return cohorts.coach_link(cohort, change.of(delegate.coach)) if cohort else delegate.coach_link


def _reached_wrong_person(invitation: Invitation) -> bool:
    return invitation.state is InvitationState.DECLINED and invitation.reason == WRONG_PERSON
