"""The kinds of link that are mailed: what a token holds, who holds it, what revokes it, and when it ends. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from chalicelib.core.calendar import add_months, impact_due_at, local_moment
from chalicelib.core.model import Programme

LIVES_MONTHS = 12  # that a link stays open after the last thing it may be needed for


class LinkKind(Struct, frozen=True):
    """One kind of link.

    verb      first part of the path, and part of the signature
    parts     what the token holds; a token with another number of parts is refused
    holder    who gets it by email
    revoked   what makes it open nothing any more
    ends      until when it opens anything
    """

    verb: str
    parts: tuple[str, ...]
    holder: str
    revoked: str
    ends: str
    needs_code: bool = False

    @property
    def size(self) -> int:
        return len(self.parts)


BY_DELEGATE = "the link version of the delegate's row, or another address"
AFTER_PROGRAMME = f"{LIVES_MONTHS} months after the impact survey is due, or the follow-up closes if that is later"
AFTER_QUESTIONNAIRE = f"{LIVES_MONTHS} months after the delegate's latest questionnaire closes"
AT_CLOSE = "when the questionnaire closes"

ANSWER = LinkKind(
    "answer", ("delegate", "wave", "invitation", "version"), "a rater", "the invitation's link version", AT_CLOSE
)
DECLINE = LinkKind("decline", ANSWER.parts, "a rater", ANSWER.revoked, AT_CLOSE)
INBOX = LinkKind(
    "inbox",
    ("rater",),
    "a rater",
    "another address",
    f"{LIVES_MONTHS} months after the last questionnaire in it closes",
)
HUB = LinkKind("hub", ("delegate", "version"), "a delegate", BY_DELEGATE, AFTER_PROGRAMME)
NOMINATE = LinkKind("nominate", ("delegate", "version"), "a delegate", BY_DELEGATE, AFTER_QUESTIONNAIRE)
APPROVE = LinkKind(
    "approve", ("delegate", "approver", "version"), "the approver of a list", BY_DELEGATE, AFTER_QUESTIONNAIRE
)
COACH = LinkKind("coach", ("cohort", "coach"), "a coach", "another coach, or address", AFTER_PROGRAMME, needs_code=True)
IMPACT = LinkKind(
    "impact",
    ("delegate", "role", "version"),
    "a delegate or line manager",
    "the survey's link version",
    "when the survey closes",
)
SPONSOR = LinkKind("sponsor", ("cohort", "version"), "a sponsor", "another address", AFTER_PROGRAMME, needs_code=True)

CODE = LinkKind(  # the last part stands for all parts of the reader's own link
    "code",
    ("role", "challenge", "moment", "link"),
    "whoever a sign-in code was emailed to",
    "whatever revokes the reader's own link",
    "one day after the email",
)

KINDS = {kind.verb: kind for kind in (ANSWER, DECLINE, INBOX, HUB, NOMINATE, APPROVE, COACH, IMPACT, SPONSOR, CODE)}


def end_of_programme_links(programme: Programme, ends: date, closes: Iterable[datetime] = ()) -> datetime:
    """When links to the programme's pages end.

    ends    last day of the programme
    closes  deadlines of the questionnaires that are known
    """
    zone = programme.organisation.timezone
    return end_after([impact_due_at(ends, programme.impact.after_months, zone), *closes], zone)


def end_after(moments: Iterable[datetime], zone: str) -> datetime:
    """Some months after the last of these moments, at the beginning of a local day."""
    last = max(moments).astimezone(ZoneInfo(zone)).date()
    return local_moment(add_months(last, LIVES_MONTHS), 0, zone)
