"""List who would be sent which email about a change of dates, for the page's preview and for dry runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from chalicelib.core.model import Delegate
from chalicelib.store import cohorts, delegates, workshops
from chalicelib.workshops.jobs import comes_to, notices_for
from chalicelib.workshops.notices import Notice, NoticeKind, Reader, days_of, list_notices, sender_domain
from chalicelib.workshops.plan_sessions import Plan

WORDS = {
    NoticeKind.NEW: "new calendar entry",
    NoticeKind.MOVED: "changed calendar entry",
    NoticeKind.CANCELLED: "cancelled calendar entry",
}


class Recipient(Struct, frozen=True):
    """One person, and what the emails to them say."""

    name: str
    email: str
    role: str
    what: str


def list_recipients(planned: Plan, now: datetime) -> list[Recipient]:
    """Return everyone concerned: delegates by name, each followed by their line manager if the days change;
    then the facilitators."""
    lines = cohorts.list_lines(planned.cohort.id)
    people = delegates.find_all([line.delegate_id for line in lines])
    seats = workshops.find_seats(list(people), planned.after)
    concerned = [
        recipient
        for delegate in people.values()
        for recipient in _recipients(planned, delegate, seats[delegate.id], now)
    ]
    return [*concerned, *_facilitators(planned, now)]


def _facilitators(planned: Plan, now: datetime) -> Iterator[Recipient]:
    stored = workshops.list_facilitator_seats(planned.cohort.id)
    for facilitator in planned.cohort.facilitators:
        reader = Reader(facilitator.id, facilitator.person.email, runs=facilitator.id)
        seats = stored.get(facilitator.id, {})
        notices = list_notices(planned.programme, planned.after, reader, seats, sender_domain(), now)
        if notices:
            what = "; ".join(_words(notice, planned) for notice in notices)
            yield Recipient(facilitator.person.name, facilitator.person.email, "facilitator", what)


def _recipients(
    planned: Plan, delegate: Delegate, seats: dict[str, workshops.Seat], now: datetime
) -> Iterator[Recipient]:
    notices = notices_for(planned.programme, planned.after, delegate, seats, now)
    if not notices:
        return
    what = "; ".join(_words(notice, planned) for notice in notices)
    yield Recipient(delegate.person.name, delegate.person.email, "delegate", what)
    after = {**seats, **{notice.session.id: notice.after for notice in notices}}
    zone = planned.programme.organisation.timezone
    if comes_to(delegate, planned.after) and days_of([*seats.values()], zone) != days_of([*after.values()], zone):
        manager = delegate.manager
        yield Recipient(
            manager.name, manager.email, "line manager", f"the days on which {delegate.person.name} is away"
        )


def _words(notice: Notice, planned: Plan) -> str:
    when = notice.session.plan.when if notice.kind is not NoticeKind.CANCELLED else ""
    return f"{WORDS[notice.kind]} for {notice.entry.title}" + (f", {when}" if when else "")
