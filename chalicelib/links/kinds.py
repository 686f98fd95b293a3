"""The kinds of link in emails: what a link contains, and how it is made and remade after a change. Pure.

A link is a tuple: the verb of its kind, then its parts. An email stores its links like that, and they are signed when
the email is composed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from chalicelib.core.ids import approver_id, coach_id, derive, facilitator_id, inbox_key, manager_id
from chalicelib.core.model import Cohort, Delegate, Invitation, Person, Wave
from chalicelib.links import signing
from chalicelib.links.ends import LIVES_MONTHS
from chalicelib.links.link_kind import AfterChange, Link, LinkKind, Parts

if TYPE_CHECKING:
    from chalicelib.store.impact_surveys import ImpactSurvey

WAVES = {  # short, so that an email program leaves a link whole
    Wave.BASELINE: "b",
    Wave.FOLLOWUP: "f",
    Wave.PULSE: "p",
    Wave.MIDWAY_1: "1",
    Wave.MIDWAY_2: "2",
}
INBOX_VERSION = 6  # letters


def name_links(*links: Link) -> dict[str, Link]:
    """Name the links of an email. A template calls each by its verb."""
    return {link[0]: link for link in links}


def remake(link: Link, after: AfterChange) -> Link:
    """Remake a link after a change. Raises KeyError for a verb that no kind declares."""
    verb, *parts = link
    return (verb, *KINDS[verb].remake(tuple(parts), after))


def compose_url(link: Link) -> str:
    """Return the address that an email shows. Raises KeyError for a verb that no kind declares."""
    return signing.make(*link) if KINDS[link[0]].is_signed else signing.url("/".join(("", *link)))


def _keep(parts: Parts, after: AfterChange) -> Parts:
    """Keep the link: no change about a delegate affects it."""
    return parts


# --- links of raters ----------------------------------------------------------------------------------

AT_CLOSE = "when the questionnaire closes"


def _answer(invitation: Invitation) -> Parts:
    return (invitation.delegate_id, WAVES[invitation.wave], invitation.id, str(invitation.link_version))


def _remake_answer(parts: Parts, after: AfterChange) -> Parts:
    changed = after.invitations.get(parts[2])
    return _answer(changed) if changed else parts


def read_wave(part: str) -> Wave:
    """Read a letter, or the whole word as in links that were emailed before."""
    return next((wave for wave, letter in WAVES.items() if letter == part), None) or Wave(part)


RaterLinkKind = LinkKind[[Invitation]]
ANSWER = LinkKind(
    verb="answer",
    parts=("delegate", "wave", "invitation", "version"),
    holder="a rater",
    revoked="the invitation's link version",
    ends=AT_CLOSE,
    values=_answer,
    remake=_remake_answer,
)
DECLINE = replace(ANSWER, verb="decline")


def _inbox(invitation: Invitation) -> Parts:
    """Make the parts of a link to a rater's list: it works as long as the invitation that it was emailed about."""
    return (inbox_key(invitation.delegate_id, invitation.rater.email), inbox_version(invitation))


def inbox_version(invitation: Invitation) -> str:
    """Spell an invitation and its link version in a few letters: links stay shorter than 100 characters."""
    return derive(INBOX_VERSION, "inbox", invitation.id, str(invitation.link_version))


def _remake_inbox(parts: Parts, after: AfterChange) -> Parts:
    """Make the link that works now, from the reader's invitation."""
    changed = [invitation for invitation in after.invitations.values() if invitation.rater.email == after.reader.email]
    return _inbox(changed[0]) if changed else parts


INBOX = LinkKind(
    verb="inbox",
    parts=("rater", "version of an invitation"),
    holder="a rater",
    revoked=f"{ANSWER.revoked} in the same email, or another address",
    ends=f"{LIVES_MONTHS} months after the last questionnaire in it closes",
    values=_inbox,
    remake=_remake_inbox,
    older=(1,),
)

# --- links of a delegate and of the approver of their list ---------------------------------------------

BY_DELEGATE = "the link version of the delegate's row, or another address"
AFTER_PROGRAMME = f"{LIVES_MONTHS} months after the impact survey is due, or the follow-up closes if that is later"
WITH_THE_DATA = "when the delegate's data is deleted: then its page says what was deleted, and when"
AFTER_QUESTIONNAIRE = f"{LIVES_MONTHS} months after the delegate's latest questionnaire closes"


def _delegate(delegate: Delegate) -> Parts:
    return (delegate.id, str(delegate.link_version))


def _remade(values: Callable[[Delegate], Parts]) -> Callable[[Parts, AfterChange], Parts]:
    """Return how to make a link again of which only the delegate's row decides."""
    return lambda parts, after: values(after.delegate)


def _approve(delegate: Delegate, by: Person) -> Parts:
    """Remake the link as long as this person approves the delegate's list of raters."""
    return (delegate.id, approver_id(delegate.id, by.email), str(delegate.approver_version))


def _remake_approve(parts: Parts, after: AfterChange) -> Parts:
    return _approve(after.delegate, after.approver) if after.approver else parts


def _survey(survey: ImpactSurvey) -> Parts:
    return (survey.delegate_id, survey.role.value, str(survey.link_version))


def _remake_survey(parts: Parts, after: AfterChange) -> Parts:
    delegate, role, version = parts
    return (delegate, role, str(after.surveys.get(role, version)))


HUB = LinkKind(
    verb="hub",
    parts=("delegate", "version"),
    holder="a delegate",
    revoked=BY_DELEGATE,
    ends=f"{AFTER_PROGRAMME}; the page of the delegate's story when their data is deleted",
    values=_delegate,
    remake=_remade(_delegate),
)


