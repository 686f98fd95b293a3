"""A delegate's list of raters, and what pages show of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.errors import Refusal
from chalicelib.core.ids import derive
from chalicelib.core.model import Delegate, DelegateWave, Person, Programme, RaterEntry, WaveState
from chalicelib.links import signing
from chalicelib.links.ends import end_after
from chalicelib.links.kinds import HUB, NOMINATE
from chalicelib.links.signing import LinkRevoked, LinkUnknown
from chalicelib.nominate.address_warnings import (
    GroupWarning,
    RaterWarning,
    SummaryLine,
    Surroundings,
    find_group_warnings,
    find_rater_warnings,
    summarise,
)
from chalicelib.nominate.forecast import GroupForecast, forecast
from chalicelib.store import cohorts, delegates, invitations, programmes
from chalicelib.store.delegates import Approval, Nomination
from chalicelib.store.marshal import read
from chalicelib.store.table import get_many
from chalicelib.waves import lifecycle
from chalicelib.web import holds, readers
from chalicelib.web.readers import Reader, Role


class ListRefused(Refusal):
    """A change to the list that is refused: the `field` of the form, and each fault.

    changed   a part of it was done
    """

    title = "Your list was not changed"

    def __init__(
        self, message: str, field: str = "", each: tuple[EntryRefused, ...] = (), *, changed: bool = False
    ) -> None:
        super().__init__(message)
        self.field = field
        self.each = each
        self.changed = changed


class EntryRefused(Struct, frozen=True):
    """One entry of a pasted list that cannot be used. `name` is how a test finds the reason."""

    name: str
    message: str


class NotOnList(ListRefused):
    """The person was removed meanwhile."""


class InvitedAlready(ListRefused):
    """The person has been invited, so the delegate can neither remove nor correct them."""


class OwnAddress(ListRefused):
    """The delegate named themselves."""


class OnListAlready(ListRefused):
    """Another person of the list has the address."""


class AddressReplaced(ListRefused):
    """The programme team replaced or removed the address."""


class GroupFull(ListRefused):
    """More people than the group may have."""


class NothingPasted(ListRefused):
    """A pasted list without an entry."""


class ListTakenBack(ListRefused):
    """The delegate took the list back before its approver decided."""


class ApprovedInPlace(ListRefused):
    """An administrator approved the list before its approver decided."""


class ChoosingClosed(Refusal):
    """The questionnaire has closed, so no one can be added to the list."""

    status = 410
    title = "You can no longer choose raters"
    next_step = "Closed. Your list was not changed."

    def __init__(self) -> None:
        super().__init__("The questionnaire has closed, so no one else can be invited.")


class ListWithApprover(Refusal):
    """The list cannot be changed while its approver checks it."""

    title = "Your list is being checked"

    def __init__(self, approver: str) -> None:
        super().__init__(f"The list is with {approver}. Take it back first if you want to change it.")


class Listed(Struct, frozen=True):
    """One person on the list."""

    id: str  # in the address of their page: no name or email address is in a URL
    rater: RaterEntry
    is_sent: bool
    warnings: tuple[RaterWarning, ...]


class RaterList(Struct, frozen=True):
    """What the nomination pages show; warnings of two kinds take another call: see `with_warnings`."""

    token: str
    delegate: Delegate
    wave: DelegateWave
    programme: Programme
    nomination: Nomination
    around: Surroundings
    now: datetime

    @property
    def groups(self) -> tuple[GroupForecast, ...]:
        return forecast(self.programme, self.nomination.raters)

    @property
    def unsent(self) -> tuple[RaterEntry, ...]:
        return self.nomination.unsent

    @property
    def is_open(self) -> bool:
        """Return whether raters may be chosen: until the deadline, even if the closing job has not run."""
        return self.wave.state in (WaveState.PLANNED, WaveState.OPEN) and self.now < self.wave.closes_at

    @property
    def is_asked(self) -> bool:
        """Return whether the list waits for its approver and cannot be changed."""
        return self.nomination.approval is Approval.ASKED

    @property
    def may_change(self) -> bool:
        return self.is_open and not self.is_asked

    @property
    def approver(self) -> Person | None:
        """Return who approves the list before anyone on it is emailed, if the programme wants that."""
        return lifecycle.approver_of(self.programme, self.delegate)

    @property
    def hub_url(self) -> str:
        return HUB.url(self.delegate)

    @property
    def people(self) -> list[Listed]:
        return list(self._listed())

    @property
    def summary(self) -> tuple[SummaryLine, ...]:
        """Return the warnings about raters who were not sent yet, by kind."""
        return summarise([(person.rater, person.warnings) for person in self._listed()])

    @property
    def group_warnings(self) -> tuple[GroupWarning, ...]:
        return find_group_warnings(self.programme, self.nomination.raters)

    def in_group(self, group_id: str) -> list[Listed]:
        return [person for person in self._listed() if person.rater.group == group_id]

    def _listed(self) -> Iterator[Listed]:
        for place, rater in enumerate(self.nomination.raters):
            is_sent = place < self.nomination.sent_raters
            warnings = () if is_sent else find_rater_warnings(rater, self.around)
            yield Listed(person_id(rater), rater, is_sent, warnings)


def open_choice(token: str, now: datetime) -> RaterList:
    """Open the list by the delegate's link in two calls.

    Raises LinkUnknown, LinkRevoked or LinkEnded, and AddressHeld while a new address waits: the list was chosen before.
    """
    link = NOMINATE.open(token)
    delegate_id, version = link.parts
    choice = load(link.token, delegate_id, version, now)
    holds.refuse_held(reader_of(choice, Role.DELEGATE, choice.delegate.person), now)
    return choice


def reader_of(choice: RaterList, role: Role, person: Person) -> Reader:
    """Return who opens a list by a link alone: a new address of theirs may be on hold."""
    about = {"cohort": choice.delegate.cohort_id, "delegate": choice.delegate.id}
    return readers.reader(role, choice.token, person, f"/{NOMINATE.verb}/{choice.token}", choice.programme, about)


def load(token: str, delegate_id: str, version: str | None, now: datetime) -> RaterList:
    """Load the list in one call. Raises LinkUnknown, LinkRevoked or LinkEnded, and ChoosingClosed if it was deleted.

    version   of the delegate's own link; None where the caller checks another one
    """
    person = delegates.key(delegate_id)
    places = [
        (delegates.wave_key(delegate_id, wave), delegates.nomination_key(delegate_id, wave))
        for wave in delegates.LATEST_FIRST
    ]
    rows = get_many([person, *(key for place in places for key in place)])
    keys = next((place for place in places if rows.keys() >= {*place}), None)
    if person not in rows or not any(wave in rows for wave, _ in places):
        raise LinkUnknown
    delegate = read(Delegate, rows[person])
    if version not in (None, str(delegate.link_version)):
        raise LinkRevoked
    if keys is None:  # lists are kept for a shorter time than the rest of the wave
        raise ChoosingClosed
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    nomination, wave = read(Nomination, rows[keys[1]]), read(DelegateWave, rows[keys[0]])
    signing.refuse_ended(programme, end_after([wave.closes_at], programme.organisation.timezone), now)
    around = Surroundings(delegate, nomination.raters, (), {})
    return RaterList(token, delegate, wave, programme, nomination, around, now)


def with_warnings(choice: RaterList) -> RaterList:
    """Add warnings with one more call: the cohort's domains, and how many others asked each unsent rater."""
    listed = choice.nomination.raters
    return replace(
        choice, around=load_surroundings(choice.programme, choice.delegate, choice.wave, listed, choice.unsent)
    )


def load_surroundings(
    programme: Programme,
    delegate: Delegate,
    wave: DelegateWave,
    listed: Sequence[RaterEntry],
    judged: Sequence[RaterEntry],
) -> Surroundings:
    """Return in one call what raters are compared with.

    listed   the whole list
    judged   those of it of which warnings are wanted
    """
    month, cohort_key = lifecycle.month_of(programme, wave), cohorts.key(delegate.cohort_id)
    loads = {invitations.load_key(delegate.id, rater.person.email, month): rater.person.email for rater in judged}
    rows = get_many([cohort_key, *loads])
    requests = {email: rows[key]["requests"] for key, email in loads.items() if key in rows}
    domains = rows[cohort_key].get("domains", ()) if cohort_key in rows else ()
    return Surroundings(delegate, tuple(listed), domains, requests)


def person_id(rater: RaterEntry) -> str:
    return derive(8, "nominee", rater.person.email)
