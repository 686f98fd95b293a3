"""What every wave shares: its deadline is a job, and asking somebody is one bundle of writes."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from chalicelib.core import formatting
from chalicelib.core.calendar import local_moment, reminder_times
from chalicelib.core.ids import invitation_id
from chalicelib.core.model import (
    SELF_GROUP,
    Approver,
    Delegate,
    DelegateWave,
    Invitation,
    InvitationState,
    Person,
    Programme,
    RaterEntry,
    Wave,
    WaveState,
)
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import JobKind
from chalicelib.links.kinds import HUB, NOMINATE, links_to_rater, name_links
from chalicelib.store import cohorts, delegates, emails, invitations, jobs
from chalicelib.store.delegates import Nomination
from chalicelib.store.emails import Email
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write

FIGURES_AFTER = timedelta(hours=1)  # of the deadline: by then its closes are done, or have failed
COUNTED_AT = 5  # local hour of each day: before anybody reads a page, after the night's work
CHOOSE_RATERS_WITHIN_DAYS = 4  # of the opening; then the delegate is reminded


def close_job(wave: DelegateWave) -> Job:
    """A job for this deadline; an extension makes another."""
    subject = (wave.delegate_id, wave.wave.value, str(wave.extensions))
    return JobKind.CLOSE.job(*subject, due_at=wave.closes_at, delegate=wave.delegate_id, wave=wave.wave.value)


def publish_job(wave: DelegateWave, now: datetime) -> Job:
    """Closes the wave even with too few answers. After an extension it may be wanted again: then it makes another."""
    subject = (wave.delegate_id, wave.wave.value, "publish", str(wave.extensions))
    return JobKind.CLOSE.job(*subject, due_at=now, delegate=wave.delegate_id, wave=wave.wave.value, publish="yes")


def figures_job(cohort_id: str, wave: Wave, deadline: datetime) -> Job:
    """Freezes a cohort's figures when the deadline has passed, if they are not by then."""
    due_at = deadline + FIGURES_AFTER
    subject = (cohort_id, wave.value, f"{due_at:%Y-%m-%d}")
    return JobKind.COHORT_FIGURES.job(*subject, due_at=due_at, cohort=cohort_id, wave=wave.value)


def count_tomorrow(cohort_id: str, zone: str, now: datetime) -> None:
    """Have the answers of a cohort counted on the next morning; asking again is success."""
    tomorrow = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    due_at = local_moment(tomorrow, COUNTED_AT, zone)
    with suppress(jobs.JobExists):
        commit([jobs.add(JobKind.COUNTS.job(cohort_id, f"{tomorrow}", due_at=due_at, cohort=cohort_id))], now)


def invite_job(nomination: Nomination, due_at: datetime) -> Job:
    """A job that asks everyone on the list as it is now; a longer list makes another."""
    subject = (nomination.delegate_id, nomination.wave.value, str(nomination.revision))
    return JobKind.INVITE.job(*subject, due_at=due_at, delegate=nomination.delegate_id, wave=nomination.wave.value)


def approver_of(programme: Programme, delegate: Delegate) -> Person | None:
    """Who looks at a delegate's list before anyone on it is emailed, if the programme wants that."""
    people = {Approver.COACH: delegate.coach, Approver.MANAGER: delegate.manager}
    return people[programme.raters_approved_by] if programme.raters_approved_by else None


def ask_approver_job(nomination: Nomination, now: datetime) -> Job:
    """Sends a list that waits for approval to the approver once more: their address or link is another one now."""
    subject = (nomination.delegate_id, nomination.wave.value, str(nomination.revision))
    about = {"delegate": nomination.delegate_id, "wave": nomination.wave.value}
    return JobKind.ASK_APPROVER.job(*subject, due_at=now, **about)


def send_nomination(
    programme: Programme, delegate: Delegate, wave: DelegateWave, before: Nomination, sent: Nomination, now: datetime
) -> list[Write]:
    """Record a list as sent. An open wave invites at once; a planned one does when it opens."""
    writes = [
        delegates.save_nomination(sent, before.revision),
        cohorts.change_line(delegate, put={"nominated": True}, wave=wave.wave),
        delegates.still_in_state(wave),
        *cancel_choose_reminder(programme, delegate, wave, before),
    ]
    return [*writes, jobs.add(invite_job(sent, now))] if wave.state is WaveState.OPEN else writes


def cancel_choose_reminder(
    programme: Programme, delegate: Delegate, wave: DelegateWave, before: Nomination
) -> list[Write]:
    """A delegate who has chosen raters is not reminded to. The reminder is made when the wave opens, and once."""
    waits = wave.state is WaveState.OPEN and not before.sent_raters
    return [emails.cancel(choose_reminder(programme, delegate, wave).id)] if waits else []


