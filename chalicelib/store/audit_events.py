"""Audit events: who released, closed, opened, exported or erased what, and when. Written in the act's transaction."""

from __future__ import annotations

from datetime import datetime

from chalicelib.core.clock import stamp
from chalicelib.core.ids import derive
from chalicelib.store.marshal import Row
from chalicelib.store.table import Write, put, query

LEFT_OUT = "left out of the summary"


def add(cohort_id: str, act: str, by: str, about: str, now: datetime) -> Write:
    """Record an act.

    `by` is a role or an id (`coach k3j9x2m4`, `command line`), `about` a delegate's, coach's or cohort's id.

    The same act a moment later is another event. A retry, which has the same `now`, is the same event.
    """
    entry = {"act": act, "by": by, "about": about, "at": now}
    sk = f"{stamp(now)}#{now:%f}{derive(8, act, by, about)}"
    return put({"pk": f"AUDIT#{cohort_id}", "sk": sk, **entry})


def of_cohort(cohort_id: str) -> list[Row]:
    return list(query(f"AUDIT#{cohort_id}"))


def last_coach(cohort_id: str, delegate_id: str, until: datetime) -> str:
    """Return the id of the coach who last did something about a delegate up to a moment; empty if none did."""
    rows = [row for row in of_cohort(cohort_id) if row["about"] == delegate_id and row["by"].startswith("coach ")]
    before = [row for row in rows if row["sk"].partition("#")[0] <= stamp(until)]
    return str(before[-1]["by"]).removeprefix("coach ") if before else ""
