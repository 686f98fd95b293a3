"""Remove a rater, move one to another group, or correct a name or an address, while the questionnaire is open.

Nothing here depends on whether the rater has answered, as far as anyone else can see: the same emails go out, the same
is shown, and the counts of the groups concerned are hidden until the close.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.admin.address_change import plan_change, preview_change
from chalicelib.core.addresses import clean_address
from chalicelib.core.clock import stamp
from chalicelib.core.errors import FieldError
from chalicelib.core.ids import reader_key
from chalicelib.core.model import (
    SELF_GROUP,
    DelegateWave,
    Invitation,
    InvitationState,
    Person,
    RaterEntry,
    Wave,
    WaveState,
)
from chalicelib.people import emails as written
from chalicelib.people.check_raters import ask_about_groups, ask_about_rater
from chalicelib.people.loaded import LoadedDelegate
from chalicelib.people.planned import ActRefused, Asking, Planned, plan, recipients
from chalicelib.store import audit_events, cohorts, delegates, emails, invitations, waiting_emails, withdrawals
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.delegates import Nomination
from chalicelib.store.emails import Email
from chalicelib.store.table import Write
from chalicelib.store.withdrawals import What, outlive
from chalicelib.waves.emails import to_raters

TAKES_CHANGES = (WaveState.PLANNED, WaveState.OPEN)
CLOSED = "No questionnaire about {name} is open: the list of raters can no longer change."
HIDDEN = "Before the close no page shows how many of {groups} have answered, so no one learns who has answered."


class Rater(Struct, frozen=True):
    """A rater on the list of a wave that takes changes. `invitation`: None if they were not asked yet."""

    wave: DelegateWave
    nomination: Nomination
    entry: RaterEntry
    invitation: Invitation | None

    @property
    def group(self) -> str:
        return self.invitation.group if self.invitation else self.entry.group


def find_list(loaded: LoadedDelegate) -> tuple[DelegateWave, Nomination] | None:
    """Return the wave that takes changes now, and its list."""
    wave = next((wave for wave in loaded.waves if wave.wave in cohorts.LINES and wave.state in TAKES_CHANGES), None)
    nomination = DelegateRecord(loaded.rows).find_nomination(wave.wave) if wave else None
    return (wave, nomination) if wave and nomination else None


def list_raters(loaded: LoadedDelegate) -> list[Rater]:
    """Return the raters that were sent, of the wave that takes changes now. An unsent list is the delegate's alone."""
    listed = find_list(loaded)
    if listed is None:
        return []
    wave, nomination = listed
    asked = {invitation.rater.email: invitation for invitation in _invitations(loaded, wave.wave)}
    return [
        Rater(wave, nomination, entry, asked.get(entry.person.email))
        for entry in nomination.raters[: nomination.sent_raters]
    ]


def _invitations(loaded: LoadedDelegate, wave: Wave) -> Iterator[Invitation]:
    every = DelegateRecord(loaded.rows).invitations(wave)
    return (
        invitation
        for invitation in every
        if invitation.state is not InvitationState.REVOKED and invitation.group != SELF_GROUP
    )


def find_rater(loaded: LoadedDelegate, address: str) -> Rater:
    """Find a rater by address. Raises ActRefused."""
    loaded.refuse_gone()
    raters = list_raters(loaded)
    if not raters:
        raise ActRefused(FieldError("rater", CLOSED.format(name=loaded.name)))
    wanted = clean_address(address)
    rater = next((rater for rater in raters if rater.entry.person.email == wanted), None)
    if rater is None:
        raise ActRefused(FieldError("rater", f"No one with this address was asked about {loaded.name}."))
    return rater


def is_removed(loaded: LoadedDelegate, address: str) -> bool:
    """Return whether a person was asked about the delegate and is asked no more."""
    wanted, every = clean_address(address), DelegateRecord(loaded.rows).invitations()
    states = {invitation.state for invitation in every if invitation.rater.email == wanted}
    return states == {InvitationState.REVOKED}


# --- remove -------------------------------------------------------------------------------------------


def plan_removal(loaded: LoadedDelegate, rater: Rater, asking: Asking) -> Planned:
    person, group = rater.entry.person, _title(loaded, rater.group)
    asked = rater.invitation is not None
    return plan(
        f"Remove {person.name} from the raters of {loaded.name}",
        [
            "Their link stops working. What they saved or sent is destroyed, if there is anything." if asked else "",
            f"One fewer is asked in the group {group}.",
            HIDDEN.format(groups=group) if asked else "",
            "You do not learn whether they have answered, nor does anyone else. You cannot undo this.",
        ],
        recipients(*([("rater", person, "that they are no longer asked")] if asked else [])),
        _removal_writes(loaded, rater, asking),
    )


