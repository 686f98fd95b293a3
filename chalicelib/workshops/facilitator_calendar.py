"""Send facilitators the calendar entries of the sessions that they run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from chalicelib.core.model import Cohort, Programme
from chalicelib.core.schedule import Session
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each_or_fail
from chalicelib.store import emails, workshops
from chalicelib.store.emails import EmailSettled
from chalicelib.store.table import Write
from chalicelib.store.workshops import Seat, SeatChanged
from chalicelib.workshops.emails.about_dates import facilitator_email, ids_of_facilitator
from chalicelib.workshops.notices import Notice, NoticeKind, Reader, list_notices, sender_domain
from chalicelib.workshops.unsent import find_unsent

Seats = Mapping[str, Seat]


def notify_facilitators(
    cohort: Cohort,
    programme: Programme,
    sessions: Sequence[Session],
    lost: Collection[str],
    now: datetime,
    only: Collection[str] = (),
) -> None:
    """Send each facilitator the entries that their calendar lacks, in one transaction each. Safe to repeat.

    only   their ids, if the job is for a few people; empty: everyone
    """
    stored = workshops.list_facilitator_seats(cohort.id)
    named = {facilitator.id: facilitator.person for facilitator in cohort.facilitators}

    def notify(facilitator: str) -> None:
        seats = stored.get(facilitator, {})
        person = named.get(facilitator)
        address = person.email if person else next(iter(seats.values())).address
        reader = Reader(facilitator, address, comes=person is not None, runs=facilitator)
        if person is None or not person.is_erased:
            _notify(cohort, programme, sessions, reader, person.name if person else "", seats, lost, now)

    ids = [id for id in {**stored, **named} if not only or id in only]
    each_or_fail(ids, notify, "notify_facilitators")


def _notify(
    cohort: Cohort,
    programme: Programme,
    sessions: Sequence[Session],
    reader: Reader,
    name: str,
    seats: Seats,
    lost: Collection[str],
    now: datetime,
) -> None:
    """Send the missing entries. After a change of address, cancel the old entries first."""
    while notices := list_notices(programme, sessions, reader, seats, sender_domain(), now):
        unsent = find_unsent(notices, lambda seat: ids_of_facilitator(cohort.id, reader.id, seat))
        notices = list_notices(programme, sessions, reader, seats, sender_domain(), now, unsent.sessions)
        with_email = [notice for notice in notices if notice.kind is not NoticeKind.DROPPED]
        new = [
            facilitator_email(programme, cohort, reader, name if _is_to(notice, reader) else "", notice, now)
            for notice in with_email
        ]
        try:
            commit(
                [
                    *(_save(cohort.id, reader.id, notice) for notice in notices),
                    *(write for email in new for write in emails.add(email, stopped=email.to.email in lost)),
                    *unsent.drops(),
                ],
                now,
            )
        except SeatChanged:
            return  # another run of this job, or a later job, has sent it
        except EmailSettled:
            continue  # an entry that waited went out just now
        seats = {**seats, **{notice.session.id: notice.after for notice in notices}}


def _is_to(notice: Notice, reader: Reader) -> bool:
    """Return whether an email goes to the facilitator who is named now, and not to the one before."""
    return notice.after.address == reader.address


def _save(cohort_id: str, facilitator: str, notice: Notice) -> Write:
    key = workshops.facilitator_seat_key(cohort_id, facilitator, notice.session.id)
    return workshops.save_seat(key, notice.before, notice.after)
