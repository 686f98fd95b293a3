"""At most two digests a week for a delegate: what can wait goes out on the first working morning of the next week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from chalicelib.core import log
from chalicelib.core.clock import moment
from chalicelib.core.formatting import local_date
from chalicelib.emails.kinds import EmailKind, To, find_kind
from chalicelib.store import digests
from chalicelib.store.emails import Email, EmailSettled

MAX_DIGESTS = 2  # a week, from Monday on
DAYS_LEFT = 2  # working days that an email with an end still has when it waited: a workshop is not announced on its day
WEEK = timedelta(days=7)
Listed = Sequence[tuple[str, str]]


def postpone_if_full(held: Email, others: Sequence[Email], listed: Listed, now: datetime) -> bool:
    """Postpone an email if its reader has had two digests this week, and nothing that is due today must go.

    others   that would go along: if one of them cannot wait, all go
    listed   day and id of emails to the reader
    """
    recent = _list_recent(listed, now)
    if not all(is_capped(email) for email in (held, *others)) or len({day for day, _ in recent}) < MAX_DIGESTS:
        return False
    days = digests.find_calendar(held.about["cohort"])
    if days is None or _count_days([email_id for _, email_id in recent], now, days.zone) < MAX_DIGESTS:
        return False
    until = days.morning(_monday(local_date(now, days.zone)) + WEEK)
    in_time = days.morning(days.add(local_date(until, days.zone), DAYS_LEFT))
    if not all(email.good_until is None or in_time < email.good_until for email in (held, *others)):
        return False
    try:
        digests.postpone(held, until)
    except EmailSettled:
        log.info("mail_was_settled")
    return True


def is_capped(email: Email) -> bool:
    return "cohort" in email.about and _is_held(email.id)


def _is_held(email_id: str) -> bool:
    """Return whether an email counts as news to a delegate that may wait for the next week."""
    kind = _kind_of(email_id)
    return kind is not None and kind.to is To.DELEGATE and not kind.is_timely


def _kind_of(email_id: str) -> EmailKind | None:
    """Return the kind of an email; None for one of an earlier version."""
    try:
        return find_kind(email_id.partition("#")[0])
    except KeyError:
        return None


def _list_recent(listed: Listed, now: datetime) -> Listed:
    """Return emails to the reader as a delegate of the last days, which hold this week of any time zone."""
    since = f"{now.date() - WEEK - timedelta(days=1)}"
    kinds = ((day, email_id, _kind_of(email_id)) for day, email_id in listed if since <= day <= f"{now.date()}")
    return [(day, email_id) for day, email_id, kind in kinds if kind is not None and kind.to is To.DELEGATE]


def _count_days(email_ids: Sequence[str], now: datetime, zone: str) -> int:
    """Count earlier days of this local week on which one of the emails was sent. One read."""
    today = local_date(now, zone)
    sent = [local_date(moment(email.sent_at), zone) for email in digests.read_all(email_ids) if email.sent_at]
    return len({day for day in sent if _monday(today) <= day < today})


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
