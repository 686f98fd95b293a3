"""Replace an address that bounced or was mistyped, everywhere in a cohort.

The act is a job. For each delegate it changes everything in one transaction: old links stop working, waiting emails go
to the new address, and raters are invited again, whether they have answered or not, unless they declined. Saved
answers are dropped; sent answers count and stay sealed. The old address gets a notice. If the person may read reports,
the new address gets link and codes a working day later, unless a second administrator confirms it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import asdict

from chalicelib.admin.address_audit import audit_change
from chalicelib.admin.address_change_job import change_address_writes
from chalicelib.admin.address_in_cohort import change_in_cohort, cohort_roles
from chalicelib.admin.cohort_status import CohortUnknown
from chalicelib.admin.emails import MOMENT, links_to_pages, notice_to_old
from chalicelib.admin.redirect_emails import Change
from chalicelib.admin.resend_link import AddressNotFound
from chalicelib.admin.voided import make_mark
from chalicelib.core.addresses import check_address, check_text, clean_address, clean_name
from chalicelib.core.errors import FieldError, FormInvalid
from chalicelib.core.formatting import local_time
from chalicelib.core.ids import derive, reader_key
from chalicelib.core.model import Cohort, Delegate, Person, Programme, Wave
from chalicelib.core.reasons import NO_REASON, fault_of, one_line
from chalicelib.core.working_days import working_days
from chalicelib.emails.bounces import list_shown
from chalicelib.emails.kinds import EmailKind, OnNewAddress, To, find_kind
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each, fail_for
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import cohorts, delegates, emails, holds, invitations, jobs, programmes, waiting_emails
from chalicelib.store.delegates import Nomination
from chalicelib.store.emails import Bounce, Email, EmailExists, EmailState
from chalicelib.store.holds import Hold
from chalicelib.store.jobs import Job, JobExists
from chalicelib.store.marshal import Row, read
from chalicelib.store.table import Changed, Key, Write, batched, get_many
from chalicelib.store.unreadable import list_unreadable
from chalicelib.workshops.change_sessions import notify_of_dates

BY = "command line"
WAVES = (Wave.BASELINE, Wave.FOLLOWUP)  # those with a list of raters
MAX_RETRIES = 5  # a rater may answer, or a reminder be sent, between our read and our write
MAX_BOUNCES_CLEARED = 50  # bounces removed from the dashboard in one transaction


class ReplaceRefused(FormInvalid):
    """The new address is invalid or already in use."""

    title = "Nothing was changed"


# --- the act ------------------------------------------------------------------------------------------


def change_address(
    cohort_id: str, old: str, new: str, now: datetime, by: str = BY, *, name: str = "", why: str = ""
) -> None:
    """Replace an address in all of a cohort. Replacing it again succeeds.

    Raises CohortUnknown, AddressNotFound or ReplaceRefused.
    """
    writes = plan_change(cohort_id, old, new, now, by, name=name, why=why)
    if not writes:
        return
    try:
        commit(writes, now)
    except JobExists:
        return  # pressed twice within a second


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
    places, broken = _find_places(cohort_id, change.old)
    if not places and not cohort_roles(cohort, change.old):
        if _places(cohort_id, change.new) or cohort_roles(cohort, change.new):
            return []
        raise AddressNotFound(change.old)
    for place in places:
        _refuse_taken(change, place)
    asked = Asked(by, now, one_line(why) or NO_REASON)
    return _act(change, cohort, places, until, asked, is_all_read=not broken and not list_unreadable())


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
    places, zone = _places(cohort_id, change.old), programme.organisation.timezone
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
    is_told = not bounced and not any(map(_is_complaint, _list_lost(change)))
    about["told"] = "yes" if is_told and (reading or any(place.was_emailed(change) for place in places)) else ""
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
    if managed and _places(cohort.id, change.new):
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
    if change.name and (fault := check_text(change.name)):
        raise ReplaceRefused(FieldError("name", f"The name {fault}."))
    if change.old == change.new:
        raise ReplaceRefused(FieldError("new", "The new address is the old one."))


# --- places of an address -----------------------------------------------------------------------------


class AddressUse(Struct, frozen=True):
    """A delegate on whose rows the address appears."""

    delegate: Delegate
    nominations: tuple[Nomination, ...]
    is_asked: bool  # the address was invited to answer about them

    def holds(self, address: str) -> bool:
        people = (self.delegate.person, self.delegate.manager, self.delegate.coach)
        return self.is_asked or address in self.listed or any(person.email == address for person in people)

    @property
    def listed(self) -> set[str]:
        return {rater.person.email for nomination in self.nominations for rater in nomination.raters}

    def reading(self, change: Change) -> Iterator[str]:
        """Return in which roles the person reads reports. They get a link to their pages."""
        parts = {"delegate": self.delegate.person, "coach": self.delegate.coach}
        return (part for part, person in parts.items() if change.has(person))

    def was_emailed(self, change: Change) -> bool:
        """Return whether an email may have gone to the old address; an address that is only on a list has had none."""
        return self.is_asked or change.has(self.delegate.manager)


def _places(cohort_id: str, address: str) -> list[AddressUse]:
    return _find_places(cohort_id, address)[0]


def _find_places(cohort_id: str, address: str) -> tuple[list[AddressUse], dict[str, str]]:
    """Return where a cohort holds an address, and by the id of a delegate why their rows cannot be read."""
    lines = [line for line in cohorts.list_lines(cohort_id) if not line.withdrawn]
    inbox = invitations.inbox_of(address)
    asked = frozenset(entry.delegate_id for entry in inbox if entry.cohort_id == cohort_id)
    uses, broken = _read_uses([line.delegate_id for line in lines], asked)
    return [use for use in uses if use.holds(address)], broken


def _read_uses(ids: Sequence[str], asked: frozenset[str]) -> tuple[list[AddressUse], dict[str, str]]:
    people = _rows_by_delegate({delegates.key(id): id for id in ids})
    lists = _rows_by_delegate({delegates.nomination_key(id, wave): id for id in ids for wave in WAVES})

    def read_use(id: str) -> AddressUse:
        delegate, chosen = read(Delegate, people[id][0]), [read(Nomination, row) for row in lists.get(id, ())]
        return AddressUse(delegate, tuple(chosen), id in asked)

    uses, broken = each([id for id in ids if id in people], read_use, "address")
    return list(uses.values()), broken


def _rows_by_delegate(keys: Mapping[Key, str]) -> dict[str, list[Row]]:
    """Read rows. keys: the id of the delegate for each."""
    rows: dict[str, list[Row]] = {}
    for batch in batched(list(keys)):
        for at, row in get_many(batch).items():
            if isinstance(at, Key):
                rows.setdefault(keys[at], []).append(row)
    return rows


def _refuse_taken(change: Change, place: AddressUse) -> None:
    """Refuse an address that would answer twice about a delegate, or hold two roles that files keep apart."""
    _refuse_two_roles(change, place.delegate)
    answering = place.listed | {place.delegate.person.email}
    is_coach_only = change.old not in answering and not change.has(place.delegate.manager)
    if change.new in answering and not is_coach_only:
        taken = f"{change.new} already belongs to a person who answers about {place.delegate.person.name}."
        raise ReplaceRefused(FieldError("new", f"{taken} No one can answer twice."))


def _refuse_two_roles(change: Change, delegate: Delegate) -> None:
    others = {"coach": delegate.coach, "line manager": delegate.manager}
    for role, person in others.items():
        if change.has(person) and change.new == delegate.person.email:
            own = f"{change.new} is the address of {delegate.person.name}, who cannot be their own {role}."
            raise ReplaceRefused(FieldError("new", own))
        if change.has(delegate.person) and change.new == person.email:
            raise ReplaceRefused(FieldError("new", f"{change.new} is the address of {delegate.person.name}’s {role}."))


# --- the job ------------------------------------------------------------------------------------------


def change_address_everywhere(job: Job, now: datetime) -> Sequence[Write]:
    """Change each delegate in one transaction; skip those that an earlier attempt changed.

    Delegates whose rows cannot be read are left out: the job fails at the end and names them.
    """
    change = Change(**{name: job.about.get(name, "") for name in Change.__struct_fields__})
    cohort = cohorts.find(change.cohort)
    if cohort is None:
        raise LookupError(f"no cohort {change.cohort}")
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    places, broken = _find_places(change.cohort, change.old)
    notice = notice_to_old(job, change, programme, now)
    if cohort_roles(cohort, change.old):
        _move(lambda: change_in_cohort(change, cohort.id), notice, now)

    by_id = {place.delegate.id: place for place in places}
    mark = make_mark(cohort.id, change.old, change.new, cause=job.id)  # an earlier attempt may have moved some

    def move(delegate_id: str) -> None:
        _refuse_taken(change, by_id[delegate_id])  # the act could not check a delegate whose rows were damaged
        _move(lambda: change_address_writes(change, list(delegates.load_rows(delegate_id)), now, mark), notice, now)

    _, left_out = each(by_id, move, "address")
    finish = [
        *links_to_pages(job, change, programme, now),
        *_off_the_dashboard(change),
        *_old_links(change, cohort),
        *_new_calendars(job, change, cohort, programme, now),
    ]
    left_out |= {**list_unreadable(), **broken}
    if left_out and finish:
        commit(finish, now)
    fail_for(left_out)
    return finish


def _new_calendars(job: Job, change: Change, cohort: Cohort, programme: Programme, now: datetime) -> list[Write]:
    """Send the calendar entries to the new address. A restarted job does not send them again."""
    cause = "address." + job.id.replace("#", ".")
    if jobs.find(JobKind.SEND_DATES.job_id(cohort.id, cause)):
        return []
    return notify_of_dates(cohort, programme, cause, now, only=_calendars(change, cohort))


def _calendars(change: Change, cohort: Cohort) -> list[str]:
    """Return whose calendars have the old address, or the new one: an earlier attempt may have changed it."""
    addresses = (change.old, change.new)
    delegates_of = [line.delegate_id for line in cohorts.list_lines(cohort.id) if line.email in addresses]
    return [
        *delegates_of,
        *(facilitator.id for facilitator in cohort.facilitators if facilitator.person.email in addresses),
    ]


def _move(writes: Callable[[], list[Write]], notice: Email | None, now: datetime) -> None:
    """Send the notice to the old address once, with the first change."""
    for left in reversed(range(MAX_RETRIES)):
        notices = emails.add(notice) if notice and emails.find(notice.id) is None else []
        try:
            commit([*writes(), *notices], now)
            return
        except (Changed, EmailExists):
            if not left:
                raise


def _off_the_dashboard(change: Change) -> list[Write]:
    gone = [bounce for bounce in list_shown(cohorts.list_bounces(change.cohort)) if bounce.email == change.old]
    return [emails.hide(change.cohort, bounce) for bounce in gone[:MAX_BOUNCES_CLEARED]]


def _old_links(change: Change, cohort: Cohort) -> list[Write]:
    """Cancel resent links that wait for the old address."""
    live = waiting_emails.list_waiting(cohort.id)
    lost = [email for email in live if _brings_a_link(find_kind(email.template)) and change.has(email.to)]
    return [emails.cancel(email.id) for email in lost if cohort.id in email.id.split("#")]


def _brings_a_link(kind: EmailKind) -> bool:
    """Return whether an email brings its reader a link. The notice to the old address does not: it still goes there."""
    return kind.to is To.LINK_OWNER and kind.on_new_address is OnNewAddress.REPLACE
