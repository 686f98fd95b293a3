"""Name in the audit trail which person's address was replaced, and which delegates that concerns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from chalicelib.admin.redirect_emails import Change
from chalicelib.core.ids import coach_id, reader_key
from chalicelib.core.model import Cohort, Delegate, Person
from chalicelib.store import audit_events, withdrawals
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.table import Write

MAX_EVENTS = 20  # in one transaction: above that, one event about the cohort


def audit_change(
    change: Change, cohort: Cohort, concerned: Sequence[Delegate], by: str, now: datetime, why: str
) -> list[Write]:
    """Return one event for each part that the address had, with both addresses, and with the name if another was given:
    erasing the person takes all out.

    concerned   delegates with the address on their rows
    """
    parts = dict.fromkeys(_parts(change, cohort, concerned))
    if len(parts) > MAX_EVENTS:
        parts = dict.fromkeys((part, cohort.id) for part, _ in parts)
    new = f"{change.name} <{change.new}>" if change.name else change.new
    addresses = {"before": Person(change.old, change.old), "after": Person(new, change.new)}
    events = [
        audit_events.add_naming(cohort.id, AuditEvent.REPLACED_ADDRESS, by, about, now, addresses, part=part, why=why)
        for part, about in parts
    ]
    return [_outlive(events[0], change, cohort, now), *events[1:]] if events else []


def _outlive(event: Write, change: Change, cohort: Cohort, now: datetime) -> Write:
    about = {"part": withdrawals.ADDRESS, "who": reader_key(change.old), "after": reader_key(change.new)}
    return withdrawals.outlive(event, withdrawals.What.PLACE, now, cohort=cohort.id, **about)


def _parts(change: Change, cohort: Cohort, concerned: Sequence[Delegate]) -> Iterator[tuple[str, str]]:
    """Yield the part, and what the event is about: a coach's or delegate's id, or that of the cohort."""
    if cohort.sponsor and change.has(cohort.sponsor):
        yield "the sponsor", cohort.id
    if any(change.has(facilitator.person) for facilitator in cohort.facilitators):
        yield "the facilitator", cohort.id
    for delegate in concerned:
        people = {"the delegate": delegate.person, "the line manager": delegate.manager}
        own = [part for part, person in people.items() if change.has(person)]
        yield from ((part, delegate.id) for part in own)
        if change.has(delegate.coach):
            yield "the coach", f"coach {coach_id(cohort.id, change.new)}"
        elif not own:
            yield "a rater", delegate.id
