"""Emails that ask for answers about a delegate. The delegate, who answers too, gets some of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from itertools import pairwise

from msgspec.structs import replace

from chalicelib.core import formatting
from chalicelib.core.model import SELF_GROUP, Delegate, DelegateWave, Invitation, Programme, Wave
from chalicelib.core.working_days import reminder_times, survey_reminder_times, working_days
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email, name_the_last
from chalicelib.emails.kinds import CancelledBy, EmailKind, OnNewAddress, To, declare_email
from chalicelib.forms.readers import Form, form_of_wave, names_for, sentences
from chalicelib.links.kinds import ANSWER, DECLINE, HUB, INBOX, NOMINATE, links_to_rater
from chalicelib.store.emails import Email

OPENING = declare_email(
    "programme/opening",
    "Opening of the questionnaire",
    to=To.DELEGATE,
    words="name closes minutes raters_named who_sees",
    links=[ANSWER, NOMINATE, HUB],
    variants={"whose raters a file names": {"raters_named": "yes"}},
    on_new_address=OnNewAddress.REPLACE,
    form=Form.OWN,
)
FOLLOWUP = declare_email(
    "programme/followup",
    "Opening of the follow-up",
    to=To.DELEGATE,
    words="name closes minutes who_sees",
    links=[ANSWER, NOMINATE, HUB],
    on_new_address=OnNewAddress.REPLACE,
    form=Form.OWN,
)
SELF_REMINDER = declare_email(
    "collect/self_reminder",
    "Reminder of the delegate’s own questionnaire",
    to=To.DELEGATE,
    words="name closes minutes who_sees is_last",
    links=[ANSWER, HUB],
    variants={"the last": {"is_last": "yes"}},
    cancelled_by=CancelledBy.ANSWER,
    in_digest=True,
    form=Form.OWN,
)
INVITATION = declare_email(
    "collect/invitation",
    "Invitation to a rater",
    to=To.RATER,
    words="name delegate group_title closes minutes who_sees",
    links=[ANSWER, INBOX, DECLINE],
    variants={"to the line manager": {"group_title": "Line manager", "name": "Helen Whitcombe"}},
    on_new_address=OnNewAddress.REPLACE,
    together="{delegate} and {others} ask for your feedback by {closes}",
)
REMINDER = declare_email(
    "collect/reminder",
    "Reminder to a rater",
    to=To.RATER,
    words="name delegate group_title closes minutes who_sees is_last",
    links=[ANSWER, INBOX, DECLINE],
    variants={"the last": {"is_last": "yes"}},
    cancelled_by=CancelledBy.ANSWER,
    only_to_unanswered=True,
    together="Please give {delegate} and {others} your feedback by {closes}",
)
EXTENDED = declare_email(
    "collect/extended",
    "Notice of a later deadline",
    to=To.RATER,
    words="name delegate group_title closes minutes who_sees",
    links=[ANSWER, INBOX, DECLINE],
    cancelled_by=CancelledBy.ANSWER,
    only_to_unanswered=True,
)
AGAIN = declare_email(
    "collect/again",
    "Request to answer again",
    to=To.RATER,
    words="name delegate closes own",
    links=[ANSWER, INBOX, DECLINE],
    variants={"to the delegate": {"own": "yes", "name": "Dr Amara Osei"}},
    on_new_address=OnNewAddress.REPLACE,
    only_to_unanswered=True,  # who declined does not get it
)
REGROUPED = declare_email(
    "people/rater_regrouped",
    "Notice to a rater of another group",
    to=To.RATER,
    words="name delegate group_title closes minutes who_sees",
    links=[ANSWER, INBOX, DECLINE],
    sent_in_pause=True,
)
PULSE = declare_email(
    "impact/pulse",
    "Short questionnaire about the change",
    to=To.RATER,
    words="name delegate month closes who_sees",
    links=[ANSWER, DECLINE],
    on_new_address=OnNewAddress.REPLACE,
    together="One minute each about {delegate} and {others}, by {closes}",
    form=Form.PULSE,
)
PULSE_REMINDER = declare_email(
    "impact/pulse_reminder",
    "Reminder of the short questionnaire",
    to=To.RATER,
    words="name delegate month closes who_sees is_last",
    links=[ANSWER, DECLINE],
    variants={"the last": {"is_last": "yes"}},
    cancelled_by=CancelledBy.ANSWER,
    only_to_unanswered=True,
    together="One minute each about {delegate} and {others}, by {closes}",
    form=Form.PULSE,
)
MIDWAY = declare_email(
    "pulse/asked",
    "Mid-way question to a rater",
    to=To.RATER,
    words="name delegate month closes who_sees",
    links=[ANSWER, INBOX, DECLINE],
    on_new_address=OnNewAddress.REPLACE,
    in_digest=True,
    form=Form.MIDWAY,
)
MIDWAY_REMINDER = declare_email(
    "pulse/reminder",
    "Reminder of the mid-way question",
    to=To.RATER,
    words="name delegate month closes who_sees is_last",
    links=[ANSWER, INBOX, DECLINE],
    variants={"the last": {"is_last": "yes"}},
    cancelled_by=CancelledBy.ANSWER,
    only_to_unanswered=True,
    in_digest=True,
    form=Form.MIDWAY,
)


class Asked(Enum):
    """The rater and the wave; they decide which emails the rater gets."""

    SELF = "self"
    SELF_AGAIN = "self_again"
    RATER = "rater"
    PULSE = "pulse"
    MIDWAY = "midway"


Kinds = Mapping[Asked, EmailKind]
FIRST: Kinds = {
    Asked.SELF: OPENING,
    Asked.SELF_AGAIN: FOLLOWUP,
    Asked.RATER: INVITATION,
    Asked.PULSE: PULSE,
    Asked.MIDWAY: MIDWAY,
}
LATER: Kinds = {
    Asked.SELF: SELF_REMINDER,
    Asked.SELF_AGAIN: SELF_REMINDER,
    Asked.RATER: REMINDER,
    Asked.PULSE: PULSE_REMINDER,
    Asked.MIDWAY: MIDWAY_REMINDER,
}


def first_email(
    programme: Programme, delegate: Delegate, wave: DelegateWave, invitation: Invitation, now: datetime
) -> Email:
    """Write the first email of an invitation, or of its new link."""
    return _email(programme, delegate, wave, invitation, FIRST, now)


def is_first(email_id: str) -> bool:
    """Return whether an email is the one by which a rater hears of a questionnaire."""
    return email_id.partition("#")[0] in {kind.name for kind in (*FIRST.values(), AGAIN)}


def is_extension(email_id: str) -> bool:
    return email_id.partition("#")[0] == EXTENDED.name


def reminder_emails(
    programme: Programme, delegate: Delegate, wave: DelegateWave, invitation: Invitation, now: datetime
) -> list[Email]:
    """Write one email for each of the programme's reminders that is still to come; an answer cancels them.

    A reminder that an outage held up until the next is due, or until the close, is not sent. The last says that it is.
    """
    moments = _reminder_times(programme, wave, now)
    planned = [
        replace(_email(programme, delegate, wave, invitation, LATER, moment), good_until=until)
        for moment, until in pairwise((*moments, wave.closes_at))
    ]
    return name_the_last(planned)


def _reminder_times(programme: Programme, wave: DelegateWave, now: datetime) -> Sequence[datetime]:
    """Return when a wave reminds. A mid-way round has one reminder, the first; the pulse those of the impact survey."""
    zone, days = programme.organisation.timezone, working_days(programme.organisation, wave.closed)
    last = formatting.last_date(wave.closes_at, zone)
    if wave.wave is Wave.PULSE:
        return survey_reminder_times(last, programme.reminders, days, now)
    days_before = programme.reminders[:1] if wave.wave.is_midway else programme.reminders
    return reminder_times(last, days_before, days, now)


def extension_email(
    programme: Programme, delegate: Delegate, wave: DelegateWave, invitation: Invitation, now: datetime
) -> Email:
    """Announce the new deadline to a rater who has not answered. A reminder of one minute names it too."""
    kinds = {**dict.fromkeys(Asked, EXTENDED), Asked.PULSE: PULSE_REMINDER, Asked.MIDWAY: MIDWAY_REMINDER}
    return _email(programme, delegate, wave, invitation, kinds, now)


def manual_reminder(
    programme: Programme, delegate: Delegate, wave: DelegateWave, invitation: Invitation, now: datetime
) -> Email:
    """Write a reminder at the administrator's request, with the id of a reminder of that day: at most one is sent."""
    return _email(programme, delegate, wave, invitation, LATER, now)