def choose_reminder(
    programme: Programme, delegate: Delegate, wave: DelegateWave, opened_at: datetime | None = None
) -> Email:
    """For a delegate who has not chosen raters a few days after the opening; choosing cancels it.

    opened_at   when it was opened, if that may have been late
    """
    zone = programme.organisation.timezone
    opened_at = opened_at or wave.opens_at
    wanted_by = opened_at.astimezone(ZoneInfo(zone)).date() + timedelta(days=CHOOSE_RATERS_WITHIN_DAYS)
    (morning,) = reminder_times(wanted_by, (0,), zone, opened_at)
    return _choose_email(programme, delegate, wave, morning)


def list_reminders(programme: Programme, delegate: Delegate, wave: DelegateWave) -> list[str]:
    """Ids of the mails about a delegate's list that may be to come: to choose raters, and to look at the list."""
    return [
        choose_reminder(programme, delegate, wave).id,
        *delegates.find_nomination(delegate.id, wave.wave).reminders,
    ]


def choose_chaser(programme: Programme, delegate: Delegate, wave: DelegateWave, now: datetime) -> Email:
    """The same because the administrator asks for it: at most one a day."""
    today = now.astimezone(ZoneInfo(programme.organisation.timezone)).date()
    return _choose_email(programme, delegate, wave, now, f"{today}")


