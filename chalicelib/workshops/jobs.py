"""Send people the dates of their workshops: a calendar entry for each session, and the days for line managers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.core.model import Cohort, Delegate, Programme
from chalicelib.core.schedule import Session
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each_or_fail
from chalicelib.store import cohorts, delegates, emails, programmes, workshops
from chalicelib.store.emails import Email
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write
from chalicelib.store.workshops import Seat, SeatChanged
from chalicelib.waves.suppression import list_suppressed
from chalicelib.workshops.emails.about_dates import dates_email, entry_email, manager_email
from chalicelib.workshops.facilitator_calendar import notify_facilitators
from chalicelib.workshops.notices import Notice, NoticeKind, Reader, days_of, list_notices, mail_domain


class Sending(Struct, frozen=True):
    """What is the same for everyone of a cohort. `lost`: addresses that take no email."""

    cohort: Cohort
    programme: Programme
    sessions: tuple[Session, ...]
    lost: frozenset[str]
    now: datetime


def send_dates(job: Job, now: datetime) -> Sequence[Write]:
    """Send each delegate what their calendar lacks, each in one transaction. May be repeated."""
    cohort_id = job.about["cohort"]
    cohort = cohorts.find(cohort_id)
    if cohort is None:
        raise LookupError(f"no cohort {cohort_id}")
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    sending = Sending(cohort, programme, workshops.list_sessions(cohort_id), list_suppressed(cohort_id), now)
    ids = [line.delegate_id for line in cohorts.list_lines(cohort_id)]
    seats = workshops.find_seats(ids, sending.sessions)
    each_or_fail(ids, lambda delegate_id: _notify(sending, delegate_id, seats[delegate_id]), "send_dates")
    notify_facilitators(sending.cohort, sending.programme, sending.sessions, sending.lost, now)
    return []


def _notify(sending: Sending, delegate_id: str, stored: Mapping[str, Seat]) -> None:
    """Send one delegate what their calendar lacks; in two rounds after a change of address."""
    delegate = delegates.find(delegate_id)
    if delegate is None or delegate.person.is_erased:
        return
    seats = stored
    while notices := _notices(sending, delegate, seats):
        after = {**seats, **{notice.session.id: notice.after for notice in notices}}
        manager = [] if _notices(sending, delegate, after) else _to_manager(sending, delegate, stored, after)
        try:
            commit(
                _writes(sending, delegate, notices, [*_first(sending, delegate, stored, notices), *manager]),
                sending.now,
            )
        except SeatChanged:
            return  # another run of this job, or a later job, has sent it
        seats = after


def _notices(sending: Sending, delegate: Delegate, seats: Mapping[str, Seat]) -> list[Notice]:
    return notices_for(sending.programme, sending.sessions, delegate, seats, sending.now)


def notices_for(
    programme: Programme,
    sessions: Sequence[Session],
    delegate: Delegate,
    seats: Mapping[str, Seat],
    now: datetime,
) -> list[Notice]:
    reader = Reader(delegate.id, delegate.person.email, comes=not delegate.withdrawn)
    return list_notices(programme, sessions, reader, seats, mail_domain(), now)


def _first(sending: Sending, delegate: Delegate, stored: Mapping[str, Seat], notices: Sequence[Notice]) -> list[Email]:
    """Return the email with all dates, for who has got none yet."""
    if stored or not any(notice.kind is NoticeKind.NEW for notice in notices):
        return []
    return [dates_email(sending.programme, delegate, sending.sessions, sending.now)]


def _to_manager(
    sending: Sending, delegate: Delegate, stored: Mapping[str, Seat], after: Mapping[str, Seat]
) -> list[Email]:
    """Return the email to the line manager if the days change on which the delegate is away."""
    zone = sending.programme.organisation.timezone
    if delegate.withdrawn or days_of([*stored.values()], zone) == days_of([*after.values()], zone):
        return []
    return [manager_email(sending.programme, delegate, [*after.values()], sending.now, is_first=not stored)]


def _writes(sending: Sending, delegate: Delegate, notices: Sequence[Notice], more: Sequence[Email]) -> list[Write]:
    entries = [entry_email(sending.programme, delegate, notice, sending.now) for notice in notices]
    return [
        *(
            workshops.save_seat(workshops.seat_key(delegate.id, notice.session.id), notice.before, notice.after)
            for notice in notices
        ),
        *(write for email in (*more, *entries) for write in emails.add(email, stopped=email.to.email in sending.lost)),
    ]
