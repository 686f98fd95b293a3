"""Emails about debriefs and reviews: offers, calendar entries, reminders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from msgspec.structs import replace

from chalicelib.core.calendar_entry import CalendarEntry
from chalicelib.core.formatting import day, day_and_time, time_zone_name
from chalicelib.core.ids import derive
from chalicelib.core.model import Delegate, Person, Programme
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import EmailKind, To, declare_email
from chalicelib.links.kinds import COACH, CONSOLE, HUB, name_links
from chalicelib.links.link_kind import LinkKind
from chalicelib.store.emails import Email
from chalicelib.store.meetings import Meeting, MeetingKind, Slot
from chalicelib.workshops.notices import sender_domain

TITLES = {MeetingKind.DEBRIEF: "debrief", MeetingKind.REVIEW: "review"}
SAMPLE = {
    "meeting": "debrief",
    "when": "10 March 2026, 14:30",
    "where": "Room 4",
    "line": "Only mornings work for me",
    **dict.fromkeys(("again", "moved", "missed", "passed", "readdressed"), ""),
}


def _declare(name: str, label: str, to: To, words: str, **more: Any) -> EmailKind:
    links: dict[To, LinkKind[Any]] = {To.DELEGATE: HUB, To.COACH: COACH, To.ADMINISTRATOR: CONSOLE}
    variants = more.pop("variants", {})
    return declare_email(
        f"meetings/{name}",
        label,
        to=to,
        words=f"name meeting {words}",
        links=[links[to]],
        sample={word: text for word, text in SAMPLE.items() if word in ("meeting", *words.split())},
        variants=variants,
        **more,
    )


OFFERED = _declare(
    "offered", "Times offered for a meeting", To.DELEGATE, "coach again", variants={"again": {"again": "yes"}}
)
BOOKED = _declare(
    "booked",
    "Meeting booked, to the delegate",
    To.DELEGATE,
    "coach when where moved",
    has_entry=True,
    variants={"moved": {"moved": "yes"}},
)
BOOKED_COACH = _declare(
    "booked_coach",
    "Meeting booked, to the coach",
    To.COACH,
    "delegate when where moved",
    has_entry=True,
    variants={"moved": {"moved": "yes"}},
)
CANCELLED = _declare(
    "cancelled",
    "Meeting cancelled, to the delegate",
    To.DELEGATE,
    "coach when readdressed",
    has_entry=True,
    variants={"readdressed": {"readdressed": "yes"}},
    sent_after_withdrawal=True,
    sent_in_pause=True,
)
CANCELLED_COACH = _declare(
    "cancelled_coach",
    "Meeting cancelled, to the coach",
    To.COACH,
    "delegate when line",
    has_entry=True,
    sent_after_withdrawal=True,
    sent_in_pause=True,
)
NO_TIME = _declare(
    "no_time",
    "No time suits the delegate",
    To.COACH,
    "delegate line passed",
    variants={"passed": {"passed": "yes", "line": ""}},
)
LAPSED = _declare(
    "lapsed", "Meeting not held, to the delegate", To.DELEGATE, "coach missed", variants={"missed": {"missed": "yes"}}
)
PROPOSE = _declare(
    "propose",
    "Request to propose times for the review",
    To.COACH,
    "delegate",
    together="Propose times for {n} {meeting} sessions",
    names_several=True,
)
ARRANGE = _declare(
    "arrange",
    "Reminder to arrange a meeting",
    To.COACH,
    "delegate",
    together="{n} people wait for a {meeting}",
    names_several=True,
)
NOT_ARRANGED = _declare(
    "not_arranged",
    "Notice of a meeting that is not arranged",
    To.ADMINISTRATOR,
    "delegate coach",
    together="{meeting}s not arranged: {n}",
)
PREPARE = _declare("prepare", "Reminder of a meeting, to the delegate", To.DELEGATE, "coach when where", in_digest=True)
PREPARE_COACH = _declare(
    "prepare_coach", "Reminder of a meeting, to the coach", To.COACH, "delegate when where", in_digest=True
)
RECORD = _declare(
    "record", "Reminder to record a meeting", To.COACH, "delegate when", together="{meeting}s to record: {n}"
)
NOT_RECORDED = _declare(
    "not_recorded",
    "Notice of a meeting that is not recorded",
    To.ADMINISTRATOR,
    "delegate coach when",
    together="{meeting}s not recorded: {n}",
)


AGREED = _declare(
    "agreed",
    "What was agreed in a meeting",
    To.DELEGATE,
    "coach when",
    in_digest=True,
    variants={"review": {"meeting": "review"}},
)


OF_A_TIME = (BOOKED, BOOKED_COACH, PREPARE, PREPARE_COACH, RECORD)  # each names the booked time


def agreed_email(
    programme: Programme, delegate: Delegate, of: str, kind: MeetingKind, held_on: date, due_at: datetime
) -> Email:
    """Write to the delegate that the record can be read. `of`: the wave of the debrief, or the review."""
    words = {"name": delegate.person.name, "coach": delegate.coach.name, "meeting": TITLES[kind], "when": day(held_on)}
    return create_email(
        AGREED,
        delegate.id,
        of,
        to=delegate.person,
        due_at=due_at,
        words=common_words(programme) | words,
        links=name_links(HUB.link(delegate)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
    )


def meeting_email(
    kind: EmailKind,
    programme: Programme,
    delegate: Delegate,
    meeting: Meeting,
    due_at: datetime,
    *subject: str,
    entry: CalendarEntry | None = None,
    good_until: datetime | None = None,
    slot: Slot | None = None,
    **words: str,
) -> Email:
    """Write about a meeting as it is after the act. `slot`: the time that the email names; None: the booked time."""
    named = slot or meeting.booked
    when = day_and_time(named.starts, programme.organisation.timezone) if named else ""
    to, links = _reader(kind, delegate)
    return create_email(
        kind,
        delegate.id,
        meeting.kind.value,
        str(meeting.revision),
        *subject,
        to=to,
        due_at=due_at,
        words=common_words(programme)
        | {"name": to.name, "delegate": delegate.person.name, "coach": delegate.coach.name}
        | {"meeting": TITLES[meeting.kind], "when": when, "where": meeting.place, "line": meeting.line}
        | {"again": "", "moved": "", "missed": "", "passed": "", "readdressed": "", **words},
        links=links,
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
        entry=entry,
        good_until=good_until,
    )


def list_outdated(delegate_id: str, before: Meeting) -> list[str]:
    """Return the possible ids of emails that name the booked time, in the meeting's last revisions."""
    numbers = _list_revisions(before)
    return ["#".join((kind.name, delegate_id, before.kind.value, number)) for number in numbers for kind in OF_A_TIME]