def _choose_email(programme: Programme, delegate: Delegate, wave: DelegateWave, due_at: datetime, *more: str) -> Email:
    zone = programme.organisation.timezone
    return create_email(
        "nominate/reminder",
        delegate.id,
        wave.wave.value,
        *more,
        to=delegate.person,
        due_at=due_at,
        words=common_words(programme)
        | {
            "name": delegate.person.name,
            "delegate": delegate.person.name,
            "closes": formatting.last_day(wave.closes_at, zone),
        },
        links=name_links(NOMINATE.link(delegate), HUB.link(delegate)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
        good_until=wave.closes_at,
    )


def followup_email(programme: Programme, delegate: Delegate, wave: DelegateWave, now: datetime) -> Email:
    """Tells a delegate that those who gave feedback will be asked again, in time to change the list."""
    zone = programme.organisation.timezone
    return create_email(
        "programme/followup_planned",
        delegate.id,
        wave.wave.value,
        to=delegate.person,
        due_at=now,
        words=common_words(programme)
        | {
            "name": delegate.person.name,
            "delegate": delegate.person.name,
            "opens": formatting.local_day(wave.opens_at, zone),
            "closes": formatting.last_day(wave.closes_at, zone),
        },
        links=name_links(NOMINATE.link(delegate), HUB.link(delegate)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
    )


def invite_rater(
    programme: Programme,
    delegate: Delegate,
    wave: DelegateWave,
    rater: RaterEntry,
    now: datetime,
    *,
    stopped: bool = False,
    raters_named: bool = False,
) -> list[Write]:
    """Invite one rater: permission, inbox, mail and reminders. Refused as a whole if they are invited already.

    stopped        the address takes no mail: everything is made, and nothing sent until it is replaced
    raters_named   for the delegate: a file names who gives feedback, so there is nobody to choose
    """
    invitation = Invitation(
        id=invitation_id(delegate.id, wave.wave.value, rater.person.email),
        delegate_id=delegate.id,
        wave=wave.wave,
        group=rater.group,
        rater=rater.person,
        state=InvitationState.INVITED,
    )
    later = reminder_emails(programme, delegate, wave, invitation, now)
    first = _rater_email(programme, delegate, wave, invitation, FIRST, now)
    if raters_named:
        first = replace(first, words={**first.words, "raters_named": "yes"})
    invitation = replace(invitation, reminders=tuple(mail.id for mail in later))
    return [
        invitations.add(invitation),
        invitations.add_to_inbox(invitation, delegate),
        *_counted(programme, wave, invitation),
        *(emails.add(mail, stopped=stopped) for mail in (first, *later)),
    ]


def list_declined(delegate: Delegate, wave: DelegateWave, declined: Invitation) -> list[Write]:
    """List one rater who declined in an earlier wave, and send them nothing."""
    rater = declined.rater
    invitation = Invitation(
        id=invitation_id(delegate.id, wave.wave.value, rater.email),
        delegate_id=delegate.id,
        wave=wave.wave,
        group=declined.group,
        rater=rater,
        state=InvitationState.DECLINED,
        reason=declined.reason,
    )
    return [invitations.add(invitation), invitations.add_to_inbox(invitation, delegate)]


def _counted(programme: Programme, wave: DelegateWave, invitation: Invitation) -> list[Write]:
    """A questionnaire about somebody else is work: it counts into the rater's load. A pulse is a minute's."""
    if invitation.group == SELF_GROUP or wave.wave is Wave.PULSE:
        return []
    return [invitations.count_request(invitation, month_of(programme, wave))]


FIRST = {
    "self": "programme/opening",
    "self_again": "programme/followup",
    "rater": "collect/invitation",
    "pulse": "impact/pulse",
}
EXTENDED = "collect/extended"
AGAIN = "collect/again"
ASKING = (*FIRST.values(), AGAIN)
LATER = {
    "self": "collect/self_reminder",
    "self_again": "collect/self_reminder",
    "rater": "collect/reminder",
    "pulse": "impact/pulse_reminder",
}


def reminder_emails(
    programme: Programme, delegate: Delegate, wave: DelegateWave, invitation: Invitation, now: datetime
) -> list[Email]:
    """One mail for each of the programme's reminders that is still to come; an answer cancels them.

    One that an outage held up until the next is due, or until the close, is not sent any more. A pulse takes a minute
    and is asked for once more, at the first of them.
    """
    days_before = programme.reminders[:1] if wave.wave is Wave.PULSE else programme.reminders
    moments = reminder_times(last_date(programme, wave), days_before, programme.organisation.timezone, now)
    return [
        replace(_rater_email(programme, delegate, wave, invitation, LATER, moment), good_until=until)
        for moment, until in pairwise((*moments, wave.closes_at))
    ]


def extension_email(
    programme: Programme, delegate: Delegate, wave: DelegateWave, invitation: Invitation, now: datetime
) -> Email:
    """Tells a rater who has not answered of the new deadline."""
    return _rater_email(programme, delegate, wave, invitation, dict.fromkeys(FIRST, EXTENDED), now)


def manual_reminder(
    programme: Programme, delegate: Delegate, wave: DelegateWave, invitation: Invitation, now: datetime
) -> Email:
    """A reminder because the administrator asks for it, with the id of a reminder of that day: there is one at most."""
    return _rater_email(programme, delegate, wave, invitation, LATER, now)


def invite_again(
    programme: Programme, delegate: Delegate, wave: DelegateWave, invitation: Invitation, now: datetime
) -> Email:
    """The first mail once more, because the invitation has another link."""
    return _rater_email(programme, delegate, wave, invitation, FIRST, now)


def asked_again_email(
    programme: Programme, delegate: Delegate, wave: DelegateWave, invitation: Invitation, now: datetime
) -> Email:
    """Tells a rater that what was sent under their name was destroyed, and asks them once more."""
    return _rater_email(programme, delegate, wave, invitation, dict.fromkeys(FIRST, AGAIN), now)


def email_ids_of_day(programme: Programme, wave: DelegateWave, invitation: Invitation, now: datetime) -> list[str]:
    """Ids of every mail by which a rater may have been asked on this local day, before an extension of it or after."""
    day = now.astimezone(ZoneInfo(programme.organisation.timezone)).date()
    who = _who(wave, invitation)
    templates = dict.fromkeys((FIRST[who], LATER[who], EXTENDED, AGAIN))
    return [
        "#".join((template, invitation.delegate_id, wave.wave.value, invitation.id, f"{day}.{extension}{version}"))
        for template in templates
        for version in {"", _version(invitation)}
        for extension in {max(0, wave.extensions - 1), wave.extensions}
    ]


def last_date(programme: Programme, wave: DelegateWave) -> date:
    """The last local day on which answers are accepted."""
    return (wave.closes_at - timedelta(seconds=1)).astimezone(ZoneInfo(programme.organisation.timezone)).date()


def month_of(programme: Programme, wave: DelegateWave) -> str:
    """`2026-10`: the month in which the wave closes."""
    return f"{last_date(programme, wave):%Y-%m}"


def _rater_email(
    programme: Programme,
    delegate: Delegate,
    wave: DelegateWave,
    invitation: Invitation,
    templates: dict[str, str],
    due_at: datetime,
) -> Email:
    zone = programme.organisation.timezone
    group = programme.group(invitation.group)
    who = _who(wave, invitation)
    return create_email(
        templates[who],
        invitation.delegate_id,
        wave.wave.value,
        invitation.id,
        f"{due_at.astimezone(ZoneInfo(zone)).date()}.{wave.extensions}{_version(invitation)}",
        to=invitation.rater,
        due_at=due_at,
        words=common_words(programme, None if invitation.group == SELF_GROUP else delegate)
        | {
            "name": invitation.rater.name,
            "delegate": delegate.person.name,
            "closes": formatting.last_day(wave.closes_at, zone),
            "minutes": str(formatting.minutes(programme)),
            "group_title": group.title,
            "named": "yes" if group.named else "",
            "raters_named": "",
            "own": "yes" if invitation.group == SELF_GROUP else "",
            "month": formatting.month(wave.compared_with or wave.opens_at, zone),
        },
        links=links_to_rater(delegate, invitation),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id, "invitation": invitation.id},
        good_until=wave.closes_at,
    )


def _version(invitation: Invitation) -> str:
    """Part of a mail's id: what was sent with an earlier link is another mail."""
    return "" if invitation.link_version == 1 else f".v{invitation.link_version}"


def _who(wave: DelegateWave, invitation: Invitation) -> str:
    """Which mails a rater gets: a key of FIRST and LATER."""
    if invitation.group == SELF_GROUP:
        return "self_again" if wave.wave is Wave.FOLLOWUP else "self"
    return "pulse" if wave.wave is Wave.PULSE else "rater"