def _removal_writes(loaded: LoadedDelegate, rater: Rater, asking: Asking) -> Iterator[Write]:
    delegate, now = loaded.delegate, asking.now
    if rater.invitation:
        before = rater.invitation
        yield delegates.hide_counts(rater.wave, [before.group])
        yield from invitations.remove(before)
        yield cohorts.change_line(
            delegate, put=cohorts.hide_counts(before.group), add=cohorts.subtract_asked(before), wave=rater.wave.wave
        )
        yield from (emails.cancel(email_id) for email_id in waiting_emails.list_ids(delegate.id, before.id))
        email = written.rater_removed(loaded.programme, delegate, before, loaded.days.soon(now), now)
        yield from emails.add(email)
    else:
        yield delegates.still_in_state(rater.wave)
    kept = [entry for entry in rater.nomination.raters if entry.person.email != rater.entry.person.email]
    yield _save_list(rater.nomination, kept, rater.nomination.sent_raters - 1)
    words = {"group": _title(loaded, rater.group), "why": asking.reason}
    event = audit_events.add(loaded.cohort.id, AuditEvent.REMOVED_RATER, asking.by, delegate.id, now, **words)
    about = {"part": withdrawals.RATER, "who": reader_key(rater.entry.person.email)}
    yield outlive(event, What.PLACE, now, cohort=loaded.cohort.id, delegate=delegate.id, **about)


def _save_list(before: Nomination, raters: Sequence[RaterEntry], sent: int) -> Write:
    after = replace(before, raters=tuple(raters), sent_raters=sent, revision=before.revision + 1)
    return delegates.save_nomination(after, before.revision)


# --- regroup ------------------------------------------------------------------------------------------


def plan_regrouping(loaded: LoadedDelegate, rater: Rater, group: str, asking: Asking) -> Planned:
    """Plan another group.

    Raises ActRefused for an unknown one, and between anonymous and named once they were asked.
    """
    person, before, after = rater.entry.person, rater.group, group
    _check_group(loaded, rater, after)
    groups = f"{_title(loaded, before)} and {_title(loaded, after)}"
    asked = rater.invitation is not None
    return plan(
        f"Move {person.name} from {_title(loaded, before)} to {_title(loaded, after)}",
        [
            f"They are asked as one of: {_title(loaded, after)}. If they have answered, the answers count there.",
            HIDDEN.format(groups=groups) if asked and before != after else "",
        ],
        recipients(*([("rater", person, "that they are asked in another group")] if asked else [])),
        [] if before == after else _regrouping_writes(loaded, rater, after, asking),
        [*_crowded(loaded, rater, after), *_just_enough(loaded, rater, after)],
    )


def _check_group(loaded: LoadedDelegate, rater: Rater, group: str) -> None:
    known = {group.id: group for group in loaded.programme.rater_groups}
    if group not in known:
        raise ActRefused(FieldError("group", f"Choose one of the groups: {', '.join(known)}."))
    if rater.invitation and known[group].named != known[rater.group].named:
        # refused whether something is saved or not: a refusal that depended on it would say so
        raise ActRefused(
            FieldError(
                "group",
                "They were asked by the rules of their group, and one of the two groups is shown by name. "
                "Remove them here instead. Name someone else for the other group.",
            )
        )


def _crowded(loaded: LoadedDelegate, rater: Rater, group: str) -> list[str]:
    most = loaded.programme.group(group).max
    count = sum(rater.group == group for rater in list_raters(loaded))
    return [f"{_title(loaded, group)} has {count} raters already, and {most} are allowed."] if count >= most else []


def _just_enough(loaded: LoadedDelegate, rater: Rater, group: str) -> Iterator[str]:
    sent = [RaterEntry(listed.group, listed.entry.person) for listed in list_raters(loaded)]
    moved = RaterEntry(group, rater.entry.person)
    return ask_about_groups(loaded, sent, [moved if entry.person == moved.person else entry for entry in sent])


