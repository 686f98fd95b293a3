"""Emails about mid-way rounds to delegates and coaches. Those to raters are in waves/emails/to_raters.py."""

from __future__ import annotations

from datetime import datetime

from chalicelib.core import formatting
from chalicelib.core.model import Delegate, Programme
from chalicelib.core.working_days import WorkingDays
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import EmailKind, To, declare_email
from chalicelib.links.kinds import COACH, HUB, name_links
from chalicelib.store.emails import Email
from chalicelib.store.pulse_rounds import Round

ASKED_IN = {"asked_in": "June 2026"}
FEW = {"with too few answers": {"too_few": "yes"}}

CHECK = declare_email(
    "pulse/check",
    "Delegate asked to check what raters are asked",
    to=To.DELEGATE,
    words="name asked_in opens",
    links=[HUB],
    sample=ASKED_IN,
    in_digest=True,
)
NOT_HELD = declare_email(
    "pulse/not_held",
    "Mid-way round that is not held",
    to=To.COACH,
    words="name delegate asked_in",
    links=[COACH],
    sample=ASKED_IN,
    names_several=True,
)
PUBLISHED = declare_email(
    "pulse/published",
    "What raters see so far, to the delegate",
    to=To.DELEGATE,
    words="name too_few",
    links=[HUB],
    sample={"too_few": ""},
    variants=FEW,
    in_digest=True,
)
PUBLISHED_COACH = declare_email(
    "pulse/published_coach",
    "What raters see so far, to the coach",
    to=To.COACH,
    words="name delegate too_few",
    links=[COACH],
    sample={"too_few": ""},
    variants=FEW,
    names_several=True,
)


def check_email(programme: Programme, delegate: Delegate, planned: Round, now: datetime) -> Email:
    zone = programme.organisation.timezone
    words = {
        "asked_in": formatting.month(planned.opens_at, zone),
        "opens": formatting.local_day(planned.opens_at, zone),
    }
    return _email(CHECK, programme, delegate, planned, words, now, good_until=planned.opens_at)


def not_held_email(programme: Programme, delegate: Delegate, dropped: Round, now: datetime) -> Email:
    asked_in = formatting.month(dropped.opens_at, programme.organisation.timezone)
    return _email(NOT_HELD, programme, delegate, dropped, {"asked_in": asked_in}, now)


def published_emails(
    programme: Programme, delegate: Delegate, closed: Round, days: WorkingDays, now: datetime, *, has_too_few: bool
) -> list[Email]:
    """Write to the delegate and the coach that the round is published. The emails go out the next morning."""
    words, morning = {"too_few": "yes" if has_too_few else ""}, days.next_morning(now)
    return [_email(kind, programme, delegate, closed, words, morning) for kind in (PUBLISHED, PUBLISHED_COACH)]


def _email(
    kind: EmailKind,
    programme: Programme,
    delegate: Delegate,
    about: Round,
    words: dict[str, str],
    due_at: datetime,
    good_until: datetime | None = None,
) -> Email:
    is_to_coach = kind.to is To.COACH
    to = delegate.coach if is_to_coach else delegate.person
    coach_link = COACH.link(delegate.cohort_id, delegate.coach, delegate.coach_link)
    return create_email(
        kind,
        delegate.id,
        about.wave.value,
        to=to,
        due_at=due_at,
        words=common_words(programme) | {"name": to.name, "delegate": delegate.person.name} | words,
        links=name_links(coach_link if is_to_coach else HUB.link(delegate)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
        good_until=good_until,
    )