def regrouped_email(
    programme: Programme, delegate: Delegate, wave: DelegateWave, invitation: Invitation, now: datetime, once: str
) -> Email:
    """Notify a rater of another group, the same whether they have answered or not."""
    email = _email(programme, delegate, wave, invitation, dict.fromkeys(Asked, REGROUPED), now)
    return replace(email, id=f"{email.id}.{once}")


def asked_again_email(
    programme: Programme, delegate: Delegate, wave: DelegateWave, invitation: Invitation, now: datetime
) -> Email:
    """Notify a rater that answers sent under their name were destroyed, and ask them again."""
    return _email(programme, delegate, wave, invitation, dict.fromkeys(Asked, AGAIN), now)


def email_ids_of_day(programme: Programme, wave: DelegateWave, invitation: Invitation, now: datetime) -> list[str]:
    """Return ids of every email that may have asked a rater on this local day, before an extension or after."""
    day = formatting.local_date(now, programme.organisation.timezone)
    who = _asked(wave, invitation)
    kinds = dict.fromkeys(kind.name for kind in (FIRST[who], LATER[who], EXTENDED, AGAIN))
    return [
        "#".join((kind, invitation.delegate_id, wave.wave.value, invitation.id, f"{day}.{extension}{version}"))
        for kind in kinds
        for version in {"", _version(invitation)}
        for extension in {max(0, wave.extensions - 1), wave.extensions}
    ]


