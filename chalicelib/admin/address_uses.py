"""Find where a cohort holds an address, and refuse a new one that would give a person two parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from chalicelib.admin.redirect_emails import Change
from chalicelib.core.errors import FieldError, FormInvalid
from chalicelib.core.model import Delegate, Wave
from chalicelib.jobs.each import each
from chalicelib.store import cohorts, delegates, invitations
from chalicelib.store.delegates import Nomination
from chalicelib.store.marshal import Row, read
from chalicelib.store.table import Key, batched, get_many

WAVES = (Wave.BASELINE, Wave.FOLLOWUP)  # those with a list of raters


class ReplaceRefused(FormInvalid):
    """The new address is invalid or already in use."""

    title = "Nothing was changed"


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


def list_uses(cohort_id: str, address: str) -> list[AddressUse]:
    return find_uses(cohort_id, address)[0]


def find_uses(cohort_id: str, address: str) -> tuple[list[AddressUse], dict[str, str]]:
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


def refuse_taken(change: Change, place: AddressUse) -> None:
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
