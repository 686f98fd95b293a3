"""What a delegate needs to join each session: on their page, and as a file for their calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.errors import Refusal
from chalicelib.core.formatting import local_date, slug, time_zone_name
from chalicelib.core.model import Delegate, Material, Milestone, Programme
from chalicelib.core.schedule import Session, of_milestone, title_of
from chalicelib.core.settings import settings
from chalicelib.links.kinds import HUB, compose_url
from chalicelib.store import workshops
from chalicelib.workshops.notices import Reader, make_entry, sender_domain, uid_of

MAP = "https://www.openstreetmap.org/search?query="
MAX_NAME_CHARS = 60  # of a file


class SessionUnknown(Refusal):
    """The session was cancelled, or never existed."""

    status = 404
    title = "This session is not planned"

    def __init__(self) -> None:
        super().__init__("It may have been cancelled. Your page shows the dates as they are now.")


class JoiningSession(Struct, frozen=True):
    """One session as the delegate's page shows it."""

    id: str
    title: str
    when: str
    zone: str
    place: str
    map_url: str
    link: str
    is_over: bool


class Joining(Struct, frozen=True):
    """A workshop's sessions, what to bring, and the materials that can be read now."""

    sessions: tuple[JoiningSession, ...]
    cancelled: tuple[str, ...]  # the times of cancelled sessions, until these have passed
    bring: str
    materials: tuple[Material, ...]


def list_joining(sessions: Sequence[Session], programme: Programme, now: datetime) -> Mapping[str, Joining]:
    """Return what a page shows of each workshop, by its id."""
    return {step.id: _joining(programme, step, sessions, now) for step in programme.milestones}


def _joining(programme: Programme, step: Milestone, sessions: Sequence[Session], now: datetime) -> Joining:
    own = of_milestone(sessions, step.id)
    cancelled = [each for each in sessions if each.milestone == step.id and each.cancelled and each.starts_at > now]
    planned = {each.starts_at for each in own}
    return Joining(
        sessions=tuple(_session(programme, each, sessions, now) for each in own),
        cancelled=tuple(each.plan.when for each in cancelled if each.starts_at not in planned),
        bring=step.bring if any(each.ends_at > now for each in own) else "",
        materials=tuple(material for material in step.materials if _is_shown(material, own, now)),
    )


def _session(programme: Programme, session: Session, sessions: Sequence[Session], now: datetime) -> JoiningSession:
    plan = session.plan
    return JoiningSession(
        id=session.id,
        title=title_of(programme, session, sessions),
        when=plan.when,
        zone=time_zone_name(session.zone),
        place=plan.place,
        map_url=f"{MAP}{quote(plan.place)}" if plan.place else "",
        link=plan.link,
        is_over=session.ends_at <= now,
    )


def _is_shown(material: Material, sessions: Sequence[Session], now: datetime) -> bool:
    """Return whether a document may be shown. Its day counts from the first session, in local days."""
    if material.days_before is None:
        return True
    if not sessions:
        return False
    first = sessions[0]
    return local_date(now, first.zone) >= first.plan.date - timedelta(days=material.days_before)


class CalendarFile(Struct, frozen=True):
    name: str
    text: str


def make_calendar_file(programme: Programme, delegate: Delegate, session_id: str, now: datetime) -> CalendarFile:
    """Make the file of “Add to calendar”. Raises SessionUnknown.

    It has the UID and the sequence of the entry that was emailed, so that a calendar shows the session once.
    """
    from chalicelib.emails.calendar_entry import CalendarUser, build_download
    from chalicelib.emails.mime import bare_address

    sessions = workshops.list_readable(delegate.cohort_id)
    session = next((each for each in sessions if each.id == session_id and not each.cancelled), None)
    if session is None or delegate.withdrawn:
        raise SessionUnknown
    seat = workshops.find_seats([delegate.id], [session])[delegate.id].get(session.id)
    sent = seat.entry if seat and not seat.entry.cancelled else None
    uid = uid_of(session, Reader(delegate.id, delegate.person.email), seat.number + 1 if seat else 1, sender_domain())
    entry = make_entry(programme, session, sessions, sent.uid if sent else uid)
    invite = build_download(
        replace(entry, sequence=sent.sequence if sent else 0),
        organiser=CalendarUser(programme.title, bare_address(settings().sender)),
        page=compose_url(HUB.link(delegate)),
        now=now,
    )
    return CalendarFile(f"{slug(entry.title, MAX_NAME_CHARS) or 'session'}.ics", invite.text)
