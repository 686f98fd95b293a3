"""Emails about the dates of workshops. A change is announced only in the email that carries the calendar entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalicelib.core.formatting import day, local_date, time_zone_name
from chalicelib.core.ids import derive
from chalicelib.core.model import Cohort, Delegate, Person, Programme
from chalicelib.core.schedule import Session, held, title_of
from chalicelib.core.working_days import survey_opens_at
from chalicelib.emails.common_words import SEPARATOR, common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import OnNewAddress, To, declare_email
from chalicelib.links.kinds import HUB, name_links
from chalicelib.store.emails import Email
from chalicelib.store.workshops import Seat
from chalicelib.workshops.notices import Notice, NoticeKind, Reader, days_of, when_of, where_of

LINES = "Leading Self, day 1 of 2: Tuesday 10 March 2026, 09:30 to 16:30, Education Centre, Room 4"
LINES += f"{SEPARATOR}Leading Self, day 2 of 2: Wednesday 11 March 2026, 09:30 to 16:00, by video"
SAMPLE = {
    "session": "Leading Self, day 1 of 2",
    "when": "Tuesday 10 March 2026, 09:30 to 16:30",
    "zone": "London time",
    "where": "Education Centre, Room 4",
}
BEFORE = {"before": "Thursday 5 March 2026, 09:30 to 16:30, Education Centre, Room 4"}
DAYS = {"days": f"Tuesday 10 March 2026{SEPARATOR}Wednesday 11 March 2026"}
BY_VIDEO = {"where": "by video"}

DATES = declare_email(
    "workshops/dates",
    "Dates of the workshops, to the delegate",
    to=To.DELEGATE,
    words="name dates zone",
    links=[HUB],
    sample={"dates": LINES, "zone": SAMPLE["zone"]},
    in_digest=True,
    is_timely=True,
)
MANAGER_DATES = declare_email(
    "workshops/manager_dates",
    "Dates of the workshops, to the line manager",
    to=To.MANAGER,
    words="name delegate days",
    sample=DAYS,
    names_several=True,
)
DAYS_CHANGED = declare_email(
    "workshops/days",
    "Other days of the workshops, to the line manager",
    to=To.MANAGER,
    words="name delegate days",
    sample=DAYS,
    names_several=True,
)
ENTRY = declare_email(
    "workshops/session",
    "Calendar entry of a session",
    to=To.DELEGATE,
    words="name session when zone where",
    links=[HUB],
    sample=SAMPLE,
    variants={"by video": BY_VIDEO},
    on_new_address=OnNewAddress.REPLACE,
    has_entry=True,
)
MOVED = declare_email(
    "workshops/moved",
    "Session of a workshop moved",
    to=To.DELEGATE,
    words="name session when zone where before",
    links=[HUB],
    sample=SAMPLE | BEFORE,
    on_new_address=OnNewAddress.REPLACE,
    has_entry=True,
)
CANCELLED = declare_email(
    "workshops/cancelled",
    "Session of a workshop cancelled",
    to=To.DELEGATE,
    words="name session when zone",
    sample={name: SAMPLE[name] for name in ("session", "when", "zone")},
    sent_after_withdrawal=True,
    on_new_address=OnNewAddress.KEEP,
    has_entry=True,
    sent_in_pause=True,
)
FACILITATOR = declare_email(
    "workshops/runs_session",
    "Calendar entry of a session, to the facilitator",
    to=To.FACILITATOR,
    words="name session when zone where before notice",
    sample=SAMPLE | BEFORE | {"notice": "moved"},
    variants={"new": {"notice": "new", "before": ""}, "cancelled": {"notice": "cancelled"}},
    on_new_address=OnNewAddress.KEEP,
    has_entry=True,
)
KINDS = {NoticeKind.NEW: ENTRY, NoticeKind.MOVED: MOVED, NoticeKind.CANCELLED: CANCELLED}


def entry_email(programme: Programme, delegate: Delegate, notice: Notice, now: datetime) -> Email:
    """Write the email that adds, changes or cancels a calendar entry."""
    kind, entry, zone = KINDS[notice.kind], notice.entry, programme.organisation.timezone
    before = notice.before
    words = {
        "name": delegate.person.name,
        "session": entry.title,
        "when": when_of(entry, zone),
        "zone": time_zone_name(zone),
        "where": where_of(entry),
        "before": f"{when_of(before.entry, zone)}, {where_of(before.entry)}" if before else "",
    }
    return create_email(
        kind,
        delegate.id,
        f"{notice.session.id}.{notice.after.number}.{entry.sequence}",
        to=Person(delegate.person.name, notice.after.address),
        due_at=now,
        words=common_words(programme) | {word: text for word, text in words.items() if word in kind.words},
        links=name_links(HUB.link(delegate)) if kind.links else {},
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
        entry=entry,
    )


def ids_of_entries(delegate_id: str, seat: Seat) -> list[str]:
    """Return the possible ids of the emails that added or changed the entry of a delegate's seat."""
    numbers = [f"{seat.session_id}.{seat.number}.{sequence}" for sequence in range(seat.entry.sequence + 1)]
    return ["#".join((kind.name, delegate_id, number)) for number in numbers for kind in (ENTRY, MOVED)]


