"""Store the costs of a cohort, from the console or from a file."""

from __future__ import annotations

from datetime import datetime

from chalicelib.core.costs import Cost, total_of
from chalicelib.core.currency import whole_sum
from chalicelib.core.errors import Refusal
from chalicelib.jobs.commit import commit
from chalicelib.store import audit_events, cohorts, costs, programmes
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.costs import Costs


class CohortUnknown(Refusal):
    """No cohort has this id."""

    status = 404
    title = "There is no such cohort"

    def __init__(self, cohort_id: str) -> None:
        super().__init__(f"No cohort {cohort_id} is loaded in this deployment.")


def currency_of(cohort_id: str) -> str:
    """Return the code of the currency of a cohort's costs. Raises CohortUnknown."""
    cohort = cohorts.find(cohort_id)
    if cohort is None:
        raise CohortUnknown(cohort_id)
    return programmes.load(cohort.programme_id, cohort.programme_version).organisation.currency


def enter_costs(cohort_id: str, given: tuple[Cost, ...], by: str, now: datetime, *, dry_run: bool = False) -> str:
    """Replace the costs and return their total. Raises CohortUnknown, or CostsChanged if others changed them."""
    code = currency_of(cohort_id)
    total = whole_sum(total_of(given), code)
    before = costs.find(cohort_id)
    if dry_run or (before and before.costs == given):
        return total
    new = Costs(cohort_id, given, now, before.revision + 1 if before else 1)
    was = whole_sum(total_of(before.costs), code) if before else "nothing"
    event = audit_events.add(cohort_id, AuditEvent.ENTERED_COSTS, by, cohort_id, now, before=was, after=total)
    commit([costs.save(new, before), event], now)
    return total
