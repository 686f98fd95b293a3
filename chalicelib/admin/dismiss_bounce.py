"""Dismiss an email that did not arrive: the administrator knows, and the page shows it no more.

Only the notice goes: the address stays suppressed until it is replaced. The next email that bounces is shown again.
"""

from __future__ import annotations

from datetime import datetime

from chalicelib.admin.dashboard import Dashboard
from chalicelib.core.model import Person
from chalicelib.jobs.commit import commit
from chalicelib.store import audit_events, cohorts, emails
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.emails import Bounce, BounceMissing

MAX_DISMISSED = 50  # of one address, in one transaction


def dismiss(board: Dashboard, name: str, now: datetime, by: str) -> None:
    """Dismiss a bounce by its name in an address, with earlier ones of the same address. Pressing twice succeeds."""
    bounce = board.find_bounce(name)
    if bounce is None or bounce.is_refused:
        return
    about = bounce.delegate or board.cohort.id
    writes = [emails.dismiss(board.cohort.id, repeat) for repeat in _same_address(board, bounce)]
    whose = {"who": Person(bounce.name, bounce.email)}
    entry = audit_events.add_naming(board.cohort.id, AuditEvent.DISMISSED_BOUNCE, by, about, now, whose)
    try:
        commit([*writes, entry], now)
    except BounceMissing:
        return


def _same_address(board: Dashboard, bounce: Bounce) -> list[Bounce]:
    same = [
        other for other in cohorts.list_bounces(board.cohort.id) if other.email == bounce.email and not other.dismissed
    ]
    return sorted(same, key=lambda other: other.at, reverse=True)[:MAX_DISMISSED]
