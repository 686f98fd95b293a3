"""Send people the dates of their workshops: a calendar entry for each session, and the days for line managers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.model import Cohort, Delegate, Programme, Standing
from chalicelib.core.schedule import Session, held
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each, fail_for
from chalicelib.store import attendance, cohorts, delegates, emails, programmes, workshops
from chalicelib.store.emails import Email, EmailSettled
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write
from chalicelib.store.workshops import Seat, SeatChanged
from chalicelib.waves.suppression import list_suppressed
from chalicelib.workshops.emails.about_dates import dates_email, entry_email, ids_of_entries, manager_email
from chalicelib.workshops.facilitator_calendar import notify_facilitators
from chalicelib.workshops.notices import Notice, NoticeKind, Reader, days_of, list_notices, sender_domain
from chalicelib.workshops.unsent import NOTHING, Unsent, find_unsent


class Sending(Struct, frozen=True):
    """What all emails of one run share.

    lost       addresses that are suppressed or do not work
    attended   (delegate, session) of those who attended it in a former cohort
    """

    cohort: Cohort
    programme: Programme
    sessions: tuple[Session, ...]
    lost: frozenset[str]
    attended: Collection[tuple[str, str]]
    now: datetime


def send_dates(job: Job, now: datetime) -> Sequence[Write]:
    """Send each delegate the entries that their calendar lacks, in one transaction each. Safe to repeat.

    If a change of one person made the job, it sends entries to that person only.
    """
    cohort_id = job.about["cohort"]
    cohort = cohorts.find(cohort_id)
    if cohort is None:
        raise LookupError(f"no cohort {cohort_id}")
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    sessions, lines = workshops.list_sessions(cohort_id), cohorts.list_lines(cohort_id)
    apart = [line.delegate_id for line in lines if line.apart]
    attended, broken = attendance.find_readable(apart, [session.id for session in sessions])
    sending = Sending(cohort, programme, sessions, list_suppressed(cohort_id), attended, now)
    only = frozenset(job.about.get("only", "").split())
    ids = [line.delegate_id for line in lines if not only or line.delegate_id in only]
    ids = [delegate_id for delegate_id in ids if delegate_id not in broken]
    rows = workshops.find_seat_rows(ids, sending.sessions)

    def notify(delegate_id: str) -> None:
        _notify(sending, delegate_id, workshops.read_seats(rows[delegate_id]))

    _, left_out = each(ids, notify, "send_dates")
    notify_facilitators(sending.cohort, sending.programme, sending.sessions, sending.lost, now, only)
    fail_for(left_out | broken)
    return []


def _notify(sending: Sending, delegate_id: str, stored: Mapping[str, Seat]) -> None:
    """Send one delegate the missing entries. After a change of address, cancel the old entries first."""
    delegate = delegates.find(delegate_id)
    if delegate is None or delegate.person.is_erased:
        return
    seats = stored
    while notices := _notices(sending, delegate, seats):
        unsent = find_unsent(notices, lambda seat: ids_of_entries(delegate_id, seat))
        notices = _notices(sending, delegate, seats, unsent)
        after = {**seats, **{notice.session.id: notice.after for notice in notices}}
        manager = [] if _notices(sending, delegate, after) else _to_manager(sending, delegate, stored, after)
        try:
            commit(
                [
                    *_writes(sending, delegate, notices, [*_first(sending, delegate, stored, notices), *manager]),
                    *unsent.drops(),
                ],
                sending.now,
            )
        except SeatChanged:
            return  # another run of this job, or a later job, has sent it
        except EmailSettled:
            continue  # an entry that waited went out just now
        seats = after


def _notices(sending: Sending, delegate: Delegate, seats: Mapping[str, Seat], unsent: Unsent = NOTHING) -> list[Notice]:
    notices = notices_for(sending.programme, sending.sessions, delegate, seats, sending.now, unsent)
    return [notice for notice in notices if (delegate.id, notice.session.id) not in sending.attended]


def notices_for(
    programme: Programme,
    sessions: Sequence[Session],
    delegate: Delegate,
    seats: Mapping[str, Seat],
    now: datetime,
    unsent: Unsent = NOTHING,
) -> list[Notice]:
    reader = Reader(delegate.id, delegate.person.email, comes=comes_to(delegate, sessions))
    return list_notices(programme, sessions, reader, seats, sender_domain(), now, unsent.sessions)


def comes_to(delegate: Delegate, sessions: Sequence[Session]) -> bool:
    """Return whether a delegate is expected: they are active, and the sessions are of their present cohort."""
    return delegate.standing is Standing.ACTIVE and all(each.cohort_id == delegate.cohort_id for each in sessions)


def _first(sending: Sending, delegate: Delegate, stored: Mapping[str, Seat], notices: Sequence[Notice]) -> list[Email]:
    """Return the email with all dates, for a delegate who has not been sent any yet."""
    if stored or not any(notice.kind is NoticeKind.NEW for notice in notices):
        return []
    email = dates_email(sending.programme, sending.cohort, delegate, sending.sessions, sending.now)
    is_known = emails.find(email.id) is not None  # they got the dates of a former cohort
    return [replace(email, id=f"{email.id}#{sending.cohort.id}") if is_known else email]


def _to_manager(
    sending: Sending, delegate: Delegate, stored: Mapping[str, Seat], after: Mapping[str, Seat]
) -> list[Email]:
    """Return the email to the line manager, if the days when the delegate is away have changed."""
    zone = sending.programme.organisation.timezone
    if days_of([*stored.values()], zone) == days_of([*after.values()], zone):
        return []
    if not comes_to(delegate, sending.sessions):
        return _without_days(sending, delegate, [*after.values()])
    first = manager_email(sending.programme, delegate, [*after.values()], sending.now, is_first=True)
    if not stored and emails.find(first.id) is None:
        return [first]
    return [manager_email(sending.programme, delegate, [*after.values()], sending.now, is_first=False)]


def _without_days(sending: Sending, delegate: Delegate, after: Sequence[Seat]) -> list[Email]:
    """Return the email for a delegate who was transferred to a cohort without dates: the days of before are off.

    With dates there, that cohort's job says the new days. Of a pause and of leaving an email of their own says so.
    """
    is_elsewhere = delegate.standing is Standing.ACTIVE and delegate.cohort_id != sending.cohort.id
    if not is_elsewhere or held(workshops.list_sessions(delegate.cohort_id)):
        return []
    off = [seat for seat in after if seat.entry.cancelled]
    return [manager_email(sending.programme, delegate, off, sending.now, is_first=False)]


def _writes(sending: Sending, delegate: Delegate, notices: Sequence[Notice], more: Sequence[Email]) -> list[Write]:
    with_email = [notice for notice in notices if notice.kind is not NoticeKind.DROPPED]
    entries = [entry_email(sending.programme, delegate, notice, sending.now) for notice in with_email]
    return [
        *(
            workshops.save_seat(workshops.seat_key(delegate.id, notice.session.id), notice.before, notice.after)
            for notice in notices
        ),
        *(write for email in (*more, *entries) for write in emails.add(email, stopped=email.to.email in sending.lost)),
    ]