def _email(
    programme: Programme,
    delegate: Delegate,
    wave: DelegateWave,
    invitation: Invitation,
    kinds: Kinds,
    due_at: datetime,
) -> Email:
    zone = programme.organisation.timezone
    return create_email(
        kinds[_asked(wave, invitation)],
        invitation.delegate_id,
        wave.wave.value,
        invitation.id,
        f"{formatting.local_date(due_at, zone)}.{wave.extensions}{_version(invitation)}",
        to=invitation.rater,
        due_at=due_at,
        words=_words(programme, delegate, wave, invitation),
        links=links_to_rater(delegate, invitation),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id, "invitation": invitation.id},
        good_until=wave.closes_at,
    )


def _words(programme: Programme, delegate: Delegate, wave: DelegateWave, invitation: Invitation) -> dict[str, str]:
    zone, own = programme.organisation.timezone, invitation.group == SELF_GROUP
    group = programme.group(invitation.group)
    return common_words(programme) | {
        "name": invitation.rater.name,
        "delegate": delegate.person.name,
        "closes": formatting.last_day(wave.closes_at, zone),
        "minutes": str(formatting.minutes(programme)),
        "group_title": group.title,
        "who_sees": " ".join(_who_sees(programme, delegate, wave, invitation)),
        "raters_named": "",
        "own": "yes" if own else "",
        "is_last": "",
        "month": formatting.month(wave.compared_with or wave.opens_at, zone),
    }


def _who_sees(programme: Programme, delegate: Delegate, wave: DelegateWave, invitation: Invitation) -> tuple[str, ...]:
    """Return what the questionnaire itself says."""
    group = programme.group(invitation.group)
    names = names_for(programme, delegate.person.name, group, invitation.rater.name)
    return sentences(form_of_wave(wave.wave, group), names)


def _version(invitation: Invitation) -> str:
    """Return the part of an email's id that depends on the link: a new link makes another email."""
    return "" if invitation.link_version == 1 else f".v{invitation.link_version}"


def _asked(wave: DelegateWave, invitation: Invitation) -> Asked:
    if invitation.group == SELF_GROUP:
        return Asked.SELF_AGAIN if wave.wave is Wave.FOLLOWUP else Asked.SELF
    if wave.wave.is_midway:
        return Asked.MIDWAY
    return Asked.PULSE if wave.wave.is_pulse else Asked.RATER
