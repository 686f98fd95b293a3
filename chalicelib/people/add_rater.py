"""Add one rater for a delegate, by the rules of a list of raters in a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from chalicelib.core.errors import FieldError, FileInvalid
from chalicelib.core.ids import invitation_id
from chalicelib.core.model import MANAGER_GROUP, DelegateWave, RaterEntry
from chalicelib.people.check_raters import ask_about_groups, ask_about_rater, say_when_asked
from chalicelib.people.loaded import LoadedDelegate
from chalicelib.people.planned import ActRefused, Asking, Planned, plan, recipients
from chalicelib.people.raters import CLOSED, find_list, list_raters
from chalicelib.programme.read_people import RATER_COLUMNS, read_raters
from chalicelib.store import audit_events
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.delegates import Nomination
from chalicelib.store.table import Write
from chalicelib.waves import lifecycle

LABELS = {"name": "The name", "email": "The address", "group": "The group"}
NOT_ADDED = (MANAGER_GROUP,)
MANAGER = "The line manager is asked without being added. To ask someone else, change the line manager."
NOT_AGAIN = "No one can be asked at this address again: it was replaced by another one, or its owner was erased."


def why_none(loaded: LoadedDelegate) -> str:
    """Return why no rater can be added; empty if one can."""
    return "" if find_list(loaded) else CLOSED.format(name=loaded.name)


def plan_rater(loaded: LoadedDelegate, typed: Mapping[str, str], asking: Asking) -> Planned:
    """Plan that one more person is asked. Raises ActRefused with the field of each fault.

    Whether the delegate has chosen the person too, on a list that is not sent, makes no difference that is shown.
    """
    loaded.refuse_gone()
    listed = find_list(loaded)
    if listed is None:
        raise ActRefused(FieldError("", CLOSED.format(name=loaded.name)))
    wave, before = listed
    entry = _read(loaded, typed)
    _refuse_asked(loaded, wave, entry)
    title = loaded.programme.group(entry.group).title
    when = say_when_asked(loaded.programme, wave, asking.now)
    is_first, sent = not before.sent_raters, before.raters[: before.sent_raters]
    manager = RaterEntry(MANAGER_GROUP, loaded.delegate.manager)
    invited = [("rater", entry.person, f"the invitation, {when}")]
    if is_first and manager in before.unsent and manager.person.email != entry.person.email:
        invited.append(("line manager", manager.person, f"the invitation, {when}"))
    return plan(
        f"Add {entry.person.name} to the raters of {loaded.name}",
        [
            f"They are asked as one of: {title}. No one approves this first.",
            f"{loaded.name} sees them on the list, and gets no email about it.",
            f"{loaded.name} gets no more reminders to choose raters, and can still add people." if is_first else "",
        ],
        recipients(*invited),
        _writes(loaded, wave, before, entry, asking),
        [*ask_about_rater(loaded, wave, sent, entry), *ask_about_groups(loaded, sent, [*sent, entry])],
    )


def was_added(loaded: LoadedDelegate, typed: Mapping[str, str]) -> bool:
    """Return whether the person is on the list as typed: the form was confirmed twice."""
    try:
        entry = _read(loaded, typed)
    except ActRefused:
        return False
    return any(rater.entry == entry for rater in list_raters(loaded))


def _read(loaded: LoadedDelegate, typed: Mapping[str, str]) -> RaterEntry:
    """Read a rater by the rules of raters.csv. Raises ActRefused with the field of each fault."""
    cells = {name: " ".join(typed.get(name, "").split()) for name in RATER_COLUMNS}
    cells["delegate_email"] = address = loaded.delegate.person.email
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(RATER_COLUMNS)
    rows.writerow([cells[name] for name in RATER_COLUMNS])
    on_list = {address: [rater.entry for rater in list_raters(loaded)]}
    try:
        ((entry,),) = read_raters(text.getvalue().encode(), "typed", loaded.programme, [address], on_list).values()
    except FileInvalid as refused:
        faults = {fault.column: fault.message for fault in refused.faults}
        raise ActRefused(
            *(FieldError(name, f"{LABELS.get(name, 'This')} {message}.") for name, message in faults.items())
        ) from None
    return entry


def _refuse_asked(loaded: LoadedDelegate, wave: DelegateWave, entry: RaterEntry) -> None:
    """Refuse a second line manager, who was asked already, and an address that was replaced or whose owner was erased.

    Raises ActRefused.
    """
    if entry.group in NOT_ADDED:
        raise ActRefused(FieldError("group", MANAGER))
    address = entry.person.email
    for rater in list_raters(loaded):
        if rater.entry.person.email == address:
            title = loaded.programme.group(rater.group).title
            raise ActRefused(FieldError("email", f"{address} is on the list already, under “{title}”."))
    asked_id = invitation_id(loaded.delegate.id, wave.wave.value, address)
    for invitation in DelegateRecord(loaded.rows).invitations(wave.wave):
        if invitation.id == asked_id and invitation.rater.email != address:
            raise ActRefused(FieldError("email", NOT_AGAIN))


def _writes(
    loaded: LoadedDelegate, wave: DelegateWave, before: Nomination, entry: RaterEntry, asking: Asking
) -> Iterator[Write]:
    delegate = loaded.delegate
    # an unsent list may name them otherwise: the preview said what was typed here
    others = tuple(rater for rater in before.raters if rater.person.email != entry.person.email)
    manager = RaterEntry(MANAGER_GROUP, delegate.manager)
    after = lifecycle.add_named(replace(before, raters=others), [entry], manager)
    yield from lifecycle.send_nomination(loaded.programme, delegate, wave, before, after, asking.now)
    words = {"group": loaded.programme.group(entry.group).title, "why": asking.reason}
    yield audit_events.add(loaded.cohort.id, AuditEvent.ADDED_RATER, asking.by, delegate.id, asking.now, **words)