def _regrouping_writes(loaded: LoadedDelegate, rater: Rater, group: str, asking: Asking) -> Iterator[Write]:
    delegate, now, before = loaded.delegate, asking.now, rater.invitation
    if before:
        after = replace(before, group=group)
        hidden = cohorts.hide_counts(before.group) | cohorts.hide_counts(group)
        moved = cohorts.move_counts(before.group, group, answered=before.state is InvitationState.ANSWERED)
        yield delegates.hide_counts(rater.wave, [before.group, group])
        yield invitations.regroup(before, group)
        yield cohorts.change_line(delegate, put=hidden, add=moved, wave=rater.wave.wave)
        email = to_raters.regrouped_email(
            loaded.programme, delegate, rater.wave, after, loaded.days.soon(now), stamp(now)
        )
        yield from emails.add(email)
        yield from _reworded(loaded, before, email)
    else:
        yield delegates.still_in_state(rater.wave)
    listed = [
        RaterEntry(group, entry.person) if entry.person.email == rater.entry.person.email else entry
        for entry in rater.nomination.raters
    ]
    yield _save_list(rater.nomination, listed, rater.nomination.sent_raters)
    words = {"before": _title(loaded, rater.group), "after": _title(loaded, group), "why": asking.reason}
    yield audit_events.add(loaded.cohort.id, AuditEvent.REGROUPED_RATER, asking.by, delegate.id, now, **words)


def _reworded(loaded: LoadedDelegate, before: Invitation, new: Email) -> Iterator[Write]:
    """Have reminders that wait say the new group, and who sees what in it."""
    about = {name: new.words[name] for name in ("group_title", "who_sees")}
    for email in _waiting(loaded, before):
        if about.keys() <= email.words.keys():
            yield from emails.reword(email, about)


def _waiting(loaded: LoadedDelegate, about: Invitation) -> list[Email]:
    every = waiting_emails.list_waiting(loaded.delegate.id)
    return [email for email in every if email.about.get("invitation") == about.id]


# --- correct ------------------------------------------------------------------------------------------


def plan_correction(loaded: LoadedDelegate, rater: Rater, name: str, address: str, asking: Asking) -> Planned:
    """Correct the address in the whole cohort, or the name alone about this delegate. Raises ActRefused or
    ReplaceRefused.
    """
    before = rater.entry.person
    if address and address != before.email:
        writes = plan_change(loaded.cohort.id, before.email, address, asking.now, asking.by, name=name, why=asking.why)
        preview = preview_change(
            loaded.cohort.id, before.email, address, asking.now, asking.by, name=name, why=asking.why
        )
        return plan(
            f"Correct the {'name and address' if name and name != before.name else 'address'} of {before.name}",
            [
                f"The address changes from {before.email} to {clean_address(address)}.",
                f"The name changes from “{before.name}” to “{name}”." if name and name != before.name else "",
                "The new address gets a new link and an empty form, and the old address a notice. Links in earlier "
                "emails stop working.",
                "What was saved is destroyed. Answers that were sent count, and no one can open or change them.",
                HIDDEN.format(groups=_title(loaded, rater.group)) if rater.invitation else "",
                *(f"It changes everywhere in the cohort: {part}" for part in (preview.parts if preview else ())),
            ],
            recipients(
                ("old address", before, "that it was replaced; nothing if it does not work, or had no email yet"),
                ("new address", replace(before, email=address), "a new link"),
            ),
            writes,
            _doubts(loaded, rater, Person(name or before.name, clean_address(address))),
        )
    changed = bool(name) and name != before.name
    return plan(
        f"Correct the name of {before.name} to {name or before.name}",
        ["The list and emails that wait show the new name."],
        [],
        _name_writes(loaded, rater, name, asking) if changed else [],
    )


def _doubts(loaded: LoadedDelegate, rater: Rater, person: Person) -> Iterator[str]:
    """Ask about a new address or name of a rater."""
    others = [listed.entry for listed in list_raters(loaded) if listed.entry.person != rater.entry.person]
    return ask_about_rater(loaded, rater.wave, others, RaterEntry(rater.group, person))


def _name_writes(loaded: LoadedDelegate, rater: Rater, name: str, asking: Asking) -> Iterator[Write]:
    old = rater.entry.person
    if rater.invitation:
        yield invitations.rename(rater.invitation, name)
        for email in _waiting(loaded, rater.invitation):
            yield from emails.reword(email, {"name": name})
    listed = [
        replace(entry, person=replace(entry.person, name=name)) if entry.person.email == old.email else entry
        for entry in rater.nomination.raters
    ]
    yield _save_list(rater.nomination, listed, rater.nomination.sent_raters)
    yield audit_events.add_naming(
        loaded.cohort.id,
        AuditEvent.CHANGED_PERSON,
        asking.by,
        loaded.delegate.id,
        asking.now,
        {"before": old, "after": replace(old, name=name)},
        what="the name of a rater",
        why=asking.reason,
    )


def _title(loaded: LoadedDelegate, group: str) -> str:
    return loaded.programme.group(group).title
