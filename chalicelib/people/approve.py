"""Approve a list of raters in the approver's place, who is away. The administrator sees what the approver sees."""

from __future__ import annotations

from datetime import datetime

from chalicelib.core.errors import FieldError
from chalicelib.core.formatting import last_day, plural
from chalicelib.nominate.approve_list import approve_in_place
from chalicelib.nominate.emails import approver, name_approver
from chalicelib.nominate.rater_list import RaterList, load, with_warnings
from chalicelib.nominate.seen_list import ListOutdated, refuse_unseen
from chalicelib.people.check_raters import say_when_asked
from chalicelib.people.loaded import LoadedDelegate
from chalicelib.people.planned import ActRefused, Asking, Planned, plan, recipients
from chalicelib.people.raters import TAKES_CHANGES
from chalicelib.store import audit_events
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.delegates import LATEST_FIRST, Approval
from chalicelib.waves.lifecycle import approver_of

NONE_WAITS = "No list of raters of {name} waits for approval."


def waits(loaded: LoadedDelegate) -> bool:
    """Return whether a list waits for its approver."""
    lists = (DelegateRecord(loaded.rows).find_nomination(wave) for wave in LATEST_FIRST)
    latest = next((chosen for chosen in lists if chosen), None)
    if latest is None or latest.approval is not Approval.ASKED:
        return False
    takes_changes = any(wave.wave is latest.wave and wave.state in TAKES_CHANGES for wave in loaded.waves)
    return takes_changes and approver_of(loaded.programme, loaded.delegate) is not None


def load_waiting(loaded: LoadedDelegate, now: datetime) -> RaterList:
    """Return the list as its approver sees it. Raises ActRefused."""
    choice = load("", loaded.delegate.id, None, now) if waits(loaded) else None
    if choice is None or not choice.is_asked or not choice.is_open:
        raise ActRefused(FieldError("", NONE_WAITS.format(name=loaded.name)))
    return with_warnings(choice)


def plan_approval(loaded: LoadedDelegate, seen: str, asking: Asking) -> Planned:
    """Plan the approval.

    seen   the list that the form showed: see nominate/seen_list.py

    Raises ActRefused, also for a list that was not shown.
    """
    loaded.refuse_gone()
    choice, now = load_waiting(loaded, asking.now), asking.now
    try:
        refuse_unseen(choice, seen)
    except ListOutdated as outdated:
        raise ActRefused(FieldError("", str(outdated))) from None
    by, name, zone = approver(choice), name_approver(choice), choice.programme.organisation.timezone
    people = plural(len(choice.unsent), "person", "people")
    when = say_when_asked(choice.programme, choice.wave, now)
    words = {"raters": people, "why": asking.reason}
    event = AuditEvent.APPROVED_LIST
    audit = audit_events.add_naming(
        loaded.cohort.id, event, asking.by, loaded.delegate.id, now, {"approver": by}, **words
    )
    return plan(
        f"Approve the list of {loaded.name} in place of {name}",
        [
            f"{people} on it {'is' if len(choice.unsent) == 1 else 'are'} asked for feedback, and can answer until "
            f"{last_day(choice.wave.closes_at, zone)}.",
            f"It is {name} who approves the list. The audit trail says that you did it, and why.",
            "You cannot undo this. You can remove single raters.",
        ],
        recipients(
            ("delegate", loaded.delegate.person, f"that the list is approved, in place of {name}"),
            ("approver", by, "that you have approved it in their place; their link says so too"),
            *(("rater", rater.person, f"the invitation, {when}") for rater in choice.unsent),
        ),
        [*approve_in_place(choice, now), audit],
        [f"{line.kind.value}: {', '.join(rater.person.name for rater in line.raters)}." for line in choice.summary],
    )
