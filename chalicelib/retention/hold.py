"""Put a delegate's data on hold, so that it is not deleted when its time is over: for a dispute or a request."""

from __future__ import annotations

from datetime import datetime

from chalicelib.core.errors import Refusal
from chalicelib.jobs.commit import commit
from chalicelib.store import audit_events, delegates, kept_data
from chalicelib.store.audit_events import AuditEvent

MAX_WHY_CHARS = 300


class ReasonMissing(Refusal):
    """The audit trail needs a reason."""

    title = "Nothing was changed"

    def __init__(self) -> None:
        super().__init__(f"Give a reason of at most {MAX_WHY_CHARS} characters. It goes into the audit trail.")


def keep_data(delegate_id: str, why: str, by: str, now: datetime) -> None:
    """Keep everything about a delegate until `let_go`. A repeat changes the reason. Raises ReasonMissing."""
    cohort_id, why = _check(delegate_id, why)
    entry = audit_events.add(cohort_id, AuditEvent.KEPT_DATA, by, delegate_id, now, why=why)
    commit([kept_data.keep(delegate_id, why, now), entry], now)


def let_go(delegate_id: str, why: str, by: str, now: datetime) -> None:
    """End the hold: the next run deletes what is due by then. Raises ReasonMissing."""
    cohort_id, why = _check(delegate_id, why)
    entry = audit_events.add(cohort_id, AuditEvent.LET_GO_DATA, by, delegate_id, now, why=why)
    commit([kept_data.let_go(delegate_id), entry], now)


def _check(delegate_id: str, why: str) -> tuple[str, str]:
    """Return the delegate's cohort and the reason on one line."""
    delegate, words = delegates.find(delegate_id), " ".join(why.split())
    if delegate is None:
        raise LookupError(f"no delegate {delegate_id}")
    if not words or len(words) > MAX_WHY_CHARS:
        raise ReasonMissing
    return delegate.cohort_id, words
