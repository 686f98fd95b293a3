"""Put a delegate's data on hold, so that it is not deleted when its time is over: for a dispute or a request."""

from __future__ import annotations

from chalicelib.core.errors import FieldError
from chalicelib.core.reasons import WANTED, one_line
from chalicelib.people.loaded import LoadedDelegate
from chalicelib.people.planned import ActRefused, Asking, Planned, plan
from chalicelib.store import audit_events, kept_data
from chalicelib.store.audit_events import AuditEvent


def is_held(loaded: LoadedDelegate) -> bool:
    return kept_data.is_kept(loaded.rows)


def plan_hold(loaded: LoadedDelegate, asking: Asking) -> Planned:
    """Plan to keep everything about a delegate until the hold ends, or give the hold another reason.

    Raises ActRefused without a reason.
    """
    why, before = _read_reason(asking), kept_data.find_reason(loaded.rows)
    if before:
        return _plan_reason(loaded, before, why, asking)
    entry = audit_events.add(loaded.cohort.id, AuditEvent.KEPT_DATA, asking.by, loaded.delegate.id, asking.now, why=why)
    return plan(
        f"Keep the data of {loaded.name} past its deletion date",
        [
            "Nothing about them is deleted or erased until you end the hold.",
            "The reason is in the audit trail, and the hold ends only if someone ends it.",
        ],
        [],
        [kept_data.keep(loaded.delegate.id, why, asking.now), entry],
    )


def _plan_reason(loaded: LoadedDelegate, before: str, after: str, asking: Asking) -> Planned:
    if before == after:
        title = f"The data of {loaded.name} is on hold already, for this reason"
        return plan(title, ["Nothing changes."], [], [])
    event, words = AuditEvent.CHANGED_HOLD, {"before": before, "after": after}
    return plan(
        f"Change why the data of {loaded.name} is on hold",
        [
            f"It was put on hold for another reason: “{before}”.",
            "The hold continues. The audit trail has both reasons.",
        ],
        [],
        [
            kept_data.change_reason(loaded.delegate.id, before, after),
            audit_events.add(loaded.cohort.id, event, asking.by, loaded.delegate.id, asking.now, **words),
        ],
    )


def plan_end_of_hold(loaded: LoadedDelegate, asking: Asking) -> Planned:
    """Plan to end the hold: the next run deletes what is due by then. Raises ActRefused without a reason."""
    why = _read_reason(asking)
    entry = audit_events.add(
        loaded.cohort.id, AuditEvent.LET_GO_DATA, asking.by, loaded.delegate.id, asking.now, why=why
    )
    return plan(
        f"End the hold on the data of {loaded.name}",
        ["What is due is deleted the next night. You cannot undo that."],
        [],
        [kept_data.let_go(loaded.delegate.id), entry] if is_held(loaded) else [],
    )


def _read_reason(asking: Asking) -> str:
    """Return the reason on one line."""
    why = one_line(asking.why)
    if not why:
        raise ActRefused(FieldError("why", WANTED))
    return why