def ids_of_facilitator(cohort_id: str, facilitator: str, seat: Seat) -> list[str]:
    """Return the same for a facilitator's seat."""
    sequences = range(seat.entry.sequence + 1)
    named = f"{FACILITATOR.name}#{cohort_id}#{seat.session_id}.{facilitator}.{seat.number}"
    return [f"{named}.{sequence}" for sequence in sequences]


def facilitator_email(
    programme: Programme, cohort: Cohort, reader: Reader, name: str, notice: Notice, now: datetime
) -> Email:
    """Write the email to the facilitator of a session. It has no link; another email has the link to their page."""
    entry, before, zone = notice.entry, notice.before, programme.organisation.timezone
    words = {
        "name": name or "colleague",
        "session": entry.title,
        "when": when_of(entry, zone),
        "zone": time_zone_name(zone),
        "where": where_of(entry),
        "before": f"{when_of(before.entry, zone)}, {where_of(before.entry)}" if before else "",
        "notice": notice.kind.value,
    }
    return create_email(
        FACILITATOR,
        cohort.id,
        f"{notice.session.id}.{reader.id}.{notice.after.number}.{entry.sequence}",
        to=Person(name, notice.after.address),
        due_at=now,
        words=common_words(programme) | words,
        links={},
        about={"cohort": cohort.id},
        entry=entry,
    )


def dates_email(
    programme: Programme, cohort: Cohort, delegate: Delegate, sessions: Sequence[Session], now: datetime
) -> Email:
    """Write the email with the dates of all workshops, and of the questionnaire if it has not opened yet."""
    zone = programme.organisation.timezone
    dates = cohort.dates
    is_ahead = local_date(now, zone) < dates.opens
    lines = [f"360 questionnaire: {day(dates.opens)} to {day(dates.closes)}"] if is_ahead else []
    lines += [f"{title_of(programme, each, sessions)}: {each.plan.when}, {each.plan.where}" for each in held(sessions)]
    lines.append(f"Survey about results: from {day(local_date(survey_opens_at(programme, dates), zone))}")
    return create_email(
        DATES,
        delegate.id,
        to=delegate.person,
        due_at=now,
        words=common_words(programme)
        | {"name": delegate.person.name, "dates": SEPARATOR.join(lines), "zone": time_zone_name(zone)},
        links=name_links(HUB.link(delegate)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
    )


def manager_email(
    programme: Programme, delegate: Delegate, seats: Sequence[Seat], now: datetime, *, is_first: bool
) -> Email:
    """Write to the line manager on which days the delegate is away. Different days make a new email."""
    zone = programme.organisation.timezone
    days = sorted(days_of(seats, zone))
    subject = () if is_first else (derive(8, *sorted(f"{seat.entry.uid} {seat.entry.sequence}" for seat in seats)),)
    return create_email(
        MANAGER_DATES if is_first else DAYS_CHANGED,
        delegate.id,
        *subject,
        to=delegate.manager,
        due_at=now,
        words=common_words(programme)
        | {
            "name": delegate.manager.name,
            "delegate": delegate.person.name,
            "days": SEPARATOR.join(map(day, days)) or "none",
        },
        links={},
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
    )
