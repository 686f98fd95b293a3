"""Replace an address that bounced or was mistyped, everywhere in a cohort.

The act is a job. For each delegate it changes everything in one transaction: old links stop working, waiting emails go
to the new address, and raters are invited again, whether they have answered or not, unless they declined. Saved
answers are dropped; sent answers count and stay sealed. The old address gets a notice. If the person may read reports,
the new address gets link and codes a working day later, unless a second administrator confirms it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import asdict

from chalicelib.admin.address_audit import audit_change
from chalicelib.admin.address_in_cohort import cohort_roles
from chalicelib.admin.address_uses import AddressUse, ReplaceRefused, find_uses, list_uses, refuse_taken
from chalicelib.admin.cohort_status import CohortUnknown
from chalicelib.admin.emails import MOMENT
from chalicelib.admin.redirect_emails import Change
from chalicelib.admin.resend_link import AddressNotFound
from chalicelib.core.addresses import check_address, check_name, clean_address, clean_name
from chalicelib.core.errors import FieldError
from chalicelib.core.formatting import local_time
from chalicelib.core.ids import derive, reader_key
from chalicelib.core.model import Cohort, Person
from chalicelib.core.reasons import NO_REASON, fault_of, one_line
from chalicelib.core.working_days import working_days
from chalicelib.emails.bounces import list_shown
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import cohorts, emails, holds, jobs, programmes
from chalicelib.store.emails import Bounce, EmailState
from chalicelib.store.holds import Hold, HoldChanged
from chalicelib.store.jobs import JobExists
from chalicelib.store.table import Write
from chalicelib.store.unreadable import list_unreadable

BY = "command line"
MAX_RETRIES = 5  # another act may hold the same address between our read and our write


# --- the act ------------------------------------------------------------------------------------------


def change_address(
    cohort_id: str, old: str, new: str, now: datetime, by: str = BY, *, name: str = "", why: str = ""
) -> None:
    """Replace an address in all of a cohort. Replacing it again succeeds.

    Raises CohortUnknown, AddressNotFound or ReplaceRefused.
    """
    for left in reversed(range(MAX_RETRIES)):
        writes = plan_change(cohort_id, old, new, now, by, name=name, why=why)
        try:
            if writes:
                commit(writes, now)
            return
        except JobExists:
            return  # pressed twice within a second
        except HoldChanged:
            if not left:
                raise


def plan_change(
    cohort_id: str, old: str, new: str, now: datetime, by: str = BY, *, name: str = "", why: str = ""
) -> list[Write]:
    """Return the writes of the act; none if the address was replaced before.

    Raises CohortUnknown, AddressNotFound or ReplaceRefused.
    """
    change = Change(cohort_id, clean_address(old), clean_address(new), clean_name(name))
    _check(change, why)
    cohort = cohorts.find(cohort_id)
    if cohort is None:
        raise CohortUnknown(cohort_id)
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    until = working_days(programme.organisation, cohort.dates.closed).a_day_after(now)
    places, broken = find_uses(cohort_id, change.old)
    if not places and not cohort_roles(cohort, change.old):
        if list_uses(cohort_id, change.new) or cohort_roles(cohort, change.new):
            return []
        if broken:
            raise ReplaceRefused(FieldError("old", _say_damaged(change.old, broken)))
        raise AddressNotFound(change.old)
    for place in places:
        refuse_taken(change, place)
    asked = Asked(by, now, one_line(why) or NO_REASON)
    return _act(change, cohort, places, until, asked, is_all_read=not broken and not list_unreadable())


def _say_damaged(address: str, broken: Mapping[str, str]) -> str:
    """Say why no one knows whether an address is in a cohort. broken: by the id of a delegate, why"""
    names = ", ".join(sorted(broken))
    return (
        f"No one in this cohort whose record can be read has the address {address}. "
        f"Records of these delegates are damaged: {names}. Repair them in the table, then replace the address."
    )


class Preview(NamedTuple):
    """What another address does, before it is done.

    parts   what the person is in the cohort, in words
    emails  who is emailed what, in words
    """

    title: str
    parts: tuple[str, ...]
    emails: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        """Return the preview for a terminal."""
        return [f"{self.title}.", *self.parts, *self.emails]


def preview_change(
    cohort_id: str, old: str, new: str, now: datetime, by: str = BY, *, name: str = "", why: str = ""
) -> Preview | None:
    """Say what `change_address` would do; None if the address was replaced before. Raises what it raises."""
    if not plan_change(cohort_id, old, new, now, by, name=name, why=why):
        return None
    cohort = cohorts.find(cohort_id)
    assert cohort  # noqa: S101 the plan was made for it
    change, programme = (
        Change(cohort_id, clean_address(old), clean_address(new), clean_name(name)),
        programmes.load(cohort.programme_id, cohort.programme_version),
    )
    places, zone = list_uses(cohort_id, change.old), programme.organisation.timezone
    parts = dict(_name_parts(change, cohort, places))
    person = next((who for who in parts.values() if who != change.old), change.old)
    named = f", named {change.name}" if change.name else ""
    until = working_days(programme.organisation, cohort.dates.closed).a_day_after(now)
    is_held = bool(_holds(change, cohort, places, until, by)) and not _has_bounced(change, now)
    when = f"{holds.say_wait(by)}, which is {local_time(until, zone)} at the latest" if is_held else "at once"
    return Preview(
        f"Replace the address of {person} by {change.new}{named}",
        tuple(parts),
        (
            f"{change.old}: that the address was replaced; nothing if the address does not work, or had no email yet.",
            f"{change.new}: new links and sign-in codes, {when}. Raters get another invitation unless they declined.",
        ),
    )


def _has_bounced(change: Change, now: datetime) -> bool:
    """Return whether the old address does not work, and is not held itself: then the new one is not held."""
    lost = _list_lost(change)
    return any(not _is_complaint(bounce) for bounce in lost) and not _is_held(change.cohort, change.old, now)


def _list_lost(change: Change) -> list[Bounce]:
    bounces = list_shown(cohorts.list_bounces(change.cohort))
    return [bounce for bounce in bounces if bounce.is_lost and bounce.email == change.old]


def _is_complaint(bounce: Bounce) -> bool:
    """Return whether the reader marked our email as junk: it arrived, and its owner may object to a new address."""
    email = emails.find(bounce.mail_id)
    return email is not None and email.state is EmailState.COMPLAINED


def _name_parts(change: Change, cohort: Cohort, places: Sequence[AddressUse]) -> Iterator[tuple[str, str]]:
    """Yield what the person is in the cohort, and their name there."""
    for part, person in cohort_roles(cohort, change.old).items():
        yield f"{person.name} is the {part} of {cohort.title}.", person.name
    for place in places:
        delegate, about = place.delegate, place.delegate.person.name
        if change.has(delegate.person):
            yield f"{about} is a delegate.", about
        for part, person in {"coach": delegate.coach, "line manager": delegate.manager}.items():
            if change.has(person):
                yield f"{person.name} is the {part} of {about}.", person.name
        listed = [
            rater.person.name for lists in place.nominations for rater in lists.raters if change.has(rater.person)
        ]
        if listed or place.is_asked:
            who = listed[0] if listed else change.old
            yield f"{who} is a rater of {about}.", who


class Asked(NamedTuple):
    """Who asked for the change, when, and why."""

    by: str
    now: datetime
    why: str


def _act(
    change: Change,
    cohort: Cohort,
    places: Sequence[AddressUse],
    until: datetime,
    asked: Asked,
    *,
    is_all_read: bool,
) -> list[Write]:
    """Create the job, its lines in the trail, and the hold on the new address.

    An address that bounced needs no hold on its successor, unless it is held itself: otherwise an administrator could
    change an address into one that does not exist, and that into their own. One whose owner marked our email as junk
    gets no notice, and its successor is held. If not all of the cohort can be read, it is held for all of it: a restart
    after the repair may make its owner the coach of one more delegate.
    """
    by, now, why = asked
    bounced = _has_bounced(change, now)
    reading = {part for place in places for part in place.reading(change)}
    reading |= cohort_roles(cohort, change.old).keys()
    held = _holds(change, cohort, places, until, by)
    if not is_all_read:
        held = [holds.make_hold(cohort.id, Person(change.name or change.new, change.new), until, by)]
    held = [] if bounced else held
    about = {**asdict(change), "links": ",".join(sorted(reading)), "bounced": "yes" if bounced else ""}
    about["held_until"] = held[0].until.isoformat() if held else ""
    was_emailed = not bounced and not any(map(_is_complaint, _list_lost(change)))
    about["told"] = "yes" if was_emailed and (reading or any(place.was_emailed(change) for place in places)) else ""
    subject = (cohort.id, derive(12, change.old, change.new), f"{now:{MOMENT}}")
    entries = audit_change(change, cohort, [place.delegate for place in places], by, now, why)
    return [jobs.add(JobKind.REPLACE.job(*subject, due_at=now, **about)), *entries, *holds.add_all(held, now)]


def _is_held(cohort_id: str, address: str, now: datetime) -> bool:
    return holds.is_held(cohorts.rows(cohort_id), reader_key(address), now)


def _holds(change: Change, cohort: Cohort, places: Sequence[AddressUse], until: datetime, by: str) -> list[Hold]:
    """Hold the new address: a coach or line manager of others at that address keeps access to them."""
    own = [place.delegate for place in places if change.has(place.delegate.person)]
    own_holds = [holds.make_hold(cohort.id, change.of(delegate.person), until, by, delegate.id) for delegate in own]
    coached = [place.delegate for place in places if change.has(place.delegate.coach)]
    is_coach_here = any(line.coach.email == change.new for line in cohorts.list_lines(cohort.id))
    if coached and is_coach_here:
        own_holds += [
            holds.make_hold(cohort.id, change.of(delegate.coach), until, by, delegate.id) for delegate in coached
        ]
    elif coached:
        own_holds.append(holds.make_hold(cohort.id, change.of(coached[0].coach), until, by))
    managed = [place.delegate for place in places if change.has(place.delegate.manager)]
    if managed and list_uses(cohort.id, change.new):
        own_holds += [
            holds.make_hold(cohort.id, change.of(delegate.manager), until, by, delegate.id) for delegate in managed
        ]
    elif managed:
        own_holds.append(holds.make_hold(cohort.id, change.of(managed[0].manager), until, by))
    in_cohort = cohort_roles(cohort, change.old).values()
    own_holds += [holds.make_hold(cohort.id, change.of(person), until, by) for person in in_cohort]
    return list({hold.id: hold for hold in own_holds}.values())


def _check(change: Change, why: str) -> None:
    if too_long := fault_of(why):
        raise ReplaceRefused(FieldError("why", too_long))
    if fault := check_address(change.new):
        raise ReplaceRefused(FieldError("new", f"The new address {fault}."))
    if change.name and (fault := check_name(change.name)):
        raise ReplaceRefused(FieldError("name", f"The name {fault}."))
    if change.old == change.new:
        raise ReplaceRefused(FieldError("new", "The new address is the old one."))