def list_entries(delegate_id: str, before: Meeting) -> dict[str, list[str]]:
    """Return the ids of the emails that may have added or moved an entry, by the name of its cancellation."""
    numbers = _list_revisions(before)
    own = [number for number in numbers if int(number) >= before.delegate_since]
    return {
        gone.name: ["#".join((kind.name, delegate_id, before.kind.value, number)) for number in numbers_of]
        for gone, kind, numbers_of in ((CANCELLED, BOOKED, own), (CANCELLED_COACH, BOOKED_COACH, numbers))
    }


def _list_revisions(before: Meeting) -> list[str]:
    """Return the revisions of a meeting since its time was booked: each raised the entry's sequence by one."""
    return [str(before.revision - moves) for moves in range(before.sequence + 1)]


def administrator_email(
    kind: EmailKind, programme: Programme, delegate: Delegate, meeting: Meeting, address: str, now: datetime
) -> Email:
    email = meeting_email(kind, programme, delegate, meeting, now, derive(8, address))
    return replace(email, to=Person(address, address), words={**email.words, "name": address})


def _reader(kind: EmailKind, delegate: Delegate) -> tuple[Person, dict[str, tuple[str, ...]]]:
    if kind.to is To.DELEGATE:
        return delegate.person, name_links(HUB.link(delegate))
    if kind.to is To.COACH:
        return delegate.coach, name_links(COACH.link(delegate.cohort_id, delegate.coach, delegate.coach_link))
    return Person("", ""), name_links(CONSOLE.link("cohort", delegate.cohort_id))


def entries(
    programme: Programme, delegate: Delegate, meeting: Meeting, slot: Slot, *, cancelled: bool = False
) -> tuple[CalendarEntry, CalendarEntry]:
    """Make the entries of the delegate and of the coach. `meeting`: with the sequence and number to send."""
    of_coach = derive(8, "entry", delegate.coach.email)
    text = "\n".join(_describe(meeting, slot, programme.organisation.timezone, cancelled))
    return (
        _entry(delegate, meeting, slot, _of_delegate(meeting), delegate.coach.name, text, cancelled),
        _entry(delegate, meeting, slot, of_coach, delegate.person.name, text, cancelled),
    )


def _is_link(place: str) -> bool:
    """Return whether the meeting is by video: its place is then the address."""
    return place.startswith("https://")


def _of_delegate(meeting: Meeting) -> str:
    """Return the delegate's part of a UID. It differs for each address."""
    return f"delegate-{meeting.delegate_since}" if meeting.delegate_since else "delegate"


def _describe(meeting: Meeting, slot: Slot, zone: str, cancelled: bool) -> Iterator[str]:
    """Say when and where. Some calendar programs show this text instead of the email."""
    yield f"{'Cancelled: ' if cancelled else ''}{day_and_time(slot.starts, zone)} ({time_zone_name(zone)})"
    if not cancelled:
        if meeting.place and not _is_link(meeting.place):
            yield f"Where: {meeting.place}"
        yield "You can change the time on your page."


def _entry(
    delegate: Delegate, meeting: Meeting, slot: Slot, whose: str, other: str, description: str, cancelled: bool
) -> CalendarEntry:
    return CalendarEntry(
        uid=f"{meeting.kind.value}-{meeting.number}.{delegate.id}.{whose}@{sender_domain()}",
        sequence=meeting.sequence,
        starts=slot.starts,
        ends=slot.ends,
        title=f"{TITLES[meeting.kind].capitalize()} with {other}",
        place="" if _is_link(meeting.place) else meeting.place,
        link=meeting.place if _is_link(meeting.place) else "",
        description=description,
        cancelled=cancelled,
    )