def _deletion(delegate: Delegate) -> Parts:
    """Name the cohort too: it is still there when the delegate's rows are gone."""
    return (delegate.id, str(delegate.link_version), delegate.cohort_id)


DELETION = LinkKind(
    verb="deletion",
    parts=("delegate", "version", "cohort"),
    holder="a delegate whose data will be deleted",
    revoked=BY_DELEGATE,
    ends=WITH_THE_DATA,
    values=_deletion,
    remake=_remade(_deletion),
)
NOMINATE = LinkKind(
    verb="nominate",
    parts=("delegate", "version"),
    holder="a delegate",
    revoked=BY_DELEGATE,
    ends=AFTER_QUESTIONNAIRE,
    values=_delegate,
    remake=_remade(_delegate),
)
APPROVE = LinkKind(
    verb="approve",
    parts=("delegate", "approver", "version"),
    holder="the approver of a list",
    revoked="the version of the approver's link in the delegate's row, another approver, or another address",
    ends=AFTER_QUESTIONNAIRE,
    values=_approve,
    remake=_remake_approve,
)
IMPACT = LinkKind(
    verb="impact",
    parts=("delegate", "role", "version"),
    holder="a delegate or line manager",
    revoked="the survey's link version",
    ends="when the survey closes; for a line manager who answered, " + AFTER_PROGRAMME,
    values=_survey,
    remake=_remake_survey,
)


def _shared(delegate: Delegate) -> Parts:
    """Make the parts of a manager's link.

    Another manager or address is another id, so an earlier email opens nothing.
    """
    return (delegate.id, manager_id(delegate.id, delegate.manager.email), str(delegate.manager_link))


SHARED = LinkKind(
    verb="shared",
    parts=("delegate", "manager", "version"),
    holder="a line manager",
    revoked="the version of the manager's link in the delegate's row, another line manager, or another address",
    ends=AFTER_PROGRAMME,
    values=_shared,
    remake=_remade(_shared),
)

# --- links of a coach, a facilitator and a sponsor ----------------------------------------------------


def _coach(cohort_id: str, coach: Person, version: int) -> Parts:
    return (cohort_id, coach_id(cohort_id, coach.email), str(version))


def _remake_coach(parts: Parts, after: AfterChange) -> Parts:
    return _coach(after.delegate.cohort_id, after.delegate.coach, after.delegate.coach_link)


COACH = LinkKind(
    verb="coach",
    parts=("cohort", "coach", "version"),
    holder="a coach",
    revoked="the version of the coach's link in the cohort's row, another coach, or another address",
    ends=AFTER_PROGRAMME,
    values=_coach,
    remake=_remake_coach,
    older=(2,),
    needs_code=True,
)


def _facilitator(cohort: Cohort, facilitator: Person) -> Parts:
    """Make the parts of a facilitator's link. Another address is another id, so an earlier email opens nothing."""
    who = facilitator_id(cohort.id, facilitator.email)
    return (cohort.id, who, str(cohort.facilitator_links.get(who, 1)))


FACILITATOR = LinkKind(
    verb="facilitator",
    parts=("cohort", "facilitator", "version"),
    holder="a facilitator",
    revoked="the version of the facilitator's link in the cohort's row, another facilitator, or another address",
    ends=AFTER_PROGRAMME,
    values=_facilitator,
    remake=_keep,
    needs_code=True,
)


def _sponsor(cohort: Cohort) -> Parts:
    return (cohort.id, str(cohort.sponsor_link))


SPONSOR = LinkKind(
    verb="sponsor",
    parts=("cohort", "version"),
    holder="a sponsor",
    revoked="the version of the sponsor's link in the cohort's row, or another address",
    ends=AFTER_PROGRAMME,
    values=_sponsor,
    remake=_keep,
    needs_code=True,
)

# --- links that belong to no role ---------------------------------------------------------------------


def _code(role: str, challenge: str, moment: str, token: str) -> Parts:
    """Make the parts. `token`: of the reader's own link; its parts are the last parts of this one."""
    return (role, challenge, moment, *token.split("."))


CODE = LinkKind(
    verb="code",
    parts=("role", "challenge", "moment", "link"),
    holder="the reader of an email with a sign-in code",
    revoked="the same as the reader's own link",
    ends="one day after the email",
    values=_code,
    remake=_keep,
)


def _console(*path: str) -> Parts:
    return path


CONSOLE = LinkKind(
    verb="admin",
    parts=("path",),
    holder="an administrator",
    revoked="leaving the administrators of the settings",
    ends="never: the page asks for a code and the second factor",
    values=_console,
    remake=_keep,
    is_signed=False,
)

KINDS: Mapping[str, LinkKind[Any]] = {
    kind.verb: kind
    for kind in (
        ANSWER,
        DECLINE,
        INBOX,
        HUB,
        DELETION,
        NOMINATE,
        APPROVE,
        COACH,
        FACILITATOR,
        IMPACT,
        SHARED,
        SPONSOR,
        CODE,
        CONSOLE,
    )
}


def links_to_rater(delegate: Delegate, invitation: Invitation) -> dict[str, Link]:
    """Return every link that an email to a rater may have; the delegate is a rater too."""
    about_rater = (kind.link(invitation) for kind in (ANSWER, DECLINE, INBOX))
    return name_links(*about_rater, HUB.link(delegate), NOMINATE.link(delegate))
