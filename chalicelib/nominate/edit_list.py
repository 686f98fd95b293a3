"""Edit a delegate's list of raters: add, paste, correct, remove. No one is emailed before the list is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from chalicelib.core.addresses import check_address, check_name, clean_address, clean_name
from chalicelib.core.formatting import plural
from chalicelib.core.ids import invitation_id
from chalicelib.core.model import Person, RaterEntry, Wave
from chalicelib.nominate.pasted_list import read_list
from chalicelib.nominate.rater_list import (
    AddressReplaced,
    ChoosingClosed,
    EntryRefused,
    GroupFull,
    InvitedAlready,
    Listed,
    ListRefused,
    ListWithApprover,
    NothingPasted,
    NotOnList,
    OnListAlready,
    OwnAddress,
    RaterList,
    open_choice,
)
from chalicelib.store import delegates, invitations
from chalicelib.store.delegates import NominationChanged
from chalicelib.store.table import Key, batched, get_many, transact

REPLACED = "The programme team has replaced or removed {email}, so it cannot be added again. Please ask them."
OWN_ADDRESS = "This is your own address. Your own questionnaire has a link of its own."


def add_rater(choice: RaterList, group_id: str, name: str, email: str) -> None:
    """Add a person; adding the same person again succeeds. Raises ListRefused with what to do."""
    rater = _checked(choice, group_id, Person(clean_name(name), clean_address(email)))
    if rater not in choice.nomination.raters:
        _refuse_doubled(choice, rater)
        _refuse_replaced(choice, [rater])
        _save(choice, (*choice.nomination.raters, rater))


def paste(choice: RaterList, group_id: str, text: str) -> int:
    """Add the people of a pasted list; skip who is in the group already. Return how many are new.

    Raises ListRefused with every entry that cannot be used; the others are added.
    """
    _refuse_if_fixed(choice)
    pasted = read_list(text, [group.title for group in choice.programme.groups])
    on_list = {rater.person.email: rater for rater in choice.nomination.raters}
    usable, refused = _sort_out(choice, group_id, pasted.people, on_list)
    each = [*(EntryRefused(fault.name, str(fault)) for fault in pasted.faults), *refused]
    if not pasted.people and not each:
        raise NothingPasted("Please paste at least one name with an email address.", "list")
    new = [RaterEntry(group_id, person) for person in usable if person.email not in on_list]
    _refuse_too_many(choice, group_id, choice.nomination.raters, new)
    _refuse_replaced(choice, new)
    if new:
        _save(choice, (*choice.nomination.raters, *new))
    if each:
        added = f"{plural(len(new), 'person was', 'people were')} added." if new else "No one was added yet."
        todo = "Please correct the entries below, and add them again."
        raise ListRefused(f"{added} {todo}", "list", tuple(each), changed=bool(new))
    return len(new)


def _sort_out(
    choice: RaterList, group_id: str, people: Iterable[Person], on_list: Mapping[str, RaterEntry]
) -> tuple[list[Person], list[EntryRefused]]:
    """Return who can be in the group, and why the others cannot."""
    usable, refused = [], []
    for person in people:
        if person.email == choice.delegate.person.email:
            refused.append(EntryRefused("own-address", f"“{person.email}”: {OWN_ADDRESS}"))
        elif person.email in on_list and on_list[person.email].group != group_id:
            title = choice.programme.group(on_list[person.email].group).title
            words = f"“{person.email}” is on your list already, under “{title}”."
            refused.append(EntryRefused("on-list-already", words))
        else:
            usable.append(person)
    return usable, refused


def find_person(choice: RaterList, person_id: str) -> Listed:
    """Find a person on the list. Raises ListRefused if no one has the id."""
    listed = next((person for person in choice.people if person.id == person_id), None)
    if listed is None:
        raise NotOnList("This person is no longer on your list.")
    return listed


def change_rater(choice: RaterList, listed: Listed, group_id: str, name: str, email: str) -> None:
    """Correct a person who was not invited yet. Raises ListRefused."""
    if listed.is_sent:
        raise InvitedAlready(
            "This person has been invited already. Please ask the programme team to correct the address."
        )
    others = tuple(rater for rater in choice.nomination.raters if rater != listed.rater)
    corrected = _checked(choice, group_id, Person(clean_name(name), clean_address(email)), others)
    _refuse_doubled(choice, corrected, others)
    _refuse_replaced(choice, [corrected])
    _save(choice, tuple(corrected if rater == listed.rater else rater for rater in choice.nomination.raters))


def remove_rater(choice: RaterList, email: str) -> None:
    """Remove a person; removing one who is not there succeeds.

    Raises ListRefused for a person who was invited already.
    """
    _refuse_if_fixed(choice)
    raters = choice.nomination.raters
    if any(rater.person.email == email for rater in raters[: choice.nomination.sent_raters]):
        raise InvitedAlready("This person has been invited already, so you cannot remove them.")
    left = tuple(rater for rater in raters if rater.person.email != email)
    if left != raters:
        _save(choice, left)


def _checked(
    choice: RaterList, group_id: str, person: Person, others: Sequence[RaterEntry] | None = None
) -> RaterEntry:
    _refuse_if_fixed(choice)
    if fault := check_name(person.name):
        raise ListRefused(f"The name {fault}.", "name")
    if fault := check_address(person.email):
        raise ListRefused(f"The address {fault}.", "email")
    if person.email == choice.delegate.person.email:
        raise OwnAddress(OWN_ADDRESS, "email")
    rater = RaterEntry(group_id, person)
    if rater not in choice.nomination.raters:
        _refuse_too_many(choice, group_id, choice.nomination.raters if others is None else others, [rater])
    return rater


def _refuse_if_fixed(choice: RaterList) -> None:
    if not choice.is_open:
        raise ChoosingClosed
    if choice.is_asked and choice.approver:
        raise ListWithApprover(choice.approver.name)


def _refuse_doubled(choice: RaterList, rater: RaterEntry, others: Sequence[RaterEntry] | None = None) -> None:
    for other in choice.nomination.raters if others is None else others:
        if other.person.email == rater.person.email:
            title = choice.programme.group(other.group).title
            raise OnListAlready(f"{other.person.email} is on your list already, under “{title}”.", "email")


def _refuse_replaced(choice: RaterList, new: Sequence[RaterEntry]) -> None:
    """Refuse an address that was replaced: its owner would answer twice. One call for a hundred."""
    wave = choice.wave.wave
    for keys in batched([_invitation_key(choice, wave, rater) for rater in new]):
        rows = get_many(keys)
        for rater in new:
            row = rows.get(_invitation_key(choice, wave, rater))
            if row and row["rater"]["email"] != rater.person.email:
                raise AddressReplaced(REPLACED.format(email=rater.person.email), "email")


def _invitation_key(choice: RaterList, wave: Wave, rater: RaterEntry) -> Key:
    asked_id = invitation_id(choice.delegate.id, wave.value, rater.person.email)
    return invitations.key(choice.delegate.id, wave, asked_id)


def _refuse_too_many(choice: RaterList, group_id: str, raters: Sequence[RaterEntry], new: Sequence[RaterEntry]) -> None:
    groups = {group.id: group for group in choice.programme.rater_groups}
    if group_id not in groups:
        raise ListRefused("Please choose how you work together.", "group")
    group, size = groups[group_id], Counter(rater.group for rater in raters)[group_id]
    if size + len(new) > group.max:
        room = max(0, group.max - size)
        message = f"there is room for {plural(room, 'more person', 'more people')}" if room else "the group is full"
        raise GroupFull(f"{group.title}: at most {group.max}; {message}.", "group")


def _save(choice: RaterList, raters: tuple[RaterEntry, ...]) -> None:
    before = choice.nomination
    if raters == before.raters:
        return
    changed = replace(before, raters=raters, revision=before.revision + 1)
    try:
        transact([delegates.save_nomination(changed, before.revision)])
    except NominationChanged:
        if open_choice(choice.token, choice.now).nomination.raters != raters:
            raise ListRefused("The list changed in another window. Please check it and try again.") from None
