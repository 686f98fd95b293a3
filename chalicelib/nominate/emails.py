"""Emails between a delegate and the approver of the rater list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from chalicelib.core import formatting
from chalicelib.core.errors import Refusal
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Approver, Person
from chalicelib.core.working_days import reminder_times, working_days
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import CancelledBy, EmailKind, OnNewAddress, To, declare_email
from chalicelib.links.kinds import APPROVE, HUB, NOMINATE, name_links
from chalicelib.nominate.rater_list import RaterList
from chalicelib.store.emails import Email

APPROVE_WITHIN_DAYS = 3  # then the approver is reminded, once

APPROVE_LIST = declare_email(
    "nominate/approve",
    "Request to approve a list of raters",
    to=To.APPROVER,
    words="name delegate people closes",
    links=[APPROVE],
    on_new_address=OnNewAddress.REPLACE,
)
APPROVE_REMINDER = declare_email(
    "nominate/approve_reminder",
    "Reminder to approve a list of raters",
    to=To.APPROVER,
    words="name delegate people closes later",
    links=[APPROVE],
    sample={"later": ""},
    variants={"later": {"later": "yes"}},
    cancelled_by=CancelledBy.DECISION,
    in_digest=True,
)
LIST_APPROVED = declare_email(
    "nominate/approved",
    "Notice that a list is approved",
    to=To.DELEGATE,
    words="name approver people closes",
    links=[NOMINATE, HUB],
)
APPROVED_IN_PLACE = declare_email(
    "nominate/approved_in_place",
    "Notice that the programme team has approved a list",
    to=To.APPROVER,
    words="name delegate people closes",
    links=[APPROVE],
)
CHANGE_WANTED = declare_email(
    "nominate/change_wanted",
    "Request to change a list of raters",
    to=To.DELEGATE,
    words="name approver remark closes",
    links=[NOMINATE, HUB],
    sample={"remark": "Please ask someone from the night team too."},
)


class ApprovalNotUsed(Refusal):
    """The programme asks no one to approve lists."""


def approver(choice: RaterList) -> Person:
    """Return the approver. Raises ApprovalNotUsed."""
    if choice.approver is None:
        raise ApprovalNotUsed(
            "In this programme delegates choose their raters themselves; there is nothing to approve."
        )
    return choice.approver


def name_approver(choice: RaterList) -> str:
    """Return how a sentence names the approver, also one who was erased."""
    by, is_coach = approver(choice), choice.programme.raters_approved_by is Approver.COACH
    if by.is_erased:
        return "the coach" if is_coach else "the line manager"
    return by.name


def ask(choice: RaterList, now: datetime) -> Email:
    return _to_approver(choice, APPROVE_LIST, now)


def remind(choice: RaterList, now: datetime) -> list[Email]:
    """Write one reminder on the morning of a working day some days later, unless the wave has closed by then."""
    zone = choice.programme.organisation.timezone
    wanted_by = local_date(now, zone) + timedelta(days=APPROVE_WITHIN_DAYS)
    days = working_days(choice.programme.organisation, choice.wave.closed)
    mornings = reminder_times(wanted_by, (0,), days, now)
    due = [morning for morning in mornings if morning < choice.wave.closes_at]
    return [_to_approver(choice, APPROVE_REMINDER, morning) for morning in due]


def more_time(choice: RaterList, now: datetime) -> Email:
    """Write to the approver, while the list waits for them, that the last day is later. One for each later day."""
    soon = working_days(choice.programme.organisation, choice.wave.closed).soon(now)
    due_at = soon if soon < choice.wave.closes_at else now
    return _to_approver(choice, APPROVE_REMINDER, due_at, str(choice.wave.extensions), later="yes")


def approved(choice: RaterList, now: datetime, *, in_place: bool = False) -> Email:
    """Write to the delegate. in_place: an administrator approved the list for its approver."""
    who = f"The programme team, in place of {name_approver(choice)}," if in_place else approver(choice).name
    return _to_delegate(choice, LIST_APPROVED, now, {"people": _people(choice), "approver": who})


def approved_in_place(choice: RaterList, now: datetime) -> Email:
    """Write to the approver that an administrator has approved the list for them."""
    return _to_approver(choice, APPROVED_IN_PLACE, now)


def change_wanted(choice: RaterList, remark: str, now: datetime) -> Email:
    return _to_delegate(choice, CHANGE_WANTED, now, {"remark": remark})


def _to_approver(choice: RaterList, kind: EmailKind, due_at: datetime, *subject: str, later: str = "") -> Email:
    by = approver(choice)
    words = {"people": _people(choice), "later": later}
    email = _make(choice, kind, by, due_at, words, name_links(APPROVE.link(choice.delegate, by)), *subject)
    return replace(email, good_until=choice.wave.closes_at)


def _to_delegate(choice: RaterList, kind: EmailKind, now: datetime, words: Mapping[str, str]) -> Email:
    delegate = choice.delegate
    hers = name_links(NOMINATE.link(delegate), HUB.link(delegate))
    return _make(choice, kind, delegate.person, now, {"approver": approver(choice).name, **words}, hers)


def _make(
    choice: RaterList,
    kind: EmailKind,
    to: Person,
    due_at: datetime,
    words: Mapping[str, str],
    links: Mapping[str, tuple[str, ...]],
    *subject: str,
) -> Email:
    delegate, zone = choice.delegate, choice.programme.organisation.timezone
    return create_email(
        kind,
        delegate.id,
        choice.wave.wave.value,
        str(choice.nomination.revision),
        *subject,
        to=to,
        due_at=due_at,
        words=common_words(choice.programme)
        | {
            "name": to.name,
            "delegate": delegate.person.name,
            "closes": formatting.last_day(choice.wave.closes_at, zone),
            **words,
        },
        links=links,
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
    )


def _people(choice: RaterList) -> str:
    return formatting.plural(len(choice.unsent), "person", "people")
